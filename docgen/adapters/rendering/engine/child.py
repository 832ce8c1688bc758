"""The process of one document: forked ahead of its job, so that the job need not wait for it."""

import ctypes
import os
import resource
import select
import signal
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress

from docgen.adapters.rendering.engine.frames import Header, close_files, read_frame, write_frame
from docgen.adapters.rendering.engine.walls import Orphaned, die_with

Work = Callable[[Header, int, int], object]
"""Reads the request, the first open file, and writes the answer, the second."""
First = Callable[[], object]
"""What it does while there is no job yet."""
Last = Callable[[Header], object]
"""What it does for the next one, when the answer to its job has been used."""

_DONE = struct.Struct("d")
"""What it says when it is done: the milliseconds of processor time it took."""
_LAST_SECONDS = 5.0


class Child:
    """One child, which waits to be told its job, does it, says so and ends.

    Closing it, or the end of the zygote, ends it, whatever it does.
    """

    cpu_ms = 0.0
    """Processor time; known once it is done or has ended."""

    def __init__(self, work: Work, *, first: First, last: Last, closing: socket.socket) -> None:
        ours, theirs = socket.socketpair()
        zygote, self._pid = os.getpid(), os.fork()
        if self._pid == 0:
            ours.close()
            closing.close()
            _live(zygote, theirs, first, work, last)
        theirs.close()
        self._socket = ours
        self._ended = os.pidfd_open(self._pid)

    def begin(self, job: Header, files: tuple[int, ...]) -> None:
        """Tell it the job."""
        with suppress(OSError):
            write_frame(self._socket, job, files)

    @property
    def signs(self) -> tuple[int, int]:
        """Descriptors that can be read once it is done, or has ended."""
        return self._socket.fileno(), self._ended

    def is_done(self) -> bool:
        """Whether it has said that the answer is written; not to be asked without a sign."""
        with suppress(OSError):
            said = self._socket.recv(_DONE.size)
            if len(said) == _DONE.size:
                (self.cpu_ms,) = _DONE.unpack(said)
                return True
        return False

    def end(self, *, done: bool = False) -> int:
        """Bury it, alive if need be, and tell how it ended, as a process does.

        One that is `done` has a moment to go by itself.
        """
        if done:
            self._socket.shutdown(socket.SHUT_WR)
            select.select([self._ended], [], [], _LAST_SECONDS)
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._ended, signal.SIGKILL)
        _, status, used = os.wait4(self._pid, 0)
        self.cpu_ms = _milliseconds(used)
        self._socket.close()
        os.close(self._ended)
        return os.waitstatus_to_exitcode(status)


def freeze_clock(seconds: int | None) -> bool:
    """Let LibreOffice see that time for ever, if the shim is preloaded; tell whether it is."""
    try:
        freeze = ctypes.CDLL(None).qoltanba_freeze_clock
    except AttributeError:
        return False
    freeze.argtypes = [ctypes.c_long]
    freeze(seconds or 0)
    return True


def _milliseconds(used: resource.struct_rusage) -> float:
    return (used.ru_utime + used.ru_stime) * 1000


def _live(zygote: int, control: socket.socket, first: First, work: Work, last: Last) -> None:
    try:
        die_with(zygote)
        first()
        job, files = read_frame(control)
        freeze_clock(job["work"].get("clock"))
        request, answer = files
        work(job, request, answer)
        close_files(files)
        control.send(_DONE.pack(_milliseconds(resource.getrusage(resource.RUSAGE_SELF))))
        # To give all its memory back takes a while, in which others may have better to do.
        control.recv(1)
        last(job)
    except (EOFError, Orphaned):
        os._exit(0)
    except BaseException as error:  # noqa: BLE001  # it ends here, whatever it is
        print(f"the child failed: {type(error).__name__}", file=sys.stderr, flush=True)  # noqa: T201
        os._exit(1)
    os._exit(0)
