"""Find envelopes by what is known of them, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass

from docgen.domain.envelope import Envelope, EnvelopeFilter
from docgen.ports import Register


@dataclass(frozen=True, kw_only=True)
class Found:
    """One page, the newest first; `next_after` is None on the last."""

    envelopes: Sequence[Envelope]
    next_after: str | None


@dataclass(frozen=True, kw_only=True)
class FindEnvelopes:
    """Reads lists; envelopes made meanwhile never shift the pages that follow."""

    register: Register

    def __call__(self, wanted: EnvelopeFilter, *, after: str | None, limit: int) -> Found:
        """The page after an envelope id, or the first one."""
        with self.register.view() as unit:
            found = unit.envelopes.find(wanted, after=after, limit=limit + 1)()
        page = found[:limit]
        more = len(found) > limit
        return Found(envelopes=page, next_after=page[-1].id if more else None)
