"""One POST of a form to a provider, of which is known whether it left."""

import json
import re
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any, NoReturn
from urllib.parse import urlencode

from urllib3 import PoolManager
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)
from urllib3.response import BaseHTTPResponse
from urllib3.util import Timeout

from docgen.domain.errors import SmsRefused, SmsUncertain

MOST_BYTES = 64 * 1024
"""Of an answer; a longer one is no answer of a provider."""

_AT_ONCE = 16
"""Exchanges of one provider; whoever finds no room in time is refused, and the spare has it."""
_IDLE = timedelta(seconds=10)
"""Older connections are not trusted: a message on a dead one has an unknown fate."""
_CONNECTING = 0.4
"""Share of the time that connecting may take, so that a reserve address can still be tried."""
_LEAVING = 2 * _CONNECTING
"""Share after which nothing leaves any more: there would be no time to hear what came of it."""
_SENDING_BACK = (HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT)
_FIRST_ERROR, _FIRST_FAULT = HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back with status 200; the content may quote a phone and is shown to nobody."""

    content: bytes = field(repr=False)

    def members(self) -> dict[str, Any]:
        """The JSON object it is; raises SmsUncertain for anything else."""
        try:
            told = json.loads(self.content)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            raise SmsUncertain("answer is not JSON")
        return told


_ID = re.compile(r"[0-9A-Za-z._-]{1,64}")


def identifier(told: object) -> str:
    """A message's id as a provider gives it, or nothing where that is none."""
    return text if _ID.fullmatch(text := str(told)) and told else ""


class Exchange:
    """A provider's addresses, asked one after the other until one is connected.

    Nothing is sent twice and no redirect is followed. The time limit is for everything: names,
    connections, and an answer that trickles in.
    """

    def __init__(
        self,
        addresses: Sequence[str],
        *,
        limit: timedelta,
        tls: ssl.SSLContext | None = None,
        idle: timedelta = _IDLE,
    ) -> None:
        """`idle` is for how long a connection may rest and be used again."""
        self._addresses = tuple(addresses)
        self._idle = idle.total_seconds()
        self._limit = limit.total_seconds()
        self._pools = PoolManager(
            maxsize=_AT_ONCE, ssl_context=tls or ssl.create_default_context(), retries=False
        )
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="sms")
        self._used_at = time.monotonic()

    def post(self, path: str, form: Mapping[str, str]) -> Answer:
        """Send the form, UTF-8.

        Raises SmsRefused where it has certainly not left or was certainly not handled (status 4xx,
        503, 307 and 308: RFC 9110, 15.4 to 15.6), else SmsUncertain.
        """
        content = urlencode(form).encode()
        leaving = _Leaving(until=time.monotonic() + self._limit * _LEAVING)
        asked = self._threads.submit(self._through, path, content, leaving)
        try:
            return asked.result(self._limit)
        except NotYet:
            if leaving.give_up():
                raise SmsRefused("no connection in time") from None
            raise SmsUncertain("no answer in time") from None

    def close(self) -> None:
        """Let go of connections and threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._pools.clear()

    def _through(self, path: str, content: bytes, leaving: "_Leaving") -> Answer:
        refusal = SmsRefused("no address")
        for address in self._addresses:
            try:
                response = self._answered(address + path, content, leaving)
            except SmsRefused as failure:
                refusal = failure
                continue
            return _read(response, until=time.monotonic() + self._limit)
        raise refusal

    def _answered(self, url: str, content: bytes, leaving: "_Leaving") -> BaseHTTPResponse:
        if (now := time.monotonic()) - self._used_at > self._idle:
            self._pools.clear()
        self._used_at = now
        try:
            return self._pools.request(
                "POST",
                url,
                body=leaving.form(content),
                headers={
                    "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
                    "Content-Length": str(len(content)),
                    "Accept-Encoding": "identity",
                },
                redirect=False,
                preload_content=False,
                timeout=Timeout(connect=self._limit * _CONNECTING, read=self._limit),
            )
        except (HTTPError, OSError) as failure:
            if leaving.has_left:
                raise SmsUncertain(_lost(failure)) from None
            raise SmsRefused(_unconnected(failure)) from None


class _Leaving:
    """Either the form leaves, or its sender gives up waiting: never both."""

    def __init__(self, *, until: float) -> None:
        self._until = until
        self._decided = threading.Lock()
        self.has_left = False

    def form(self, content: bytes) -> Iterator[bytes]:
        """The form, when somebody is connected and asks for it in time."""
        if time.monotonic() > self._until or not self._decided.acquire(blocking=False):
            raise SmsRefused("no connection in time")
        self.has_left = True
        yield content

    def give_up(self) -> bool:
        """Keep it here for ever; False where it has left."""
        return self._decided.acquire(blocking=False)


def _read(response: BaseHTTPResponse, *, until: float) -> Answer:
    """The whole answer, or what its status says of the message."""
    try:
        if response.status != HTTPStatus.OK:
            _refuse(response.status)
        content = b""
        while piece := response.read1(MOST_BYTES + 1, decode_content=False):
            content += piece
            if len(content) > MOST_BYTES:
                raise SmsUncertain("answer too large")
            if time.monotonic() > until:
                # Whoever waited has gone; the thread is for the next one.
                raise SmsUncertain("no answer in time")
    except (HTTPError, OSError) as failure:
        raise SmsUncertain(_lost(failure)) from None
    else:
        response.release_conn()
        return Answer(content=content)
    finally:
        response.close()


def _refuse(status: int) -> NoReturn:
    raw = f"http {status}"
    refused = (
        _FIRST_ERROR <= status < _FIRST_FAULT
        or status == HTTPStatus.SERVICE_UNAVAILABLE
        or status in _SENDING_BACK
    )
    raise SmsRefused(raw) if refused else SmsUncertain(raw)


def _unconnected(failure: Exception) -> str:
    """In our words: a library's may quote what was sent."""
    match failure:
        case NameResolutionError():
            return "no such host"
        case NewConnectionError():
            return "no connection"
        case ConnectTimeoutError() | ReadTimeoutError():
            return "no connection in time"
        case SSLError():
            return "no trust in TLS"
        case _:
            return "no connection"


def _lost(failure: Exception) -> str:
    return "no answer in time" if isinstance(failure, ReadTimeoutError) else "answer cut off"
