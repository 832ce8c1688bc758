"""A time-stamp authority that can be told to let its callers wait."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.pki.lab import Lab

_LONGEST = 30


class Stamps:
    """Stamps of the lab; whoever asks while it is shut waits, as long as anybody would."""

    def __init__(self, lab: Lab) -> None:
        self.asked = 0
        self._lab = lab
        self._open = threading.Event()
        self._open.set()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.stamps = self

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    @contextmanager
    def shut(self) -> Iterator[None]:
        """Nobody gets a stamp within the block."""
        self.asked = 0
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    def open(self) -> None:
        """Let them go on, before the block is over."""
        self._open.set()

    @contextmanager
    def serving(self) -> Iterator["Stamps"]:
        """The authority, at work."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    def stamp(self, request: bytes) -> bytes:
        """The answer to a request."""
        self.asked += 1
        self._open.wait(_LONGEST)
        return self._lab.stamp(request)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    stamps: Stamps


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        content = self.server.stamps.stamp(body)
        try:
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True  # whoever asked is dead

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's name
        """Keep quiet."""
