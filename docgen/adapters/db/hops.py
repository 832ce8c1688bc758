"""Hops of messages and their receipts in SQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from docgen.adapters.db.rows import SmsHopRow, SmsReceiptRow
from docgen.domain.dispatch import Delivery, Hop, HopState, Purpose, Receipt
from docgen.domain.errors import NotFound

_OPEN = (Delivery.UNDERWAY.value, Delivery.UNKNOWN.value)


class SqlHops:
    """Implements ports.Hops."""

    def __init__(self, session: Session, *, locking: bool) -> None:
        self._session = session
        self._locking = locking

    def add(self, hop: Hop) -> None:
        """Store a hop that begins."""
        self._session.connection().execute(insert(SmsHopRow), _columns(hop))

    def save(self, hop: Hop) -> None:
        """Store what came of it; raises NotFound."""
        updated = self._session.connection().execute(
            update(SmsHopRow).where(SmsHopRow.id == bindparam("its_id")),
            _columns(hop) | {"its_id": hop.id},
        )
        if updated.rowcount != 1:
            raise NotFound(hop.id)

    def of_challenge(self, challenge_id: str) -> Sequence[Hop]:
        """All hops of a challenge, in order."""
        return self._found(
            SmsHopRow.challenge_id == challenge_id, order=(SmsHopRow.number,), limit=None
        )

    def of_sending(self, sending: str) -> Sequence[Hop]:
        """All hops of one sending, in order."""
        return self._found(SmsHopRow.sending == sending, order=(SmsHopRow.number,), limit=None)

    def recent(self, route: str, *, limit: int) -> Sequence[Hop]:
        """The last hops of a route, the newest first."""
        newest = (SmsHopRow.begun_at.desc(), SmsHopRow.id.desc())
        return self._found(SmsHopRow.route == route, order=newest, limit=limit)

    def by_message(self, route: str, message_id: str) -> Hop | None:
        """The newest hop that the provider knows by this id, be it one that we gave.

        Centres begin to count anew; and whoever died before he wrote down an answer left us our own
        id of the message.
        """
        same = (SmsHopRow.message_id == message_id) | (SmsHopRow.id == message_id)
        named = (SmsHopRow.route == route) & same
        newest = (SmsHopRow.begun_at.desc(), SmsHopRow.id.desc())
        found = self._found(named, order=newest, limit=1, locked=self._locking)
        return found[0] if found else None

    def unanswered(self, before: datetime) -> Sequence[Hop]:
        """Hops begun before, of which no answer is known."""
        begun = (SmsHopRow.state == HopState.BEGUN.value) & (SmsHopRow.begun_at < before)
        return self._found(begun, order=(SmsHopRow.begun_at,), limit=None)

    def awaiting(self, route: str, since: datetime, *, limit: int) -> Sequence[Hop]:
        """Hops begun since that the provider knows and has not told the end of, newest first."""
        newest = (SmsHopRow.begun_at.desc(), SmsHopRow.id.desc())
        waiting = (
            (SmsHopRow.route == route)
            & (SmsHopRow.begun_at >= since)
            & SmsHopRow.message_id.is_not(None)
            & SmsHopRow.delivery.in_(_OPEN)
        )
        return self._found(waiting, order=newest, limit=limit)

    def hear(self, receipt: Receipt, *, received_at: datetime) -> None:
        """Keep a receipt; of the same word again the last time counts."""
        build = postgresql.insert if self._is_postgresql else sqlite.insert
        times = {"at": receipt.at, "received_at": received_at}
        self._session.execute(
            build(SmsReceiptRow)
            .values(**asdict(receipt), received_at=received_at)
            .on_conflict_do_update(
                index_elements=["route", "message_id", "delivery", "raw"], set_=times
            )
        )

    def heard(self, route: str, message_id: str, *, since: datetime) -> Sequence[Receipt]:
        """Receipts under that id that were last received then or later, in order."""
        rows = self._session.scalars(
            select(SmsReceiptRow)
            .where(
                SmsReceiptRow.route == route,
                SmsReceiptRow.message_id == message_id,
                SmsReceiptRow.received_at >= since,
            )
            .order_by(SmsReceiptRow.id)
        )
        return [
            Receipt(
                route=row.route,
                message_id=row.message_id,
                delivery=Delivery(row.delivery),
                raw=row.raw,
                at=row.at,
            )
            for row in rows
        ]

    @property
    def _is_postgresql(self) -> bool:
        return self._session.get_bind().dialect.name == "postgresql"

    def _found(
        self, wanted: Any, *, order: tuple[Any, ...], limit: int | None, locked: bool = False
    ) -> list[Hop]:
        query = (
            select(SmsHopRow)
            .where(wanted)
            .order_by(*order)
            .limit(limit)
            .execution_options(populate_existing=True)
        )
        if locked:
            query = query.with_for_update()
        return [_hop_of(row) for row in self._session.scalars(query)]


def _columns(hop: Hop) -> dict[str, Any]:
    columns = asdict(hop)
    return columns | {
        "state": hop.state.value,
        "delivery": hop.delivery.value,
        "purpose": hop.purpose.value,
    }


def _hop_of(row: SmsHopRow) -> Hop:
    columns = {name: getattr(row, name) for name in SmsHopRow.__table__.columns.keys()}  # noqa: SIM118
    return Hop(
        **columns
        | {
            "state": HopState(row.state),
            "delivery": Delivery(row.delivery),
            "purpose": Purpose(row.purpose),
        }
    )
