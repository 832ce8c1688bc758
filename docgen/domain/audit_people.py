"""Rows of visits and accounts held against what their journals say of them."""

from collections.abc import Iterator, Sequence

from docgen.domain import fingerprint
from docgen.domain.finding import Finding, Mismatch
from docgen.domain.journal import Entry, Event
from docgen.domain.staff import StaffMember
from docgen.domain.visit import Visit

VISITS, STAFF = "visits", "staff"


def people_findings(
    chain: str, entries: Sequence[Entry], *, visit: Visit | None, member: StaffMember | None
) -> Iterator[Finding]:
    """Of a chain that belongs to no envelope: its row is there, and says what it said."""
    first = entries[0].event if entries else None
    if visit is not None:
        yield from _same(
            VISITS, chain, fingerprint.of_visit(visit), _told(entries, fingerprint.VISIT)
        )
    elif first is Event.VISIT_PLANNED:
        yield Finding(fault=Mismatch.MISSING, table=VISITS, row=chain)
    if member is not None:
        yield from _same(
            STAFF, chain, fingerprint.of_member(member), _told(entries, fingerprint.MEMBER)
        )
    elif first is Event.STAFF_ADDED:
        yield Finding(fault=Mismatch.MISSING, table=STAFF, row=chain)


def _told(entries: Sequence[Entry], name: str) -> str | None:
    """The newest fingerprint; the oldest entries told none."""
    return next((e.details[name] for e in reversed(entries) if name in e.details), None)


def _same(table: str, row: str, held: str, told: str | None) -> Iterator[Finding]:
    if told is not None and told != held:
        yield Finding(fault=Mismatch.CHANGED, table=table, row=row)
