"""The programs that the engine works for: their connections, one job or one lease each."""

import resource
import selectors
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from docgen.adapters.rendering.engine.frames import (
    FrameError,
    Header,
    Incoming,
    Outgoing,
    close_files,
)
from docgen.adapters.rendering.engine.job import Job, job_from
from docgen.adapters.rendering.engine.log import Log

FILES_EACH = 4
"""A connection, the two files of its job, and one to spare."""


@dataclass(eq=False)
class _Connection:
    socket: socket.socket
    incoming: Incoming = field(default_factory=Incoming)
    spoken: bool = False
    job: Job | None = None


class Clients:
    """Accepts connections and tells of jobs that come (`asked`) and of clients that go (`left`).

    `status` is what a client that asks for the status is told.
    """

    def __init__(
        self,
        listener: socket.socket,
        *,
        selector: selectors.BaseSelector,
        log: Log,
        asked: Callable[[Job], None],
        left: Callable[[Job], None],
        status: Callable[[], Header],
    ) -> None:
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._most = soft // FILES_EACH
        self._listener = listener
        self._selector = selector
        self._log = log
        self._asked = asked
        self._left = left
        self._status = status
        self._connections: set[_Connection] = set()
        self._waiting_for: dict[Job, _Connection] = {}
        self.seen = False
        selector.register(listener, selectors.EVENT_READ, lambda _: self.accept())

    def __len__(self) -> int:
        return len(self._connections)

    def accept(self) -> None:
        """Take in whoever knocks."""
        with suppress(BlockingIOError, ConnectionAbortedError):
            while True:
                accepted, _ = self._listener.accept()
                self._take_in(accepted)

    def answer(self, job: Job, header: Header) -> None:
        """Tell the client, if it is still there, and be done with the job."""
        job.close()
        connection = self._waiting_for.pop(job, None)
        if connection is not None:
            connection.job = None
            self._say(connection, header)

    def close(self) -> None:
        """Leave all of them; each notices."""
        self._selector.unregister(self._listener)
        self._listener.close()
        for connection in list(self._connections):
            connection.job = None
            self._drop(connection)

    def _take_in(self, accepted: socket.socket) -> None:
        self.seen = True
        accepted.settimeout(0)
        connection = _Connection(accepted)
        self._connections.add(connection)
        self._selector.register(accepted, selectors.EVENT_READ, partial(self._heard, connection))
        if len(self._connections) > self._most:
            self._say(connection, {"error": "busy", "detail": "too many clients", "retry_after": 1})

    def _heard(self, connection: _Connection, _: int) -> None:
        if connection not in self._connections:
            return
        try:
            frame = connection.incoming.receive(connection.socket)
        except BlockingIOError:
            return
        except (EOFError, OSError):
            self._drop(connection)
            return
        except FrameError as error:
            self._refuse(connection, str(error))
            return
        if frame is not None:
            self._understand(connection, *frame)

    def _understand(self, connection: _Connection, header: Header, files: tuple[int, ...]) -> None:
        kind = "nothing more" if connection.spoken else header.get("kind")
        connection.spoken = True
        if kind == "job":
            self._take(connection, header, files)
            return
        close_files(files)
        if kind == "status":
            self._say(connection, self._status())
        elif kind != "lease":
            self._refuse(connection, "neither a job nor a lease nor the status")

    def _take(self, connection: _Connection, header: Header, files: tuple[int, ...]) -> None:
        try:
            job = job_from(header, files)
        except FrameError as error:
            close_files(files)
            self._say(connection, {"error": "refused", "detail": str(error)})
            return
        connection.job = job
        self._waiting_for[job] = connection
        self._asked(job)

    def _refuse(self, connection: _Connection, why: str) -> None:
        self._log.warning("client_refused", why=why)
        self._drop(connection)

    def _say(self, connection: _Connection, header: Header) -> None:
        # One small frame into an empty socket: it fits, or nobody has it to read.
        with suppress(OSError):
            Outgoing(header).send(connection.socket)
        self._drop(connection)

    def _drop(self, connection: _Connection) -> None:
        self._connections.remove(connection)
        self._selector.unregister(connection.socket)
        connection.incoming.close()
        connection.socket.close()
        job, connection.job = connection.job, None
        if job is not None:
            del self._waiting_for[job]
            self._left(job)
