"""Hops of messages and their receipts in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Integer, Select, Text, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from docgen.adapters.db.journal import SqlJournal
from docgen.adapters.db.prepared import Prepared, PreparedQuery, together
from docgen.adapters.db.reading import all_rows
from docgen.adapters.db.rows import (
    EnvelopeRow,
    JournalRow,
    SmsHopRow,
    SmsReceiptRow,
    VerificationRow,
)
from docgen.domain.dispatch import Delivery, Hop, HopState, Purpose, Receipt
from docgen.domain.errors import NotFound

_OPEN = (Delivery.UNDERWAY.value, Delivery.UNKNOWN.value)


# Filled in when they are executed: to build a statement anew takes longer than to execute it.
_ADD = Prepared(insert(SmsHopRow))
_SAVE = Prepared(update(SmsHopRow).where(SmsHopRow.id == bindparam("its_id")))
_HEAR = {
    name: Prepared(
        heard.on_conflict_do_update(
            index_elements=["route", "message_id", "delivery", "raw"],
            set_={"at": heard.excluded.at, "received_at": heard.excluded.received_at},
        )
    )
    for name, heard in (
        ("postgresql", postgresql.insert(SmsReceiptRow)),
        ("sqlite", sqlite.insert(SmsReceiptRow)),
    )
}
_NEWEST = (SmsHopRow.begun_at.desc(), SmsHopRow.id.desc())
_OF_CHALLENGE = PreparedQuery(
    select(SmsHopRow)
    .where(SmsHopRow.challenge_id == bindparam("its_challenge"))
    .order_by(SmsHopRow.number)
)
_OF_SENDING = PreparedQuery(
    select(SmsHopRow)
    .where(SmsHopRow.sending == bindparam("its_sending"))
    .order_by(SmsHopRow.number)
)
_UNANSWERED = PreparedQuery(
    select(SmsHopRow)
    .where(SmsHopRow.state == HopState.BEGUN.value, SmsHopRow.begun_at < bindparam("before"))
    .order_by(SmsHopRow.begun_at)
)
_RECENT = PreparedQuery(
    select(SmsHopRow)
    .where(SmsHopRow.route == bindparam("its_route"))
    .order_by(*_NEWEST)
    .limit(bindparam("most", type_=Integer))
)
_NAMED = bindparam("its_message", type_=Text)
_NEWEST_NAMED = (
    select(SmsHopRow)
    .where(
        SmsHopRow.route == bindparam("its_route"),
        (SmsHopRow.message_id == _NAMED) | (SmsHopRow.id == _NAMED),
    )
    .order_by(*_NEWEST)
    .limit(1)
)
_CHAIN = _NEWEST_NAMED.with_only_columns(SmsHopRow.chain)
_CHAIN_NAMED: PreparedQuery[str] = PreparedQuery(_CHAIN)
_LOCK_CHAIN = tuple(
    PreparedQuery(select(row.id).where(row.id == _CHAIN.scalar_subquery()).with_for_update())
    for row in (EnvelopeRow, VerificationRow)
)
_BY_MESSAGE_LOCKED = PreparedQuery(_NEWEST_NAMED.with_for_update())
_ITS_LAST_ENTRY = PreparedQuery(
    select(JournalRow)
    .where(JournalRow.envelope_id == _CHAIN.scalar_subquery())
    .order_by(JournalRow.sequence.desc())
    .limit(1)
)
_ALONE: PreparedQuery[None] = PreparedQuery(
    select(
        func.pg_advisory_xact_lock(
            func.hashtext(bindparam("its_route", type_=Text)),
            func.hashtext(bindparam("its_message", type_=Text)),
        ).label("alone")
    )
)
"""Two numbers: those of one number hold envelopes (`holds`)."""
_HEARD = PreparedQuery(
    select(SmsReceiptRow)
    .where(
        SmsReceiptRow.route == bindparam("its_route"),
        SmsReceiptRow.message_id == bindparam("its_message"),
    )
    .order_by(SmsReceiptRow.id)
)


class SqlHops:
    """Implements ports.Hops."""

    def __init__(self, connection: Connection, *, locking: bool, journal: SqlJournal) -> None:
        self._connection = connection
        self._locking = locking
        self._journal = journal

    def add(self, hop: Hop) -> None:
        """Store a hop that begins."""
        _ADD.tell(self._connection, _columns(hop))

    def save(self, hop: Hop) -> None:
        """Store what came of it; NotFound is raised by the commit at the latest."""
        its = {"its_id": hop.id}
        _SAVE.tell(self._connection, _outcome(hop) | its, missing=partial(NotFound, hop.id))

    def of_challenge(self, challenge_id: str) -> Sequence[Hop]:
        """All hops of a challenge, in order."""
        return self._found(_OF_CHALLENGE, {"its_challenge": challenge_id})

    def of_sending(self, sending: str) -> Sequence[Hop]:
        """All hops of one sending, in order."""
        return self._found(_OF_SENDING, {"its_sending": sending})

    def recent(self, route: str, *, limit: int) -> Sequence[Hop]:
        """The last hops of a route, the newest first."""
        return self._found(_RECENT, {"its_route": route, "most": limit})

    def alone(self, route: str, message_id: str) -> None:
        """Let no other writing unit that asks for the same go on until this one ends.

        To be asked for before any chain is locked. In SQLite only one unit writes at a time.
        """
        self._require_locks()
        if self._connection.dialect.name == "postgresql":
            _ALONE.tell(self._connection, {"its_route": route, "its_message": message_id})

    def locked(self, route: str, message_id: str) -> tuple[Hop, Sequence[Receipt]] | None:
        """The newest hop that the provider knows by this id, be it one that we gave, locked.

        And what was heard of it since it began, at the same journey. Centres begin to count anew;
        and whoever died before he wrote down an answer left us our own id of the message.
        Its chain is locked first, as everywhere; of what has no row there is nothing to lock. None
        where no hop is known by this id, or was another when the chain was locked.
        """
        self._require_locks()
        asked: tuple[PreparedQuery[Any], ...] = (
            _CHAIN_NAMED, *_LOCK_CHAIN, _BY_MESSAGE_LOCKED, _HEARD, _ITS_LAST_ENTRY,
        )  # fmt: skip
        its = {"its_route": route, "its_message": message_id}
        before, *chains, named, heard, last = together(
            self._connection, *((query, its) for query in asked)
        )
        locked = {row.id for rows in chains for row in rows}
        # Each of them sees what was committed by its own moment, a newer hop perhaps.
        is_same = bool(before and named) and before[0].chain == named[0].chain
        if not is_same or (locked and named[0].chain not in locked):
            return None
        hop = hop_of(named[0])
        if last and last[0].envelope_id == hop.chain:
            # Most who lock a hop write to its journal, too.
            self._journal.put(hop.chain, last)
        return hop, _heard(heard, since=hop.begun_at)

    def unanswered(self, before: datetime) -> Sequence[Hop]:
        """Hops begun before, of which no answer is known."""
        return self._found(_UNANSWERED, {"before": before})

    def awaiting(self, route: str, since: datetime, *, limit: int) -> Sequence[Hop]:
        """Hops begun since that the provider knows and has not told the end of, newest first."""
        waiting = (
            (SmsHopRow.route == route)
            & (SmsHopRow.begun_at >= since)
            & SmsHopRow.message_id.is_not(None)
            & SmsHopRow.delivery.in_(_OPEN)
        )
        return self._found(select(SmsHopRow).where(waiting).order_by(*_NEWEST).limit(limit))

    def hear(self, receipt: Receipt, *, received_at: datetime) -> None:
        """Keep a receipt; of the same word again the last time counts."""
        hear = _HEAR[self._connection.dialect.name]
        hear.tell(self._connection, _plain(receipt) | {"received_at": received_at})

    def heard(self, route: str, message_id: str, *, since: datetime) -> Sequence[Receipt]:
        """Receipts under that id that were last received then or later, in order."""
        given = {"its_route": route, "its_message": message_id}
        return _heard(all_rows(self._connection, _HEARD, given), since=since)

    def _require_locks(self) -> None:
        if not self._locking:
            raise RuntimeError("a reading unit locks nothing")

    def _found(
        self,
        wanted: Select[SmsHopRow] | PreparedQuery[SmsHopRow],
        given: Mapping[str, Any] | None = None,
    ) -> list[Hop]:
        return [hop_of(row) for row in all_rows(self._connection, wanted, given)]


def _heard(rows: Sequence[Any], *, since: datetime) -> Sequence[Receipt]:
    """A centre that counts anew gives old ids to new messages: older words are not about these.

    There are few of either, as the same word again is one word.
    """
    return [
        Receipt(
            route=row.route,
            message_id=row.message_id,
            delivery=Delivery(row.delivery),
            raw=row.raw,
            at=row.at,
        )
        for row in rows
        if row.received_at >= since
    ]


def _columns(hop: Hop) -> dict[str, Any]:
    return _plain(hop) | {"state": hop.state.value, "purpose": hop.purpose.value}


def _outcome(hop: Hop) -> dict[str, Any]:
    """What a hop does not say as it begins."""
    return {
        "state": hop.state.value,
        "provider": hop.provider,
        "message_id": hop.message_id,
        "raw": hop.raw,
        "answered_at": hop.answered_at,
        "cost_tiyn": hop.cost_tiyn,
        "delivery": hop.delivery.value,
        "delivery_raw": hop.delivery_raw,
        "delivery_at": hop.delivery_at,
    }


def _plain(told: Hop | Receipt) -> dict[str, Any]:
    """Its fields by name; `asdict` would copy each of them deeply."""
    return vars(told) | {"delivery": told.delivery.value}


def hop_of(row: Any) -> Hop:
    """The hop of a row; raises ValueError for a state that is none."""
    return Hop(
        **row._asdict()
        | {
            "state": HopState(row.state),
            "delivery": Delivery(row.delivery),
            "purpose": Purpose(row.purpose),
        }
    )
