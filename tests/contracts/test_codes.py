"""Spending codes, over a real Redis."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from docgen.adapters.otp.redis_codes import RedisCodes
from docgen.domain.challenge import Binding, Gone, Issued, Spent, Wrong
from docgen.domain.subscriber import Phone
from tests.builders import NOW, binding, sha256
from tests.contracts.spending import CODE, OTHER, POLICY, SPENT, issue, minutes, spend, wrong


def test_the_right_code_is_spent(codes: RedisCodes) -> None:
    """A live code typed in time is spent."""
    of = binding()
    issue(codes, of)
    assert spend(codes, of) == SPENT


def test_issuing_tells_the_times(codes: RedisCodes) -> None:
    """A code lives its life, and the next may follow after the cool-down."""
    assert issue(codes, binding()) == Issued(
        expires_at=NOW + POLICY.life, resend_at=NOW + POLICY.cool_downs[0]
    )


def test_a_wrong_code_tells_what_is_left(codes: RedisCodes) -> None:
    """Each wrong code uses one attempt, the last leaves none."""
    of = binding()
    issue(codes, of)
    expected = [Wrong(attempts_used=n, attempts_left=5 - n) for n in range(1, 6)]
    assert wrong(codes, of, 5) == expected


def test_the_right_code_after_wrong_ones_is_spent(codes: RedisCodes) -> None:
    """The fifth attempt may still be the right one."""
    of = binding()
    issue(codes, of)
    wrong(codes, of, 4)
    assert spend(codes, of) == SPENT


def test_the_same_right_attempt_is_spent_again(codes: RedisCodes) -> None:
    """A client whose answer was lost gets it again, also after the code's life."""
    of = binding()
    issue(codes, of)
    assert [spend(codes, of), spend(codes, of), spend(codes, of, at=minutes(30))] == [SPENT] * 3


def test_another_attempt_at_a_spent_code_is_gone(codes: RedisCodes) -> None:
    """The right code is used once, and its second use is called spent and not expired."""
    of = binding()
    issue(codes, of)
    spend(codes, of)
    assert spend(codes, of, attempt="b") == Gone(reason="spent", attempts_used=1)
    assert spend(codes, of, attempt="b", at=minutes(30)) == Gone(reason="spent", attempts_used=1)


def test_the_same_wrong_attempt_is_counted_once(codes: RedisCodes) -> None:
    """A repeated attempt gets its first answer, even when others came between."""
    of = binding()
    issue(codes, of)
    first = spend(codes, of, OTHER, attempt="x")
    spend(codes, of, OTHER, attempt="y")
    assert spend(codes, of, OTHER, attempt="x") == first == Wrong(attempts_used=1, attempts_left=4)
    assert spend(codes, of, OTHER, attempt="z") == Wrong(attempts_used=3, attempts_left=2)


def test_a_repeated_attempt_is_not_a_second_guess(codes: RedisCodes) -> None:
    """Another code under the same attempt id is not even compared."""
    of = binding()
    issue(codes, of)
    first = spend(codes, of, OTHER)
    assert spend(codes, of, CODE) == first


def test_the_last_wrong_attempt_repeats_its_answer(codes: RedisCodes) -> None:
    """The attempt that exhausted the challenge is told so again, as wrong with none left."""
    of = binding()
    issue(codes, of)
    last = wrong(codes, of, 5)[-1]
    assert spend(codes, of, OTHER, attempt="w4") == last == Wrong(attempts_used=5, attempts_left=0)


def test_a_code_expires_at_the_end_of_its_life(codes: RedisCodes) -> None:
    """A millisecond before its end it is live, at its end it is not."""
    of = binding()
    end = issue(codes, of).expires_at
    assert spend(codes, of, at=end) == Gone(reason="expired", attempts_used=0)
    of = binding(manifest_hash=sha256("another"))
    issue(codes, of)
    assert spend(codes, of, at=end - timedelta(milliseconds=1)) == SPENT


def test_an_unknown_code_is_gone(codes: RedisCodes) -> None:
    """What Redis has lost reads as expired, so that a new code is asked for."""
    assert spend(codes, binding()) == Gone(reason="expired", attempts_used=0)


@pytest.mark.parametrize(
    "change",
    [
        lambda of: replace(of, manifest_hash=sha256("one byte more")),
        lambda of: replace(of, phone=Phone("+77015550143")),
        lambda of: replace(of, challenge_id="another"),
    ],
    ids=["content", "phone", "challenge"],
)
def test_a_code_is_bound(codes: RedisCodes, change: Callable[[Binding], Binding]) -> None:
    """For another content, phone or challenge the code is none, and stays right for its own."""
    of = binding()
    issue(codes, of)
    assert isinstance(spend(codes, change(of), attempt="b"), Gone)
    assert spend(codes, of) == SPENT


def test_a_code_is_bound_to_its_purpose(codes: RedisCodes) -> None:
    """The right code for another purpose is a wrong one."""
    of = binding()
    issue(codes, of)
    outcome = spend(codes, replace(of, purpose="verify a phone"))
    assert outcome == Wrong(attempts_used=1, attempts_left=4)


def test_a_moment_needs_its_zone(codes: RedisCodes) -> None:
    """A naive time is a mistake of the caller."""
    with pytest.raises(TypeError):
        issue(codes, binding(), datetime(2026, 3, 2, 9, 30))  # noqa: DTZ001


def test_a_late_retry_tells_when_the_code_was_used(codes: RedisCodes) -> None:
    """However late the same attempt comes again, the time is that of the first."""
    of = binding()
    issue(codes, of)
    for late in (1, 30, 55):
        outcome = spend(codes, of, at=minutes(late))
        assert isinstance(outcome, Spent)
        assert abs(outcome.at - minutes(1)) < timedelta(milliseconds=1)
