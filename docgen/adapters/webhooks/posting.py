"""Posting to a receiver: one connection, one request, bounded in time and size."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from docgen.adapters.webhooks.addresses import Guard, Target
from docgen.domain.errors import WebhookUnreachable
from docgen.ports import WebhookAnswer

_MOST_READ: Final = 64 * 1024
_BEGINNING: Final = 500
_USER_AGENT: Final = "Qoltanba-Webhooks/1"


class HttpPosting:
    """Implements ports.WebhookSender over HTTP/1.1; follows no redirect and keeps no connection.

    `patience` is for the whole of it, in seconds, however slowly the receiver drips.
    """

    def __init__(
        self, guard: Guard, *, patience: float = 10.0, tls: ssl.SSLContext | None = None
    ) -> None:
        self._guard = guard
        self._patience = patience
        self._tls = tls or ssl.create_default_context()

    def require_allowed(self, url: str) -> None:
        """Raise ValuesRejected for an address that could never be told anything."""
        self._guard.require_allowed(url)

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        """Post once.

        Raises WebhookUnreachable: `address` not allowed, `name` unknown, `connection`, `tls`,
        `time` over, or `answer` that is none.
        """
        deadline = time.monotonic() + self._patience
        target = self._guard.target(url)
        connection = _Connection(target, deadline, self._tls)
        # A receiver that drips restarts every time limit of the socket; this one it does not.
        watch = threading.Timer(self._patience, connection.cut)
        watch.daemon = True
        watch.start()
        try:
            return _asked(connection, target, headers, body)
        except (OSError, http.client.HTTPException) as error:
            late = time.monotonic() >= deadline
            raise WebhookUnreachable("time" if late else _reason(error)) from error
        finally:
            watch.cancel()
            connection.close()


class _Connection(http.client.HTTPConnection):
    """To the address that was checked, under the name that was asked for."""

    def __init__(self, target: Target, deadline: float, tls: ssl.SSLContext) -> None:
        super().__init__(target.host, target.port)
        self._target = target
        self._deadline = deadline
        self._tls_context = tls

    def connect(self) -> None:
        """Connect, within the time that is left."""
        address = (str(self._target.address), self._target.port)
        self.sock = socket.create_connection(address, timeout=self.left())
        if self._target.is_encrypted:
            self.sock.settimeout(self.left())
            self.sock = self._tls_context.wrap_socket(self.sock, server_hostname=self._target.host)

    def cut(self) -> None:
        """End it from another thread, whatever it waits for."""
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def left(self) -> float:
        """Seconds that are left; raises TimeoutError where none are."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return "tls"
    if isinstance(error, TimeoutError):
        return "time"
    return "connection" if isinstance(error, OSError) else "answer"


def _asked(
    connection: _Connection, target: Target, headers: Mapping[str, str], body: bytes
) -> WebhookAnswer:
    fixed = {
        "Content-Type": "application/json",
        "User-Agent": _USER_AGENT,
        "Connection": "close",
        "Accept-Encoding": "identity",
    }
    connection.request("POST", target.path, body=body, headers=fixed | dict(headers))
    connection.sock.settimeout(connection.left())
    answer = connection.getresponse()
    read = answer.read(_MOST_READ)
    # An answer that was cut looks like one that has ended.
    connection.left()
    return WebhookAnswer(status=answer.status, beginning=_shown(read))


def _shown(answer: bytes) -> str:
    """Plain words of it, without anything like a number of somebody."""
    text = " ".join(answer[: 4 * _BEGINNING].decode(errors="replace").split())
    return plain_words(text)[:_BEGINNING]


def plain_words(text: str) -> str:
    """Letters, marks and short numbers of any language; nothing that a terminal obeys."""
    words = (word if sum(c.isdigit() for c in word) < 6 else "***" for word in text.split())  # noqa: PLR2004
    return " ".join("".join(c for c in word if c.isprintable()) for word in words)
