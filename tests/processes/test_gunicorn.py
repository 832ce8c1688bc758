"""The web processes: how they answer what is no request, end, die, and count together."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.running import ROOT, SECONDS, Web, asked, eventually, slept, web
from tests.processes.standin import LARGE


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """A service for all who do it no harm that it does not get over."""
    folder = tmp_path_factory.mktemp("web")
    with web(folder, "--timeout", "3", processes="2", threads="4") as running:
        yield running


def test_the_application_is_loaded_by_the_process_that_answers(shared: Web) -> None:
    """Not by its parent, whose connections all children would share."""
    answering, loaded_by, parent = shared.get("/process").split()

    assert answering == loaded_by
    assert int(parent) == shared.process.pid


def test_modules_are_loaded_before_any_process_is_forked() -> None:
    """Whoever replaces a process that died has only connections to open; nothing is opened before.

    In a process of its own, since here everything is loaded already.
    """
    asked = (
        "import sys, threading, api.gunicorn as ours; ours.on_starting(None);"
        "print('api.v1' in sys.modules, 'api.wsgi' in sys.modules, threading.active_count())"
    )
    told = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert told.stdout.split() == ["True", "False", "1"]


_LONG = b"a" * 9000


@pytest.mark.parametrize(
    ("request_bytes", "status", "code"),
    [
        (b"nonsense sekrit\r\n\r\n", 400, "bad_request"),
        (b"GET /process HTTP/1.1\r\nsek rit: 1\r\n\r\n", 400, "bad_request"),
        (b"GET /process?sekrit HTTP/7.3\r\n\r\n", 400, "bad_request"),
        (b"GET /sekrit" + _LONG + b" HTTP/1.1\r\n\r\n", 414, "address_too_long"),
        (b"GET /process HTTP/1.1\r\nA: sekrit" + _LONG + b"\r\n\r\n", 431, "headers_too_large"),
        (b"GET / HTTP/1.1\r\n" + b"A: sekrit\r\n" * 70 + b"\r\n", 431, "headers_too_large"),
        (b"GET /fail?sekrit HTTP/1.1\r\nHost: a\r\n\r\n", 500, "internal_error"),
    ],
    ids=["line", "header", "version", "address", "header-size", "header-count", "fault"],
)
def test_what_no_application_answers_is_a_problem_too(
    shared: Web, request_bytes: bytes, status: int, code: str
) -> None:
    """The same shape as every other refusal; the caller's bytes come back nowhere."""
    head, body = shared.raw(request_bytes)

    told = json.loads(body)
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Content-Type: application/problem+json" in head
    assert (told["status"], told["code"], told["retryable"]) == (status, code, False)
    assert {"type", "title", "detail", "request_id"} <= set(told)
    assert f"X-Request-Id: {told['request_id']}".encode() in head
    mine = [line for line in shared.lines() if line.get("request_id") == told["request_id"]]
    assert [line["logger"] for line in mine] == ["api.gunicorn_worker"]
    assert "sekrit" not in body.decode() + shared.log.read_text(encoding="utf-8")


def test_gunicorn_speaks_json_and_keeps_no_log_of_requests(shared: Web) -> None:
    """Its own lines have our shape; addresses of requests hold phones and are not told."""
    shared.get("/process?phone=+77011234567")

    assert {"gunicorn.error"} <= {line["logger"] for line in shared.lines()}
    assert "phone=" not in shared.log.read_text(encoding="utf-8")


def test_callers_who_do_not_hang_up_keep_nobody_waiting(shared: Web) -> None:
    """They are waited for in the threads that served them, not at the door of their process."""
    others = _one_in_each_process(shared)
    lazy: list[socket.socket] = []
    for _ in range(3):
        connection = socket.create_connection(("127.0.0.1", shared.port))
        connection.sendall(b"GET /process HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert connection.recv(65536)
        lazy.append(connection)
    before = time.monotonic()
    for other in others:
        asked(other, "/process")

    assert time.monotonic() - before < 1.5
    for caller in lazy:
        caller.close()
    for other in others:
        other.close()


def _one_in_each_process(running: Web) -> list[http.client.HTTPConnection]:
    """Connections that stay open, one to every process."""
    found: dict[str, http.client.HTTPConnection] = {}
    while len(found) < len(running.workers()):
        connection = running.caller()
        process = asked(connection, "/process").split()[0]
        if found.setdefault(process, connection) is not connection:
            connection.close()
    return list(found.values())


def test_a_caller_who_falls_silent_is_given_up(shared: Web) -> None:
    """A tablet that leaves the network in the middle of a request frees its thread."""
    with socket.create_connection(("127.0.0.1", shared.port), timeout=10) as tablet:
        tablet.sendall(b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf")

        assert tablet.recv(65536) == b""
    assert _GIVEN_UP in [line["event"] for line in shared.lines()]


_GIVEN_UP = "a caller fell silent, or was too slow"
_DRIP_SECONDS = 0.2


@pytest.mark.parametrize(
    "whole",
    [
        b"GET /process HTTP/1.1\r\nHost: " + b"a" * 900 + b"\r\n\r\n",
        b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n" + b"a" * 900,
    ],
    ids=["head", "body"],
)
def test_a_caller_who_drips_his_request_is_given_up(shared: Web, whole: bytes) -> None:
    """A byte now and then is no silence, but whoever sends so keeps a thread for a while only."""
    begun = time.monotonic()
    with socket.create_connection(("127.0.0.1", shared.port), timeout=0.01) as slow:
        slow.sendall(whole[:60])
        for byte in whole[60:]:
            try:
                slow.sendall(bytes((byte,)))
                time.sleep(_DRIP_SECONDS)
                assert slow.recv(100) == b""
                break
            except TimeoutError:
                continue
            except ConnectionError:
                break

    # His three seconds, the wait of the kernel's in which he may say one more thing, and some load.
    assert time.monotonic() - begun < 60
    assert eventually(lambda: _GIVEN_UP in [line["event"] for line in shared.lines()])


def test_a_caller_who_never_reads_his_answer_is_given_up(shared: Web) -> None:
    """Eight megabytes fit into no buffer; the thread that writes them does not wait for ever."""
    before = _given_up(shared)
    with socket.create_connection(("127.0.0.1", shared.port)) as deaf:
        deaf.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")

        assert eventually(lambda: _given_up(shared) > before)


def test_a_slow_reader_gets_a_large_answer_to_its_end(shared: Web) -> None:
    """He takes longer than the patience for one silence, and yet keeps the pace."""
    with socket.create_connection(("127.0.0.1", shared.port), timeout=SECONDS) as reader:
        reader.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        received = 0
        while piece := reader.recv(256 * 1024):
            received += len(piece)
            time.sleep(0.12)

    assert received > LARGE


def _given_up(running: Web) -> int:
    return [line["event"] for line in running.lines()].count(_GIVEN_UP)


def test_one_process_may_end_while_it_serves(shared: Web) -> None:
    """It finishes what it holds, and another takes its place."""
    before = _counted(shared, "begun")
    answers = [shared.in_background("/slow?seconds=1") for _ in range(2)]
    assert eventually(lambda: _counted(shared, "begun") == before + 2)
    ended = shared.workers()
    for worker in ended:
        os.kill(worker, signal.SIGTERM)

    assert [answer.wait() for answer in answers] == ["slept"] * 2
    assert eventually(lambda: len(shared.workers() - ended) == 2)


def test_a_killed_process_is_replaced_and_what_it_counted_remains(shared: Web) -> None:
    """SIGKILL of a worker: another is there soon, and the counters go on."""
    killed, before = shared.worker(), _counted(shared, "sent")
    os.kill(killed, signal.SIGKILL)

    assert eventually(lambda: len(shared.workers() - {killed}) == 2)
    assert shared.worker() != killed
    assert _counted(shared, "sent") > before


def _counted(running: Web, outcome: str) -> float:
    """How often any process ever answered on /process, or has begun to be slow."""
    told = running.get("/metrics")
    found = re.search(rf'^qoltanba_codes_total{{outcome="{outcome}"}} (\S+)$', told, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_sigterm_lets_requests_finish_within_grace(tmp_path: Path) -> None:
    """Begun before it: answered. Longer than grace: cut. Come after it: not let in."""
    with web(tmp_path, processes="1", threads="4", grace="3") as running:
        answers = [running.in_background("/slow?seconds=1.5") for _ in range(2)]
        endless = running.in_background("/slow?seconds=60")
        assert eventually(lambda: _counted(running, "begun") == 3)
        before = time.monotonic()
        running.process.send_signal(signal.SIGTERM)

        assert eventually(lambda: running.in_background("/process").wait() is None)
        assert [answer.wait() for answer in answers] == ["slept"] * 2
        assert endless.wait() is None
        assert running.process.wait(SECONDS) == 0
        assert time.monotonic() - before < 20
        assert not running.shared.exists()


def test_while_nobody_asks_processes_rest(tmp_path: Path) -> None:
    """None is woken each second to say that it stirs."""
    with web(tmp_path, "--timeout", "30", processes="1", threads="4") as running:
        all_of_them = {running.process.pid, *running.workers()}
        # Whoever was asked a moment ago rests first when he has hung up.
        time.sleep(1)
        before = sum(map(slept, all_of_them))
        time.sleep(3)

        assert sum(map(slept, all_of_them)) - before <= 2


def test_a_process_that_does_not_stir_is_replaced_in_time(tmp_path: Path) -> None:
    """Whoever is stopped in the middle is ended when his time is over, though the parent rests."""
    with web(tmp_path, "--timeout", "3", processes="1", threads="4") as running:
        (stopped,) = running.workers()
        time.sleep(2)
        os.kill(stopped, signal.SIGSTOP)
        before = time.monotonic()

        assert eventually(lambda: not running.workers() & {stopped})
        # Told at 3 s that it is to end, which it cannot hear; killed a second later.
        assert time.monotonic() - before < 3 + 2


def test_without_their_parent_processes_end_at_once(tmp_path: Path) -> None:
    """They finish what they hold first; nobody else would ever end them."""
    with web(tmp_path, processes="2", threads="4") as running:
        answer = running.in_background("/slow?seconds=1")
        assert eventually(lambda: _counted(running, "begun") == 1)
        orphans = running.workers()
        running.process.kill()

        assert answer.wait() == "slept"
        assert eventually(lambda: not any(map(_is_there, orphans)), seconds=3)


def _is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
