"""A notary pack in the register: of whose debt, made of what, and what became of it.

Its number follows from the case, from whose it is and from the settings it is judged by: the same
case is the same pack. Who answers for which warning is no part of that.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Self

from docgen.domain.envelope import SealLevel
from docgen.domain.errors import PackMoveNotAllowed
from docgen.domain.pack_states import Outcome, PackState, require_move

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_LETTERS = 10
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=15), timedelta(days=1)
_MOST_DOUBLED = 7
"""By then the longest pause is reached."""


@dataclass(frozen=True, kw_only=True)
class FurtherVolume:
    """The second volume of a pack, or a later one, before its seal."""

    sha256: str
    pages: int


@dataclass(frozen=True, kw_only=True)
class BoundVolume:
    """The volume before its seal, and what it is told to hold; the first where there are more."""

    sha256: str
    pages: int
    manifest_sha256: str
    further: tuple[FurtherVolume, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FurtherSeal:
    """The second volume, or a later one, with its seal, which is of the same key."""

    sha256: str
    level: SealLevel
    sealed_at: datetime


@dataclass(frozen=True, kw_only=True)
class SealedVolume:
    """The volume with its seal, and the package it travels in; the first where there are more."""

    sha256: str
    level: SealLevel
    signer: str
    serial: str
    sealed_at: datetime
    package_sha256: str
    further: tuple[FurtherSeal, ...] = ()


class BuildStep(StrEnum):
    """How far the making of a pack has come."""

    WAITING = "waiting"
    CHECKING = "checking"
    BINDING = "binding"
    """Our own papers are made, and everything becomes one volume."""
    SEALING = "sealing"


@dataclass(frozen=True, kw_only=True)
class Building:
    """That somebody wants the pack made, and how far it has come."""

    asked_at: datetime
    asked_by: str
    step: BuildStep = BuildStep.WAITING
    error: str | None = None
    """Code of what hindered the last try."""
    refusals: int = 0
    """How often in a row the rules, and no part that was away, stood in its way."""
    next_try_at: datetime | None = None
    """Before that moment it is not tried again, unless somebody asks for it."""

    def waits(self, now: datetime) -> bool:
        """Whether it is not its turn yet."""
        return self.next_try_at is not None and now < self.next_try_at

    def refused(self, code: str, *, at: datetime) -> Self:
        """After one more refusal: each time it is left alone for twice as long, a day at most."""
        pause = min(_FIRST_PAUSE * 2**self.refusals, _LONGEST_PAUSE)
        return replace(
            self, error=code, refusals=min(self.refusals + 1, _MOST_DOUBLED), next_try_at=at + pause
        )


@dataclass(frozen=True, kw_only=True)
class Pack:
    """One pack of one case; `id` is its number."""

    id: str
    owner: str
    client: str
    """Which program or person brought the case."""
    region: str | None = None
    input_sha256: str
    """Of everything the number follows from."""
    case_sha256: str
    """Of the case as it was given, and who answers for its warnings, in the store of files."""
    checked_sha256: str
    """Of what the last check found, in the store of files."""
    state: PackState
    account_number: str
    debtor: str
    """Full name."""
    as_of: date
    total: Decimal
    """All that is claimed, tenge."""
    month_from: date | None = None
    """The first claimed month, by its first day."""
    month_to: date | None = None
    limitation_ends: date | None = None
    """The day after which the oldest claimed invoice is barred."""
    blocks: int = 0
    warnings: int = 0
    """That nobody answers for."""
    created_at: datetime
    changed_at: datetime
    bound: BoundVolume | None = None
    sealed: SealedVolume | None = None
    outcomes: tuple[Outcome, ...] = ()
    building: Building | None = None
    due_on: date | None = None
    """The next of its deadlines."""

    @property
    def volume(self) -> BoundVolume:
        """The volume; raises PackMoveNotAllowed while there is none."""
        if self.bound is None:
            raise PackMoveNotAllowed(PackState.SEALED, self.state)
        return self.bound

    @property
    def volumes(self) -> tuple[FurtherVolume, ...]:
        """All volumes before their seals, in order."""
        first = self.volume
        return (FurtherVolume(sha256=first.sha256, pages=first.pages), *first.further)

    @property
    def volume_sha256(self) -> str:
        """Of the volume before its seal, the first where there are more."""
        return self.volume.sha256

    @property
    def volume_pages(self) -> int:
        """Pages of all volumes before their seals."""
        return sum(each.pages for each in self.volumes)

    @property
    def manifest_sha256(self) -> str:
        """Of the manifest."""
        return self.volume.manifest_sha256

    def found(self, blocks: int, warnings: int) -> Self:
        """After a check: a draft, or one that may be built."""
        state = PackState.DRAFT if blocks or warnings else PackState.CHECKED
        require_move(self.state, state)
        return replace(self, state=state, blocks=blocks, warnings=warnings)

    def as_bound(self, volume: BoundVolume, *, at: datetime) -> Self:
        """With its volumes, which change only where something else is found before their seal."""
        require_move(self.state, PackState.BOUND)
        return replace(self, state=PackState.BOUND, bound=volume, changed_at=at)

    def as_sealed(self, sealed: SealedVolume, *, at: datetime) -> Self:
        """With its seal."""
        require_move(self.state, PackState.SEALED)
        return replace(self, state=PackState.SEALED, sealed=sealed, changed_at=at, building=None)

    def became(self, outcome: Outcome) -> Self:
        """With one more thing that happened to it."""
        require_move(self.state, outcome.state)
        return replace(
            self,
            state=outcome.state,
            outcomes=(*self.outcomes, outcome),
            changed_at=outcome.at,
        )


@dataclass(frozen=True, kw_only=True)
class PackFilter:
    """Which packs are looked for."""

    owner: str
    region: str | None = None
    states: frozenset[PackState] = frozenset()
    """Empty: whatever state."""
    sought: str | None = None
    """Part of a number, an account or a name."""
    due_by: date | None = None
    """Those with a deadline on that day or before."""
    blocked_in: str | None = None
    """The number of a batch: those that it could not make ready, as they are now."""


@dataclass(frozen=True, kw_only=True)
class PackPaper:
    """A file that somebody has brought along for his packs."""

    owner: str
    sha256: str
    size: int
    pages: int
    client: str
    added_at: datetime


def number_of(input_sha256: str, year: int) -> str:
    """`NP-2026-7K3M9QF2TZ`: the same input has the same number, wherever it is made."""
    left = int(input_sha256, 16)
    letters = []
    for _ in range(_LETTERS):
        left, place = divmod(left, len(_ALPHABET))
        letters.append(_ALPHABET[place])
    return f"NP-{year}-{''.join(letters)}"
