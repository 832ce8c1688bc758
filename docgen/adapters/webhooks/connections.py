"""Connections to receivers: to checked addresses only, nothing on them longer than it may take."""

import http.client
import io
import select
import socket
import ssl
import threading
import time
import weakref
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final, cast

from docgen.adapters.webhooks.addresses import Address, Target

_MOST_KEPT: Final = 8
"""To one receiver: as many as are posted to it at once."""
_KEPT_SECONDS: Final = 20.0
"""Receivers close what lies longer, and then the next request may be lost on its way."""

_Key = tuple[str, str, Address, int]


class Connection:
    """To the address that was checked, under the name that was asked for."""

    def __init__(self, target: Target, deadline: float, tls: ssl.SSLContext) -> None:
        self.target = target
        self.deadline = deadline
        """On the monotonic clock: whatever is asked of it ends by then."""
        self.rests_since = 0.0
        self._tls = tls
        self._socket: _Bounded | None = None

    def post(self, headers: Mapping[str, str], body: bytes) -> http.client.HTTPResponse:
        """Say it, and read the head of the answer; connects where it is not yet.

        Raises OSError, or HTTPException for an answer that is none.
        """
        if self._socket is None:
            self._socket = _Bounded(self._connected(), self)
        self._socket.sendall(request_head(self.target, headers, len(body)) + body)
        answer = http.client.HTTPResponse(cast("socket.socket", self._socket), method="POST")
        try:
            answer.begin()
        except BaseException:
            answer.close()
            raise
        return answer

    def close(self) -> None:
        """Nothing more is said on it."""
        if self._socket is not None:
            self._socket.close()

    def left(self) -> float:
        """Seconds that are left; raises TimeoutError where none are."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    @property
    def is_quiet(self) -> bool:
        """Whether it is open still: nobody has closed it, or said what nobody asked for."""
        return self._socket is not None and not select.select([self._socket], [], [], 0)[0]

    def _connected(self) -> socket.socket:
        """Within the time that is left."""
        address = (str(self.target.address), self.target.port)
        connected = socket.create_connection(address, timeout=self.left())
        # The end of a large body goes out at once, too (RFC 9293, 3.7.4).
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.target.is_encrypted:
            connected.settimeout(self.left())
            connected = self._tls.wrap_socket(connected, server_hostname=self.target.host)
        return connected


def request_head(target: Target, headers: Mapping[str, str], length: int) -> bytes:
    """Of a request, as http.client would write it in five times the time."""
    host = f"[{target.host}]" if ":" in target.host else target.host
    named = host if target.port == http.client.HTTP_PORT else f"{host}:{target.port}"
    said = {"Host": named, "Content-Length": str(length), **headers}
    if not all(value.isascii() and value.isprintable() for value in said.values()):
        raise ValueError("a header of a request holds what none may")
    lines = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return f"POST {target.path} HTTP/1.1\r\n{lines}\r\n".encode("ascii")


class _Bounded:
    """A socket whose every step has only what is left of the connection's time.

    A receiver that drips restarts every time limit of a socket; this one it does not. What is
    written goes out, head and body at once, as soon as an answer is read.
    """

    def __init__(self, connected: socket.socket, connection: Connection) -> None:
        self._socket = connected
        self._connection = connection
        self._unsent = b""

    def sendall(self, content: bytes) -> None:
        self._unsent += content

    def receive(self, into: Any) -> int:
        rest, self._unsent = memoryview(self._unsent), b""
        while rest:
            self._socket.settimeout(self._connection.left())
            rest = rest[self._socket.send(rest) :]
        self._socket.settimeout(self._connection.left())
        return self._socket.recv_into(into)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reading(self))

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()


class _Reading(io.RawIOBase):
    def __init__(self, bounded: _Bounded) -> None:
        self._bounded = bounded

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any, /) -> int:
        return self._bounded.receive(into)


class Connections:
    """Those that receivers left open, each for its scheme, name, checked address and port."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        self._lock = threading.Lock()
        self._resting: defaultdict[_Key, list[Connection]] = defaultdict(list)
        weakref.finalize(self, _close_all, self._resting)

    def new(self, target: Target, deadline: float) -> Connection:
        """Another one, that connects when it is asked."""
        return Connection(target, deadline, self._tls)

    def kept(self, target: Target, deadline: float) -> Connection | None:
        """One that is open still; None where there is none."""
        while True:
            with self._lock:
                resting = self._resting.get(_key(target))
                connection = resting.pop() if resting else None
            if connection is None:
                return None
            rested = time.monotonic() - connection.rests_since
            if rested < _KEPT_SECONDS and connection.is_quiet:
                connection.target, connection.deadline = target, deadline
                return connection
            connection.close()

    def keep(self, connection: Connection) -> None:
        """For the next request; what has rested too long, to whomever, is closed."""
        connection.rests_since = time.monotonic()
        with self._lock:
            self._resting[_key(connection.target)].append(connection)
            for key in list(self._resting):
                self._close_old(key)

    def _close_old(self, key: _Key) -> None:
        resting, since = self._resting[key], time.monotonic() - _KEPT_SECONDS
        while resting and (len(resting) > _MOST_KEPT or resting[0].rests_since < since):
            resting.pop(0).close()
        if not resting:
            del self._resting[key]


def _key(target: Target) -> _Key:
    return target.url.scheme, target.host, target.address, target.port


def _close_all(resting: dict[_Key, list[Connection]]) -> None:
    for connections in resting.values():
        for connection in connections:
            connection.close()
