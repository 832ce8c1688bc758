"""Connections to receivers: to checked addresses only, nothing on them longer than it may take."""

import select
import socket
import ssl
import threading
import time
import weakref
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

import httptools

from docgen.adapters.webhooks.addresses import Address, Server

_MOST_KEPT: Final = 8
"""To one receiver: as many as are posted to it at once."""
_RESTS_SECONDS: Final = 20.0
"""Receivers close what lies longer, and then the next request may be lost on its way."""
_LASTS_SECONDS: Final = 60.0
"""Then the name is looked up anew: it may lead elsewhere by now."""
_MOST_READ: Final = 64 * 1024
_PIECE: Final = 16 * 1024
_INFORMING: Final = range(100, 200)
_HTTP: Final = 80

RECEIVER_ERRORS = (OSError, httptools.HttpParserError)
"""What may go wrong with a receiver: the way to it, and what it answers."""


class Answer:
    """What a receiver says, piece by piece; methods whose names begin with `on_` are httptools'."""

    def __init__(self) -> None:
        self.status = 0
        """0 until its head is whole."""
        self.beginning = b""
        self.is_whole = False
        """Whether nothing more belongs to it."""
        self.leaves_open = False
        """Whether the connection may be asked more."""
        self._reader = httptools.HttpResponseParser(self)
        # RFC 9112, 2.2: a lone LF may end a line; some receivers are written by hand.
        self._reader.set_dangerous_leniencies(lenient_optional_cr_before_lf=True)

    def read(self, piece: bytes) -> None:
        """Another piece; raises HttpParserError for what is no answer."""
        try:
            self._reader.feed_data(piece)
        except httptools.HttpParserUpgrade:
            # Whoever goes over to another protocol, though nobody asked, has answered.
            self.leaves_open = False
        except httptools.HttpParserError:
            if not self.is_whole:
                raise
            self.leaves_open = False

    def on_message_begin(self) -> None:
        """What follows the answer is one that nobody asked for."""
        if self.is_whole:
            self.leaves_open = False

    def on_headers_complete(self) -> None:
        """One that only informs is followed by the answer (RFC 9110, 15.2)."""
        status = self._reader.get_status_code()
        if not self.is_whole and (status not in _INFORMING or self._reader.should_upgrade()):
            self.status = status

    def on_body(self, piece: bytes) -> None:
        """Its beginning is enough."""
        if not self.is_whole:
            self.beginning += piece[: _MOST_READ - len(self.beginning)]

    def on_message_complete(self) -> None:
        """Of what comes afterwards nothing counts."""
        if self.status and not self.is_whole:
            self.is_whole = True
            self.leaves_open = self._reader.should_keep_alive()


class Connection:
    """To an address that was checked, under the name that was asked for."""

    def __init__(
        self, server: Server, address: Address, tls: ssl.SSLContext, *, deadline: float
    ) -> None:
        self.server = server
        self.deadline = deadline
        """On the monotonic clock: whatever is asked of it ends by then."""
        self.made_at = self.rests_since = time.monotonic()
        self._socket = self._connected(address, tls)

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Say it, and read the answer: all of it, or as much as anybody wants of it.

        Raises RECEIVER_ERRORS; ConnectionError where the other side has hung up.
        """
        rest = memoryview(request_head(self.server, path, headers, len(body)) + body)
        while rest:
            self._socket.settimeout(self._left())
            rest = rest[self._socket.send(rest) :]
        answer, read = Answer(), 0
        while not answer.is_whole and read < _MOST_READ:
            # A receiver that drips restarts every time limit of a socket; the deadline it does not.
            self._socket.settimeout(self._left())
            piece = self._socket.recv(_PIECE)
            if not piece:
                break
            answer.read(piece)
            read += len(piece)
        if not read:
            raise ConnectionResetError("the receiver has hung up")
        if not answer.status:
            raise httptools.HttpParserError("the head of the answer has no end")
        return answer

    def close(self) -> None:
        """Nothing more is said on it."""
        self._socket.close()

    def is_fresh(self, now: float) -> bool:
        """Whether it has neither rested nor lasted too long."""
        return now - self.rests_since < _RESTS_SECONDS and now - self.made_at < _LASTS_SECONDS

    @property
    def is_quiet(self) -> bool:
        """Whether it is open still: nobody has closed it, or said what nobody asked for."""
        waiting = select.poll()
        waiting.register(self._socket, select.POLLIN)
        return not waiting.poll(0)

    def _left(self) -> float:
        """Seconds that are left; raises TimeoutError where none are."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _connected(self, address: Address, tls: ssl.SSLContext) -> socket.socket:
        """Within the time that is left."""
        there = (str(address), self.server.port)
        connected = socket.create_connection(there, timeout=self._left())
        # The end of a large body goes out at once, too (RFC 9293, 3.7.4).
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.server.is_encrypted:
            connected.settimeout(self._left())
            connected = tls.wrap_socket(connected, server_hostname=self.server.host)
        return connected


def request_head(server: Server, path: str, headers: Mapping[str, str], length: int) -> bytes:
    """Of a request, as http.client would write it in five times the time."""
    host = f"[{server.host}]" if ":" in server.host else server.host
    named = host if server.port == _HTTP else f"{host}:{server.port}"
    said = {"Host": named, "Content-Length": str(length), **headers}
    values = "".join(said.values())
    if not (values.isascii() and values.isprintable()):
        raise ValueError("a header of a request holds what none may")
    lines = "".join([f"{name}: {value}\r\n" for name, value in said.items()])
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode("ascii")


class Connections:
    """Those that receivers left open, each to its server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._resting: defaultdict[Server, list[Connection]] = defaultdict(list)
        weakref.finalize(self, _close_all, self._resting)

    def kept(self, server: Server, deadline: float) -> Connection | None:
        """One that is open still; None where there is none."""
        while True:
            with self._lock:
                resting = self._resting.get(server)
                connection = resting.pop() if resting else None
            if connection is None:
                return None
            if connection.is_fresh(time.monotonic()) and connection.is_quiet:
                connection.deadline = deadline
                return connection
            connection.close()

    def keep(self, connection: Connection) -> None:
        """For the next request; what has rested or lasted too long, to whomever, is closed."""
        now = connection.rests_since = time.monotonic()
        with self._lock:
            self._resting[connection.server].append(connection)
            for server, resting in list(self._resting.items()):
                fresh = [each for each in resting if each.is_fresh(now)][-_MOST_KEPT:]
                for each in resting:
                    if each not in fresh:
                        each.close()
                if fresh:
                    self._resting[server] = fresh
                else:
                    del self._resting[server]


def _close_all(resting: dict[Server, list[Connection]]) -> None:
    for connections in resting.values():
        for connection in connections:
            connection.close()
