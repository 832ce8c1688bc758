"""Threads of a web process that stay with whom they have answered."""

import http.client
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from api.gunicorn_stay import SECONDS as STAY
from api.gunicorn_stay import Stay
from tests.processes.running import Web, asked, eventually, slept, web

_SOON = STAY / 4
"""No more than somebody may take who waits for nobody."""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Web]:
    """One process of four threads, two of which may stay."""
    with web(tmp_path, processes="1", threads="4") as started:
        yield started


@pytest.fixture
def caller(running: Web) -> Iterator[http.client.HTTPConnection]:
    """His connection stays open."""
    with closing(running.caller()) as opened:
        yield opened


@pytest.fixture
def another(running: Web) -> Iterator[http.client.HTTPConnection]:
    """So does another's."""
    with closing(running.caller()) as opened:
        yield opened


def test_who_asks_again_is_answered_by_the_same_thread(
    running: Web, caller: http.client.HTTPConnection
) -> None:
    """The one that lets others in is not woken for him."""
    first = asked(caller, "/thread")
    (process,) = running.workers()
    before = slept(process)

    assert [asked(caller, "/thread") for _ in range(20)] == [first] * 20
    assert slept(process) - before <= 2


def test_who_asks_again_later_is_answered_too(caller: http.client.HTTPConnection) -> None:
    """By whichever thread it is then."""
    asked(caller, "/thread")
    time.sleep(STAY + 0.3)

    assert asked(caller, "/thread").isdigit()


def test_threads_that_others_need_do_not_stay(
    running: Web, caller: http.client.HTTPConnection, another: http.client.HTTPConnection
) -> None:
    """Four who come at once are answered at once, though two of four threads had stayed."""
    stayed_with = [caller, another]
    for each in stayed_with:
        asked(each, "/thread")
    before = time.monotonic()
    answers = [running.in_background("/slow?seconds=0.8") for _ in range(4)]

    assert [answer.wait() for answer in answers] == ["slept"] * 4
    # One after another they would take twice as long.
    assert time.monotonic() - before < 1.5
    assert all(asked(each, "/thread").isdigit() for each in stayed_with)


def test_requests_read_ahead_are_answered_at_once(running: Web) -> None:
    """Two in one piece: the second is not waited for, it is there already."""
    request = b"GET /thread HTTP/1.1\r\nHost: a\r\n\r\n"
    before = time.monotonic()
    head, body = running.raw(
        request + request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    )

    assert head.startswith(b"HTTP/1.1 200 ")
    assert body.count(b"HTTP/1.1 200 ") == 1
    assert time.monotonic() - before < _SOON


def test_a_process_that_ends_answers_once_more_whom_it_stayed_with(
    running: Web, caller: http.client.HTTPConnection
) -> None:
    """And tells him to hang up, as it tells all others."""
    asked(caller, "/thread")
    (process,) = running.workers()
    running.process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    caller.request("GET", "/thread")
    answer = caller.getresponse()

    assert answer.read().isdigit()
    assert answer.getheader("Connection") == "close"
    assert eventually(lambda: not Path(f"/proc/{process}").exists(), seconds=STAY / 2)


def test_a_process_that_ends_at_once_waits_for_nobody_who_stays(
    running: Web, caller: http.client.HTTPConnection
) -> None:
    """SIGQUIT is quick."""
    asked(caller, "/thread")
    (process,) = running.workers()
    before = time.monotonic()
    running.stop(signal.SIGQUIT)

    assert eventually(lambda: not Path(f"/proc/{process}").exists())
    assert time.monotonic() - before < STAY - _SOON


Ends = tuple[socket.socket, socket.socket]


@pytest.fixture
def stay() -> Stay:
    """Of one thread."""
    return Stay(1)


@pytest.fixture
def ends() -> Iterator[Ends]:
    """Ours and a caller's."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.fixture
def others() -> Iterator[ThreadPoolExecutor]:
    """A thread that stays."""
    with ThreadPoolExecutor(1) as threads:
        yield threads


def test_no_more_stay_than_may(stay: Stay, ends: Ends, others: ThreadPoolExecutor) -> None:
    """One more goes at once."""
    ours, theirs = ends
    staying = _begun(stay, ours, others)
    assert not stay.is_asked_more(ours)

    theirs.send(b"more")
    assert staying.result(_SOON)


def test_who_hangs_up_is_not_waited_for(stay: Stay, ends: Ends, others: ThreadPoolExecutor) -> None:
    """It is found out by reading, as ever."""
    ours, theirs = ends
    staying = _begun(stay, ours, others)
    theirs.close()

    assert staying.result(_SOON)


def test_who_is_called_off_goes_and_who_comes_later_stays(
    stay: Stay, ends: Ends, others: ThreadPoolExecutor
) -> None:
    """Nobody is called off by a word that was for others."""
    ours, theirs = ends
    staying = _begun(stay, ours, others)
    stay.call_off()
    assert not staying.result(_SOON)

    stay.call_off()
    staying = _begun(stay, ours, others)
    theirs.send(b"more")
    assert staying.result(_SOON)


def test_nobody_stays_for_ever(stay: Stay, ends: Ends) -> None:
    """However long he says nothing."""
    before = time.monotonic()
    assert not stay.is_asked_more(ends[0])

    assert STAY <= time.monotonic() - before < STAY + _SOON


def _begun(stay: Stay, ours: socket.socket, others: ThreadPoolExecutor) -> "Future[bool]":
    staying = others.submit(stay.is_asked_more, ours)
    assert eventually(lambda: stay._many == 1)
    time.sleep(0.05)
    return staying
