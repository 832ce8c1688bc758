"""Rows as they lie in SQL, each by itself where one of them makes no sense."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Connection, exists, inspect, or_, select, text
from sqlalchemy.orm import InstrumentedAttribute

from docgen.adapters.db.anchors import anchor_of, leaf_of, token_of
from docgen.adapters.db.challenges import challenge_of
from docgen.adapters.db.keys import key_of
from docgen.adapters.db.mapping import version_of
from docgen.adapters.db.pack_rows import PackRow
from docgen.adapters.db.row_by_row import Found, R, T, read
from docgen.adapters.db.rows import (
    AnchorLeafRow,
    AnchorRow,
    AnchorTokenRow,
    ApiKeyRow,
    Base,
    ChallengeRow,
    DocumentRow,
    DocumentVersionRow,
    EnvelopeRow,
    JournalRow,
    VerificationRow,
)
from docgen.adapters.db.sound_rows import (
    sound_document,
    sound_entry,
    sound_envelope,
    sound_member,
    sound_pack,
    sound_visit,
)
from docgen.adapters.db.staff_rows import StaffRow
from docgen.adapters.db.visit_rows import VisitRow
from docgen.domain.anchor import Leaf, LeafKind
from docgen.domain.audit import Head, Stored
from docgen.domain.audit_anchors import LeafKey, StoredAnchor, StoredLeaf
from docgen.domain.audit_keys import StoredKey
from docgen.domain.audit_packs import StoredPack
from docgen.domain.envelope import Archived, Document
from docgen.domain.finding import Finding, Mismatch

GUARDED = ("journal", "anchors", "anchor_leaves", "anchor_tokens", "document_versions")
"""Tables that the database itself refuses to change."""

_MOST_STRAYS = 100


class SqlAudit:
    """Implements ports.Audit."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def envelopes(self, *, after: str, limit: int) -> Sequence[Stored]:
        """Envelopes beyond that id, with all that belongs to them."""
        wanted = (
            select(EnvelopeRow.id)
            .where(EnvelopeRow.id > after)
            .order_by(EnvelopeRow.id)
            .limit(limit)
        )
        return self._stored(self._connection.scalars(wanted).all())

    def chains(self, *, after: str, limit: int) -> Sequence[Stored]:
        """Chains beyond that id which belong to no envelope there is."""
        kept = exists().where(EnvelopeRow.id == JournalRow.envelope_id)
        wanted = (
            select(JournalRow.envelope_id)
            .distinct()
            .where(JournalRow.envelope_id > after, ~kept)
            .order_by(JournalRow.envelope_id)
            .limit(limit)
        )
        return self._stored(self._connection.scalars(wanted).all())

    def packs(self, *, after: str, limit: int) -> Sequence[StoredPack]:
        """Notary packs beyond that number, each with its chain."""
        wanted = select(PackRow.id).where(PackRow.id > after).order_by(PackRow.id).limit(limit)
        ids = self._connection.scalars(wanted).all()
        faults: dict[str, list[Finding]] = defaultdict(list)
        entries = self._by_parent(
            JournalRow, JournalRow.envelope_id, ids, to=sound_entry, faults=faults
        )
        rows = read(
            self._connection, PackRow, PackRow.id.in_(ids), to=sound_pack, parent=PackRow.id
        )
        return [
            StoredPack(id=each.key[0], pack=each.value, entries=entries[each.key[0]])
            for each in rows
        ]

    def has_pack(self, number: str) -> bool:
        """Whether there is a row of that number, of sense or not."""
        return self._connection.scalar(select(PackRow.id).where(PackRow.id == number)) is not None

    def anchors(self, *, after: str, limit: int) -> Sequence[StoredAnchor]:
        """Anchors beyond that day with their tokens, in the order of days."""
        wanted = (
            select(AnchorRow.day).where(AnchorRow.day > after).order_by(AnchorRow.day).limit(limit)
        )
        days = self._connection.scalars(wanted).all()
        faults: dict[str, list[Finding]] = defaultdict(list)
        anchors = self._by_parent(AnchorRow, AnchorRow.day, days, to=anchor_of, faults=faults)
        tokens = self._by_parent(
            AnchorTokenRow, AnchorTokenRow.day, days, to=token_of, faults=faults
        )
        return [
            StoredAnchor(
                day=day,
                anchor=next(iter(anchors[day]), None),
                token=next(iter(tokens[day]), None),
                unreadable=faults[day],
            )
            for day in days
        ]

    def leaves(self, day: str, *, after: int, limit: int) -> Sequence[StoredLeaf]:
        """Leaves of an anchor beyond that position, in order."""
        place = AnchorLeafRow.position
        of_it = AnchorLeafRow.day == day
        wanted = select(place).where(of_it, place > after).order_by(place).limit(limit)
        positions = self._connection.scalars(wanted).all()
        if not positions:
            return []
        page = of_it & place.between(positions[0], positions[-1])
        found = read(self._connection, AnchorLeafRow, page, to=leaf_of, parent=place)
        return [StoredLeaf(position=each.parent, leaf=each.value) for each in found]

    def held(self, leaves: Sequence[Leaf]) -> Mapping[LeafKey, str]:
        """The hashes that the register holds now of what these leaves are about."""
        by_kind: dict[LeafKind, list[Leaf]] = defaultdict(list)
        for leaf in leaves:
            by_kind[leaf.kind].append(leaf)
        held: dict[LeafKey, str] = {}
        for kind, look in _HASHES.items():
            held |= {
                (kind, subject, number): sha256
                for subject, number, sha256 in look(self._connection, by_kind[kind])
            }
        return held

    def keys(self, *, after: str, limit: int) -> Sequence[StoredKey]:
        """Keys of programs beyond that id, with their journals."""
        own = ApiKeyRow.id
        wanted = select(own).where(own > after).order_by(own).limit(limit)
        ids = self._connection.scalars(wanted).all()
        faults: dict[str, list[Finding]] = defaultdict(list)
        told = self._by_parent(
            JournalRow, JournalRow.envelope_id, ids, to=sound_entry, faults=faults
        )
        found = read(self._connection, ApiKeyRow, own.in_(ids), to=key_of, parent=own)
        return [
            StoredKey(id=each.place, key=each.value, entries=told[each.place]) for each in found
        ]

    def strays(self) -> Sequence[Finding]:
        """Rows that belong to something that is not there."""
        found: list[Finding] = []
        for row, own, *parents in _PARENTS:
            kept = or_(*(exists().where(parent == own) for parent in parents))
            key = inspect(row).primary_key
            wanted = select(*key).where(~kept).order_by(*key).limit(_MOST_STRAYS)
            found += [
                Finding(
                    fault=Mismatch.UNTOLD, table=row.__tablename__, row="/".join(map(str, each))
                )
                for each in self._connection.execute(wanted)
            ]
        return found

    def unguarded(self) -> Sequence[str]:
        """Tables whose triggers are not there, or asleep."""
        dialect = self._connection.dialect.name
        standing = set(self._connection.scalars(_GUARDS[dialect]).all())
        wanted = _TRIGGERS[dialect]
        return [
            table for table in GUARDED if not {f"{table}_{each}" for each in wanted} <= standing
        ]

    def _stored(self, ids: Sequence[str]) -> list[Stored]:
        faults: dict[str, list[Finding]] = defaultdict(list)
        mine = partial(self._by_parent, ids=ids, faults=faults)
        entries = mine(JournalRow, JournalRow.envelope_id, to=sound_entry)
        challenges = mine(ChallengeRow, ChallengeRow.chain, to=challenge_of)
        documents = self._documents(ids, faults)
        envelopes = mine(
            EnvelopeRow, EnvelopeRow.id, to=lambda row: sound_envelope(row, documents[row.id])
        )
        visits = mine(VisitRow, VisitRow.id, to=sound_visit)
        members = mine(StaffRow, StaffRow.id, to=sound_member)
        anchored = self._anchored(ids)
        return [
            Stored(
                id=each,
                envelope=next(iter(envelopes[each]), None),
                challenges=challenges[each],
                entries=entries[each],
                anchored=anchored[each],
                unreadable=faults[each],
                visit=next(iter(visits[each]), None),
                member=next(iter(members[each]), None),
            )
            for each in ids
        ]

    def _by_parent(
        self,
        table: type[R],
        parent: InstrumentedAttribute[str],
        ids: Sequence[str],
        *,
        to: Callable[[R], T],
        faults: dict[str, list[Finding]],
    ) -> dict[str, list[T]]:
        """The rows of each, in the order of keys; those that make no sense go to the faults."""
        rows: dict[str, list[T]] = defaultdict(list)
        for found in read(self._connection, table, parent.in_(ids), to=to, parent=parent):
            if found.value is not None:
                rows[found.parent].append(found.value)
            else:
                faults[found.parent].append(_unreadable(table, found.place))
        return rows

    def _documents(
        self, ids: Sequence[str], faults: dict[str, list[Finding]]
    ) -> dict[str, list[Document]]:
        """Each envelope's, in the order of their places."""
        rows = read(
            self._connection, DocumentRow, DocumentRow.envelope_id.in_(ids),
            to=sound_document, parent=DocumentRow.envelope_id,
        )  # fmt: skip
        found = list(rows)
        versions = self._versions([each.key[0] for each in found])
        placed: dict[str, dict[int, Document]] = defaultdict(dict)
        for each in found:
            later = versions[each.key[0]]
            odd = [one for one in later if one.value is None]
            faults[each.parent] += [_unreadable(DocumentVersionRow, one.place) for one in odd]
            if each.value is None:
                faults[each.parent].append(_unreadable(DocumentRow, each.place))
                continue
            position, document = each.value
            kept = tuple(one.value for one in later if one.value is not None)
            placed[each.parent][position] = replace(document, archived=kept)
        for envelope_id, documents in placed.items():
            if sorted(documents) != list(range(len(documents))):
                # A row with a place of its own is none that we wrote.
                last = documents[max(documents)]
                faults[envelope_id].append(_unreadable(DocumentRow, last.id))
        return {each: [by[place] for place in sorted(by)] for each, by in _filled(placed, ids)}

    def _versions(self, document_ids: Sequence[str]) -> dict[str, list[Found[Archived]]]:
        parent = DocumentVersionRow.document_id
        found: dict[str, list[Found[Archived]]] = defaultdict(list)
        for each in read(
            self._connection, DocumentVersionRow, parent.in_(document_ids),
            to=version_of, parent=parent,
        ):  # fmt: skip
            found[each.parent].append(each)
        return found

    def _anchored(self, ids: Sequence[str]) -> dict[str, list[Head]]:
        of_them = (AnchorLeafRow.kind == LeafKind.JOURNAL.value) & AnchorLeafRow.subject.in_(ids)
        heads: dict[str, list[Head]] = defaultdict(list)
        found = read(
            self._connection, AnchorLeafRow, of_them, to=_head, parent=AnchorLeafRow.subject
        )
        for each in found:
            if each.value is not None:
                heads[each.parent].append(each.value)
        for each_chain in heads.values():
            each_chain.sort(key=lambda head: head.leaf.sequence)
        return heads


def _filled(
    placed: Mapping[str, dict[int, Document]], ids: Sequence[str]
) -> Iterator[tuple[str, dict[int, Document]]]:
    for each in ids:
        yield each, placed.get(each, {})


def _unreadable(table: type[Base], place: str) -> Finding:
    return Finding(fault=Mismatch.UNREADABLE, table=table.__tablename__, row=place)


def _head(row: AnchorLeafRow) -> Head:
    return Head(day=date.fromisoformat(row.day), leaf=leaf_of(row))


def _journal_hashes(
    connection: Connection, leaves: Sequence[Leaf]
) -> Iterable[tuple[str, int, str]]:
    chains = {leaf.subject for leaf in leaves}
    numbers = {leaf.sequence for leaf in leaves}
    wanted = select(JournalRow.envelope_id, JournalRow.sequence, JournalRow.hash).where(
        JournalRow.envelope_id.in_(chains), JournalRow.sequence.in_(numbers)
    )
    return ((chain, number, sha256) for chain, number, sha256 in connection.execute(wanted))


def _file_hashes(connection: Connection, leaves: Sequence[Leaf]) -> Iterable[tuple[str, int, str]]:
    documents = {leaf.subject for leaf in leaves}
    sealed = select(DocumentRow.id, DocumentRow.sealed_sha256).where(
        DocumentRow.id.in_(documents), DocumentRow.sealed_sha256.is_not(None)
    )
    later = select(
        DocumentVersionRow.document_id, DocumentVersionRow.number, DocumentVersionRow.sha256
    ).where(DocumentVersionRow.document_id.in_(documents))
    for document, sha256 in connection.execute(sealed):
        yield document, 1, str(sha256)
    for document, number, sha256 in connection.execute(later):
        yield document, number, sha256


def _token_hashes(connection: Connection, leaves: Sequence[Leaf]) -> Iterable[tuple[str, int, str]]:
    days = {leaf.subject for leaf in leaves}
    wanted = select(AnchorTokenRow.day, AnchorTokenRow.content).where(AnchorTokenRow.day.in_(days))
    for day, content in connection.execute(wanted):
        # SQLite keeps whatever is written by hand: what is no bytes has no hash, and is named.
        if isinstance(content, bytes):
            yield day, 1, hashlib.sha256(content).hexdigest()


_HASHES: Mapping[
    LeafKind, Callable[[Connection, Sequence[Leaf]], Iterable[tuple[str, int, str]]]
] = {
    LeafKind.JOURNAL: _journal_hashes,
    LeafKind.DOCUMENT: _file_hashes,
    LeafKind.TOKEN: _token_hashes,
}

_PARENTS: tuple[tuple[Any, ...], ...] = (
    (DocumentRow, DocumentRow.envelope_id, EnvelopeRow.id),
    (ChallengeRow, ChallengeRow.chain, EnvelopeRow.id, VerificationRow.id),
    (DocumentVersionRow, DocumentVersionRow.document_id, DocumentRow.id),
    (AnchorLeafRow, AnchorLeafRow.day, AnchorRow.day),
    (AnchorTokenRow, AnchorTokenRow.day, AnchorRow.day),
    (VisitRow, VisitRow.id, JournalRow.envelope_id),
    (StaffRow, StaffRow.id, JournalRow.envelope_id),
)

_TRIGGERS = {
    "sqlite": ("no_update", "no_delete", "no_replace"),
    "postgresql": ("append_only",),
}
_GUARDS = {
    "sqlite": text("SELECT name FROM sqlite_master WHERE type = 'trigger'"),
    "postgresql": text(
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
        " AND tgrelid IN"
        " (SELECT oid FROM pg_class WHERE relnamespace = current_schema::regnamespace)"
    ),
}
