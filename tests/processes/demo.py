"""`docgen demo`, running."""

import json
import subprocess
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.processes.running import eventually, free_port
from tests.visit.terminal import PROGRAM, environment

SECONDS = 120


class Demo:
    """A demo in a folder and at a port of its own, which may be started again and again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bind = f"127.0.0.1:{free_port()}"
        self.url = f"http://{self.bind}"
        self._out = folder / "out"
        self.start()

    def start(self) -> None:
        """Start it, and come back when it says that it is ready."""
        settings = {"DOCGEN_WEB__BIND": self.bind, "DOCGEN_WEB__PROCESSES": "2"}
        with self._out.open("wb") as out:
            self.process = subprocess.Popen(
                [PROGRAM, "demo"],
                cwd=self.folder,
                env=environment() | settings,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        settled = eventually(self._settled, seconds=SECONDS)
        if not (settled and "Qoltanba is ready." in self.said()):
            self.kill()
            pytest.fail(self.said())

    def kill(self) -> None:
        """As a power cut would end it."""
        self.process.kill()
        self.process.wait()

    def said(self) -> str:
        """What it printed so far, through a file as a script would see it."""
        return self._out.read_text(encoding="utf-8")

    def key(self) -> str:
        """The API key."""
        return (self.folder / "var" / "demo" / "api_key").read_text(encoding="utf-8").strip()

    def get(self, url: str) -> bytes:
        """The answer, which must be 200."""
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {self.key()}"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return bytes(answer.read())

    def answers(self) -> bool:
        """Whether it is ready."""
        try:
            return bool(self.get(f"{self.url}/ready"))
        except OSError:
            return False

    def children(self) -> dict[str, int]:
        """Process ids by what they run."""
        found = {}
        for child in children_of(self.process.pid):
            words = Path(f"/proc/{child}/cmdline").read_bytes().decode().split("\0")
            for name in ("gunicorn", "worker", "sealer", "redis-server"):
                if name in words or words[0].startswith(f"/usr/bin/{name}"):
                    found[name] = child
        return found

    def events(self, *, of: str = "log.jsonl") -> list[str]:
        """What its processes logged so far."""
        log = self.folder / "var" / "demo" / of
        return [json.loads(line)["event"] for line in log.read_text(encoding="utf-8").splitlines()]

    def _settled(self) -> bool:
        return self.process.poll() is not None or "Ctrl-C stops it." in self.said()


def children_of(process: int) -> list[int]:
    """Process ids of those it started."""
    told = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(word) for word in told.split()]


def gone(processes: Iterable[int]) -> bool:
    """Whether none of them is there any more."""
    return not any(Path(f"/proc/{process}").exists() for process in processes)


@contextmanager
def running(folder: Path) -> Iterator[Demo]:
    """A demo while the block lasts."""
    demo = Demo(folder)
    try:
        yield demo
    finally:
        demo.kill()
