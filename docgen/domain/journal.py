"""What happened to an envelope, a number, an account, a visit, a pack or a key: chained hashes.

The journal holds no personal data, so it can outlive what must be erased.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from docgen.domain.canonical import canonical_json, instant
from docgen.domain.errors import ChainBroken

GENESIS = "0" * 64
ROWS = "row."
"""How the names of details begin that hold fingerprints of rows."""


class Event(StrEnum):
    """Everything that can be said of an envelope, or of the verification of a number."""

    CREATED = "created"
    NUMBER_GIVEN = "number_given"
    """A person says that a number is his: the first entry of its verification."""
    NUMBER_CHECKED = "number_checked"
    RENDERED = "rendered"
    RENDER_FAILED = "render_failed"
    CODE_ISSUED = "code_issued"
    CODE_SENT = "code_sent"
    CODE_REPEATED = "code_repeated"
    CODE_REFUSED = "code_refused"
    CODE_UNCERTAIN = "code_uncertain"
    CODE_NOT_SENT = "code_not_sent"
    CODE_DELIVERED = "code_delivered"
    CODE_UNDELIVERED = "code_undelivered"
    CODE_WRONG = "code_wrong"
    CODES_TOLD_OFTEN = "codes_told_often"
    """An employee was told unusually many codes within an hour."""
    CONFIRMED = "confirmed"
    SIGNED_BY_HAND = "signed_by_hand"
    NUMBER_VERIFIED = "number_verified"
    SEAL_WAITS = "seal_waits"
    SEAL_FAILED = "seal_failed"
    SEALED = "sealed"
    DETACHED_WAITS = "detached_waits"
    SIGNED_DETACHED = "signed_detached"
    DECLINED = "declined"
    EXPIRED = "expired"
    VOIDED = "voided"
    ARCHIVED = "archived"
    ARCHIVE_FAILED = "archive_failed"
    LIMIT_LIFTED = "limit_lifted"
    COPY_SENT = "copy_sent"
    """To the subscriber, after the seal: a link by SMS, or the files by e-mail."""
    COPY_WAITS = "copy_waits"
    COPY_REFUSED = "copy_refused"
    COPY_UNCERTAIN = "copy_uncertain"
    COPY_DELIVERED = "copy_delivered"
    COPY_UNDELIVERED = "copy_undelivered"
    TICKET_ISSUED = "ticket_issued"
    TICKET_OPENED = "ticket_opened"
    TICKET_REFUSED = "ticket_refused"
    """One of ours was shown again, or too late."""
    SIGNER_KNOWN = "signer_known"
    """Whoever opened a link has shown that he knows the subscriber."""
    SIGNER_UNKNOWN = "signer_unknown"
    STAFF_ADDED = "staff_added"
    """The first entry of an account of a person; the following ones are of accounts, too."""
    STAFF_CHANGED = "staff_changed"
    STAFF_LOCKED = "staff_locked"
    STAFF_RESET = "staff_reset"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - its name
    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    HANDED_OVER = "handed_over"
    TAKEN_BACK = "taken_back"
    KEY_ISSUED = "key_issued"
    """The first entry of a program's key."""
    KEY_ROTATED = "key_rotated"
    KEY_REVOKED = "key_revoked"
    KEY_MOVED = "key_moved"
    """It counts at other addresses than before."""
    VISIT_PLANNED = "visit_planned"
    """The first entry of a visit."""
    VISIT_CHANGED = "visit_changed"
    VISIT_CANCELLED = "visit_cancelled"
    VISIT_TO_SIGN = "visit_to_sign"
    """An envelope was made of it."""
    PACK_OPENED = "pack_opened"
    """The first entry of a notary pack; the following ones are of packs, too."""
    PACK_CHECKED = "pack_checked"
    PACK_ANSWERED = "pack_answered"
    """Somebody answers for a warning."""
    PACK_ASKED = "pack_asked"
    """Somebody wants it built."""
    PACK_WAITS = "pack_waits"
    PACK_BOUND = "pack_bound"
    PACK_SEALED = "pack_sealed"
    PACK_MOVED = "pack_moved"
    """What became of it afterwards: `state` says what."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing to be written down: who did what, when, with which ids and hashes."""

    event: Event
    at: datetime
    actor: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A fact in its place in the chain; `hash` covers every other column."""

    envelope_id: str
    """Whose chain it is of; a verification's entries are kept, and hashed, under the same name."""
    sequence: int
    event: Event
    at: datetime
    actor: str
    details: Mapping[str, str]
    previous_hash: str
    hash: str

    def columns(self) -> dict[str, object]:
        """All that the hash covers, as it is hashed; times are UTC with microseconds."""
        return _columns(self, self.envelope_id, self.sequence, self.previous_hash)


def _columns(
    fact: Fact | Entry, envelope_id: str, sequence: int, previous_hash: str
) -> dict[str, object]:
    return {
        "envelope_id": envelope_id,
        "sequence": sequence,
        "event": fact.event.value,
        "at": instant(fact.at),
        "actor": fact.actor,
        "details": dict(fact.details),
        "previous_hash": previous_hash,
    }


def chain(fact: Fact, *, envelope_id: str, last: Entry | None) -> Entry:
    """The entry that follows `last`, or the first one of an envelope."""
    sequence, previous = (1, GENESIS) if last is None else (last.sequence + 1, last.hash)
    return Entry(
        envelope_id=envelope_id,
        sequence=sequence,
        event=fact.event,
        at=fact.at,
        actor=fact.actor,
        details=dict(fact.details),
        previous_hash=previous,
        hash=digest(_columns(fact, envelope_id, sequence, previous)),
    )


def check(entries: Iterable[Entry]) -> None:
    """Raise ChainBroken at the first entry that does not follow from the one before."""
    expected_hash, expected_sequence = GENESIS, 1
    for entry in entries:
        follows = entry.previous_hash == expected_hash and entry.sequence == expected_sequence
        if not follows or digest(entry.columns()) != entry.hash:
            raise ChainBroken(entry.envelope_id, entry.sequence)
        expected_hash, expected_sequence = entry.hash, entry.sequence + 1


def extract_holds(own: object, told: Mapping[str, Any]) -> bool:
    """Whether an extract of a journal is that one's, whole, and its hashes follow one another."""
    try:
        entries = [_told(columns) for columns in told["entries"]]
        check(entries)
        head = told["head"]
    except (ChainBroken, KeyError, TypeError, ValueError):
        return False
    ours = all(entry.envelope_id == own for entry in entries)
    return bool(entries) and entries[-1].hash == head and ours


def _told(columns: Mapping[str, Any]) -> Entry:
    """An entry of an extract; raises KeyError, TypeError or ValueError for what is none."""
    return Entry(
        envelope_id=columns["envelope_id"],
        sequence=columns["sequence"],
        event=Event(columns["event"]),
        at=datetime.fromisoformat(columns["at"]),
        actor=columns["actor"],
        details=columns["details"],
        previous_hash=columns["previous_hash"],
        hash=columns["hash"],
    )


def digest(columns: Mapping[str, object]) -> str:
    """SHA-256 over the canonical JSON of an entry's columns, in hexadecimal."""
    return hashlib.sha256(canonical_json(columns)).hexdigest()


def says(entry: Entry, fact: Fact) -> bool:
    """Whether the entry says the same as the fact, whenever that was: worth saying once only."""
    return (entry.event, entry.actor, _said(entry.details)) == (
        fact.event,
        fact.actor,
        _said(fact.details),
    )


def _said(details: Mapping[str, str]) -> dict[str, str]:
    """What is said of the world; fingerprints of rows are about ourselves."""
    return {name: value for name, value in details.items() if not name.startswith(ROWS)}
