"""Challenges in SQL; the legal act of confirmation is one statement here."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Text,
    bindparam,
    case,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import aliased

from docgen.adapters.db.columns import UtcDateTime
from docgen.adapters.db.prepared import Foreseen, Prepared, PreparedQuery
from docgen.adapters.db.reading import one_row
from docgen.adapters.db.rows import ChallengeRow
from docgen.domain.challenge import Challenge, ChallengeState
from docgen.domain.dispatch import Channel, Delivery, Hop
from docgen.domain.errors import NotFound, StaleEnvelope
from docgen.ports import Coming

_SENT = ChallengeState.SENT.value


# Filled in when they are executed: to build a statement anew takes longer than to execute it.
_ADD = Prepared(insert(ChallengeRow))
_REPLACE = Prepared(
    update(ChallengeRow)
    .where(ChallengeRow.chain == bindparam("its_chain"), ChallengeRow.state == _SENT)
    .values(state=ChallengeState.REPLACED.value)
)
_ONE = PreparedQuery(select(ChallengeRow).where(ChallengeRow.id == bindparam("its_id")))
_LATEST = PreparedQuery(
    select(ChallengeRow)
    .where(ChallengeRow.chain == bindparam("its_chain"))
    .order_by(ChallengeRow.issued_at.desc(), ChallengeRow.id.desc())
    .limit(1)
)
_ATTEMPTS = bindparam("attempts", type_=Integer)
_AGAIN_AT = bindparam("again_at", type_=UtcDateTime())
_LEARNT: dict[str, Any] = {
    "provider": func.coalesce(bindparam("by", type_=Text), ChallengeRow.provider),
    "provider_message_id": func.coalesce(
        bindparam("by_its_id", type_=Text), ChallengeRow.provider_message_id
    ),
    "delivery": case(
        (ChallengeRow.delivery == Delivery.DELIVERED.value, ChallengeRow.delivery),
        else_=bindparam("new_delivery", type_=Text),
    ),
    "sent_at": func.coalesce(bindparam("left_at", type_=UtcDateTime()), ChallengeRow.sent_at),
}
"""Of messages: what an older copy does not know is never taken back."""
_SAVE = Prepared(
    update(ChallengeRow)
    .where(ChallengeRow.id == bindparam("its_id"))
    .values(
        state=case(
            (ChallengeRow.state == _SENT, bindparam("new_state", type_=Text)),
            else_=ChallengeRow.state,
        ),
        attempts_used=case(
            (ChallengeRow.attempts_used < _ATTEMPTS, _ATTEMPTS), else_=ChallengeRow.attempts_used
        ),
        **_LEARNT,
        resend_at=case(
            (ChallengeRow.resend_at < _AGAIN_AT, _AGAIN_AT), else_=ChallengeRow.resend_at
        ),
    )
)
_CARRIED = Prepared(
    update(ChallengeRow).where(ChallengeRow.id == bindparam("its_id")).values(_LEARNT)
)
_OTHER = aliased(ChallengeRow)
_CONFIRM = Prepared(
    update(ChallengeRow)
    .where(
        ChallengeRow.id == bindparam("its_id"),
        ChallengeRow.state == _SENT,
        ChallengeRow.manifest_hash == bindparam("its_manifest"),
        # An index forbids it too, but would end the unit. Nobody slips in between the two: as long
        # as one of a chain is being confirmed, it keeps another one from being sent.
        ~exists().where(
            _OTHER.chain == ChallengeRow.chain,
            _OTHER.state == ChallengeState.CONFIRMED.value,
        ),
    )
    .values(state=ChallengeState.CONFIRMED.value)
)


class SqlChallenges:
    """Implements ports.Challenges."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._newest = Foreseen(lambda chain: _LATEST.soon(connection, {"its_chain": chain}))

    def foresee(self, chain: str) -> None:
        """Ask for the newest along with what is asked next."""
        self._newest.foresee(chain)

    def add(self, challenge: Challenge, *, is_first: bool = False) -> None:
        """Store a new challenge and replace the live one; StaleEnvelope is raised in a race.

        And where it `is_first` and there is a live one: an index knows of them. It may be raised
        by what the unit does next, at the latest by its commit; the unit is over.
        """
        self._newest.forget()
        if not is_first:
            _REPLACE.tell(self._connection, {"its_chain": challenge.chain})
        refusal = partial(StaleEnvelope, challenge.chain)
        _ADD.tell(self._connection, _columns(challenge), refusal=refusal)

    def find(self, challenge_id: str) -> Challenge | None:
        """The challenge of that id."""
        row = one_row(self._connection, _ONE, {"its_id": challenge_id})
        return None if row is None else challenge_of(row)

    def latest(self, chain: str) -> Challenge | None:
        """The newest challenge of an envelope or a verification."""
        rows = self._newest.take(chain)
        return challenge_of(rows[0]) if rows else None

    def save(self, challenge: Challenge) -> None:
        """Store what was learnt; NotFound is raised by the commit at the latest.

        The gateway's answer may come after the subscriber's: what an older copy does not know is
        never taken back, and no state but SENT is left by this way, nor CONFIRMED reached.
        """
        self._newest.forget()
        stays = challenge.state is ChallengeState.CONFIRMED
        learnt = {
            "its_id": challenge.id,
            "new_state": _SENT if stays else challenge.state.value,
            "attempts": challenge.attempts_used,
            "by": challenge.provider,
            "by_its_id": challenge.provider_message_id,
            "new_delivery": challenge.delivery.value,
            "again_at": challenge.resend_at,
            "left_at": challenge.sent_at,
        }
        _SAVE.tell(self._connection, learnt, missing=partial(NotFound, challenge.id))

    def carried(self, challenge_id: str, delivery: Delivery, *, by: Hop | None = None) -> None:
        """Store how far its code has come, and by whom it went last; nothing where there is none.

        Of a code that was delivered it stays so.
        """
        self._newest.forget()
        learnt = {
            "its_id": challenge_id,
            "new_delivery": delivery.value,
            "by": None if by is None else by.provider,
            "by_its_id": None if by is None else by.message_id,
            "left_at": None if by is None else by.answered_at,
        }
        _CARRIED.tell(self._connection, learnt)

    def confirm(
        self,
        challenge_id: str,
        *,
        manifest_hash: str,
        attempt_id: str,
        now: datetime,
        told_to: str | None = None,
    ) -> Coming[bool]:
        """Whether this call, and no other, made the challenge and its chain confirmed.

        StaleEnvelope is raised, at the latest by the commit, where the last line of defence, an
        index, was needed.
        """
        self._newest.forget()
        act = {
            "its_id": challenge_id,
            "its_manifest": manifest_hash,
            "confirmed_at": now,
            "attempt_id": attempt_id,
            "told_to": told_to,
        }
        counted = _CONFIRM.run_soon(
            self._connection, act, refusal=partial(StaleEnvelope, challenge_id)
        )
        return lambda: counted() == 1

    def told(self, employee_id: str, *, since: datetime) -> int:
        """How many codes, told to that employee, have confirmed since."""
        counted = self._connection.scalar(
            select(func.count())
            .select_from(ChallengeRow)
            .where(ChallengeRow.told_to == employee_id, ChallengeRow.confirmed_at >= since)
        )
        return counted or 0


def _columns(challenge: Challenge) -> dict[str, Any]:
    return {
        "id": challenge.id,
        "chain": challenge.chain,
        "manifest_hash": challenge.manifest_hash,
        "purpose": challenge.purpose,
        "channel": challenge.channel.value,
        "state": _SENT,
        "issued_at": challenge.issued_at,
        "expires_at": challenge.expires_at,
        "resend_at": challenge.resend_at,
        "digits": challenge.digits,
        "attempts_allowed": challenge.attempts_allowed,
        "attempts_used": challenge.attempts_used,
        "provider": challenge.provider,
        "provider_message_id": challenge.provider_message_id,
        "sent_at": challenge.sent_at,
        "confirmed_at": None,
        "attempt_id": None,
        "told_to": None,
        "delivery": challenge.delivery.value,
    }


def challenge_of(row: ChallengeRow) -> Challenge:
    """The challenge of a row; raises ValueError for a state that is none."""
    return Challenge(
        id=row.id,
        chain=row.chain,
        manifest_hash=row.manifest_hash,
        purpose=row.purpose,
        channel=Channel(row.channel),
        state=ChallengeState(row.state),
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        resend_at=row.resend_at,
        digits=row.digits,
        attempts_allowed=row.attempts_allowed,
        attempts_used=row.attempts_used,
        provider=row.provider,
        provider_message_id=row.provider_message_id,
        sent_at=row.sent_at,
        confirmed_at=row.confirmed_at,
        attempt_id=row.attempt_id,
        told_to=row.told_to,
        delivery=Delivery(row.delivery),
    )
