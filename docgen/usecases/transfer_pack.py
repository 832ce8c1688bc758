"""Write down that a pack was handed over: to whom, by whom and how (PDL 22(1)(5))."""

from dataclasses import dataclass

from docgen.domain.pack_record import Pack
from docgen.domain.pack_states import Outcome, PackState
from docgen.texts.dates import local_day
from docgen.usecases.tell_outcome import TellOutcome


@dataclass(frozen=True, kw_only=True)
class Handing:
    """One handing over, today."""

    recipient: str
    """The notary, by name and licence."""
    by: str
    how: str
    """In person, by courier, in the notaries' system."""


@dataclass(frozen=True, kw_only=True)
class TransferPack:
    """Each handing over is an entry of the pack's journal; there may be several."""

    tell: TellOutcome

    def __call__(self, pack_id: str, handing: Handing) -> Pack:
        """The pack; raises PackNotFound, and PackMoveNotAllowed for one that is not sealed."""
        now = self.tell.clock.now()
        told = Outcome(
            state=PackState.SUBMITTED,
            on=local_day(now),
            at=now,
            by=handing.by,
            recipient=handing.recipient,
            how=handing.how,
        )
        return self.tell(pack_id, told, caller=None)
