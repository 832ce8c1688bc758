"""The engine when its processes are killed, hang, grow old or do not start: nothing is lost."""

import os
import signal
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from docgen.adapters.rendering.engine.frames import read_frame
from docgen.adapters.rendering.engine_client import Answer, Engine
from docgen.domain.errors import RendererUnavailable
from tests.adapters.rendering.engine.conftest import (
    Start,
    alive,
    asked,
    both,
    log_of,
    open_files,
    pid_in,
    raw,
    ready,
    supervisor_of,
    told,
    until,
    zygotes,
)

HEALED_SECONDS = 10.0


def under_load(engine: Engine, pool: ThreadPoolExecutor, jobs: int) -> list["Future[Answer]"]:
    """Short jobs by many callers, all of them sent."""
    return [
        pool.submit(
            asked, engine, "sleep", seconds=0.05, caller=f"c{number % 7}", document=f"d{number}"
        )
        for number in range(jobs)
    ]


def test_a_hanging_zygote_is_killed(start: Start) -> None:
    """One that does not keep the limit itself goes two seconds later, and another serves."""
    engine = start()
    began = time.monotonic()
    with pytest.raises(RendererUnavailable, match="timed_out"):
        asked(engine, "ignore_limit", limit=0.3)
    assert time.monotonic() - began < HEALED_SECONDS
    assert asked(engine).body == b"body"
    assert engine.status()["deaths"] == 1


@pytest.mark.parametrize("do", ["crash", "crash_zygote", "babble"])
def test_a_job_whose_process_dies_is_tried_again(
    start: Start, tmp_path: Path, directory: Path, do: str
) -> None:
    """A death may be an accident: the second try answers, and the document has no strike left."""
    engine = start()
    answer = asked(engine, do, once=str(tmp_path / "once"))
    assert answer.body == b"body"
    assert engine.status()["deaths"] == 1
    assert "strike" in [line["event"] for line in log_of(directory)]
    answer = asked(engine, do, once=str(tmp_path / "again"))
    assert answer.body == b"body"


def test_a_killed_child_costs_nothing(start: Start, tmp_path: Path) -> None:
    """The job of a child that somebody killed is done by another."""
    engine, once = start(), {"once": str(tmp_path / "once"), "pid_file": str(tmp_path / "pid")}
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(asked, engine, "sleep", seconds=60, **once)
        os.kill(pid_in(tmp_path / "pid"), signal.SIGKILL)
        assert answer.result(HEALED_SECONDS).body == b"body"


def test_killed_zygotes_lose_nothing(start: Start) -> None:
    """Both zygotes killed in the middle of a run: all is served, healed within five seconds."""
    engine = start(zygotes=2)
    both(engine)
    with ThreadPoolExecutor(40) as pool:
        answers = under_load(engine, pool, 40)
        until(lambda: engine.status()["waiting"] > 10, "a queue")
        for pid in zygotes(engine):
            os.kill(pid, signal.SIGKILL)
        until(ready(engine, 2), "two zygotes again", HEALED_SECONDS)
        assert [each.result(30).body for each in answers] == [b"body"] * 40
    assert engine.status()["deaths"] >= 2


@pytest.fixture
def unread(tmp_path: Path) -> str:
    """Where zygotes that die before they begin are counted."""
    (tmp_path / "unread").mkdir()
    return str(tmp_path / "unread")


def test_zygotes_that_die_before_they_begin_are_no_fault_of_the_job(
    start: Start, unread: str, directory: Path
) -> None:
    """All killed at once: who is given the job next is dead as well, and has not begun it."""
    engine = start()
    assert asked(engine, unread=unread, times=3).body == b"body"
    status = engine.status()
    assert (status["deaths"], status["quarantined"]) == (3, [])
    assert "strike" not in [line["event"] for line in log_of(directory)]


def test_a_job_that_no_zygote_lives_to_begin_fails(start: Start, unread: str) -> None:
    """It is not tried for ever."""
    engine = start()
    with pytest.raises(RendererUnavailable, match="crashed"):
        asked(engine, unread=unread, times=100)


def test_a_killed_supervisor_loses_nothing(start: Start, directory: Path) -> None:
    """Its zygotes die with it, one other engine is started for all, and every job is repeated."""
    engine = start(zygotes=2)
    both(engine)
    before, supervisor = zygotes(engine), supervisor_of(directory)
    with ThreadPoolExecutor(40) as pool:
        answers = under_load(engine, pool, 40)
        until(lambda: engine.status()["waiting"] > 10, "a queue")
        os.kill(supervisor, signal.SIGKILL)
        assert asked(engine, caller="hasty", document="hasty").body == b"body"
        assert [each.result(30).body for each in answers] == [b"body"] * 40
    assert not any(alive(pid) for pid in [*before, supervisor])
    assert supervisor_of(directory) != supervisor


def test_a_killed_supervisor_takes_the_running_child_along(
    start: Start, directory: Path, tmp_path: Path
) -> None:
    """No child works on for nobody, and its job is done anew."""
    engine = start()
    asked(engine)
    with ThreadPoolExecutor(1) as pool:
        once = {"once": str(tmp_path / "once"), "pid_file": str(tmp_path / "pid")}
        answer = pool.submit(asked, engine, "sleep", seconds=60, **once)
        child = pid_in(tmp_path / "pid")
        os.kill(supervisor_of(directory), signal.SIGKILL)
        assert answer.result(HEALED_SECONDS).body == b"body"
    assert not alive(child)


def test_an_engine_told_to_end_is_replaced(start: Start, directory: Path) -> None:
    """After SIGTERM jobs go to the next engine, which finds a clean directory."""
    engine = start()
    asked(engine)
    supervisor = supervisor_of(directory)
    with ThreadPoolExecutor(4) as pool:
        answers = under_load(engine, pool, 8)
        os.kill(supervisor, signal.SIGTERM)
        assert [each.result(30).body for each in answers] == [b"body"] * 8
    until(lambda: not alive(supervisor), "its end")


def test_zygotes_are_swapped_without_a_gap(start: Start) -> None:
    """An old zygote serves until its successor is ready, so that no job waits for a start."""
    engine = start("--hello-after=2.0", more=("--recycle-after=5",))
    asked(engine)
    slowest, first = 0.0, zygotes(engine)
    while engine.status()["swaps"] < 2:
        began = time.monotonic()
        asked(engine, "sleep", seconds=0.05)
        slowest = max(slowest, time.monotonic() - began)
    assert slowest < 1.8
    assert not set(first) & set(zygotes(engine))
    until(lambda: not any(alive(pid) for pid in first), "the old one's end")
    assert engine.status()["deaths"] == 0


def test_a_zygote_that_has_grown_is_swapped(start: Start) -> None:
    """Memory over the bound ends its service like age; it is not swapped after its first job."""
    more = ("--recycle-over=5000", "--recycle-after=100")
    engine = start("--private-kb=6000", more=more)
    for _ in range(4):
        asked(engine)
    assert engine.status()["swaps"] == 0
    asked(engine)
    until(lambda: engine.status()["swaps"] == 1, "a swap")


def test_when_no_zygote_starts(start: Start, tmp_path: Path) -> None:
    """Three failures in a row are told with their reason; later it tries again by itself."""
    broken = tmp_path / "broken"
    broken.touch()
    engine = start(f"--fail-while={broken}")
    with pytest.raises(RendererUnavailable, match="unavailable: install python3-uno"):
        asked(engine)
    began = time.monotonic()
    with pytest.raises(RendererUnavailable, match="unavailable"):
        asked(engine)
    assert time.monotonic() - began < 1
    broken.unlink()
    until(ready(engine, 1), "a zygote")
    assert asked(engine).body == b"body"


def test_descriptors_do_not_leak(start: Start, directory: Path, tmp_path: Path) -> None:
    """After 300 jobs, of which some die, are refused or cancelled, nobody has more open files."""
    engine = start(zygotes=2)
    both(engine)
    supervisor = supervisor_of(directory)
    before = open_files(), open_files(supervisor)
    for number in range(30):
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: asked(engine), range(8)))
        asked(engine, "crash", once=str(tmp_path / str(number)))
        with raw(directory) as gone:
            told(gone, work={"do": "sleep", "seconds": 60})
        with raw(directory) as nonsense:
            told(nonsense, work="none")
            assert read_frame(nonsense)[0]["error"] == "refused"
    until(lambda: not any(each["busy"] for each in engine.status()["zygotes"]), "all is done")
    until(ready(engine, 2), "two zygotes")
    assert open_files() == before[0]
    until(lambda: open_files(supervisor) <= before[1], "as few open files as before")
