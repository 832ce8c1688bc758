"""The register held against its own journal: every row that says something else is named."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from docgen.domain import fingerprint, journal
from docgen.domain.anchor import Leaf
from docgen.domain.audit_challenges import challenge_findings
from docgen.domain.audit_people import STAFF, VISITS, people_findings
from docgen.domain.challenge import Challenge
from docgen.domain.envelope import Document, Envelope, State
from docgen.domain.finding import Finding, Mismatch
from docgen.domain.journal import Entry, Event
from docgen.domain.staff import StaffMember
from docgen.domain.visit import Visit

_MOST_MISSING = 100
"""Entries of one gap that are named; a forged number must not make the list endless."""
_SLACK = timedelta(hours=1)
"""For transactions that take long, and for machines whose clocks differ."""
_WHOLE = {"envelopes", "documents", "document_versions", "journal", VISITS, STAFF}
"""Tables whose rows are held against a journal only where all of them can be read."""


@dataclass(frozen=True, kw_only=True)
class Head:
    """The head of a chain as the anchor of a day holds it."""

    day: date
    leaf: Leaf


@dataclass(frozen=True, kw_only=True)
class Stored:
    """All that the register holds of one envelope, or of a chain that belongs to none."""

    id: str
    envelope: Envelope | None
    challenges: Sequence[Challenge] = ()
    entries: Sequence[Entry] = ()
    anchored: Sequence[Head] = ()
    """Every anchored head of its chain, in order."""
    unreadable: Sequence[Finding] = ()
    visit: Visit | None = None
    member: StaffMember | None = None
    """Whose chain it is, where it is that of no envelope."""


STATES: Mapping[Event, State] = {
    Event.CREATED: State.DRAFT,
    Event.RENDERED: State.READY,
    Event.CODE_ISSUED: State.CODE_SENT,
    Event.CONFIRMED: State.CONFIRMED,
    Event.SIGNED_BY_HAND: State.CONFIRMED,
    Event.SEALED: State.SEALED,
    Event.DECLINED: State.DECLINED,
    Event.EXPIRED: State.EXPIRED,
    Event.VOIDED: State.VOID,
}
"""What an envelope is after an event; the other events leave its state alone."""


def findings(stored: Stored) -> Iterator[Finding]:
    """Everything about these rows that is not as it was written.

    Rows are held against the journal only where the journal itself is in order.
    """
    yield from stored.unreadable
    broken = [*_chain(stored), *_heads(stored)]
    yield from broken
    if broken or any(each.table in _WHOLE for each in stored.unreadable):
        return
    yield from people_findings(stored.id, stored.entries, visit=stored.visit, member=stored.member)
    if stored.envelope is not None:
        yield from _rows(stored.envelope, stored)
    elif stored.entries and stored.entries[0].event is Event.CREATED:
        yield Finding(fault=Mismatch.MISSING, table="envelopes", row=stored.id)


def backdated(
    stored: Stored, *, since: Mapping[date, datetime], last: datetime | None
) -> Iterator[Finding]:
    """Entries dated before an anchor that should hold them, and does not.

    `since` is, by day, when the anchor before that day's was made; `last` when the newest was.
    """
    heads = iter(stored.anchored)
    head = next(heads, None)
    for entry in stored.entries:
        while head is not None and head.leaf.sequence < entry.sequence:
            head = next(heads, None)
        begun = last if head is None else since.get(head.day)
        if begun is not None and entry.at < begun - _SLACK:
            row = _place(stored.id, entry.sequence)
            yield Finding(fault=Mismatch.BACKDATED, table="journal", row=row)


def _chain(stored: Stored) -> Iterator[Finding]:
    """Each entry by itself, and each as the one before expects it."""
    last: Entry | None = None
    unread = {each.row for each in stored.unreadable}
    for entry in stored.entries:
        expected = 1 if last is None else last.sequence + 1
        missing = range(expected, entry.sequence)
        for row in (_place(stored.id, number) for number in missing[:_MOST_MISSING]):
            if row not in unread:
                yield Finding(fault=Mismatch.MISSING, table="journal", row=row)
        row = _place(stored.id, entry.sequence)
        if not _hash_holds(entry):
            yield Finding(fault=Mismatch.CHANGED, table="journal", row=row)
        elif not missing and entry.previous_hash != _hash_of(last):
            before = row if last is None else _place(stored.id, last.sequence)
            yield Finding(fault=Mismatch.DETACHED, table="journal", row=before, detail=row)
        last = entry


def _hash_holds(entry: Entry) -> bool:
    try:
        return journal.digest(entry.columns()) == entry.hash
    except ValueError:
        # Halves of characters: JSON holds them, UTF-8 does not, and no entry of ours did.
        return False


def _hash_of(entry: Entry | None) -> str:
    return journal.GENESIS if entry is None else entry.hash


def _place(chain: str, sequence: int) -> str:
    return f"{chain}/{sequence}"


def _heads(stored: Stored) -> Iterator[Finding]:
    """What was the head of the chain when an anchor was made is still there, and the same."""
    hashes = {entry.sequence: entry.hash for entry in stored.entries}
    unread = {each.row for each in stored.unreadable if each.table == "journal"}
    for leaf in (head.leaf for head in stored.anchored):
        row = _place(stored.id, leaf.sequence)
        if leaf.sequence not in hashes and row not in unread:
            yield Finding(fault=Mismatch.MISSING, table="journal", row=row, detail="anchored")
        elif hashes.get(leaf.sequence, leaf.hash) != leaf.hash:
            yield Finding(fault=Mismatch.CHANGED, table="journal", row=row, detail="anchored")


def _rows(envelope: Envelope, stored: Stored) -> Iterator[Finding]:
    entries = stored.entries
    if not entries:
        yield Finding(fault=Mismatch.MISSING, table="journal", row=_place(envelope.id, 1))
        return
    states = [STATES[entry.event] for entry in entries if entry.event in STATES]
    if states[-1:] != [envelope.state]:
        detail = f"{envelope.state}, {states[-1] if states else '-'}"
        yield Finding(fault=Mismatch.CHANGED, table="envelopes", row=envelope.id, detail=detail)
    yield from _prints(envelope, _last_details(entries))
    for document in envelope.documents:
        yield from _files(document, entries, envelope.salt)
    if not any(each.table == "challenges" for each in stored.unreadable):
        yield from challenge_findings(envelope, stored.challenges, entries)


def _last_details(entries: Sequence[Entry]) -> dict[str, str]:
    """The newest fingerprints, by the names they were told under."""
    for entry in reversed(entries):
        if fingerprint.ENVELOPE in entry.details:
            return {
                name: value
                for name, value in entry.details.items()
                if name.startswith(fingerprint.PREFIX) and name != fingerprint.CHALLENGE
            }
    return {}


def _prints(envelope: Envelope, told: Mapping[str, str]) -> Iterator[Finding]:
    """The rows as they were when they were saved last; the oldest entries did not tell that."""
    if not told:
        return
    prints = fingerprint.fingerprints(envelope)
    if prints[fingerprint.ENVELOPE] != told[fingerprint.ENVELOPE]:
        yield Finding(fault=Mismatch.CHANGED, table="envelopes", row=envelope.id)
    for document in envelope.documents:
        said = told.get(fingerprint.PREFIX + document.number)
        if said != prints[fingerprint.PREFIX + document.number]:
            fault = Mismatch.UNTOLD if said is None else Mismatch.CHANGED
            yield Finding(fault=fault, table="documents", row=document.id)
    for name in told.keys() - prints.keys():
        number = name.removeprefix(fingerprint.PREFIX)
        yield Finding(fault=Mismatch.MISSING, table="documents", row=number)


def _files(document: Document, entries: Sequence[Entry], salt: str) -> Iterator[Finding]:
    """The hashes of what was frozen, sealed and archived, each told when it was made."""
    named = f"document.{document.number}"
    told = {entry.event: entry.details[named] for entry in entries if named in entry.details}
    frozen, sealed = document.frozen, document.sealed
    held = {
        Event.RENDERED: None if frozen is None else frozen.sha256,
        Event.SEALED: None if sealed is None else f"{sealed.level} {sealed.sha256}",
    }
    for event, kept in held.items():
        if kept != told.get(event):
            detail = event.value
            yield Finding(fault=Mismatch.CHANGED, table="documents", row=document.id, detail=detail)
    yield from _versions(document, entries, salt)


def _versions(document: Document, entries: Sequence[Entry], salt: str) -> Iterator[Finding]:
    """Every later version was told of when it was made, as it is."""
    told = {
        entry.details.get("version", ""): entry.details.get(fingerprint.VERSION)
        for entry in entries
        if entry.event is Event.ARCHIVED and entry.details.get("document") == document.number
    }
    for version in document.archived:
        said = told.pop(str(version.number), None)
        if said != fingerprint.of_version(version, salt=salt):
            fault = Mismatch.UNTOLD if said is None else Mismatch.CHANGED
            row = f"{document.id}/{version.number}"
            yield Finding(fault=fault, table="document_versions", row=row)
    for number in told:
        row = f"{document.id}/{number}"
        yield Finding(fault=Mismatch.MISSING, table="document_versions", row=row)
