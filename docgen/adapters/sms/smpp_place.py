"""Where the link listens: a socket of its owner's alone, and a lock that makes it the only one."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from docgen.domain.errors import Misconfigured

_MOST_WAITING: Final = 256
_OWNER_ONLY: Final = 0o177


@dataclass(frozen=True)
class Place:
    """Path of the socket; its folder is made where it is not there."""

    path: Path

    @contextmanager
    def held(self) -> Iterator[socket.socket]:
        """A listening socket; raises Misconfigured where another link has it, or nobody could."""
        with ExitStack() as stack:
            try:
                listening = self._taken(stack)
            except OSError as error:
                raise Misconfigured(
                    f"no link can listen there: {error.strerror or error}"
                ) from error
            try:
                yield listening
            finally:
                self.path.unlink(missing_ok=True)

    def _taken(self, stack: ExitStack) -> socket.socket:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = stack.enter_context(self.path.with_name(f"{self.path.name}.lock").open("w"))
        self._lock(lock.fileno())
        listening = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        self._bind(listening)
        return listening

    @staticmethod
    def _lock(descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Misconfigured("another link is at work there") from None

    def _bind(self, listening: socket.socket) -> None:
        """What a killed link left behind is removed; the lock says that it is nobody's."""
        self.path.unlink(missing_ok=True)
        before = os.umask(_OWNER_ONLY)
        try:
            listening.bind(os.fspath(self.path))
        finally:
            os.umask(before)
        listening.listen(_MOST_WAITING)
        listening.setblocking(False)  # noqa: FBT003 - its only argument
