"""A directory of subscribers behind HTTP: our own small interface, see docs/directory.md."""

import json
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from docgen.domain.errors import DirectoryUnavailable
from docgen.domain.number import Belongs, DirectoryAnswer
from docgen.domain.subscriber import Iin, Phone

_LARGEST = 64 * 1024
_AT_ONCE = 16
_OK = 200
_BELONGS = {"true": Belongs.YES, "false": Belongs.NO, "null": Belongs.UNKNOWN}


class HttpDirectory:
    """Implements ports.SubscriberDirectory.

    POST of `{"phone", "iin"}` as JSON, under a bearer secret; `{"belongs", "sim_changed_at"}` comes
    back. `ca` is a PEM file of the roots to trust instead of the system's.
    """

    def __init__(
        self, url: str, *, secret: str, ca: Path | None = None, patience: float = 1.0
    ) -> None:
        self._url = urlsplit(url)
        self._secret = secret
        self._patience = patience
        self._tls = ssl.create_default_context(cafile=None if ca is None else str(ca))
        # A name server that is silent would outlast every time limit of a socket.
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="directory")

    def look_up(self, phone: Phone, iin: Iin) -> DirectoryAnswer:
        """What it says; raises DirectoryUnavailable for any other answer, a late one too."""
        asked = self._threads.submit(self._asked, phone, iin)
        try:
            return asked.result(self._patience)
        except Late:
            asked.cancel()
            raise DirectoryUnavailable("the directory did not answer in time") from None
        except (OSError, HTTPException, ValueError):
            # Never the reason itself: it could quote what was asked.
            raise DirectoryUnavailable("the directory gave no answer we know") from None

    def close(self) -> None:
        """Wait for nobody."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _asked(self, phone: Phone, iin: Iin) -> DirectoryAnswer:
        until = time.monotonic() + self._patience
        connection = self._connection()
        try:
            connection.request(
                "POST",
                self._url.path or "/",
                body=json.dumps({"phone": phone.value, "iin": iin.value}),
                headers={
                    "Accept": "application/json",
                    "Authorization": f"Bearer {self._secret}",
                    "Content-Type": "application/json",
                },
            )
            with connection.getresponse() as response:
                return _answer(response.status, _content(response, until))
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        if self._url.scheme == "https":
            return HTTPSConnection(host, port, timeout=self._patience, context=self._tls)
        return HTTPConnection(host, port, timeout=self._patience)


def _content(response: HTTPResponse, until: float) -> bytes:
    """All of it, as long as there is time, whatever the pace it comes at."""
    read = b""
    while piece := response.read1(_LARGEST):
        read += piece
        if time.monotonic() > until or len(read) > _LARGEST:
            raise ValueError("too long an answer")
    return read


def _answer(status: int, content: bytes) -> DirectoryAnswer:
    if status != _OK:
        raise ValueError("refused")
    told: Any = json.loads(content)
    if not isinstance(told, dict) or "belongs" not in told:
        raise ValueError("no answer of the directory")
    belongs = _BELONGS.get(json.dumps(told["belongs"]))
    if belongs is None:
        raise ValueError("true, false or null")
    return DirectoryAnswer(belongs=belongs, sim_changed_at=_moment(told.get("sim_changed_at")))


def _moment(text: object) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    if moment is None or moment.tzinfo is None:
        raise ValueError("a time needs its zone")
    return moment
