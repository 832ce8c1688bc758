"""Verification of strangers' files: each in a process of its own, under limits."""

import logging
import os
import signal
import socket
import subprocess
import threading
import time
from contextlib import suppress
from typing import Final

from docgen.adapters.sealing import verify_program
from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.verify_exchange import (
    MOST_OF_AN_ANSWER,
    Limits,
    Setup,
    pack_setup,
    unpack_answer,
)
from docgen.confined.programs import command_of, surroundings
from docgen.domain.canonical import instant
from docgen.domain.errors import Busy, Unavailable, UnreadableDocument
from docgen.domain.verdict import Report
from docgen.ports import Clock

_log = logging.getLogger(__name__)

_START_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 5.0
_GRACE_SECONDS: Final = 2.0
_TRIES: Final = 2
_PIECE: Final = 256 * 1024


class LimitedVerifier:
    """Judges as PadesVerifier does, but whatever a file does to its judge, we only read about it.

    A program with everything imported is started on first use and kept; it forks a child for each
    file, and the child answers in JSON. `at_once` files may be judged at the same time; others
    wait with `patience`, in seconds. Use it after forking only.
    """

    def __init__(
        self,
        roots: TrustRoots,
        *,
        clock: Clock,
        limits: Limits | None = None,
        at_once: int = 2,
        patience: float = 0.0,
    ) -> None:
        self._limits = limits or Limits()
        self._setup = Setup(
            roots=tuple(root.dump().hex() for root in roots.certificates),
            signers=tuple(signer.dump().hex() for signer in roots.signers),
            limits=self._limits,
        )
        self._clock = clock
        self._places, self._patience = threading.BoundedSemaphore(at_once), patience
        self._lock = threading.Lock()
        self._program: _Program | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The program's process, if it was started."""
        return self._program.pid if self._program else None

    def verify(self, pdf: bytes) -> Report:
        """The report on a file.

        Raises UnreadableDocument for what is not a PDF, is too large, or cannot be judged within
        the limits of memory and computing; Busy while as many as may be are judged, and
        when the time by the clock was lost to others; Unavailable when the program does not start,
        was lost twice, or was closed.
        """
        if len(pdf) > self._limits.size:
            raise UnreadableDocument(f"larger than {self._limits.size} bytes")
        if not self._places.acquire(timeout=self._patience):
            raise Busy("as many files as may be are being verified")
        try:
            return self._judged(pdf)
        finally:
            self._places.release()

    def close(self) -> None:
        """Stop the program and whatever it is judging; nothing is verified any more."""
        with self._lock:
            self._closed = True
            self._stop()

    def _judged(self, pdf: bytes) -> Report:
        question = instant(self._clock.now()).encode() + b"\n" + pdf
        began = time.monotonic()
        try:
            answer = unpack_answer(self._answer(question))
        except ValueError:
            seconds = time.monotonic() - began
            _log.warning("a file of %d bytes was given up after %.1f s", len(pdf), seconds)
            if seconds >= self._limits.wall_seconds:
                # It would have used up its seconds of computing long before, had it been let.
                raise Busy("no processor was free to judge the file") from None
            raise UnreadableDocument("too hard to judge within the limits") from None
        if answer.report is None:
            raise UnreadableDocument(answer.unreadable)
        return answer.report

    def _answer(self, question: bytes) -> bytes:
        """What the child says before its connection closes."""
        for _ in range(_TRIES):
            program, connection = self._connected()
            with connection:
                try:
                    answer = _exchange(connection, question, self._longest)
                except TimeoutError as error:
                    program.kill()
                    raise Unavailable("the verification program hangs") from error
            if answer or not program.lost:
                return answer
            _log.warning("the verification program was lost")
        raise Unavailable("the verification program was lost twice on one file")

    @property
    def _longest(self) -> float:
        # A child ends by itself before that.
        return self._limits.wall_seconds + _GRACE_SECONDS

    def _connected(self) -> tuple["_Program", socket.socket]:
        """A running program, and a connection to a child that it will fork."""
        with self._lock:
            if self._closed:
                raise Unavailable("verification was closed")
            if self._program is None or self._program.lost:
                self._stop()
                self._program = _Program(self._setup)
            return self._program, self._program.connect()

    def _stop(self) -> None:
        program, self._program = self._program, None
        if program:
            program.stop()


class _Program:
    """One run of `verify_program`."""

    def __init__(self, setup: Setup) -> None:
        self._control, far = socket.socketpair()
        try:
            with far:
                self._process = _started(far)
        except OSError as error:
            self._control.close()
            raise Unavailable("the verification program does not start") from error
        try:
            self._begin(pack_setup(setup))
        except OSError as error:
            self.kill()
            self.stop()
            raise Unavailable("the verification program does not get ready") from error
        _log.info("the verification program was started, process %d", self.pid)

    @property
    def pid(self) -> int:
        """Its process, and its process group."""
        return self._process.pid

    @property
    def lost(self) -> bool:
        """Whether it has ended; known before any connection it held is closed."""
        try:
            return not self._control.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def connect(self) -> socket.socket:
        """Our end of a connection whose other end a new child gets; closes early if it is lost."""
        ours, theirs = socket.socketpair()
        with theirs, suppress(BrokenPipeError, ConnectionResetError):
            socket.send_fds(self._control, [b"?"], [theirs.fileno()])
        return ours

    def kill(self) -> None:
        """End it and its children at once."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    def stop(self) -> None:
        """Let it end by closing its stdin, then insist."""
        self._control.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()

    def _begin(self, setup: bytes) -> None:
        self._control.settimeout(_START_SECONDS)
        self._control.sendall(verify_program.LENGTH.pack(len(setup)) + setup)
        if self._control.recv(1) != verify_program.READY:
            raise ConnectionAbortedError
        self._control.settimeout(None)


def _started(control: socket.socket) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command_of(verify_program),
        stdin=control.fileno(),
        stdout=subprocess.DEVNULL,
        env=surroundings(),
        start_new_session=True,
    )


def _exchange(connection: socket.socket, question: bytes, limit: float) -> bytes:
    """Ask, and hear everything that is answered; raises TimeoutError."""
    deadline, answer = time.monotonic() + limit, bytearray()
    connection.settimeout(limit)
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.sendall(question)
        connection.shutdown(socket.SHUT_WR)
        while len(answer) <= MOST_OF_AN_ANSWER:
            connection.settimeout(max(deadline - time.monotonic(), 0.001))
            part = connection.recv(_PIECE)
            if not part:
                break
            answer += part
    return bytes(answer)
