"""The queue: what it holds, who does what, and a Redis that is away."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from functools import partial
from queue import SimpleQueue

import pytest

from docgen.adapters.jobs.queue import QueueConsumer, QueueJobs
from docgen.domain.work import Task
from docgen.ports import Work
from tests.contracts.races import at_once
from tests.services.redis_server import RedisServer

_PATIENCE = 60
Doing = Callable[[Work], QueueConsumer]


@pytest.fixture
def jobs(own_redis: RedisServer) -> Iterator[QueueJobs]:
    """Told over a Redis to be treated badly."""
    with closing(QueueJobs(own_redis.url)) as built:
        yield built


@pytest.fixture
def doing(own_redis: RedisServer) -> Iterator[Doing]:
    """Starts a consumer of one thread for each task, and stops it in the end."""
    with ExitStack() as stack:

        def started(work: Work) -> QueueConsumer:
            consumer = QueueConsumer(own_redis.url, work, threads=1)
            consumer.start()
            stack.callback(consumer.stop)
            return consumer

        yield started


@contextmanager
def _at_work(consumer: QueueConsumer) -> Iterator[None]:
    """Started, and stopped in the end."""
    consumer.start()
    try:
        yield
    finally:
        consumer.stop()


class Held:
    """Work that is begun and not finished before `release`; ids as they come."""

    def __init__(self) -> None:
        self.begun: SimpleQueue[str] = SimpleQueue()
        self.done: SimpleQueue[str] = SimpleQueue()
        self._released = threading.Event()

    def __call__(self, _task: Task, envelope_id: str) -> None:
        """Begin."""
        self.begun.put(envelope_id)
        assert self._released.wait(_PATIENCE)
        self.done.put(envelope_id)

    def release(self) -> None:
        """Let all go on."""
        self._released.set()


def _await(happened: Callable[[], bool]) -> None:
    for _ in range(_PATIENCE * 100):
        if happened():
            return
        time.sleep(0.01)
    pytest.fail("it did not happen")


@contextmanager
def _within_a_second() -> Iterator[None]:
    started = time.perf_counter()
    yield
    assert time.perf_counter() - started < 1


# --- what Redis sees ------------------------------------------------------------------------


def test_a_message_holds_the_task_and_the_id(own_redis: RedisServer, jobs: QueueJobs) -> None:
    """Whoever reads Redis learns nothing else."""
    jobs.tell(Task.SEAL, "E1")

    with own_redis.client() as client:
        assert client.keys() == ["qoltanba:owed:seal"]
        assert client.lrange("qoltanba:owed:seal", 0, -1) == ["E1"]


def test_failed_work_leaves_nothing_in_redis(
    own_redis: RedisServer, jobs: QueueJobs, doing: Doing
) -> None:
    """No traceback, no dead letter: it is the register that knows what waits.

    Whoever waits for it learns that it was attempted, and for no longer than he may wait.
    """

    def fail(_task: Task, _envelope_id: str) -> None:
        raise RuntimeError("Serik, 850505300015")

    doing(fail)
    jobs.tell(Task.RENDER, "E1")

    with own_redis.client() as client:
        _await(lambda: client.keys() == ["qoltanba:attempted:render:E1"])
        assert client.lrange("qoltanba:attempted:render:E1", 0, -1) == ["attempted"]
        assert 0 < client.ttl("qoltanba:attempted:render:E1") <= 10


# --- who does what --------------------------------------------------------------------------


def test_rendering_is_not_stuck_behind_sealing(jobs: QueueJobs, doing: Doing) -> None:
    """Somebody waits for the document while all threads that seal wait for an authority."""
    held, rendered = Held(), SimpleQueue[str]()
    doing(
        lambda task, envelope_id: (
            held(task, envelope_id) if task is Task.SEAL else rendered.put(envelope_id)
        )
    )
    for envelope_id in ("E1", "E2", "E3"):
        jobs.tell(Task.SEAL, envelope_id)
    held.begun.get(timeout=_PATIENCE)

    jobs.tell(Task.RENDER, "E4")

    assert rendered.get(timeout=_PATIENCE) == "E4"
    assert held.done.empty()
    held.release()


def test_one_listens_for_all(own_redis: RedisServer, jobs: QueueJobs) -> None:
    """Threads that have nothing to do cost nothing, and all of them work at once."""
    held = Held()
    with _at_work(QueueConsumer(own_redis.url, held, threads=3)):
        with own_redis.client() as client:
            _await(lambda: client.info("clients")["blocked_clients"] == 1)
        for number in range(3):
            for task in Task:
                jobs.tell(task, f"{task}-{number}")

        begun = {held.begun.get(timeout=_PATIENCE) for _ in range(3 * len(Task))}
        held.release()

    assert begun == {f"{task}-{number}" for task in Task for number in range(3)}


def test_what_nobody_is_free_for_is_left_to_others(jobs: QueueJobs, doing: Doing) -> None:
    """A consumer takes no more than it has threads for."""
    held, done = Held(), SimpleQueue[str]()
    doing(held)
    jobs.tell(Task.SEAL, "E1")
    assert held.begun.get(timeout=_PATIENCE) == "E1"
    jobs.tell(Task.SEAL, "E2")

    doing(lambda _task, envelope_id: done.put(envelope_id))

    assert done.get(timeout=_PATIENCE) == "E2"
    held.release()


def test_whoever_is_free_again_is_heard_of_at_once(jobs: QueueJobs, doing: Doing) -> None:
    """The listener, who left that list out meanwhile, need not end his wait first."""
    held = Held()
    doing(held)
    jobs.tell(Task.SEAL, "E1")
    held.begun.get(timeout=_PATIENCE)
    time.sleep(0.1)
    jobs.tell(Task.SEAL, "E2")

    with _within_a_second():
        held.release()
        assert held.begun.get(timeout=_PATIENCE) == "E2"


def test_stopping_finishes_what_was_begun_and_leaves_the_rest(
    jobs: QueueJobs, doing: Doing
) -> None:
    """What one consumer did not begin, the next one does."""
    held, later = Held(), SimpleQueue[str]()
    first = doing(held)
    for envelope_id in ("E1", "E2", "E3"):
        jobs.tell(Task.RENDER, envelope_id)
    held.begun.get(timeout=_PATIENCE)
    stopping = threading.Thread(target=first.stop)

    stopping.start()
    _await(first.is_stopping)
    held.release()
    stopping.join(_PATIENCE)
    doing(lambda _task, envelope_id: later.put(envelope_id))

    assert [held.done.get_nowait() for _ in range(held.done.qsize())] == ["E1"]
    assert [later.get(timeout=_PATIENCE) for _ in range(2)] == ["E2", "E3"]


def test_a_consumer_that_listens_stops_at_once(
    own_redis: RedisServer, jobs: QueueJobs, doing: Doing
) -> None:
    """Its listener hears of the end, and another's goes on."""
    done: SimpleQueue[str] = SimpleQueue()
    ending = doing(lambda _task, _envelope_id: None)
    doing(lambda _task, envelope_id: done.put(envelope_id))
    with own_redis.client() as client:
        _await(lambda: client.info("clients")["blocked_clients"] == 2)

    with _within_a_second():
        ending.stop()
    for task in Task:
        jobs.tell(task, task.value)

    assert {done.get(timeout=_PATIENCE) for _ in Task} == {task.value for task in Task}


# --- somebody waits for it ------------------------------------------------------------------


def test_whoever_waits_goes_on_as_soon_as_the_work_was_attempted(
    jobs: QueueJobs, doing: Doing
) -> None:
    """Not before, and not when his time is over."""
    held, went_on = Held(), SimpleQueue[bool]()
    doing(held)
    jobs.tell(Task.RENDER, "E1")
    held.begun.get(timeout=_PATIENCE)

    def wait() -> None:
        while held.done.empty():
            jobs.wait(Task.RENDER, "E1", most=timedelta(seconds=_PATIENCE))
        went_on.put(True)  # noqa: FBT003 - its only argument

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert went_on.empty()
    held.release()

    assert went_on.get(timeout=_PATIENCE)
    waiting.join(_PATIENCE)


def test_word_of_work_waits_for_whoever_comes_late(
    own_redis: RedisServer, jobs: QueueJobs, doing: Doing
) -> None:
    """It may be done before its caller begins to wait."""
    doing(lambda _task, _envelope_id: None)
    jobs.tell(Task.RENDER, "E1")
    with own_redis.client() as client:
        _await(lambda: client.keys() == ["qoltanba:attempted:render:E1"])

        assert jobs.wait(Task.RENDER, "E1", most=timedelta(seconds=_PATIENCE))
        assert client.keys() == []


def test_nobody_waits_longer_than_he_wants(jobs: QueueJobs) -> None:
    """Word of what nobody does never comes; then he looks at the register himself."""
    with _within_a_second():
        assert jobs.wait(Task.RENDER, "E1", most=timedelta(milliseconds=50))
        assert jobs.wait(Task.RENDER, "E1", most=timedelta(0))


def test_without_redis_nobody_is_told_that_he_has_waited(
    own_redis: RedisServer, jobs: QueueJobs
) -> None:
    """He looks at the register now and then instead."""
    own_redis.kill()

    with _within_a_second():
        assert not jobs.wait(Task.RENDER, "E1", most=timedelta(seconds=_PATIENCE))


# --- a Redis that is away -------------------------------------------------------------------


@contextmanager
def _away(redis: RedisServer, how: str) -> Iterator[None]:
    """Within it Redis is stopped or silent."""
    gone, back = (redis.kill, redis.start) if how == "stopped" else (redis.freeze, redis.thaw)
    gone()
    try:
        yield
    finally:
        back()


@contextmanager
def _unreachable() -> Iterator[str]:
    """Address of a machine that answers nothing at all, not even a refusal."""
    with ExitStack() as stack:
        full = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(full.getsockname())
        yield f"redis://:secret@127.0.0.1:{full.getsockname()[1]}"


@pytest.mark.parametrize("connected", [True, False], ids=["connected", "new connection"])
@pytest.mark.parametrize("how", ["stopped", "silent"])
def test_nobody_waits_for_a_redis_that_is_away(
    own_redis: RedisServer, jobs: QueueJobs, how: str, *, connected: bool
) -> None:
    """Whoever tells is told at once that nobody heard, without an error."""
    if connected:
        assert jobs.tell(Task.RENDER, "E0")

    with _away(own_redis, how), _within_a_second():
        assert jobs.tell(Task.RENDER, "E1") is False

    assert jobs.tell(Task.RENDER, "E2") is True


def test_nobody_waits_for_a_redis_out_of_reach(caplog: pytest.LogCaptureFixture) -> None:
    """Packets that vanish are given up in time, and the log names the envelope only."""
    with _unreachable() as url, closing(QueueJobs(url)) as jobs, _within_a_second():
        assert jobs.tell(Task.SEAL, "E1") is False

    assert caplog.messages == ["seal of envelope E1 was not told: TimeoutError"]


def test_many_who_tell_a_silent_redis_wait_side_by_side(own_redis: RedisServer) -> None:
    """No thread waits for the time-outs of the others."""
    with closing(QueueJobs(own_redis.url)) as jobs:
        with _away(own_redis, "silent"), _within_a_second():
            told = at_once([partial(jobs.tell, Task.RENDER, f"E{n}") for n in range(8)])

        assert told == [False] * 8


def test_a_full_redis_is_told_in_vain(own_redis: RedisServer, jobs: QueueJobs) -> None:
    """It refuses the message; the work is owed all the same."""
    with own_redis.client() as client:
        client.config_set("maxmemory", "1")

    assert jobs.tell(Task.RENDER, "E1") is False


@pytest.mark.parametrize("how", ["stopped", "silent"])
def test_a_consumer_goes_on_when_redis_comes_back(
    own_redis: RedisServer,
    jobs: QueueJobs,
    doing: Doing,
    caplog: pytest.LogCaptureFixture,
    how: str,
) -> None:
    """By itself, for every task, and without a traceback for what is no fault of ours."""
    done: SimpleQueue[tuple[Task, str]] = SimpleQueue()
    doing(lambda task, envelope_id: done.put((task, envelope_id)))
    jobs.tell(Task.RENDER, "E1")
    assert done.get(timeout=_PATIENCE) == (Task.RENDER, "E1")

    with _away(own_redis, how):
        _await(lambda: " is away: " in caplog.text)
    for task in Task:
        assert jobs.tell(task, "E2")

    assert {done.get(timeout=_PATIENCE) for _ in Task} == {(task, "E2") for task in Task}
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("how", ["stopped", "silent"])
def test_without_redis_a_consumer_finishes_and_stops(
    own_redis: RedisServer, jobs: QueueJobs, doing: Doing, how: str
) -> None:
    """It neither drops what it is at nor waits until Redis hears of it."""
    held = Held()
    stopping = threading.Thread(target=doing(held).stop)
    jobs.tell(Task.SEAL, "E1")
    held.begun.get(timeout=_PATIENCE)

    with _away(own_redis, how):
        held.release()
        stopping.start()
        stopping.join(_PATIENCE)
        assert not stopping.is_alive()

    assert held.done.get_nowait() == "E1"
