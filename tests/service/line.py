"""Callers: one connection each, kept alive, and many of them at once."""

import http.client
import json
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

LINES = 50
PATIENCE = 40


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A request."""

    method: str
    path: str
    body: Any = None
    """Sent as JSON, unless it is bytes."""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Said:
    """An answer, and how long it took."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def told(self) -> Any:
        """The JSON it holds."""
        return json.loads(self.body)


class Line:
    """A connection that is kept; it is opened at the first request, and again where it broke."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._headers = headers

    def ask(self, ask: Ask) -> Said:
        """The answer; raises OSError or HTTPException where none comes."""
        content, headers = _content(ask.body)
        begun = time.monotonic()
        try:
            self._connection.request(
                ask.method, ask.path, content, {**headers, **self._headers, **ask.headers}
            )
            answer = self._connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise
        taken = time.monotonic() - begun
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Said(status=answer.status, headers=told, body=body, seconds=taken)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def together(
    port: int, asks: Sequence[Ask], *, headers: Mapping[str, str], lines: int = LINES
) -> list[Said]:
    """All answers; so many lines ask at the same time, each one thing after another."""
    lines = min(lines, len(asks))
    ready = threading.Barrier(lines)

    def serve(share: Sequence[Ask]) -> list[Said]:
        with closing(Line(port, headers)) as line:
            ready.wait()
            return [line.ask(ask) for ask in share]

    with ThreadPoolExecutor(lines) as threads:
        shares = threads.map(serve, [asks[first::lines] for first in range(lines)])
        return [said for share in shares for said in share]


def _content(body: Any) -> tuple[bytes | None, dict[str, str]]:
    if body is None or isinstance(body, bytes):
        return body, {}
    return json.dumps(body).encode(), {"Content-Type": "application/json"}
