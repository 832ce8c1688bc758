"""Posting to a receiver: one request on a checked way to it, bounded in time and size."""

import re
import ssl
import time
from collections.abc import Mapping
from typing import Final

from docgen.adapters.webhooks.addresses import Guard
from docgen.adapters.webhooks.connections import RECEIVER_ERRORS, Connection, Connections
from docgen.domain.errors import WebhookUnreachable
from docgen.ports_of_webhooks import WebhookAnswer

_BEGINNING: Final = 500
_HIDDEN: Final = "***"
_DIGITS: Final = 6
"""As many as a code has: from there on it may be a number of somebody."""
_GAP: Final = r"(?:[\W_]|&\w{1,8};|\\u[0-9A-Fa-f]{4}|%[0-9A-Fa-f]{2}){0,5}"
"""What is no letter, or stands for that in HTML, in JSON or in an address."""
_NUMBER: Final = re.compile(rf"\d(?:{_GAP}\d){{{_DIGITS - 1},}}")
_FIXED: Final = {
    "Content-Type": "application/json",
    "User-Agent": "Qoltanba-Webhooks/1",
    "Accept-Encoding": "identity",
}


class HttpPosting:
    """Implements ports_of_webhooks.WebhookSender over HTTP/1.1; follows no redirect.

    A connection that the receiver leaves open is used again, for a minute; its name is resolved for
    each new one, and the checked address connected to, so that a name which leads elsewhere a
    moment later leads nowhere (DNS rebinding). `patience` is for the whole of it, in seconds,
    however slowly the receiver drips.
    """

    def __init__(
        self, guard: Guard, *, patience: float = 10.0, tls: ssl.SSLContext | None = None
    ) -> None:
        self._guard = guard
        self._patience = patience
        self._tls = tls or ssl.create_default_context()
        self._connections = Connections()

    def require_allowed(self, url: str) -> None:
        """Raise ValuesRejected for an address that could never be told anything."""
        self._guard.require_allowed(url)

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        """Post once; twice only where a receiver closed the connection it had left open.

        Raises WebhookUnreachable: `address` not allowed, `name` unknown, `connection`, `tls`,
        `time` over, or `answer` that is none.
        """
        deadline = time.monotonic() + self._patience
        server, path = self._guard.place(url)
        try:
            kept = self._connections.kept(server, deadline)
            if kept is not None:
                try:
                    return self._asked(kept, path, headers, body)
                except ConnectionError:
                    # It was closed while we wrote; the receiver knows a repetition by its id.
                    pass
            address = self._guard.address(server)
            new = Connection(server, address, self._tls, deadline=deadline)
            return self._asked(new, path, headers, body)
        except RECEIVER_ERRORS as error:
            late = time.monotonic() >= deadline
            raise WebhookUnreachable("time" if late else _reason(error)) from error

    def _asked(
        self, connection: Connection, path: str, headers: Mapping[str, str], body: bytes
    ) -> WebhookAnswer:
        try:
            answer = connection.post(path, _FIXED | dict(headers), body)
        except BaseException:
            connection.close()
            raise
        if answer.leaves_open:
            self._connections.keep(connection)
        else:
            connection.close()
        return WebhookAnswer(status=answer.status, beginning=_shown(answer.beginning))


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return "tls"
    if isinstance(error, TimeoutError):
        return "time"
    return "connection" if isinstance(error, OSError) else "answer"


def _shown(answer: bytes) -> str:
    """Plain words of it, without anything like a number of somebody."""
    text = " ".join(answer[: 4 * _BEGINNING].decode(errors="replace").split())
    return plain_words(text)[:_BEGINNING]


def plain_words(text: str) -> str:
    """Letters, marks and short numbers of any language; nothing that a terminal obeys."""
    words = ("".join(c for c in word if c.isprintable()) for word in text.split())
    shown = _NUMBER.sub(_HIDDEN, " ".join(words)).split()
    return " ".join(w if sum(c.isdigit() for c in w) < _DIGITS else _HIDDEN for w in shown)
