"""One zygote as the supervisor sees it: a group of processes, a socket, one job at most."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from docgen.adapters.rendering.engine.frames import (
    BEGUN,
    FrameError,
    Header,
    Incoming,
    Outgoing,
    close_files,
)
from docgen.adapters.rendering.engine.job import Job
from docgen.adapters.rendering.engine.log import cut, end_of

START_SECONDS = 120.0
GRACE = 2.0
"""Seconds beyond a job's limit, or after a cancellation, before the zygote counts as hung."""


STATUSES = ("done", "timed_out", "died", "cancelled")


@dataclass(frozen=True, kw_only=True)
class Nursery:
    """How zygotes are started: `command` gets the zygote's directory as its last argument."""

    directory: Path
    command: Sequence[str]
    preload: Sequence[Path]

    def environment(self, home: Path) -> Mapping[str, str]:
        """Nothing of ours, so that every zygote on every machine sees the same."""
        preload = {"LD_PRELOAD": ":".join(map(str, self.preload))} if self.preload else {}
        return preload | {
            "PATH": "/usr/bin:/bin",
            "HOME": str(home),
            "TMPDIR": str(home),
            "LC_ALL": "C.UTF-8",
            "SAL_LOK_OPTIONS": "unipoll",
            "SAL_USE_VCLPLUGIN": "svp",
        }


class ZygoteProcess:
    """A zygote, starting until it has said `hello`; raises OSError if it cannot be started."""

    def __init__(self, nursery: Nursery, number: int) -> None:
        self.directory = nursery.directory / f"zygote-{number}"
        self.log = self.directory.with_suffix(".log")
        self.hello: Header | None = None
        self.job: Job | None = None
        self.begun = False
        """Whether it has begun the job that it was given last."""
        self.retiring = False
        self.forks = 0
        self.private_kb = 0
        self.deadline: float | None = time.monotonic() + START_SECONDS
        self._incoming = Incoming()
        self._outbox: deque[Outgoing] = deque()
        self.directory.mkdir(mode=0o700, exist_ok=True)
        self.socket, theirs = socket.socketpair()
        self.socket.settimeout(0)
        with theirs, self.log.open("ab") as log:
            try:
                self._process = subprocess.Popen(
                    [*nursery.command, str(self.directory)],
                    stdin=theirs.fileno(),
                    stdout=log,
                    stderr=log,
                    env=nursery.environment(self.directory),
                    cwd="/",
                    process_group=0,
                )
            except OSError:
                self.socket.close()
                self._wipe()
                raise
        self.pid = self._process.pid
        # The socket's end would not tell of its death: a child holds the same socket.
        self.ended = os.pidfd_open(self.pid)

    @property
    def free(self) -> bool:
        """Whether it can take a job now."""
        return self.hello is not None and self.job is None and not self.retiring

    @property
    def unsent(self) -> bool:
        """Whether the socket was full and more must be sent."""
        return bool(self._outbox)

    def give(self, job: Job) -> None:
        """Tell it to do the job."""
        self.job, self.begun = job, False
        job.begun = time.monotonic()
        self.deadline = job.begun + job.limit + GRACE
        self._outbox.append(Outgoing(job.for_zygote(), job.files))
        self.send()

    def cancel(self) -> None:
        """Tell it to kill the child of the job; it answers all the same."""
        soon = time.monotonic() + GRACE
        self.deadline = min(self.deadline or soon, soon)
        self._outbox.append(Outgoing({"kind": "cancel"}))
        self.send()

    def send(self) -> None:
        """Send what the socket takes; a zygote that has died is noticed by its end."""
        with suppress(BlockingIOError, BrokenPipeError, ConnectionResetError):
            while self._outbox:
                if self._outbox[0].send(self.socket):
                    self._outbox.popleft()

    def receive(self) -> Header | None:
        """The next frame if it is complete, else None; EOFError, FrameError or OSError at the end.

        Raises BlockingIOError when nothing has come.
        """
        frame = self._incoming.receive(self.socket)
        if frame is None:
            return None
        header, files = frame
        close_files(files)
        if not _is_answer(header) and not _is_hello(header) and header != BEGUN:
            raise FrameError("neither hello nor an answer")
        return header

    def greeted(self, hello: Header) -> None:
        """It is ready."""
        self.hello, self.deadline = hello, None

    def finished(self, answer: Header) -> Job | None:
        """It answered; the job, and it is free again."""
        job, self.job, self.deadline = self.job, None, None
        self.forks, self.private_kb = answer["forks"], answer["private_kb"]
        cut(self.log)
        return job

    def complaint(self) -> str:
        """The last that it said before it failed to start."""
        return end_of(self.log)

    def kill(self) -> None:
        """End it and its child at once, and leave nothing of it; its job stays open."""
        # Before it is waited for: only a process that is not reaped keeps the group's number.
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self.ended)
        self._incoming.close()
        self.socket.close()
        self._wipe()

    def _wipe(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)
        self.log.unlink(missing_ok=True)


def _is_hello(header: Header) -> bool:
    return isinstance(header.get("engine"), str)


def _is_answer(header: Header) -> bool:
    # Looked at closely: a child holds the zygote's socket too, and a document may have broken it.
    numbers = (header.get("forks"), header.get("private_kb"))
    return (
        header.get("status") in STATUSES
        and isinstance(header.get("detail"), str)
        and isinstance(header.get("cpu_ms"), (int, float))
        and all(isinstance(number, int) for number in numbers)
    )
