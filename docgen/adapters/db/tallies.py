"""What is counted of messages and codes, in SQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Select,
    Text,
    bindparam,
    case,
    func,
    select,
    true,
    type_coerce,
)

from docgen.adapters.db.columns import UtcDateTime
from docgen.adapters.db.people import subscriber_of
from docgen.adapters.db.prepared import PreparedQuery
from docgen.adapters.db.rows import ChallengeRow, EnvelopeRow, JournalRow, SmsHopRow
from docgen.domain.challenge import ChallengeState
from docgen.domain.dispatch import HopState, Purpose
from docgen.domain.journal import Event
from docgen.domain.sending_limits import Counted, Of, Outcome, SpentMoney
from docgen.domain.subscriber import Iin
from docgen.ports import Coming

_COLUMNS: dict[Of, Any] = {
    Of.PHONE: SmsHopRow.subject,
    Of.TECHNICIAN: SmsHopRow.employee_id,
    Of.CLIENT: SmsHopRow.client,
    Of.NETWORK: SmsHopRow.network,
}
_LEFT = SmsHopRow.state != HopState.REFUSED.value
"""Or may have: whoever was given a message and did not answer may have sent it."""
_CODES = SmsHopRow.purpose == Purpose.CODE.value
_ALL_MESSAGES = {Of.CLIENT}
"""What is counted of copies too: each costs its program money and has its turn."""

_OLDEST_CODE = timedelta(hours=1)
"""No code lives so long after it was sent."""

_MOST_JUDGED = 300
"""The newest messages tell enough of a network to which thousands go."""

_FIRST = type_coerce(func.min(SmsHopRow.begun_at), UtcDateTime())


# Filled in when they are executed: to build a statement anew takes longer than to execute it.
_NAME, _SINCE = bindparam("name", type_=Text), bindparam("since", type_=UtcDateTime())


def _sendings(of: Of) -> Select[Any, Any]:
    counted = true() if of in _ALL_MESSAGES else _CODES
    return (
        select(SmsHopRow.sending, _FIRST)
        .where(_COLUMNS[of] == _NAME, SmsHopRow.begun_at > _SINCE, _LEFT, counted)
        .group_by(SmsHopRow.sending)
        .order_by(_FIRST)
    )


def _outcomes(of: Of) -> Select[Any, Any, Any]:
    hops = (
        select(SmsHopRow.chain, SmsHopRow.begun_at)
        .where(
            _COLUMNS[of] == _NAME,
            SmsHopRow.begun_at > _SINCE,
            SmsHopRow.begun_at <= bindparam("before"),
            _LEFT,
            _CODES,
        )
        .order_by(SmsHopRow.begun_at.desc())
        .limit(_MOST_JUDGED)
        .subquery()
    )
    begun_at = type_coerce(func.min(hops.c.begun_at), UtcDateTime())
    confirmed = func.max(case((ChallengeRow.state == ChallengeState.CONFIRMED.value, 1), else_=0))
    ends_at = type_coerce(func.max(ChallengeRow.expires_at), UtcDateTime())
    return (
        select(begun_at, confirmed, ends_at)
        .join(ChallengeRow, ChallengeRow.chain == hops.c.chain)
        .group_by(hops.c.chain)
    )


def _subscribers() -> Select[Any, Any]:
    last = type_coerce(func.max(SmsHopRow.begun_at), UtcDateTime())
    chains = (
        select(SmsHopRow.chain, last.label("at"))
        .where(SmsHopRow.subject == _NAME, SmsHopRow.begun_at > _SINCE, _LEFT)
        .group_by(SmsHopRow.chain)
        .subquery()
    )
    return select(EnvelopeRow.subscriber, chains.c.at).where(EnvelopeRow.id == chains.c.chain)


_MONEY: PreparedQuery[Any] = PreparedQuery(
    select(func.sum(func.coalesce(SmsHopRow.cost_tiyn, bindparam("each", type_=Integer)))).where(
        SmsHopRow.client == _NAME, SmsHopRow.begun_at >= _SINCE, _LEFT
    )
)
_SUBSCRIBERS: PreparedQuery[Any] = PreparedQuery(_subscribers())
_SENDINGS: dict[Of, PreparedQuery[Any]] = {of: PreparedQuery(_sendings(of)) for of in _COLUMNS}
_OUTCOMES: dict[Of, PreparedQuery[Any]] = {of: PreparedQuery(_outcomes(of)) for of in _COLUMNS}
_KNOWN = PreparedQuery(
    select(SmsHopRow.id).where(SmsHopRow.subject == bindparam("its_phone")).limit(1)
)
_WRONG_CODES = PreparedQuery(
    select(JournalRow.at)
    .where(
        JournalRow.envelope_id.in_(
            select(SmsHopRow.chain).where(
                SmsHopRow.subject == bindparam("its_phone"),
                SmsHopRow.begun_at > bindparam("earlier"),
            )
        ),
        JournalRow.event == Event.CODE_WRONG.value,
        JournalRow.at > _SINCE,
    )
    .order_by(JournalRow.at)
)


class SqlTallies:
    """Implements ports.Tallies."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def sendings(self, of: Of, name: str, *, since: datetime) -> Sequence[Counted]:
        """Sendings that left, or may have, since then, in order."""
        rows = _SENDINGS[of].all(self._connection, {"name": name, "since": since})
        return [Counted(id=sending, at=at) for sending, at in rows]

    def money(self, client: str, *, since: datetime, minute: datetime, each: int) -> SpentMoney:
        """Cost since then, `each` where it is not known; sendings since `minute` by name."""
        given = {"name": client, "since": since, "each": each}
        (cost,) = _MONEY.column(self._connection, given)
        recent = self.sendings(Of.CLIENT, client, since=minute)
        return SpentMoney(tiyn=int(cost or 0), includes=tuple(counted.id for counted in recent))

    def subscribers(self, phone: str, *, since: datetime) -> Sequence[tuple[Iin, datetime]]:
        """To whom codes went by this phone since then, each with the last time."""
        rows = _SUBSCRIBERS.all(self._connection, {"name": phone, "since": since})
        latest: dict[Iin, datetime] = {}
        for stored, at in rows:
            iin = subscriber_of(stored).iin
            latest[iin] = max(at, latest.get(iin, at))
        return sorted(latest.items(), key=lambda found: found[1])

    def outcomes(
        self, of: Of, name: str, *, since: datetime, before: datetime, now: datetime
    ) -> Coming[Sequence[Outcome]]:
        """What came of the envelopes to which codes went between, as far as it is over."""
        given = {"name": name, "since": since, "before": before}
        rows = _OUTCOMES[of].soon(self._connection, given)
        return lambda: [
            Outcome(begun_at=begun, is_confirmed=bool(is_confirmed))
            for begun, is_confirmed, ends in rows()
            if is_confirmed or ends <= now
        ]

    def knows(self, phone: str) -> Coming[bool]:
        """Whether any message was ever begun to this phone."""
        found = _KNOWN.column_soon(self._connection, {"its_phone": phone})
        return lambda: bool(found())

    def wrong_codes(self, phone: str, *, since: datetime) -> Coming[Sequence[datetime]]:
        """When wrong codes were typed that had gone to this phone, in order."""
        given = {"its_phone": phone, "since": since, "earlier": since - _OLDEST_CODE}
        return _WRONG_CODES.column_soon(self._connection, given)
