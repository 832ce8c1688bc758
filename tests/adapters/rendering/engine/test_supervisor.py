"""The engine with real processes: served, fair, healed when killed, and gone when it should be."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from docgen.adapters.rendering.engine.frames import read_frame, write_frame
from docgen.adapters.rendering.engine_client import Engine
from docgen.domain.errors import RendererUnavailable, RenderFailed
from tests.adapters.rendering.engine.conftest import (
    Start,
    alive,
    asked,
    both,
    log_of,
    pid_in,
    processes_of,
    raw,
    supervisor_of,
    told,
    until,
    zygotes,
)


def test_a_job_is_done(start: Start, directory: Path) -> None:
    """The child has the request, and the answer comes with the engine's hello and its cost."""
    answer = asked(start())
    assert (answer.header, answer.body) == ({"asked": {"n": 1}}, b"body")
    assert (answer.engine["engine"], answer.cpu_ms) == ("Script 1.0", 1.5)
    assert answer.engine["home"] == str(directory / "zygote-1")


def test_further_zygotes_start_when_more_waits(start: Start) -> None:
    """One is enough for one job after the other; more at once open further places, up to N."""
    engine = start(zygotes=2)
    for _ in range(5):
        asked(engine)
    assert len(zygotes(engine)) == 1
    both(engine)
    assert len(zygotes(engine)) == 2


def test_fifty_callers_are_served_or_told_busy(start: Start) -> None:
    """None hangs; whoever is refused is told when to come again, and there is room later."""
    engine = start(zygotes=2, queue_limit=20)
    both(engine)
    with ThreadPoolExecutor(50) as pool:
        asked_for = [
            pool.submit(asked, engine, "sleep", seconds=0.1, caller=f"c{number}")
            for number in range(50)
        ]
        outcomes = [each.exception(timeout=30) for each in asked_for]
    refused = [each for each in outcomes if each is not None]
    assert 20 <= len(refused) <= 30
    for refusal in refused:
        assert isinstance(refusal, RendererUnavailable)
        assert str(refusal).startswith("busy")
        assert refusal.retry_after.total_seconds() >= 1
    assert asked(engine).body == b"body"


def waits(engine: Engine, jobs: int) -> bool:
    """Whether so many jobs wait."""
    return bool(engine.status()["waiting"] == jobs)


def order_of(engine: Engine, tmp_path: Path, jobs: list[dict[str, Any]]) -> list[int]:
    """In which order the jobs were done that came while the only zygote was at work."""
    done: list[int] = []

    def ask(number: int, more: dict[str, Any]) -> None:
        asked(engine, "sleep", seconds=0.02, **more)
        done.append(number)

    with ThreadPoolExecutor(len(jobs) + 1) as pool:
        pool.submit(asked, engine, "sleep", seconds=1, pid_file=str(tmp_path / "first"))
        pid_in(tmp_path / "first")
        for number, more in enumerate(jobs):
            pool.submit(ask, number, more)
            until(partial(waits, engine, number + 1), "it waits")
    return done


def test_a_greedy_caller_does_not_hold_up_others(start: Start, tmp_path: Path) -> None:
    """Of five jobs by one and one by another the other's is second."""
    jobs = [{"caller": "greedy"}] * 5 + [{"caller": "modest"}]
    assert order_of(start(), tmp_path, jobs) == [0, 5, 1, 2, 3, 4]


def test_interactive_overtakes_batch(start: Start, tmp_path: Path) -> None:
    """What somebody watches goes first."""
    jobs = [{"batch": True}, {"batch": True}, {"batch": False}]
    assert order_of(start(), tmp_path, jobs) == [2, 0, 1]


def test_work_that_is_refused_fails(start: Start) -> None:
    """What the child says is the document's fault is a failure with its name, and no strike."""
    engine = start()
    for _ in range(3):
        with pytest.raises(RenderFailed, match="not_filled: a place is left"):
            asked(engine, "refuse")


@pytest.mark.parametrize("do", ["exit_early", "garble"])
def test_an_answer_that_is_none_is_not_taken(start: Start, do: str) -> None:
    """A child that ends well but wrote nothing, or nonsense, has made no document."""
    with pytest.raises(RendererUnavailable, match="damaged"):
        asked(start(), do)


def test_time_limit(start: Start) -> None:
    """A child over its limit is killed, the caller is told, the zygote lives on."""
    engine = start()
    asked(engine)
    before = zygotes(engine)
    with pytest.raises(RendererUnavailable, match="timed_out"):
        asked(engine, "sleep", seconds=60, limit=0.3)
    assert asked(engine).body == b"body"
    assert zygotes(engine) == before


@pytest.mark.parametrize("do", ["crash", "crash_zygote"])
def test_what_crashes_twice_is_quarantined(start: Start, directory: Path, do: str) -> None:
    """The caller is told, the next one at once, the log names digests; all else is served."""
    engine = start()
    with pytest.raises(RendererUnavailable, match="crashed"):
        asked(engine, do, document="bad")
    with pytest.raises(RenderFailed, match="quarantined"):
        asked(engine, document="bad")
    assert asked(engine, document="good").body == b"body"
    (locked,) = engine.status()["quarantined"]
    assert (locked["kind"], locked["digest"]) == ("document", "bad")
    (line,) = [line for line in log_of(directory) if line["level"] == "error"]
    assert (line["event"], line["document"], line["template"]) == ("quarantined", "bad", "t")


def test_what_hangs_twice_is_quarantined(start: Start) -> None:
    """A time-out is a strike like a death."""
    engine = start()
    for expected in (RendererUnavailable, RendererUnavailable, RenderFailed):
        with pytest.raises(expected):
            asked(engine, "sleep", seconds=60, limit=0.1)


def test_a_template_that_kills_three_documents_is_quarantined(start: Start) -> None:
    """It is refused for every document; other templates are served."""
    engine = start()
    for document in "abc":
        with pytest.raises((RendererUnavailable, RenderFailed)):
            asked(engine, "crash", document=document, template="bad")
    with pytest.raises(RenderFailed, match="template"):
        asked(engine, document="d", template="bad")
    assert asked(engine, document="d", template="good").body == b"body"


def test_a_client_that_goes_cancels_its_job(start: Start, directory: Path, tmp_path: Path) -> None:
    """Running, its child is killed at once; waiting, it is never begun."""
    engine = start()
    asked(engine)
    sleep = {"do": "sleep", "seconds": 60}
    with raw(directory) as running, raw(directory) as waiting:
        told(running, work=sleep | {"pid_file": str(tmp_path / "running")})
        child = pid_in(tmp_path / "running")
        told(waiting, work=sleep | {"pid_file": str(tmp_path / "waiting")})
        until(lambda: engine.status()["waiting"] == 1, "one that waits")
        waiting.close()
        until(lambda: engine.status()["waiting"] == 0, "none that waits")
        running.close()
        until(lambda: not alive(child), "the child's end", 2)
    assert asked(engine).body == b"body"
    assert not (tmp_path / "waiting").exists()
    assert engine.status()["deaths"] == 0


@pytest.mark.parametrize(
    "more",
    [
        {"limit": 0},
        {"limit": float("nan")},
        {"limit": True},
        {"limit": 1e9},
        {"work": []},
        {"caller": 5},
        {"batch": "no"},
    ],
)
def test_nonsense_is_refused(start: Start, directory: Path, more: dict[str, Any]) -> None:
    """A job that is none is told so, and harms nobody."""
    engine = start()
    asked(engine)
    with raw(directory) as connection:
        told(connection, **({"work": {"do": "echo"}} | more))
        assert read_frame(connection)[0]["error"] == "refused"
    assert asked(engine).body == b"body"


def test_a_stranger_is_left(start: Start, directory: Path) -> None:
    """Whoever does not speak in frames, asks for what is not there or asks twice hears nothing."""
    engine = start()
    asked(engine)
    with raw(directory) as connection:
        connection.send(b"\xff" * 64)
        with pytest.raises((EOFError, ConnectionResetError)):
            read_frame(connection)
    for frames in ([{"kind": "other"}], [{"kind": "lease"}, {"kind": "lease"}]):
        with raw(directory) as connection:
            for frame in frames:
                write_frame(connection, frame)
            with pytest.raises(EOFError):
                read_frame(connection)
    assert asked(engine).body == b"body"


def test_long_work_gets_through(start: Start) -> None:
    """Work larger than a socket holds is handed on in pieces; over the bound it fails as such."""
    engine = start()
    assert asked(engine, long="x" * 1_000_000).body == b"body"
    with pytest.raises(RenderFailed, match="more than the engine takes"):
        asked(engine, long="x" * 1_100_000)


def test_it_ends_with_its_last_client(start: Start, directory: Path) -> None:
    """After closing there is no process and no file; the next job starts another."""
    engine = start(zygotes=2)
    both(engine)
    running = processes_of(directory)
    assert len(running) == 3
    engine.close()
    until(lambda: not any(alive(pid) for pid in running.values()), "the end of all")
    assert not directory.exists()
    assert asked(engine).body == b"body"


def test_closing_does_not_take_a_running_job_along(start: Start, tmp_path: Path) -> None:
    """The engine stays for the job that is under way, and ends after it."""
    engine = start()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(asked, engine, "sleep", seconds=0.5, pid_file=str(tmp_path / "pid"))
        pid_in(tmp_path / "pid")
        engine.close()
        assert answer.result(5).body == b"body"


def test_many_threads_start_one_engine(start: Start, directory: Path) -> None:
    """All of them need it first at the same time."""
    engine, barrier = start(), threading.Barrier(12)

    def ask(number: int) -> bytes:
        barrier.wait()
        return asked(engine, document=f"d{number}").body

    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(ask, range(12))) == [b"body"] * 12
    assert supervisor_of(directory)
