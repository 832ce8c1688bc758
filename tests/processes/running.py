"""Gunicorn with our configuration and the stand-in, as `docgen serve` starts it."""

import http.client
import json
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from docgen.serve import command
from tests.services.programs import await_answer, start

ROOT = Path(__file__).parents[2]
SECONDS = 60
"""For whatever has to come: a machine that does much else is slow, and nobody waits in vain."""


def free_port() -> int:
    """A port of the loopback that nobody holds now, and that no connection is given by itself."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def eventually(holds: Callable[[], bool], *, seconds: float = SECONDS) -> bool:
    """Whether it comes to hold within the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


def slept(pid: int) -> int:
    """How often the main thread of a process has slept so far."""
    told = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(told.partition("voluntary_ctxt_switches:")[2].split()[0])


def asked(caller: http.client.HTTPConnection, path: str) -> str:
    """What he is answered."""
    caller.request("GET", path)
    return caller.getresponse().read().decode()


class Web:
    """One running service."""

    def __init__(self, folder: Path, *options: str, **settings: str) -> None:
        self.port = free_port()
        self.shared = folder / "shared"
        self.shared.mkdir()
        self.log = folder / "log"
        self.log.touch()
        bind = f"DOCGEN_WEB__BIND=127.0.0.1:{self.port}"
        others = [f"DOCGEN_WEB__{name.upper()}={value}" for name, value in settings.items()]
        config = ["--config", "python:tests.processes.standin_gunicorn"]
        words = [*command(self.shared), *config, *options, "tests.processes.standin:app"]
        self.process = start(["env", "-C", str(ROOT), bind, *others, *words], log=self.log)
        await_answer(self.process, answers=self._answers, log=self.log)

    def get(self, path: str, *, timeout: float = SECONDS) -> str:
        """What the service answers on a connection of its own; it must be 200."""
        connection = self.caller(timeout=timeout)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            content = answer.read().decode()
            assert answer.status == http.HTTPStatus.OK, content
            return content
        finally:
            connection.close()

    def caller(self, *, timeout: float = SECONDS) -> http.client.HTTPConnection:
        """Somebody with a connection of his own, which stays open."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def in_background(self, path: str) -> "Answer":
        """Ask without waiting."""
        return Answer(self, path)

    def raw(self, request: bytes) -> tuple[bytes, bytes]:
        """Head and body of the answer to these bytes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS) as connection:
            connection.sendall(request)
            received = b"".join(iter(lambda: connection.recv(65536), b""))
        head, _, body = received.partition(b"\r\n\r\n")
        return head, body

    def worker(self) -> int:
        """Process id of whoever answers now."""
        return int(self.get("/process").split()[0])

    def workers(self) -> set[int]:
        """Process ids of all who may answer."""
        told = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return {int(word) for word in told.split()}

    def lines(self) -> list[dict[str, Any]]:
        """The log so far."""
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it by a signal; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(SECONDS)

    def _answers(self) -> bool:
        try:
            return bool(self.get("/process"))
        except OSError:
            return False


class Answer:
    """An answer still awaited."""

    def __init__(self, web: Web, path: str) -> None:
        self.said: str | None = None
        self._thread = threading.Thread(target=self._ask, args=(web, path))
        self._thread.start()

    def wait(self) -> str | None:
        """The answer, or None where the connection broke."""
        self._thread.join(SECONDS)
        return self.said

    def _ask(self, web: Web, path: str) -> None:
        try:
            self.said = web.get(path)
        except (OSError, http.client.HTTPException):
            self.said = None


@contextmanager
def web(folder: Path, *options: str, **settings: str) -> Iterator[Web]:
    """A service while the block lasts."""
    running = Web(folder, *options, **settings)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            # Quick, and not graceful: tests of grace end it themselves.
            running.stop(signal.SIGQUIT)
