"""The contracts of Clock, Chance and Jobs."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue

import pytest

from docgen.adapters.chance import SystemChance
from docgen.adapters.clock import SystemClock
from docgen.adapters.jobs.inline import InlineJobs
from docgen.adapters.jobs.queue import QueueConsumer, QueueJobs
from docgen.domain.errors import RendererUnavailable
from docgen.domain.work import Task
from docgen.ports import Chance, Jobs, Work
from tests.fakes import CountingChance, FakeClock

_PATIENCE = 60
_ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


@pytest.fixture(params=["system", "counting"])
def chance(request: pytest.FixtureRequest) -> Chance:
    """The machine's randomness and the tests' own."""
    return SystemChance(SystemClock()) if request.param == "system" else CountingChance()


@pytest.fixture(params=["inline", "queue"])
def jobs_for(request: pytest.FixtureRequest) -> Iterator[Callable[[Work], Jobs]]:
    """Makes Jobs at whose other end the given work is done."""
    if request.param == "inline":
        yield lambda work: InlineJobs(work=work)
        return
    url = str(request.getfixturevalue("redis_url"))
    with ExitStack() as stack:

        def over_a_queue(work: Work) -> Jobs:
            consumer, jobs = QueueConsumer(url, work, threads=1), QueueJobs(url)
            consumer.start()
            stack.callback(jobs.close)
            stack.callback(consumer.stop)
            return jobs

        yield over_a_queue


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


@pytest.mark.parametrize("task", Task)
def test_work_that_was_told_is_done(jobs_for: Callable[[Work], Jobs], task: Task) -> None:
    """Under its own name, for its own envelope, once and in order."""
    done: SimpleQueue[tuple[Task, str]] = SimpleQueue()
    jobs = jobs_for(lambda task, envelope_id: done.put((task, envelope_id)))

    assert jobs.tell(task, "E1")
    assert jobs.tell(task, "E2")

    assert {done.get(timeout=_PATIENCE), done.get(timeout=_PATIENCE)} == {
        (task, "E1"),
        (task, "E2"),
    }
    assert done.empty()


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (RendererUnavailable("of Serik"), "render of envelope E1 waits: renderer_unavailable"),
        (RuntimeError("a fault of ours"), "render of envelope E1 failed"),
    ],
    ids=["named failure", "fault of ours"],
)
def test_work_that_fails_is_left_to_the_sweep(
    jobs_for: Callable[[Work], Jobs],
    caplog: pytest.LogCaptureFixture,
    failure: Exception,
    said: str,
) -> None:
    """Whoever told of it gets no error, the log says what waits, and the next work is done."""
    done: SimpleQueue[str] = SimpleQueue()

    def work(_task: Task, envelope_id: str) -> None:
        if envelope_id == "E1":
            raise failure
        done.put(envelope_id)

    jobs = jobs_for(work)

    assert jobs.tell(Task.RENDER, "E1")
    assert jobs.tell(Task.RENDER, "E2")

    assert done.get(timeout=_PATIENCE) == "E2"
    assert said in caplog.messages
    assert "Serik" not in caplog.text


def test_inline_work_is_done_before_tell_returns() -> None:
    """There is no queue to wait for."""
    done: list[tuple[Task, str]] = []

    InlineJobs(work=lambda task, envelope_id: done.append((task, envelope_id))).tell(
        Task.SEAL, "E1"
    )

    assert done == [(Task.SEAL, "E1")]
