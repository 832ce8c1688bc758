"""A time limit for all that is said on a connection, however slowly the other side drips."""

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self


class Deadline:
    """So many seconds from now on; then its connection is cut, whoever waits on it for what.

    Time limits of sockets begin anew with each byte, and TLS takes the socket away from whoever
    made it: so it is cut by a descriptor of its own. To be used in a `with`.
    """

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._line: socket.socket | None = None
        self._changing = threading.Lock()

    @property
    def is_over(self) -> bool:
        """Whether nothing can come in time any more."""
        return time.monotonic() >= self._ends

    def connected(self, host: str, port: int) -> socket.socket:
        """To the first of its addresses that answers in time; raises OSError.

        Looking up the name has the time limits of the system's resolver.
        """
        failure = OSError("the name leads nowhere")
        for family, kind, protocol, _, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        ):
            connection = socket.socket(family, kind, protocol)
            try:
                connection.settimeout(self._left())
                connection.connect(address)
                with self._changing:
                    # Too late, or cut in time: never in between.
                    connection.settimeout(self._left())
                    self._line = connection.dup()
            except OSError as error:
                connection.close()
                failure = error
            else:
                return connection
        raise failure

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._changing:
            if self._line is not None:
                self._line.close()
                self._line = None

    def _left(self) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _cut(self) -> None:
        with self._changing, suppress(OSError):
            if self._line is not None:
                self._line.shutdown(socket.SHUT_RDWR)
