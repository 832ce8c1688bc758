"""The contracts of Clock, Chance and Jobs."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from docgen.adapters.chance import SystemChance
from docgen.adapters.clock import SystemClock
from docgen.adapters.jobs.inline import InlineJobs
from docgen.domain.errors import RendererUnavailable
from docgen.ports import Chance, Task
from tests.fakes import CountingChance, FakeClock

_ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


@pytest.fixture(params=["system", "counting"])
def chance(request: pytest.FixtureRequest) -> Chance:
    """The machine's randomness and the tests' own."""
    return SystemChance(SystemClock()) if request.param == "system" else CountingChance()


def test_the_clock_is_aware_and_in_utc() -> None:
    """Times without a zone would be read differently elsewhere."""
    now = SystemClock().now()

    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)


def test_identifiers_and_tokens_never_repeat(chance: Chance) -> None:
    """Nor can one be taken for the other."""
    made = [chance.identifier() for _ in range(500)] + [chance.token() for _ in range(500)]

    assert len(set(made)) == 1000


@pytest.mark.parametrize("digits", [4, 6, 8])
def test_a_code_has_its_digits_and_leading_zeros(chance: Chance, digits: int) -> None:
    """Six digits are always six characters."""
    codes = [chance.code(digits) for _ in range(300)]

    assert all(len(code) == digits and code.isdigit() for code in codes)


def test_real_identifiers_sort_by_their_time() -> None:
    """A later one is greater, so that lists need no other order."""
    clock = FakeClock()
    chance = SystemChance(clock)
    first = chance.identifier()
    clock.advance(timedelta(milliseconds=1))

    assert _ULID.fullmatch(first)
    assert first < chance.identifier()


def test_real_codes_use_the_whole_range() -> None:
    """Every first digit comes up, zero included."""
    chance = SystemChance(SystemClock())

    assert {chance.code(6)[0] for _ in range(2000)} == set("0123456789")


def test_inline_work_is_done_before_tell_returns() -> None:
    """There is no queue to wait for."""
    done: list[tuple[Task, str]] = []

    InlineJobs(work=lambda task, envelope_id: done.append((task, envelope_id))).tell(
        Task.SEAL, "E1"
    )

    assert done == [(Task.SEAL, "E1")]


@pytest.mark.parametrize("failure", [RendererUnavailable(), RuntimeError("a fault of ours")])
def test_inline_work_that_fails_is_left_to_the_sweep(failure: Exception) -> None:
    """Whoever told of it has committed already, and gets no error for it."""

    def fail(_task: Task, _envelope_id: str) -> None:
        raise failure

    InlineJobs(work=fail).tell(Task.RENDER, "E1")
