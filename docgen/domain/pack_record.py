"""A pack that was made: what it is, what happened to it, and to whom it was given.

Its entries are chained by hashes as those of envelopes are. Of people they name only those who act
by office: the notary who was given it, and whoever gave it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from docgen.domain.canonical import canonical_json, instant
from docgen.domain.envelope import SealLevel

GENESIS = "0" * 64
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_LETTERS = 10


class PackState(StrEnum):
    """Where a pack stands on its way to the notary."""

    BOUND = "bound"
    """Volume and manifest are there and never change again."""
    SEALED = "sealed"


class PackEvent(StrEnum):
    """What is written down of a pack."""

    BOUND = "bound"
    SEALED = "sealed"
    TRANSFERRED = "transferred"


@dataclass(frozen=True, kw_only=True)
class SealedVolume:
    """The volume with its seal, and the package it travels in."""

    sha256: str
    level: SealLevel
    signer: str
    serial: str
    sealed_at: datetime
    package_sha256: str


@dataclass(frozen=True, kw_only=True)
class Pack:
    """One pack of one case; `id` is its number, which follows from what it is made of."""

    id: str
    owner: str
    client: str
    input_sha256: str
    case_sha256: str
    """Of the case as it was given, in the store of files."""
    volume_sha256: str
    volume_pages: int
    manifest_sha256: str
    created_at: datetime
    sealed: SealedVolume | None = None

    @property
    def state(self) -> PackState:
        """Where it stands."""
        return PackState.BOUND if self.sealed is None else PackState.SEALED


@dataclass(frozen=True, kw_only=True)
class PackEntry:
    """One thing that happened to a pack; `hash` covers all the rest."""

    pack_id: str
    sequence: int
    event: PackEvent
    at: datetime
    actor: str
    details: Mapping[str, str] = field(default_factory=dict)
    previous_hash: str
    hash: str = ""

    def columns(self) -> dict[str, object]:
        """Everything that is hashed, as JSON values."""
        return {
            "pack_id": self.pack_id,
            "sequence": self.sequence,
            "event": self.event.value,
            "at": instant(self.at),
            "actor": self.actor,
            "details": dict(self.details),
            "previous_hash": self.previous_hash,
        }

    def hashed(self) -> "PackEntry":
        """The same with its hash."""
        return replace(self, hash=hashlib.sha256(canonical_json(self.columns())).hexdigest())


def follow(
    entries: Sequence[PackEntry],
    event: PackEvent,
    *,
    pack_id: str,
    at: datetime,
    actor: str,
    details: Mapping[str, str],
) -> PackEntry:
    """The next entry of a pack's chain."""
    last = entries[-1] if entries else None
    return PackEntry(
        pack_id=pack_id,
        sequence=1 if last is None else last.sequence + 1,
        event=event,
        at=at,
        actor=actor,
        details=details,
        previous_hash=GENESIS if last is None else last.hash,
    ).hashed()


def number_of(input_sha256: str, year: int) -> str:
    """`NP-2026-7K3M9QF2TZ`: the same input has the same number, wherever it is made."""
    left = int(input_sha256, 16)
    letters = []
    for _ in range(_LETTERS):
        left, place = divmod(left, len(_ALPHABET))
        letters.append(_ALPHABET[place])
    return f"NP-{year}-{''.join(letters)}"
