"""All that is known of an envelope at one moment: what a seal's papers are made from."""

from collections.abc import Sequence
from dataclasses import dataclass

from docgen.domain.challenge import Challenge
from docgen.domain.dispatch import Hop
from docgen.domain.envelope import Envelope
from docgen.domain.journal import Entry


@dataclass(frozen=True, kw_only=True)
class Recalled:
    """An envelope as it stood, its newest challenge with the hops of that, and its journal."""

    envelope: Envelope
    challenge: Challenge | None
    hops: Sequence[Hop]
    entries: Sequence[Entry]
