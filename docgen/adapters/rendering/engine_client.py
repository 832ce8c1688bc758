"""The rendering engine, seen from here: jobs in, answers out; found or started when needed."""

import hashlib
import logging
import os
import socket
import tempfile
import threading
import time
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from docgen.adapters.rendering.engine.directory import named
from docgen.adapters.rendering.engine.frames import (
    FrameError,
    Header,
    close_files,
    put_frame,
    read_frame,
    take_frame,
    write_frame,
)
from docgen.adapters.rendering.engine_start import Place
from docgen.domain.errors import RendererUnavailable, RenderFailed

_log = logging.getLogger(__name__)

PYTHON = Path("/usr/bin/python3")
"""Debian's own, the only one that has `uno`."""
SOURCES = Path(__file__).with_name("engine")
CLOCK = SOURCES / "clock.so"
"""Made by `make setup`; without it LibreOffice sees the time that it is."""
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108
PATIENCE = 120.0
"""Seconds for waiting in the queue, beyond two times the job's own limit."""
_LOOK_AGAIN = 0.02
TRIES = 3
"""Engines that may be lost under one job."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """What the engine is to know of a piece of work; `work` is for the zygote alone.

    `limit` is seconds in the engine's hands, waiting not counted. `document` and `template` are
    digests by which it recognises what kills or hangs it.
    """

    caller: str
    batch: bool
    limit: float
    document: str
    template: str
    work: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the child wrote, the hello of its engine, and the processor time it took."""

    header: Header
    body: bytes
    engine: Header
    cpu_ms: float


class Refused(RendererUnavailable):
    """The work crashed twice, or could not be done the way it was asked for."""


class NotDone(RenderFailed):
    """The child refused the work, or the engine has it in quarantine."""


class NotSettled(NotDone):
    """The work is to be done by a way that lays the document out afresh."""


class _Lost(Exception):
    """Nobody listens, or the engine ended under us."""


class Engine:
    """The engine of this installation, shared by all threads and processes that name it alike.

    It is started by whoever needs it first and ends with the last process that has used it and
    not closed. Without `directory` it lives in shared memory, under a name made of our user, the
    program and these arguments, so that another version never meets it. It may be made before a
    fork: until it is used it opens nothing, and a child begins anew.
    """

    def __init__(
        self,
        *,
        directory: Path | None = None,
        zygotes: int = 1,
        queue_limit: int = 100,
        clock_library: Path = CLOCK,
        python: Path = PYTHON,
        more_arguments: tuple[str, ...] = (),
    ) -> None:
        self._python = python
        self._given = directory
        self._arguments = [f"--zygotes={zygotes}", f"--queue={queue_limit}", *more_arguments]
        if clock_library.exists():
            self._arguments.append(f"--clock-library={clock_library.absolute()}")
        self._lock = threading.Lock()
        self._lease: socket.socket | None = None
        self.cpu_ms = 0.0
        """Processor time that all documents asked for here have taken."""
        _engines.add(self)

    @cached_property
    def directory(self) -> Path:
        """Where it listens."""
        if self._given is not None:
            return self._given.absolute()
        digest = hashlib.sha256(repr([str(self._python), self._arguments]).encode())
        for source in sorted(SOURCES.glob("*.py")):
            digest.update(source.read_bytes())
        parent = SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else tempfile.gettempdir()
        return Path(parent, named(digest.hexdigest()[:16]))

    @cached_property
    def _place(self) -> Place:
        return Place(directory=self.directory, python=self._python, arguments=self._arguments)

    def run(self, job: Job, request_header: Mapping[str, Any], request_body: bytes) -> Answer:
        """Have one job done.

        Raises RenderFailed when the child refuses the work or the engine has it in quarantine,
        and RendererUnavailable when the queue is full (`retry_after` says how long it will be),
        when the work takes longer than its limit, when it dies twice, and when no engine starts.
        """
        with _file("request") as request, _file("answer") as answer:
            try:
                put_frame(request, request_header, request_body)
                told = self._told(_frame_of(job), (request, answer), 2 * job.limit + PATIENCE)
            except FrameError as error:
                raise RenderFailed(f"more than the engine takes: {error}") from error
            try:
                header, body = take_frame(answer)
            except (EOFError, FrameError) as error:
                raise RendererUnavailable("the engine's answer is damaged") from error
        if "error" in header:
            kind = NotSettled if header["error"] == NotSettled.__name__ else NotDone
            raise kind(f"{header['error']}: {header.get('detail', '')}")
        with self._lock:
            self.cpu_ms += told["cpu_ms"]
        return Answer(header=header, body=body, engine=told["engine"], cpu_ms=told["cpu_ms"])

    def status(self) -> Header:
        """How it is: engine, zygotes, waiting, quarantined, swaps, deaths; started if need be."""
        return self._told({"kind": "status"}, (), PATIENCE)

    def hello(self) -> Header:
        """What its zygotes say of themselves, once one has started; RendererUnavailable if none."""
        deadline = time.monotonic() + PATIENCE
        while not (told := self.status())["engine"]:
            if time.monotonic() > deadline:
                raise RendererUnavailable("no zygote starts")
            time.sleep(_LOOK_AGAIN)
        return dict(told["engine"])

    def close(self) -> None:
        """Need it no more; it ends if nobody else does. The next job would find or start one."""
        with self._lock:
            self._end_lease()

    def after_fork(self) -> None:
        """Be as new in a child: a lock may be held by a thread that is not here."""
        self._lock = threading.Lock()
        self._end_lease()

    def _told(self, header: Header, files: tuple[int, ...], patience: float) -> Header:
        for _ in range(TRIES):
            try:
                answer = self._once(header, files, patience)
            except _Lost as error:
                _log.warning("the rendering engine was lost, starting another: %s", error)
            else:
                _raise_refusal(answer)
                return answer
        raise RendererUnavailable(f"{TRIES} engines were lost under one job")

    def _once(self, header: Header, files: tuple[int, ...], patience: float) -> Header:
        self._keep_lease()
        with self._place.connected() as connection:
            connection.settimeout(patience)
            try:
                write_frame(connection, header, files)
                return _answer(connection)
            except TimeoutError as error:
                raise RendererUnavailable(f"no answer within {patience:g} s") from error
            except (EOFError, OSError) as error:
                raise _Lost(type(error).__name__) from error

    def _keep_lease(self) -> None:
        with self._lock:
            if self._lease is not None and _is_open(self._lease):
                return
            self._end_lease()
            lease = self._place.connected()
            try:
                write_frame(lease, {"kind": "lease"})
                lease.settimeout(0)
            except OSError as error:
                lease.close()
                raise _Lost(type(error).__name__) from error
            self._lease = lease

    def _end_lease(self) -> None:
        lease, self._lease = self._lease, None
        if lease is not None:
            lease.close()


_engines: "weakref.WeakSet[Engine]" = weakref.WeakSet()


def _forget() -> None:
    for engine in _engines:
        engine.after_fork()


os.register_at_fork(after_in_child=_forget)


@contextmanager
def _file(name: str) -> Iterator[int]:
    descriptor = os.memfd_create(name)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _frame_of(job: Job) -> Header:
    return {
        "kind": "job",
        "caller": job.caller,
        "batch": job.batch,
        "limit": job.limit,
        "document": job.document,
        "template": job.template,
        "work": dict(job.work),
    }


def _answer(connection: socket.socket) -> Header:
    try:
        answer, files = read_frame(connection)
    except FrameError as error:
        raise _Lost("it spoke nonsense") from error
    close_files(files)
    return answer


def _is_open(lease: socket.socket) -> bool:
    # It never says anything: what can be read is its end.
    try:
        lease.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _raise_refusal(answer: Header) -> None:
    error, detail = answer.get("error"), answer.get("detail", "")
    if error is None:
        return
    if error == "quarantined":
        _log.error("the rendering engine has work in quarantine: %s", detail)
        raise NotDone(f"quarantined: {detail}")
    kind = Refused if error == "crashed" else RendererUnavailable
    refusal = kind(f"{error}: {detail}")
    if error == "busy":
        refusal.retry_after = timedelta(seconds=answer["retry_after"])
    raise refusal
