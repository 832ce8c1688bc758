"""A WSGI application that does what a test of processes needs."""

import os
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from docgen import telemetry

LARGE = 8 * 1024 * 1024
_LOADED_BY = os.getpid()


def _slow(environ: dict[str, Any]) -> str:
    telemetry.CODES.labels("begun").inc()
    seconds = float(parse_qs(environ["QUERY_STRING"])["seconds"][0])
    time.sleep(seconds)
    return "slept"


def _body(environ: dict[str, Any]) -> str:
    return str(len(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))))


def _large(_environ: dict[str, Any]) -> str:
    return "a" * LARGE


def _fail(_environ: dict[str, Any]) -> str:
    raise RuntimeError("as asked")


def _metrics(_environ: dict[str, Any]) -> str:
    return telemetry.exposition()[0].decode()


def _process(_environ: dict[str, Any]) -> str:
    telemetry.CODES.labels("sent").inc()
    return f"{os.getpid()} {_LOADED_BY} {os.getppid()}"


def _thread(_environ: dict[str, Any]) -> str:
    return str(threading.get_native_id())


_ROUTES = {
    "/slow": _slow,
    "/body": _body,
    "/fail": _fail,
    "/large": _large,
    "/metrics": _metrics,
    "/process": _process,
    "/thread": _thread,
}


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The application."""
    said = _ROUTES[environ["PATH_INFO"]](environ).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(said)))])
    return [said]
