"""The store of codes under a storm of parallel attempts."""

from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docgen.adapters.otp.redis_codes import RedisCodes
from docgen.domain.challenge import Binding, Gone, Issued, SpendOutcome, Wrong
from docgen.domain.errors import DocgenError, LimitReached
from tests.builders import binding, identifier, sha256
from tests.contracts.races import at_once
from tests.contracts.spending import CODE, OTHER, POLICY, SPENT, issue, spend


def _wrong_ones(codes: RedisCodes, of: Binding, name: str) -> list[SpendOutcome]:
    return [spend(codes, of, OTHER, attempt=f"{name}-{n}") for n in range(20)]


def test_of_a_hundred_right_codes_one_is_spent(codes: RedisCodes) -> None:
    """A hundred parallel attempts with the right code: one Spent, the others told that it is."""
    of = binding()
    issue(codes, of)
    outcomes = at_once([partial(spend, codes, of, attempt=f"a{n}") for n in range(100)])
    assert outcomes.count(SPENT) == 1
    assert outcomes.count(Gone(reason="spent", attempts_used=1)) == 99


def test_one_attempt_sent_a_hundred_times_is_one(codes: RedisCodes) -> None:
    """The same attempt, repeated in parallel, is always Spent."""
    of = binding()
    issue(codes, of)
    outcomes = at_once([partial(spend, codes, of)] * 30)
    assert outcomes == [SPENT] * 30


def test_a_thousand_wrong_codes_are_five_attempts(codes: RedisCodes) -> None:
    """Parallel wrong codes never count past the limit, and the right one comes too late."""
    of = binding()
    issue(codes, of)
    results = at_once([partial(_wrong_ones, codes, of, f"thread-{n}") for n in range(50)])
    outcomes = [each for result in results for each in _list(result)]
    wrong = [each for each in outcomes if isinstance(each, Wrong)]
    assert sorted(each.attempts_left for each in wrong) == [0, 1, 2, 3, 4]
    assert outcomes.count(Gone(reason="exhausted", attempts_used=5)) == 995
    assert spend(codes, of) == Gone(reason="exhausted", attempts_used=5)


def _list(result: list[SpendOutcome] | DocgenError) -> list[SpendOutcome]:
    assert isinstance(result, list)
    return result


def test_of_parallel_resends_one_is_sent(codes: RedisCodes) -> None:
    """Twenty clicks on "send" at once make one code; the others meet the cool-down."""
    results = at_once([partial(issue, codes, binding()) for _ in range(20)])
    assert sum(isinstance(result, Issued) for result in results) == 1
    assert sum(isinstance(result, LimitReached) for result in results) == 19


_TRIES = st.lists(st.tuples(st.sampled_from([CODE, OTHER]), st.sampled_from("abcdefgh")))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(_TRIES)
def test_whatever_is_tried_one_attempt_wins_within_the_limit(
    codes: RedisCodes, tries: list[tuple[str, str]]
) -> None:
    """Spent is said of the first new attempt with the right code, unless five wrong came before."""
    of = binding(manifest_hash=sha256(identifier()))
    issue(codes, of)
    failed: set[str] = set()
    winner: str | None = None
    for code, attempt in tries:
        outcome = spend(codes, of, code, attempt=attempt)
        fresh = winner is None and attempt not in failed and len(failed) < POLICY.attempts
        if fresh and code == CODE:
            winner = attempt
        elif fresh:
            failed.add(attempt)
        assert (outcome == SPENT) == (winner == attempt)
        assert isinstance(outcome, Wrong) == (winner is None and attempt in failed)
