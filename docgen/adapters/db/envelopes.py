"""Envelopes in SQL."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    bindparam,
    func,
    insert,
    literal,
    select,
    update,
)

from docgen.adapters.db.journal import SqlJournal
from docgen.adapters.db.mapping import (
    bytes_columns,
    document_columns,
    document_of,
    envelope_columns,
    envelope_of,
    life_columns,
)
from docgen.adapters.db.prepared import Foreseen, Prepared, PreparedByIds, PreparedQuery
from docgen.adapters.db.reading import all_rows
from docgen.adapters.db.rows import DocumentRow, DocumentVersionRow, EnvelopeRow
from docgen.adapters.db.seen import Held, Seen
from docgen.domain import for_tests
from docgen.domain.envelope import MOVES, Archived, Document, Envelope, EnvelopeFilter, State, Verb
from docgen.domain.errors import DocumentNotFound, EnvelopeNotFound, StaleEnvelope
from docgen.domain.subscriber import Iin, Phone
from docgen.ports import Coming

_OPEN = [literal(state.value) for state in MOVES[Verb.EXPIRE].sources]

# Filled in when they are executed: to build a statement anew takes longer than to execute it.
_ADD, _ADD_DOCUMENT = Prepared(insert(EnvelopeRow)), Prepared(insert(DocumentRow))
_BY_ID = select(EnvelopeRow).where(EnvelopeRow.id == bindparam("its_id"))
_ONE, _ONE_LOCKED = PreparedQuery(_BY_ID), PreparedQuery(_BY_ID.with_for_update())
_STATE: PreparedQuery[str] = PreparedQuery(
    select(EnvelopeRow.state).where(EnvelopeRow.id == bindparam("its_id"))
)
_DOCUMENTS: PreparedByIds[DocumentRow] = PreparedByIds(
    lambda ids: (
        select(DocumentRow).where(DocumentRow.envelope_id.in_(ids)).order_by(DocumentRow.position)
    )
)
_VERSIONS: PreparedByIds[DocumentVersionRow] = PreparedByIds(
    lambda ids: (
        select(DocumentVersionRow)
        .where(DocumentVersionRow.document_id.in_(ids))
        .order_by(DocumentVersionRow.document_id, DocumentVersionRow.number)
    )
)
_ITS_MARKS = (
    select(EnvelopeRow.version, EnvelopeRow.state, DocumentRow.frozen_sha256)
    .join(DocumentRow, EnvelopeRow.id == DocumentRow.envelope_id)
    .where(EnvelopeRow.id == bindparam("its_id"))
    .order_by(DocumentRow.position)
)
_MARKS: PreparedQuery[Any] = PreparedQuery(_ITS_MARKS)
_MARKS_LOCKED: PreparedQuery[Any] = PreparedQuery(_ITS_MARKS.with_for_update(of=EnvelopeRow))
_IN_STATE: PreparedQuery[str] = PreparedQuery(
    select(EnvelopeRow.id)
    .where(EnvelopeRow.state == bindparam("its_state"))
    .order_by(EnvelopeRow.created_at, EnvelopeRow.id)
)
_OVERDUE: PreparedQuery[str] = PreparedQuery(
    select(EnvelopeRow.id)
    .where(EnvelopeRow.state.in_(_OPEN), EnvelopeRow.expires_at <= bindparam("now"))
    .order_by(EnvelopeRow.expires_at, EnvelopeRow.id)
)
_PERSONS: PreparedQuery[str] = PreparedQuery(
    select(EnvelopeRow.subscriber["iin"].as_string())
    .where(
        EnvelopeRow.owner == bindparam("its_owner"),
        EnvelopeRow.phone == bindparam("its_phone"),
        EnvelopeRow.created_at >= bindparam("since"),
    )
    .distinct()
)
_SAVE = Prepared(
    update(EnvelopeRow).where(
        EnvelopeRow.id == bindparam("its_id"), EnvelopeRow.version == bindparam("its_version")
    )
)
_SAVE_DOCUMENT = Prepared(
    update(DocumentRow).where(
        DocumentRow.id == bindparam("its_id"), DocumentRow.envelope_id == bindparam("its_envelope")
    )
)


class SqlEnvelopes:
    """Implements ports.Envelopes.

    What a unit has read or saved it remembers to its end: until then nobody else can change it.
    What was read by units before is read again only if its version is another one.
    """

    def __init__(
        self, connection: Connection, *, locking: bool, journal: SqlJournal, seen: Seen
    ) -> None:
        self._connection = connection
        self._locking = locking
        self._journal = journal
        self._seen = seen
        self._is_as_committed = True
        self._known: dict[str, Envelope] = {}
        self._coming = Foreseen(self._asked)

    def add(self, envelope: Envelope) -> None:
        """Store a new envelope as version 1.

        Conflict for an id, number or token in use is raised by the commit at the latest.
        """
        self._is_as_committed = False
        _ADD.tell(self._connection, envelope_columns(envelope) | {"version": 1})
        for position, document in enumerate(envelope.documents):
            columns = document_columns(document, envelope_id=envelope.id, position=position)
            _ADD_DOCUMENT.tell(self._connection, columns)
        self._journal.begin(envelope.id)

    def foresee(self, envelope_id: str) -> None:
        """Ask for it along with what is asked next."""
        if envelope_id not in self._known:
            self._coming.foresee(envelope_id)

    def get(self, envelope_id: str) -> Envelope:
        """The envelope; raises EnvelopeNotFound."""
        if envelope_id not in self._known:
            self._known[envelope_id] = self._coming.take(envelope_id)
        return self._known[envelope_id]

    def state(self, envelope_id: str) -> State:
        """The envelope's alone, locking nothing; raises EnvelopeNotFound."""
        for state in _STATE.column(self._connection, {"its_id": envelope_id}):
            return State(state)
        raise EnvelopeNotFound(envelope_id)

    def save(self, envelope: Envelope) -> None:
        """Store the next version; to save twice in a unit, get it again in between.

        StaleEnvelope is raised by the commit at the latest; the unit is over.
        """
        self._is_as_committed = False
        columns = life_columns(envelope) | {"version": envelope.version + 1}
        its = {"its_id": envelope.id, "its_version": envelope.version}
        before = self._known.pop(envelope.id, None)
        self._coming.forget(envelope.id)
        is_latest = self._locking and before is not None and before.version == envelope.version
        # Where it is locked, nobody need wait for the database to say that it is the latest.
        stale = None if is_latest else partial(StaleEnvelope, envelope.id)
        _SAVE.tell(self._connection, columns | its, missing=stale)
        stored = () if before is None else before.documents
        for document in envelope.documents:
            if document not in stored:
                its = {"its_id": document.id, "its_envelope": envelope.id}
                _SAVE_DOCUMENT.tell(self._connection, bytes_columns(document) | its)
        # Later versions are not saved here: whoever read it before one was added knows too little.
        if before is not None and _versions_of(before) == _versions_of(envelope):
            self._known[envelope.id] = replace(envelope, version=envelope.version + 1)

    def committing(self) -> Callable[[], None]:
        """What to do as soon as the unit's writing lasts: what it knows has been seen."""
        held = self._seen.held

        def seen() -> None:
            for envelope in self._known.values():
                self._seen.keep(envelope, among=held)

        return seen

    def forget(self) -> None:
        """Something of them was changed by another way: they must be read again."""
        self._is_as_committed = False
        self._known.clear()
        self._coming.forget()

    def find(
        self, wanted: EnvelopeFilter, *, after: str | None, limit: int
    ) -> Coming[Sequence[Envelope]]:
        """The newest that fit, by id from the newest down; with `after`, those older than that."""
        given = {"its_owner": wanted.owner} | {
            name: value for name, value in _set_in(wanted, after=after).items() if value is not None
        }
        found = _fitting(frozenset(given), tests=wanted.tests)
        rows = found.soon(self._connection, given | {"most": limit})
        return lambda: self._with_documents(rows())

    def in_state(self, state: State) -> Sequence[str]:
        """Ids of the envelopes in that state, the oldest first."""
        return _IN_STATE.column(self._connection, {"its_state": state.value})

    def overdue(self, now: datetime) -> Sequence[str]:
        """Ids of open envelopes whose `expires_at` has come, the longest overdue first."""
        return _OVERDUE.column(self._connection, {"now": now})

    def without_detached(self) -> Sequence[str]:
        """Ids of sealed envelopes with a document without such a signature, oldest seal first.

        Of tests there are none: nobody owes them any.
        """
        wanted = (
            select(DocumentRow.envelope_id)
            .join(EnvelopeRow, EnvelopeRow.id == DocumentRow.envelope_id)
            .where(DocumentRow.sealed_sha256.is_not(None), DocumentRow.detached_sha256.is_(None))
            .where(~_is_test())
            .group_by(DocumentRow.envelope_id)
            .order_by(func.min(DocumentRow.sealed_at), DocumentRow.envelope_id)
        )
        return self._connection.scalars(wanted).all()

    def by_token(self, token: str) -> Envelope:
        """The envelope of the document that prints this token; raises DocumentNotFound."""
        return self._of_document(DocumentRow.verification_token == token)

    def by_number(self, number: str) -> Envelope:
        """The envelope of the document of that number; raises DocumentNotFound."""
        return self._of_document(DocumentRow.number == number)

    def _of_document(self, is_it: ColumnElement[bool]) -> Envelope:
        holder = select(DocumentRow.envelope_id).where(is_it)
        found = self._read(select(EnvelopeRow).where(EnvelopeRow.id.in_(holder)))
        if not found:
            raise DocumentNotFound
        return found[0]

    def persons_at(self, phone: Phone, *, owner: str, since: datetime) -> Coming[frozenset[Iin]]:
        """Whose the owner's envelopes of this number are that were made since."""
        given = {"its_owner": owner, "its_phone": phone.value, "since": since}
        found = _PERSONS.column_soon(self._connection, given)
        return lambda: frozenset(map(Iin, found()))

    def _asked(self, envelope_id: str) -> Callable[[], Envelope]:
        held = self._seen.held
        known = held.get(envelope_id)
        found = self._whole(envelope_id) if known is None else self._unless_same(known, held)
        if self._locking:
            # Most who lock an envelope write to its journal, too.
            self._journal.foresee(envelope_id)
        return found

    def _whole(self, envelope_id: str) -> Callable[[], Envelope]:
        held = self._seen.held
        one = _ONE_LOCKED if self._locking else _ONE
        rows = one.soon(self._connection, {"its_id": envelope_id})
        query, given = _DOCUMENTS.asked([envelope_id])
        documents = query.soon(self._connection, given)
        return lambda: self._built(envelope_id, rows(), documents(), held)

    def _unless_same(self, known: Envelope, held: Held) -> Callable[[], Envelope]:
        one = _MARKS_LOCKED if self._locking else _MARKS
        marks = one.soon(self._connection, {"its_id": known.id})

        def found() -> Envelope:
            told = list(marks())
            # If the line was lost meanwhile, what has answered may be another server.
            is_same = self._seen.held is held and told == _marks_of(known)
            return known if is_same else self._whole(known.id)()

        return found

    def _built(
        self,
        envelope_id: str,
        rows: Sequence[EnvelopeRow],
        documents: Sequence[DocumentRow],
        held: Held,
    ) -> Envelope:
        if not rows:
            raise EnvelopeNotFound(envelope_id)
        read = envelope_of(rows[0], self._by_envelope(documents)[envelope_id])
        if self._is_as_committed:
            self._seen.keep(read, among=held)
        return read

    def _read(self, wanted: Select[EnvelopeRow]) -> list[Envelope]:
        return self._with_documents(all_rows(self._connection, wanted))

    def _with_documents(self, rows: Sequence[EnvelopeRow]) -> list[Envelope]:
        found = _DOCUMENTS.all(self._connection, [row.id for row in rows])
        documents = self._by_envelope(found)
        return [envelope_of(row, documents[row.id]) for row in rows]

    def _by_envelope(self, rows: Sequence[DocumentRow]) -> dict[str, list[Document]]:
        sealed = [row.id for row in rows if row.sealed_sha256 is not None]
        versions: dict[str, list[DocumentVersionRow]] = defaultdict(list)
        for version in _VERSIONS.all(self._connection, sealed):
            versions[version.document_id].append(version)
        by_envelope: dict[str, list[Document]] = defaultdict(list)
        for row in rows:
            by_envelope[row.envelope_id].append(document_of(row, versions[row.id]))
        return by_envelope


def _marks_of(envelope: Envelope) -> Sequence[tuple[Any, ...]]:
    """What is compared: a code is bound to the bytes, and what may be done to the state."""
    return [
        (
            envelope.version,
            envelope.state.value,
            None if each.frozen is None else each.frozen.sha256,
        )
        for each in envelope.documents
    ]


def _versions_of(envelope: Envelope) -> Sequence[tuple[Archived, ...]]:
    return [document.archived for document in envelope.documents]


def _is_test() -> ColumnElement[bool]:
    """As `Phone.is_test` says it."""
    return func.substr(EnvelopeRow.phone, 3, 3) == for_tests.NETWORK


_CONDITIONS: Mapping[str, ColumnElement[bool]] = {
    "its_owner": EnvelopeRow.owner == bindparam("its_owner"),
    "its_region": EnvelopeRow.region == bindparam("its_region"),
    "its_state": EnvelopeRow.state == bindparam("its_state"),
    "its_phone": EnvelopeRow.phone == bindparam("its_phone"),
    "its_account": EnvelopeRow.account_number == bindparam("its_account"),
    "its_order": EnvelopeRow.order_number == bindparam("its_order"),
    "created_from": EnvelopeRow.created_at >= bindparam("created_from"),
    "created_before": EnvelopeRow.created_at < bindparam("created_before"),
    "after": EnvelopeRow.id < bindparam("after"),
}


def _set_in(wanted: EnvelopeFilter, *, after: str | None) -> Mapping[str, Any]:
    """By the name of its condition; None where there is none."""
    return {
        "its_region": wanted.region,
        "its_state": None if wanted.state is None else wanted.state.value,
        "its_phone": None if wanted.phone is None else wanted.phone.value,
        "its_account": wanted.account_number,
        "its_order": wanted.order_number,
        "created_from": wanted.created_from,
        "created_before": wanted.created_before,
        "after": after,
    }


@cache
def _fitting(conditions: frozenset[str], *, tests: bool) -> PreparedQuery[EnvelopeRow]:
    """Written once for each choice of conditions."""
    is_test = _is_test()
    return PreparedQuery(
        select(EnvelopeRow)
        .where(*(_CONDITIONS[name] for name in sorted(conditions)))
        .where(is_test if tests else ~is_test)
        .order_by(EnvelopeRow.id.desc())
        .limit(bindparam("most", type_=Integer))
    )
