"""What is counted of messages and codes, in SQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select, true, type_coerce
from sqlalchemy.orm import Session

from docgen.adapters.db.columns import UtcDateTime
from docgen.adapters.db.people import subscriber_of
from docgen.adapters.db.rows import ChallengeRow, EnvelopeRow, JournalRow, SmsHopRow
from docgen.domain.challenge import ChallengeState
from docgen.domain.dispatch import HopState, Purpose
from docgen.domain.journal import Event
from docgen.domain.sending_limits import Counted, Of, Outcome, SpentMoney
from docgen.domain.subscriber import Iin

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


class SqlTallies:
    """Implements ports.Tallies."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def sendings(self, of: Of, name: str, *, since: datetime) -> Sequence[Counted]:
        """Sendings that left, or may have, since then, in order."""
        counted = true() if of in _ALL_MESSAGES else _CODES
        rows = self._session.execute(
            select(SmsHopRow.sending, _FIRST)
            .where(_COLUMNS[of] == name, SmsHopRow.begun_at > since, _LEFT, counted)
            .group_by(SmsHopRow.sending)
            .order_by(_FIRST)
        )
        return [Counted(id=sending, at=at) for sending, at in rows]

    def money(self, client: str, *, since: datetime, minute: datetime, each: int) -> SpentMoney:
        """Cost since then, `each` where it is not known; sendings since `minute` by name."""
        cost = self._session.scalar(
            select(func.sum(func.coalesce(SmsHopRow.cost_tiyn, each))).where(
                SmsHopRow.client == client, SmsHopRow.begun_at >= since, _LEFT
            )
        )
        recent = self.sendings(Of.CLIENT, client, since=minute)
        return SpentMoney(tiyn=int(cost or 0), includes=tuple(counted.id for counted in recent))

    def subscribers(self, phone: str, *, since: datetime) -> Sequence[tuple[Iin, datetime]]:
        """To whom codes went by this phone since then, each with the last time."""
        last = type_coerce(func.max(SmsHopRow.begun_at), UtcDateTime())
        chains = (
            select(SmsHopRow.chain, last.label("at"))
            .where(SmsHopRow.subject == phone, SmsHopRow.begun_at > since, _LEFT)
            .group_by(SmsHopRow.chain)
            .subquery()
        )
        rows = self._session.execute(
            select(EnvelopeRow.subscriber, chains.c.at).where(EnvelopeRow.id == chains.c.chain)
        )
        latest: dict[Iin, datetime] = {}
        for stored, at in rows:
            iin = subscriber_of(stored).iin
            latest[iin] = max(at, latest.get(iin, at))
        return sorted(latest.items(), key=lambda found: found[1])

    def outcomes(
        self, of: Of, name: str, *, since: datetime, before: datetime, now: datetime
    ) -> Sequence[Outcome]:
        """What came of the envelopes to which codes went between, as far as it is over."""
        hops = (
            select(SmsHopRow.chain, SmsHopRow.begun_at)
            .where(
                _COLUMNS[of] == name,
                SmsHopRow.begun_at > since,
                SmsHopRow.begun_at <= before,
                _LEFT,
                _CODES,
            )
            .order_by(SmsHopRow.begun_at.desc())
            .limit(_MOST_JUDGED)
            .subquery()
        )
        begun_at = type_coerce(func.min(hops.c.begun_at), UtcDateTime())
        confirmed = func.max(
            case((ChallengeRow.state == ChallengeState.CONFIRMED.value, 1), else_=0)
        )
        ends_at = type_coerce(func.max(ChallengeRow.expires_at), UtcDateTime())
        rows = self._session.execute(
            select(begun_at, confirmed, ends_at)
            .join(ChallengeRow, ChallengeRow.chain == hops.c.chain)
            .group_by(hops.c.chain)
        )
        return [
            Outcome(begun_at=begun, is_confirmed=bool(is_confirmed))
            for begun, is_confirmed, ends in rows
            if is_confirmed or ends <= now
        ]

    def wrong_codes(self, phone: str, *, since: datetime) -> Sequence[datetime]:
        """When wrong codes were typed that had gone to this phone, in order."""
        chains = select(SmsHopRow.chain).where(
            SmsHopRow.subject == phone, SmsHopRow.begun_at > since - _OLDEST_CODE
        )
        return self._session.scalars(
            select(JournalRow.at)
            .where(
                JournalRow.envelope_id.in_(chains),
                JournalRow.event == Event.CODE_WRONG.value,
                JournalRow.at > since,
            )
            .order_by(JournalRow.at)
        ).all()
