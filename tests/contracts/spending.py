"""Short ways to issue and spend codes."""

from datetime import datetime, timedelta

from docgen.adapters.otp.redis_codes import RedisCodes
from docgen.domain.challenge import (
    Binding,
    ChallengePolicy,
    CodeHistory,
    Issued,
    Resent,
    SpendOutcome,
    Spent,
)
from docgen.domain.errors import CodesForgotten
from tests.builders import NOW

POLICY = ChallengePolicy()
CODE, OTHER = "123456", "654321"
SPENT = Spent(at=NOW)
NOTHING = CodeHistory(sent=(), failed=())


def issue(
    codes: RedisCodes,
    of: Binding,
    at: datetime = NOW,
    code: str = CODE,
    *,
    policy: ChallengePolicy = POLICY,
    history: CodeHistory = NOTHING,
) -> Issued:
    """Issue a code, and tell the history where it is asked for."""
    try:
        return codes.issue(of, code, policy=policy, now=at)
    except CodesForgotten:
        codes.remind(of, history)
        return codes.issue(of, code, policy=policy, now=at)


def resend(
    codes: RedisCodes, of: Binding, at: datetime, *, policy: ChallengePolicy = POLICY
) -> Resent:
    """The live code once more."""
    return codes.resend(of, policy=policy, now=at)


def spend(
    codes: RedisCodes, of: Binding, code: str = CODE, *, attempt: str = "a", at: datetime = NOW
) -> SpendOutcome:
    """Spend under the usual policy."""
    return codes.spend(of, code, attempt_id=attempt, policy=POLICY, now=at)


def minutes(count: float) -> datetime:
    """So many minutes later."""
    return NOW + timedelta(minutes=count)


def wrong(codes: RedisCodes, of: Binding, times: int, at: datetime = NOW) -> list[SpendOutcome]:
    """So many different attempts with a wrong code."""
    return [spend(codes, of, OTHER, attempt=f"w{n}", at=at) for n in range(times)]
