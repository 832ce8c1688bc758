"""A transaction of PostgreSQL, spoken in libpq's own terms.

Each statement is prepared once a connection. What nobody waits for an answer to goes along with the
next question, or with the COMMIT (libpq, pipeline mode): a visit has hundreds of statements, and
the journey to the server and back costs more than most of them.
"""

import select
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any, cast

import psycopg
from psycopg import errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, PipelineStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

WIRE = "docgen_wire"
"""Among the attributes of a connection: the wire that speaks over it.

An execution option would say the same, and each look at it be a call; every statement looks.
"""

WRITING = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

_PATIENCE_MILLISECONDS = 60_000
"""Longer than the server lets any statement run (`statement_timeout` in `engine`)."""
_GONE = {"57P01", "57P02", "57P03", "0A000"}
"""SQLSTATE of a server that ends or begins, and of a plan that a migration has overtaken."""
_GOOD = {ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK}
_SYNC, _ABORTED = ExecStatus.PIPELINE_SYNC, ExecStatus.PIPELINE_ABORTED
_OFF = PipelineStatus.OFF

Values = Sequence[Any]
Refusal = Callable[[], Exception]


@dataclass(slots=True, eq=False)
class Said:
    """A statement that was sent, and what the server answers to it."""

    text: str = ""
    values: Sequence[Any] = ()
    """As they are sent."""
    prepares: bool = False
    ends: bool = False
    """Whether it is no statement but the end of what is sent together."""
    refusal: Refusal | None = None
    missing: Refusal | None = None
    answer: PGresult | None = None

    def raised(self, failure: psycopg.Error) -> Exception:
        """The failure, by the name that was given to it."""
        if isinstance(failure, _Missing) and self.missing is not None:
            return self.missing()
        if isinstance(failure, psycopg.IntegrityError) and self.refusal is not None:
            return self.refusal()
        return failure


class _Missing(psycopg.Error):
    """A statement has changed no row."""


class Wire:
    """One connection for one transaction after another: `begin`, then `commit` or not, then `end`.

    Raises what SQLAlchemy raises. A connection that turns out to be lost before the server has
    answered anything in a transaction is replaced, and all of it is said again.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        vars(connection)[WIRE] = self
        self.is_at_work = False
        """Whether a transaction lasts, be it that nothing was said in it yet."""
        self.is_lost = False
        """Whether the connection is of no use any more."""
        self._begins = ""
        """How the transaction will begin, as long as nothing was said in it."""
        self._again: list[Said] | None = None
        """What was said in it, until the server answers."""
        self._is_shared = self._reads_only = self._glances = False
        self._take()

    def begin(self, how: str, *, glances: bool = False) -> None:
        """A transaction; the server hears of it together with the first statement.

        Where one `glances`, it ends with whatever is sent together, and the next such has another.
        """
        if how == WRITING and self._under_way and self._comes(select.POLLIN, milliseconds=0):
            # Else the answer to the transaction before could be taken for a line that was cut.
            self._drain()
        self._begins, self._again = how, []
        self.is_at_work, self._is_shared, self._reads_only = True, False, how == READING
        self._glances = glances

    def tell(
        self,
        text: str,
        values: Values,
        *,
        refusal: Refusal | None = None,
        missing: Refusal | None = None,
    ) -> None:
        """A statement whose answer comes with a later one's, at the latest with the commit.

        Then `refusal` is raised where a rule of the database refuses it, and `missing` where there
        was no row for it to change.
        """
        self._say(Said(text, self._sent(values), refusal=refusal, missing=missing))
        if self._is_shared or self._reads_only:
            self._settle()

    def soon(self, text: str, values: Values, *, refusal: Refusal | None = None) -> Said:
        """A statement that goes along with others; to be asked for its answer within this unit.

        `refusal` as in `tell`.
        """
        said = Said(text, self._sent(values), refusal=refusal)
        self._say(said)
        if self._is_shared:
            self._settle()
        return said

    def answer(self, said: Said) -> PGresult:
        """To what was said; raises what went wrong with anything said before, too."""
        if said.answer is None:
            self._settle()
        return cast("PGresult", said.answer)

    def rows(self, said: Said) -> Sequence[tuple[Any, ...]]:
        """All rows of an answer, in Python's types; raises as `answer`."""
        answer = said.answer or self.answer(said)
        self._adapts.set_pgresult(answer)
        return self._adapts.load_rows(0, answer.ntuples, tuple)

    def share(self) -> None:
        """From here to its end the transaction is the driver's too: nothing stays under way."""
        # The driver keeps it open: a glance lasts, too.
        self._is_shared, self._glances = True, False
        if self._begins:
            self._say_how_it_begins()
        self._settle()

    def commit(self) -> None:
        """Make it last, with all that was told."""
        if self._begins:
            return
        if self._is_disturbed() or any(each.missing for each in self._under_way):
            # The server minds no row that is missing: it would commit all the rest.
            self._settle()
        # A COMMIT is never said again: the server may have heard the first one.
        self._again = None
        if self._has_failed():
            # PostgreSQL would answer COMMIT with a silent ROLLBACK; anything else fails aloud.
            self.answer(self.soon("SELECT 1", ()))
        if self.connection.in_transaction():
            self.connection.commit()
        else:
            self.answer(self.soon("COMMIT", ()))
        self.is_at_work = False

    def end(self) -> None:
        """Undo what was not committed; who may write leaves no lock behind. Raises nothing."""
        undone = self.is_at_work and not self._begins and not self.is_lost
        self.is_at_work, self._begins, self._again = False, "", None
        try:
            if self._under_way and not self._under_way[-1].ends:
                # If the server refuses any of it, it passes over the rest up to this end.
                self._mark_end()
            if self.connection.in_transaction():
                self._drain()
                self.connection.rollback()
            elif undone:
                self._send(Said("ROLLBACK"))
                self._mark_end()
                if not self._reads_only:
                    self._drain()
        except (psycopg.Error, SQLAlchemyError):
            self.is_lost = True

    def close(self) -> None:
        """Close the connection; one that is lost is thrown away."""
        if self.is_lost:
            self.connection.invalidate()
        self.connection.close()

    def _take(self) -> None:
        """A connection to speak over; raises what SQLAlchemy raises where there is none."""
        driver = cast("psycopg.Connection[Any]", self.connection.connection.dbapi_connection)
        # Otherwise it would throw our statements away together with its own.
        driver.prepare_threshold = None
        self._pq: PGconn = driver.pgconn
        self._adapts = Transformer(driver)
        self._poll = select.poll()
        self._names: dict[str, bytes] = {}
        self._numbers = count()
        self._under_way: list[Said] = []

    def _is_disturbed(self) -> bool:
        """Whether the line is lost, or something came over it that nobody has asked for yet."""
        return self.is_lost or self._comes(select.POLLIN, milliseconds=0)

    def _has_failed(self) -> bool:
        return self._pq.transaction_status == TransactionStatus.INERROR

    # --- what is sent -------------------------------------------------------------------

    def _sent(self, values: Values) -> Sequence[Any]:
        """As text, since what it is for is known to the server alone."""
        if not values:
            return ()
        try:
            return self._adapts.dump_sequence(values, [PyFormat.TEXT] * len(values))
        except psycopg.Error as failure:
            raise _named(failure) from None

    def _say_how_it_begins(self) -> None:
        begins, self._begins = self._begins, ""
        self._say(Said(begins))

    def _say(self, said: Said) -> None:
        if self._begins:
            self._say_how_it_begins()
        if self._again is not None:
            self._again.append(said)
        try:
            self._send(said)
        except psycopg.OperationalError as failure:
            self.is_lost = True
            if self._again is None:
                raise _named(failure) from None

    def _send(self, said: Said) -> None:
        if self._pq.pipeline_status == _OFF:
            self._pq.enter_pipeline_mode()
        name = self._names.get(said.text)
        if name is None:
            name = self._names[said.text] = b"q%d" % next(self._numbers)
            self._pq.send_prepare(name, said.text.encode())
            self._under_way.append(Said(said.text, prepares=True))
        self._pq.send_query_prepared(name, said.values)
        self._under_way.append(said)

    def _mark_end(self) -> None:
        self._pq.pipeline_sync()
        self._under_way.append(Said(ends=True))
        while self._pq.flush():
            self._await(select.POLLIN | select.POLLOUT)
            self._pq.consume_input()

    def _await(self, what: int) -> None:
        if not self._comes(what, milliseconds=_PATIENCE_MILLISECONDS):
            raise psycopg.OperationalError("the server is silent")

    def _comes(self, what: int, *, milliseconds: int) -> bool:
        self._poll.register(self._pq.socket, what)
        return bool(self._poll.poll(milliseconds))

    # --- what is answered ---------------------------------------------------------------

    def _settle(self) -> None:
        """Everything that was said is answered; raises the first thing that went wrong."""
        try:
            if self._under_way or self.is_lost:
                self._exchange()
        except psycopg.Error as failure:
            raise _named(failure) from None
        finally:
            self._again = None
        self._leave_room()

    def _exchange(self) -> None:
        again = self._again
        try:
            if not self.is_lost:
                # It is, until everything is read.
                self.is_lost = True
                self._hear_all()
        except psycopg.Error:
            if not self.is_lost or again is None:
                raise
        if self.is_lost:
            self._say_again(again)

    def _say_again(self, again: Sequence[Said] | None) -> None:
        """On another connection; raises OperationalError where the server had answered already."""
        if again is None:
            raise psycopg.OperationalError("the connection is lost")
        self._again = None
        self.connection.invalidate()
        self._take()
        for each in again:
            self._send(each)
        self._hear_all()

    def _hear_all(self) -> None:
        if self._glances:
            self._send(Said("ROLLBACK"))
        self._mark_end()
        self._read()
        if self._glances:
            self._begins = READING

    def _read(self) -> None:
        """All answers; raises the first failure among them."""
        # Before that, what comes next from the server is the answer to something older.
        self.is_lost, under_way, self._under_way = True, self._under_way, []
        failures = self._failures(under_way)
        self.is_lost = self._pq.status == ConnStatus.BAD or any(
            failure.sqlstate in _GONE for _, failure in failures
        )
        for said, failure in failures:
            raise said.raised(failure)

    def _failures(self, under_way: Sequence[Said]) -> Sequence[tuple[Said, psycopg.Error]]:
        # One loop with few calls: all that a unit of work says goes through it.
        is_busy, next_result = self._pq.is_busy, self._pq.get_result
        failures = []
        for said in under_way:
            if is_busy():
                self._hear()
            answer = next_result()
            failure = self._failure(said, answer)
            if failure is not None:
                failures.append((said, failure))
            if said.ends:
                continue
            if is_busy():
                self._hear()
            if next_result() is not None:
                raise psycopg.OperationalError("the server says more than it was asked")
        return failures

    def _failure(self, said: Said, answer: PGresult | None) -> psycopg.Error | None:
        """What failed, if the server says so in its answer."""
        if answer is None:
            raise psycopg.OperationalError("the server has nothing more to say")
        status = answer.status
        if (status == _SYNC) is not said.ends:
            raise psycopg.OperationalError("this answers something else")
        if status in _GOOD:
            said.answer = answer
            return _Missing() if said.missing and not answer.command_tuples else None
        if said.prepares:
            self._names.pop(said.text, None)
        is_none = said.ends or status == _ABORTED
        return None if is_none else errors.error_from_result(answer)

    def _hear(self) -> None:
        """Wait until the next answer is whole."""
        while self._pq.is_busy():
            self._await(select.POLLIN)
            self._pq.consume_input()

    def _leave_room(self) -> None:
        if self._is_shared and self._pq.pipeline_status != _OFF:
            self._pq.exit_pipeline_mode()

    def _drain(self) -> None:
        """Hear what is still to be heard, whatever it is."""
        with suppress(Exception):
            self._read()
        self._leave_room()


def _named(failure: psycopg.Error) -> Exception:
    """As SQLAlchemy calls it; of the statement and its values it says nothing."""
    return cast(
        "Exception",
        DBAPIError.instance(None, None, failure, psycopg.Error, hide_parameters=True),
    )


def wire_of(connection: Connection) -> Wire | None:
    """By which a unit of work speaks over this connection, where there is one."""
    wire: Wire | None = vars(connection).get(WIRE)
    return wire if wire is not None and wire.is_at_work else None
