"""The register: units of work over SQLite or PostgreSQL."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from types import TracebackType
from typing import Any, Protocol, cast

from sqlalchemy import Connection, Engine, bindparam, event, literal, select, text
from sqlalchemy.exc import SQLAlchemyError

from docgen import (
    ports,
    ports_of_copies,
    ports_of_evidence,
    ports_of_packs,
    ports_of_staff,
    ports_of_tickets,
    ports_of_webhooks,
)
from docgen.adapters.db.anchors import SqlAnchors
from docgen.adapters.db.asked import SqlAskedRequests
from docgen.adapters.db.audit import SqlAudit
from docgen.adapters.db.challenges import SqlChallenges
from docgen.adapters.db.copies import SqlCopies
from docgen.adapters.db.deliveries import SqlDeliveries
from docgen.adapters.db.engine import PATIENCE, READS_ONLY, connect
from docgen.adapters.db.envelopes import SqlEnvelopes
from docgen.adapters.db.failures import raise_translated, translated
from docgen.adapters.db.holds import holds_for
from docgen.adapters.db.hops import SqlHops
from docgen.adapters.db.journal import SqlJournal
from docgen.adapters.db.kept import KeptWires
from docgen.adapters.db.keys import SqlKeys
from docgen.adapters.db.lifts import SqlLifts
from docgen.adapters.db.news import SqlNews
from docgen.adapters.db.outbox import SqlOutbox
from docgen.adapters.db.pack_batches import SqlPackBatches
from docgen.adapters.db.packs import SqlPacks
from docgen.adapters.db.prepared import PreparedQuery
from docgen.adapters.db.recalling import recalled
from docgen.adapters.db.rows import EnvelopeRow, VerificationRow
from docgen.adapters.db.seen import Seen
from docgen.adapters.db.staff import SqlKnocks, SqlSessions, SqlSignInTries, SqlStaff
from docgen.adapters.db.tallies import SqlTallies
from docgen.adapters.db.tickets import SqlTickets
from docgen.adapters.db.verifications import SqlVerifications
from docgen.adapters.db.versions import SqlVersions
from docgen.adapters.db.visits import SqlVisits
from docgen.adapters.db.webhooks import SqlWebhooks
from docgen.adapters.db.wire import READING, WRITING, Wire
from docgen.domain.recalled import Recalled

_LOCKED = tuple(
    PreparedQuery(select(row.id).where(row.id == bindparam("its_id")).with_for_update())
    for row in (EnvelopeRow, VerificationRow)
)
_LOOK: PreparedQuery[int] = PreparedQuery(select(literal(1).label("alive")))
_NEXT_NUMBER: PreparedQuery[int] = PreparedQuery(
    text(
        "INSERT INTO counters (series, value) VALUES (:series, 1)"
        " ON CONFLICT (series) DO UPDATE SET value = counters.value + 1 RETURNING value"
    )
)


class _Lasting(Protocol):
    """What can be made to last."""

    def commit(self) -> None:
        """All that was written since it began."""


class SqlUnit:
    """Implements ports.UnitOfWork over one transaction."""

    envelopes: ports.Envelopes
    verifications: ports.Verifications
    challenges: ports.Challenges
    versions: ports_of_evidence.Versions
    hops: ports.Hops
    tallies: ports.Tallies
    lifts: ports.Lifts
    journal: ports.Journal
    anchors: ports_of_evidence.Anchors
    audit: ports_of_evidence.Audit
    outbox: ports.Outbox
    news: ports_of_webhooks.News
    webhooks: ports_of_webhooks.Webhooks
    deliveries: ports_of_webhooks.Deliveries
    keys: ports.ApiKeys
    packs: ports_of_packs.Packs
    pack_batches: ports_of_packs.PackBatches
    staff: ports_of_staff.Staff
    sessions: ports_of_staff.Sessions
    knocks: ports_of_staff.Knocks
    sign_in_tries: ports_of_staff.SignInTries
    visits: ports_of_staff.Visits
    asked: ports.AskedRequests
    tickets: ports_of_tickets.Tickets
    copies: ports_of_copies.Copies

    def __init__(self, connection: Connection, transaction: _Lasting | None, *, seen: Seen) -> None:
        self._connection = connection
        self._transaction = transaction
        self.seen = seen

    def __getattr__(self, name: str) -> Any:
        """A part, made when it is first asked for: most units need two or three of them."""
        if name not in _PARTS:
            raise AttributeError(name)
        part = _PARTS[name](self, self._connection, self._transaction is not None)
        setattr(self, name, part)
        return part

    def lock(self, chain: str) -> None:
        """Keep other writers off the row of that id; a reading unit locks nothing."""
        if self._transaction is None:
            raise RuntimeError("a reading unit locks nothing")
        for locked in _LOCKED:
            locked.tell(self._connection, {"its_id": chain})
        cast("SqlJournal", self.journal).foresee(chain)

    def foresee(self, chain: str) -> None:
        """Ask for the envelope and its newest challenge along with what is asked next."""
        cast("SqlEnvelopes", self.envelopes).foresee(chain)
        cast("SqlChallenges", self.challenges).foresee(chain)

    def look(self) -> None:
        """Raise what SQLAlchemy raises unless the database answers."""
        _LOOK.all(self._connection)

    def envelopes_changed(self) -> None:
        """By another way than `envelopes`, which must read them again."""
        if "envelopes" in vars(self):
            cast("SqlEnvelopes", self.envelopes).forget()

    def next_number(self, series: str) -> ports.Coming[int]:
        """The next number, kept from others until the unit ends and taken back if it is undone."""
        numbers = _NEXT_NUMBER.column_soon(self._connection, {"series": series})
        return lambda: numbers()[0]

    def recall(self, envelope_id: str) -> Recalled:
        """An envelope with all that is known of it; raises RuntimeError in a writing unit."""
        if self._transaction is not None:
            raise RuntimeError("a writing unit sees no single state")
        return recalled(self, self._connection, envelope_id)

    def commit(self) -> None:
        """Make it last; raises RuntimeError in a reading unit."""
        if self._transaction is None:
            raise RuntimeError("a reading unit is never committed")
        if "envelopes" not in vars(self):
            self._transaction.commit()
            return
        seen = cast("SqlEnvelopes", self.envelopes).committing()
        self._transaction.commit()
        seen()


_PARTS: Mapping[str, Callable[[SqlUnit, Connection, bool], Any]] = {
    "envelopes": lambda unit, connection, locking: SqlEnvelopes(
        connection, locking=locking, journal=cast("SqlJournal", unit.journal), seen=unit.seen
    ),
    "verifications": lambda _, connection, locking: SqlVerifications(connection, locking=locking),
    "challenges": lambda _, connection, __: SqlChallenges(connection),
    "versions": lambda unit, connection, _: SqlVersions(connection, changed=unit.envelopes_changed),
    "hops": lambda unit, connection, locking: SqlHops(
        connection, locking=locking, journal=cast("SqlJournal", unit.journal)
    ),
    "tallies": lambda _, connection, __: SqlTallies(connection),
    "lifts": lambda _, connection, __: SqlLifts(connection),
    "journal": lambda _, connection, __: SqlJournal(connection),
    "anchors": lambda _, connection, __: SqlAnchors(connection),
    "audit": lambda _, connection, __: SqlAudit(connection),
    "outbox": lambda _, connection, __: SqlOutbox(connection),
    "news": lambda _, connection, __: SqlNews(connection),
    "webhooks": lambda _, connection, locking: SqlWebhooks(connection, locking=locking),
    "deliveries": lambda _, connection, __: SqlDeliveries(connection),
    "keys": lambda _, connection, __: SqlKeys(connection),
    "packs": lambda _, connection, locking: SqlPacks(connection, locking=locking),
    "pack_batches": lambda _, connection, __: SqlPackBatches(connection),
    "staff": lambda _, connection, __: SqlStaff(connection),
    "sessions": lambda _, connection, locking: SqlSessions(connection, locking=locking),
    "knocks": lambda _, connection, __: SqlKnocks(connection),
    "sign_in_tries": lambda _, connection, __: SqlSignInTries(connection),
    "visits": lambda _, connection, locking: SqlVisits(connection, locking=locking),
    "asked": lambda _, connection, __: SqlAskedRequests(connection),
    "tickets": lambda _, connection, locking: SqlTickets(connection, locking=locking),
    "copies": lambda _, connection, __: SqlCopies(connection),
}


class _Units(Protocol):
    """How units of work come to their database."""

    def begin(self) -> AbstractContextManager[SqlUnit]:
        """One that writes."""

    def view(self) -> AbstractContextManager[SqlUnit]:
        """One that reads over one snapshot."""

    def glance(self) -> AbstractContextManager[SqlUnit]:
        """The same, of which one snapshot need last no longer than one journey."""

    def close(self) -> None:
        """Close all connections."""


class _OverEngine:
    """In SQLite: by SQLAlchemy's own transactions."""

    def __init__(self, engine: Engine, *, seen: Seen) -> None:
        self._engine, self._seen = engine, seen
        self._reading = engine.execution_options(**{READS_ONLY: True})

    @contextmanager
    def begin(self) -> Iterator[SqlUnit]:
        with translated(), self._engine.connect() as connection:
            transaction = connection.begin()
            try:
                yield SqlUnit(connection, transaction, seen=self._seen)
            finally:
                transaction.close()

    @contextmanager
    def view(self) -> Iterator[SqlUnit]:
        with translated(), self._reading.connect() as connection, connection.begin():
            yield SqlUnit(connection, None, seen=self._seen)

    def glance(self) -> AbstractContextManager[SqlUnit]:
        return self.view()

    def close(self) -> None:
        self._engine.dispose()


class _OverWires:
    """In PostgreSQL: by wires, some of which stay open."""

    def __init__(self, engine: Engine, *, patience: timedelta, seen: Seen) -> None:
        self._engine, self._seen = engine, seen
        self._wires = KeptWires(engine, patience=patience.total_seconds())

    def begin(self) -> AbstractContextManager[SqlUnit]:
        return _OverWire(self._wires, WRITING, seen=self._seen)

    def view(self) -> AbstractContextManager[SqlUnit]:
        return _OverWire(self._wires, READING, seen=self._seen)

    def glance(self) -> AbstractContextManager[SqlUnit]:
        return _OverWire(self._wires, READING, seen=self._seen, glances=True)

    def close(self) -> None:
        self._wires.close()
        self._engine.dispose()


class _OverWire:
    """One unit over a wire that is lent for it; no generator, as a request has a dozen of them.

    The database's failures get their names from us where they leave the block.
    """

    def __init__(self, wires: KeptWires, how: str, *, seen: Seen, glances: bool = False) -> None:
        self._wires, self._how, self._seen, self._glances = wires, how, seen, glances

    def __enter__(self) -> SqlUnit:
        try:
            wire = self._begun()
        except SQLAlchemyError as error:
            raise_translated(error)
        transaction = wire if self._how == WRITING else None
        return SqlUnit(wire.connection, transaction, seen=self._seen)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._give_back()
        except SQLAlchemyError as another:
            raise_translated(another)
        if isinstance(error, SQLAlchemyError):
            raise_translated(error)

    def _begun(self) -> Wire:
        wire = self._wire = self._wires.take()
        try:
            wire.begin(self._how, glances=self._glances)
        except BaseException:
            self._give_back()
            raise
        return wire

    def _give_back(self) -> None:
        try:
            self._wire.end()
        finally:
            self._wires.give_back(self._wire)


class SqlRegister:
    """Implements ports.Register for `sqlite:///FILE` and `postgresql://…`, migrated beforehand."""

    def __init__(self, url: str, *, patience: timedelta = PATIENCE) -> None:
        self._engine = connect(url, patience=patience)
        self._holds = holds_for(url)
        seen = Seen()
        event.listen(self._engine, "connect", lambda *_: seen.forget())
        self._units: _Units = (
            _OverWires(self._engine, patience=patience, seen=seen)
            if self._engine.dialect.name == "postgresql"
            else _OverEngine(self._engine, seen=seen)
        )

    def begin(self) -> AbstractContextManager[ports.UnitOfWork]:
        """A writing unit; raises Unavailable where another's lock outlasts our patience."""
        return self._units.begin()

    def view(self) -> AbstractContextManager[ports.UnitOfWork]:
        """A reading unit over one snapshot."""
        return self._units.view()

    def glance(self) -> AbstractContextManager[ports.UnitOfWork]:
        """A reading unit of which each journey has a snapshot of its own."""
        return self._units.glance()

    def hold(self, envelope_id: str) -> AbstractContextManager[bool]:
        """Whether we are the only process, and the only thread in it, at work on the envelope."""
        return self._holds.hold(envelope_id)

    def ping(self) -> None:
        """Raise Unavailable unless the database answers; waits for nobody who writes."""
        with self._units.view() as unit:
            unit.look()

    def close(self) -> None:
        """Close the pooled connections."""
        self._holds.close()
        self._units.close()
