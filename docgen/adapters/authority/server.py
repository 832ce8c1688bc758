"""The demo authority on the loopback: time stamps, what was revoked, and its root over HTTP."""

import logging
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import random_serial_number

from docgen.adapters.authority import stamping, status
from docgen.adapters.authority.certificates import revocation_list
from docgen.adapters.authority.files import (
    ISSUER_CRL,
    ISSUER_OCSP,
    ROOT,
    ROOT_CRL,
    Authority,
)
from docgen.ports import Clock

TSA_PATH: Final = "/tsa"
ROOT_PATH: Final = f"/{ROOT}"
LOOPBACK: Final = "127.0.0.1"

_LARGEST_REQUEST: Final = 16 * 1024
_log: Final = logging.getLogger(__name__)


class AuthorityServer(ThreadingHTTPServer):
    """Binds its port when made, and answers once `begin` gave it an authority."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self._thread: Thread | None = None

    @property
    def port(self) -> int:
        """The port that was bound; the system chose it where 0 was asked for."""
        return int(self.server_address[1])

    def begin(self, authority: Authority, clock: Clock) -> None:
        """Serve that authority in a thread of its own."""
        self.authority = authority
        self.clock = clock
        self._thread = Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stop and free the port."""
        if self._thread is not None:
            self.shutdown()
            self._thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: AuthorityServer
    timeout = 5

    def do_GET(self) -> None:
        authority, now = self.server.authority, self.server.clock.now()
        issuers = {ROOT_CRL: authority.root, ISSUER_CRL: authority.intermediate}
        if self.path == ROOT_PATH:
            pem = authority.root.certificate.public_bytes(Encoding.PEM)
            self._answer(pem, "application/x-pem-file")
        elif self.path in issuers:
            revoked = revocation_list(issuers[self.path], now=now)
            self._answer(revoked.public_bytes(Encoding.DER), "application/pkix-crl")
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path not in {TSA_PATH, ISSUER_OCSP}:
            self.send_error(HTTPStatus.NOT_FOUND)
        elif not length.isdecimal() or int(length) > _LARGEST_REQUEST:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        elif self.path == TSA_PATH:
            self._answer(self._stamped(self.rfile.read(int(length))), "application/timestamp-reply")
        else:
            self._answer(self._told(self.rfile.read(int(length))), "application/ocsp-response")

    def _stamped(self, request: bytes) -> bytes:
        return stamping.answer(
            request,
            authority=self.server.authority.time_stamper,
            issuer=self.server.authority.intermediate,
            serial=random_serial_number(),
            now=self.server.clock.now(),
        )

    def _told(self, request: bytes) -> bytes:
        authority = self.server.authority
        return status.answer(
            request,
            responder=authority.responder,
            issuer=authority.intermediate.certificate,
            issued=[authority.seal.certificate, authority.time_stamper.certificate],
            now=self.server.clock.now(),
        )

    def _answer(self, content: bytes, media_type: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's name
        _log.debug(format, *args)
