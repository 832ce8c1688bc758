"""Threads that stay with a caller they have answered, for what he asks next.

Gunicorn gives his connection back to the thread that lets others in, which wakes for it, and wakes
again when he speaks, and wakes a thread: among processes that use the caches meanwhile, that was a
fifth of what a web process spent.
"""

import os
import select
import socket
import threading
from contextlib import suppress
from typing import Final

SECONDS: Final = 2.0
"""As long as gunicorn itself lets a caller of a process that ends speak once more."""


class Stay:
    """At most so many of a process's threads stay at a time; all leave when they are called off."""

    def __init__(self, most: int) -> None:
        self._most, self._many = most, 0
        self._lock = threading.Lock()
        self._call = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def is_asked_more(self, client: socket.socket) -> bool:
        """Whether he speaks, or hangs up, while the thread may stay."""
        with self._lock:
            if self._many >= self._most:
                return False
            self._many += 1
        try:
            return self._speaks(client.fileno())
        finally:
            self._leave()

    def call_off(self) -> None:
        """The threads are needed, or the process ends; a signal's handler may say so, too."""
        # Without the lock, which whoever the signal came upon may hold.
        if self._many:
            os.eventfd_write(self._call, 1)

    def _speaks(self, client: int) -> bool:
        waiting = select.poll()
        waiting.register(client, select.POLLIN)
        waiting.register(self._call, select.POLLIN)
        return any(spoke == client for spoke, _ in waiting.poll(SECONDS * 1000))

    def _leave(self) -> None:
        with self._lock:
            self._many -= 1
            # The last one: whoever comes later was not meant.
            if not self._many:
                with suppress(BlockingIOError):
                    os.eventfd_read(self._call)
