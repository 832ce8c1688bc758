"""Rows as the domain's own objects, where all their columns say the same."""

from collections.abc import Mapping, Sequence
from typing import Any

from docgen.adapters.db.journal import entry_of
from docgen.adapters.db.mapping import (
    document_columns,
    document_of,
    envelope_columns,
    envelope_of,
)
from docgen.adapters.db.pack_mapping import columns_of, pack_of, seal_columns
from docgen.adapters.db.pack_rows import PackRow
from docgen.adapters.db.rows import Base, DocumentRow, EnvelopeRow, JournalRow
from docgen.adapters.db.staff import member_columns, member_of
from docgen.adapters.db.staff_rows import StaffRow
from docgen.adapters.db.visit_rows import VisitRow
from docgen.adapters.db.visits import visit_columns, visit_of
from docgen.domain.envelope import Document, Envelope
from docgen.domain.journal import Entry
from docgen.domain.pack_record import Pack
from docgen.domain.staff import StaffMember
from docgen.domain.visit import Visit


def sound_entry(row: JournalRow) -> Entry:
    """The entry; raises TypeError for details that no entry has."""
    entry = entry_of(row)
    if not isinstance(row.details, dict) or not all(
        isinstance(value, str) for value in row.details.values()
    ):
        raise TypeError("details are words")
    return entry


def sound_document(row: DocumentRow) -> tuple[int, Document]:
    """Its place and the document; raises ValueError for columns that say something else."""
    document = document_of(row, ())
    columns = document_columns(document, envelope_id=row.envelope_id, position=row.position)
    _require_same(row, columns)
    return row.position, document


def sound_envelope(row: EnvelopeRow, documents: Sequence[Document]) -> Envelope:
    """The envelope; raises ValueError for columns that say something else, as of its phone."""
    envelope = envelope_of(row, documents)
    _require_same(row, envelope_columns(envelope))
    return envelope


def sound_visit(row: VisitRow) -> Visit:
    """The visit; raises ValueError for columns that say something else."""
    visit = visit_of(row)
    _require_same(row, visit_columns(visit))
    return visit


def sound_member(row: StaffRow) -> StaffMember:
    """The account; raises ValueError for columns that say something else, as of its login."""
    member = member_of(row)
    _require_same(row, member_columns(member))
    return member


def sound_pack(row: PackRow) -> Pack:
    """The pack; raises ValueError for columns that say something else, as what it is found by."""
    pack = pack_of(row)
    _require_same(row, columns_of(pack) | seal_columns(pack))
    return pack


def _require_same(row: Base, columns: Mapping[str, Any]) -> None:
    if any(getattr(row, name) != value for name, value in columns.items()):
        raise ValueError("columns contradict one another")
