"""Cool-downs, failures and what a new code does to the older, over a real Redis."""

from dataclasses import replace
from datetime import timedelta

import pytest

from docgen.adapters.otp.redis_codes import RedisCodes
from docgen.domain.challenge import Gone, Spent, Wrong
from docgen.domain.errors import LimitReached
from tests.builders import NOW, binding
from tests.contracts.spending import CODE, OTHER, POLICY, SPENT, issue, minutes, spend, wrong


def test_after_the_last_attempt_the_right_code_is_no_use(codes: RedisCodes) -> None:
    """An exhausted challenge is gone, and a further attempt is not counted."""
    of = binding()
    issue(codes, of)
    wrong(codes, of, 5)
    assert spend(codes, of) == Gone(reason="exhausted", attempts_used=5)
    assert spend(codes, of, attempt="b") == Gone(reason="exhausted", attempts_used=5)


def test_a_new_code_replaces_the_older(codes: RedisCodes) -> None:
    """After a resend only the newer code of that phone and content is live."""
    older, newer = binding(), binding()
    issue(codes, older)
    issue(codes, newer, minutes(1), code=OTHER)
    assert spend(codes, older, at=minutes(1)) == Gone(reason="replaced", attempts_used=0)
    assert spend(codes, newer, OTHER, at=minutes(1)) == SPENT


def test_cool_downs_grow(codes: RedisCodes) -> None:
    """One, two and then always five minutes must pass before the next code."""
    at = NOW
    for wait in (60, 120, 300, 300):
        issued = issue(codes, binding(), at)
        assert issued.resend_at == at + timedelta(seconds=wait)
        with pytest.raises(LimitReached) as refused:
            issue(codes, binding(), issued.resend_at - timedelta(seconds=2))
        assert refused.value.limit == "cool_down"
        assert refused.value.retry_after == timedelta(seconds=2)
        at = issued.resend_at


def test_a_refused_code_leaves_the_older_alive(codes: RedisCodes) -> None:
    """Asking too early changes nothing."""
    of = binding()
    issue(codes, of)
    with pytest.raises(LimitReached):
        issue(codes, binding(), code=OTHER)
    assert spend(codes, of) == SPENT


def test_cool_downs_are_forgotten_after_an_hour(codes: RedisCodes) -> None:
    """An hour later the first cool-down is the short one again."""
    for minute in (0, 1, 3):
        issue(codes, binding(), minutes(minute))
    assert issue(codes, binding(), minutes(64)).resend_at == minutes(65)


def test_without_cool_downs_there_is_no_waiting(codes: RedisCodes) -> None:
    """A policy may name none."""
    policy = replace(POLICY, cool_downs=())
    issued = [issue(codes, binding(), policy=policy) for _ in range(3)]
    assert {each.resend_at for each in issued} == {NOW}


def test_issuing_the_same_again_changes_nothing(codes: RedisCodes) -> None:
    """A caller whose answer was lost gets the same times, and attempts stay counted."""
    of = binding()
    first = issue(codes, of)
    wrong(codes, of, 1)
    assert issue(codes, of, NOW + timedelta(seconds=10)) == first
    assert spend(codes, of, OTHER) == Wrong(attempts_used=2, attempts_left=3)


def test_issuing_the_same_challenge_with_another_code_is_one_sending(codes: RedisCodes) -> None:
    """Whoever died before he could send the first is followed at once; only the new code counts."""
    of, later = binding(), minutes(0.5)
    issue(codes, of)
    wrong(codes, of, 1)

    issued = issue(codes, of, later, code=OTHER)

    assert issued.resend_at - later == POLICY.cool_downs[0]
    assert spend(codes, of, CODE, attempt="a", at=later) == Wrong(attempts_used=2, attempts_left=3)
    assert spend(codes, of, OTHER, attempt="b", at=later) == Spent(at=later)


def test_a_spent_code_is_not_issued_anew(codes: RedisCodes) -> None:
    """The same challenge with another code has to wait, as any other would."""
    of = binding()
    issue(codes, of)
    spend(codes, of)

    with pytest.raises(LimitReached):
        issue(codes, of, code=OTHER)


def test_a_resend_does_not_reset_failures(codes: RedisCodes) -> None:
    """Ten failures in an hour, over however many codes, are the end (NIST SP 800-63B-4, 3.1.3)."""
    first, second = binding(), binding()
    issue(codes, first)
    wrong(codes, first, 5)
    issue(codes, second, minutes(1))
    assert wrong(codes, second, 5, minutes(1))[-1] == Wrong(attempts_used=5, attempts_left=0)
    with pytest.raises(LimitReached) as refused:
        issue(codes, binding(), minutes(10))
    assert refused.value.limit == "failures"
    assert refused.value.retry_after == timedelta(minutes=50)


def test_failures_are_forgotten_after_their_window(codes: RedisCodes) -> None:
    """When the oldest failure is an hour old a code may be sent again."""
    for minute in (0, 1):
        of = binding()
        issue(codes, of, minutes(minute))
        wrong(codes, of, 5, minutes(minute))
    of = binding()
    issue(codes, of, minutes(60))
    assert spend(codes, of, at=minutes(60)) == SPENT


def test_used_up_failures_close_a_live_code(codes: RedisCodes) -> None:
    """When failures run out first, fewer attempts are left and the code is exhausted."""
    of, policy = binding(), replace(POLICY, failures=2)
    issue(codes, of, policy=policy)
    left = [codes.spend(of, OTHER, attempt_id=attempt, policy=policy, now=NOW) for attempt in "xyz"]
    assert left == [
        Wrong(attempts_used=1, attempts_left=1),
        Wrong(attempts_used=2, attempts_left=0),
        Gone(reason="exhausted", attempts_used=2),
    ]


def test_a_right_code_is_no_failure(codes: RedisCodes) -> None:
    """Spending does not use up failures."""
    for minute in (0, 1, 3, 8):
        of = binding()
        issue(codes, of, minutes(minute), policy=replace(POLICY, failures=1))
        assert spend(codes, of, at=minutes(minute)) == SPENT


def test_a_withdrawn_code_is_forgotten_with_its_cool_down(codes: RedisCodes) -> None:
    """When the message was never sent the next code may follow at once, with the same cool-down."""
    of = binding()
    first = issue(codes, of)
    codes.withdraw(of)
    assert spend(codes, of) == Gone(reason="expired", attempts_used=0)
    assert issue(codes, binding()) == first


def test_withdrawing_keeps_failures_and_the_older_code_dead(codes: RedisCodes) -> None:
    """Failures stay counted, and the code that was replaced does not come back."""
    older, newer, policy = binding(), binding(), replace(POLICY, failures=1)
    issue(codes, older)
    wrong(codes, older, 1)
    issue(codes, newer, minutes(1))
    codes.withdraw(newer)
    assert spend(codes, older, at=minutes(1)) == Gone(reason="replaced", attempts_used=1)
    with pytest.raises(LimitReached):
        issue(codes, binding(), minutes(1), policy=policy)


def test_withdrawing_does_not_unspend(codes: RedisCodes) -> None:
    """A message the gateway denied may have arrived: its spent code stays spent."""
    of = binding()
    issue(codes, of)
    spend(codes, of)
    codes.withdraw(of)
    assert spend(codes, of) == SPENT
