"""The register: units of work over SQLite or PostgreSQL."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, RootTransaction, bindparam, select, text

from docgen import (
    ports,
    ports_of_copies,
    ports_of_evidence,
    ports_of_packs,
    ports_of_staff,
    ports_of_tickets,
)
from docgen.adapters.db.anchors import SqlAnchors
from docgen.adapters.db.asked import SqlAskedRequests
from docgen.adapters.db.audit import SqlAudit
from docgen.adapters.db.challenges import SqlChallenges
from docgen.adapters.db.copies import SqlCopies
from docgen.adapters.db.deliveries import SqlDeliveries
from docgen.adapters.db.engine import PATIENCE, READS_ONLY, connect
from docgen.adapters.db.envelopes import SqlEnvelopes
from docgen.adapters.db.failures import translated
from docgen.adapters.db.holds import holds_for
from docgen.adapters.db.hops import SqlHops
from docgen.adapters.db.journal import SqlJournal
from docgen.adapters.db.keys import SqlKeys
from docgen.adapters.db.lifts import SqlLifts
from docgen.adapters.db.news import SqlNews
from docgen.adapters.db.outbox import SqlOutbox
from docgen.adapters.db.pack_batches import SqlPackBatches
from docgen.adapters.db.packs import SqlPacks
from docgen.adapters.db.prepared import PreparedQuery
from docgen.adapters.db.rows import EnvelopeRow, VerificationRow
from docgen.adapters.db.staff import SqlKnocks, SqlSessions, SqlSignInTries, SqlStaff
from docgen.adapters.db.tallies import SqlTallies
from docgen.adapters.db.tickets import SqlTickets
from docgen.adapters.db.verifications import SqlVerifications
from docgen.adapters.db.versions import SqlVersions
from docgen.adapters.db.visits import SqlVisits
from docgen.adapters.db.webhooks import SqlWebhooks

_LOCKED = tuple(
    PreparedQuery(select(row.id).where(row.id == bindparam("its_id")).with_for_update())
    for row in (EnvelopeRow, VerificationRow)
)
_NEXT_NUMBER: PreparedQuery[int] = PreparedQuery(
    text(
        "INSERT INTO counters (series, value) VALUES (:series, 1)"
        " ON CONFLICT (series) DO UPDATE SET value = counters.value + 1 RETURNING value"
    )
)


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
    news: ports.News
    webhooks: ports.Webhooks
    deliveries: ports.Deliveries
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

    def __init__(self, connection: Connection, transaction: RootTransaction | None) -> None:
        envelopes = SqlEnvelopes(connection, locking=transaction is not None)
        self.envelopes = envelopes
        self.verifications = SqlVerifications(connection, locking=transaction is not None)
        self.challenges = SqlChallenges(connection)
        self.versions = SqlVersions(connection, changed=envelopes.forget)
        self.hops = SqlHops(connection, locking=transaction is not None)
        self.tallies = SqlTallies(connection)
        self.lifts = SqlLifts(connection)
        self.journal = SqlJournal(connection)
        self.anchors = SqlAnchors(connection)
        self.audit = SqlAudit(connection)
        self.outbox = SqlOutbox(connection)
        self.news = SqlNews(connection)
        self.webhooks = SqlWebhooks(connection, locking=transaction is not None)
        self.deliveries = SqlDeliveries(connection)
        self.keys = SqlKeys(connection)
        self.packs = SqlPacks(connection, locking=transaction is not None)
        self.pack_batches = SqlPackBatches(connection)
        self.staff = SqlStaff(connection)
        self.sessions = SqlSessions(connection, locking=transaction is not None)
        self.knocks = SqlKnocks(connection)
        self.sign_in_tries = SqlSignInTries(connection)
        self.visits = SqlVisits(connection, locking=transaction is not None)
        self.asked = SqlAskedRequests(connection)
        self.tickets = SqlTickets(connection, locking=transaction is not None)
        self.copies = SqlCopies(connection)
        self._connection = connection
        self._transaction = transaction

    def lock(self, chain: str) -> None:
        """Keep other writers off the row of that id; a reading unit locks nothing."""
        if self._transaction is None:
            raise RuntimeError("a reading unit locks nothing")
        for locked in _LOCKED:
            if locked.column(self._connection, {"its_id": chain}):
                return

    def next_number(self, series: str) -> int:
        """The next number, kept from others until the unit ends and taken back if it is undone."""
        (number,) = _NEXT_NUMBER.column(self._connection, {"series": series})
        return number

    def commit(self) -> None:
        """Make it last; raises RuntimeError in a reading unit."""
        if self._transaction is None:
            raise RuntimeError("a reading unit is never committed")
        if _has_failed(self._connection):
            # PostgreSQL answers COMMIT after a failed statement with a silent ROLLBACK; any other
            # statement fails aloud.
            self._connection.execute(text("SELECT 1"))
        self._transaction.commit()


def _has_failed(connection: Connection) -> bool:
    """Whether PostgreSQL has given the transaction up; its driver knows without asking."""
    driver = connection.connection.dbapi_connection
    return (
        isinstance(driver, psycopg.Connection)
        and driver.info.transaction_status is TransactionStatus.INERROR
    )


class SqlRegister:
    """Implements ports.Register for `sqlite:///FILE` and `postgresql://…`, migrated beforehand."""

    def __init__(self, url: str, *, patience: timedelta = PATIENCE) -> None:
        self._engine = connect(url, patience=patience)
        self._holds = holds_for(url)
        self._reading = self._engine.execution_options(**{READS_ONLY: True})
        if self._engine.dialect.name == "postgresql":
            self._reading = self._reading.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @contextmanager
    def begin(self) -> Iterator[ports.UnitOfWork]:
        """A writing unit; raises Unavailable where another's lock outlasts our patience.

        The database's own failures get their names from us where they leave the block.
        """
        with translated(), self._engine.connect() as connection:
            transaction = connection.begin()
            try:
                yield SqlUnit(connection, transaction)
            finally:
                transaction.close()

    @contextmanager
    def view(self) -> Iterator[ports.UnitOfWork]:
        """A reading unit over one snapshot."""
        with translated(), self._reading.connect() as connection, connection.begin():
            yield SqlUnit(connection, None)

    def hold(self, envelope_id: str) -> AbstractContextManager[bool]:
        """Whether we are the only process, and the only thread in it, at work on the envelope."""
        return self._holds.hold(envelope_id)

    def ping(self) -> None:
        """Raise Unavailable unless the database answers; waits for nobody who writes."""
        with translated(), self._reading.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close the pooled connections."""
        self._holds.close()
        self._engine.dispose()
