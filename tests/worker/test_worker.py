"""A worker process: what it does by itself, and how it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from docgen.adapters.jobs.queue import QueueJobs
from docgen.domain.work import Task
from tests.services.programs import await_answer, start
from tests.services.redis_server import RedisServer

_ERRANDS = Path(__file__).with_name("errands.py")
_NEVER = 3600.0
_PATIENCE = 60
_MANY = 10_000
"""Objects; those of Python's own modules alone are more."""
_BEGINNING = 5
"""Times two seconds after which a worker that said it is at work has nothing more to begin."""


class Place:
    """A folder of errands, and the workers started over it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        self._workers: list[subprocess.Popen[bytes]] = []
        for name in ("owed", "begun", "done", "news", "told"):
            (folder / name).mkdir()

    def owe(self, *envelope_ids: str) -> None:
        """Envelopes that wait."""
        for envelope_id in envelope_ids:
            (self.folder / "owed" / envelope_id).touch()

    def worker(
        self, redis_url: str, *, task: float = 0.0, sweep: float = _NEVER
    ) -> subprocess.Popen[bytes]:
        """A worker that has begun its first sweep; `task` and `sweep` in seconds."""
        swept = self.sweeps
        words = [redis_url, str(self.folder), str(task), str(sweep)]
        worker = start([sys.executable, str(_ERRANDS), *words], log=self.log)
        self._workers.append(worker)
        self.wait(worker, lambda: self.sweeps > swept)
        return worker

    def wait(self, worker: subprocess.Popen[bytes], happened: Callable[[], bool]) -> None:
        """Come back when it has happened; fail if the worker dies first."""
        await_answer(worker, answers=happened, log=self.log)

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return (self.folder / name).exists()

    @property
    def sweeps(self) -> int:
        """How often a sweep began."""
        return (self.folder / "sweeps").stat().st_size if self.has("sweeps") else 0

    @property
    def rounds(self) -> list[int]:
        """How much was told at each round that told anything."""
        return [int(each) for each in (self.folder / "rounds").read_text().split()]

    @property
    def said(self) -> str:
        """What the workers logged."""
        return self.log.read_text()

    def clear(self) -> None:
        """Kill what still runs."""
        for worker in self._workers:
            worker.kill()
            worker.wait()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """An empty folder of errands."""
    built = Place(tmp_path)
    yield built
    built.clear()


def _tell(redis_url: str, envelope_id: str) -> None:
    with closing(QueueJobs(redis_url)) as jobs:
        assert jobs.tell(Task.RENDER, envelope_id)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT], ids=["term", "int"])
def test_a_worker_that_is_told_to_end_finishes_its_task(
    place: Place, redis_url: str, ending: signal.Signals
) -> None:
    """The task in its hands is done to the end; then it leaves with 0."""
    worker = place.worker(redis_url, task=2)
    place.owe("E1")
    _tell(redis_url, "E1")
    place.wait(worker, lambda: place.has("begun/E1"))

    worker.send_signal(ending)

    assert worker.wait(_PATIENCE) == 0
    assert place.has("done/E1")


def test_what_a_worker_has_loaded_is_not_looked_through_for_garbage(
    place: Place, redis_url: str
) -> None:
    """It never becomes any, and to look costs as much as many a piece of work."""
    worker = place.worker(redis_url)
    place.owe("E1")
    _tell(redis_url, "E1")
    place.wait(worker, lambda: place.has("done/E1"))

    assert int((place.folder / "frozen").read_text()) > _MANY


def test_a_second_signal_ends_a_worker_at_once(place: Place, redis_url: str) -> None:
    """For whoever cannot wait; what it was at is still owed."""
    worker = place.worker(redis_url, task=_NEVER)
    place.owe("E1")
    _tell(redis_url, "E1")
    place.wait(worker, lambda: place.has("begun/E1"))

    worker.terminate()
    place.wait(worker, lambda: "SIGTERM: finishing" in place.said)
    worker.terminate()

    assert worker.wait(_PATIENCE) == -signal.SIGTERM
    assert place.has("owed/E1")


def test_what_a_killed_worker_was_at_is_done_by_the_next_sweep(
    place: Place, redis_url: str, redis_server: RedisServer
) -> None:
    """Even where the queue has forgotten it."""
    killed = place.worker(redis_url, task=_NEVER)
    place.owe("E1")
    _tell(redis_url, "E1")
    place.wait(killed, lambda: place.has("begun/E1"))
    killed.kill()
    killed.wait()
    with redis_server.client() as client:
        client.flushall()

    next_one = place.worker(redis_url)

    place.wait(next_one, lambda: place.has("done/E1"))
    assert not place.has("owed/E1")


def test_a_sweep_ends_between_two_envelopes(place: Place, redis_url: str) -> None:
    """A worker told to end finishes one of a long row, and leaves the others to the next."""
    place.owe("E1", "E2", "E3")
    worker = place.worker(redis_url, task=1)
    place.wait(worker, lambda: place.has("begun/E1"))

    worker.terminate()

    assert worker.wait(_PATIENCE) == 0
    assert place.has("done/E1")
    assert not place.has("begun/E2")


def test_a_failing_sweep_is_survived(place: Place, redis_url: str) -> None:
    """It is tried again at its time, and told work is done meanwhile."""
    (place.folder / "broken").touch()
    worker = place.worker(redis_url, sweep=0.2)
    place.owe("E1", "E2")
    _tell(redis_url, "E1")
    place.wait(worker, lambda: place.sweeps > 2 and place.has("done/E1"))
    assert place.has("owed/E2")
    assert "the sweep failed" in place.said

    (place.folder / "broken").unlink()

    place.wait(worker, lambda: place.has("done/E2"))


def test_without_redis_a_worker_sweeps_and_ends(place: Place, tmp_path: Path) -> None:
    """The queue is a hint: what it cannot say, the state of the envelopes does."""
    place.owe("E1")
    worker = place.worker(f"unix://{tmp_path}/nobody.sock", sweep=0.2)
    place.wait(worker, lambda: place.has("done/E1"))
    place.owe("E2")
    place.wait(worker, lambda: place.has("done/E2"))

    worker.terminate()

    assert worker.wait(_PATIENCE) == 0


def test_an_idle_worker_rests(place: Place, redis_url: str) -> None:
    """Waiting costs it less than a tenth of one processor."""
    worker = place.worker(redis_url)
    place.wait(worker, lambda: "at work" in place.said)

    assert any(_spent_in_two_seconds(worker.pid) < 0.2 for _ in range(_BEGINNING))


def _spent_in_two_seconds(pid: int) -> float:
    before = _processor_seconds(pid)
    time.sleep(2)
    return _processor_seconds(pid) - before


def _processor_seconds(pid: int) -> float:
    """Time in user and in kernel mode (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_worker_polls_beside_its_task_and_after_a_fault(place: Place, redis_url: str) -> None:
    """Receipts wait for no document; a fault is logged, and the next round comes."""
    (place.folder / "broken").touch()
    worker = place.worker(redis_url, task=_NEVER)
    place.owe("E1")
    _tell(redis_url, "E1")
    place.wait(worker, lambda: place.has("begun/E1") and "receipts failed" in place.said)
    (place.folder / "broken").unlink()
    polled = (place.folder / "polls").stat().st_size

    place.wait(worker, lambda: (place.folder / "polls").stat().st_size > polled + 1)


def test_a_worker_that_is_told_to_end_polls_no_more(place: Place, redis_url: str) -> None:
    """It does not wait for the next round either."""
    worker = place.worker(redis_url)
    place.wait(worker, lambda: place.has("polls"))

    worker.terminate()

    assert worker.wait(_PATIENCE) == 0


def test_news_is_told_within_two_seconds(place: Place, redis_url: str) -> None:
    """By every worker, beside all else that it does; and while it does it."""
    place.owe("e1")
    worker = place.worker(redis_url, task=30.0)
    place.wait(worker, lambda: place.has("begun/e1"))

    (place.folder / "news" / "n1").touch()
    place.wait(worker, lambda: place.has("told/n1"))
    assert not place.has("done/e1")


def test_what_happens_in_a_moment_is_told_in_one_round(place: Place, redis_url: str) -> None:
    """Not at each piece of it, and by one of several workers."""
    one, _ = place.worker(redis_url), place.worker(redis_url)
    _bring_news(place, "before")
    place.wait(one, lambda: place.has("told/before"))

    names = [f"n{number}" for number in range(20)]
    for name in names:
        _bring_news(place, name)
    place.wait(one, lambda: all(place.has(f"told/{name}") for name in names))

    assert place.rounds == [1, 20]


def test_a_worker_killed_while_news_gathers_leaves_it_to_another(
    place: Place, redis_url: str
) -> None:
    """It had taken nothing of it."""
    killed = place.worker(redis_url)
    _bring_news(place, "before")
    place.wait(killed, lambda: place.has("told/before"))
    next_one = place.worker(redis_url)
    _bring_news(place, "after")

    killed.kill()

    place.wait(next_one, lambda: place.has("told/after"))
    assert place.rounds == [1, 1]


def test_a_worker_that_is_told_to_end_gathers_no_more_news(place: Place, redis_url: str) -> None:
    """It leaves at once, and what has come meanwhile to others."""
    worker = place.worker(redis_url)
    _bring_news(place, "before")
    place.wait(worker, lambda: place.has("told/before"))
    _bring_news(place, "after")

    worker.terminate()

    assert worker.wait(_PATIENCE) == 0
    assert place.has("news/after")


def _bring_news(place: Place, name: str) -> None:
    (place.folder / "news" / name).touch()
