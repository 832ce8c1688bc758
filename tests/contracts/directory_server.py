"""A directory of subscribers behind HTTP, as docs/directory.md has it, with faults at will."""

import json
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SECRET = "of-the-directory"  # noqa: S105 - invented


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as it came."""

    path: str
    authorization: str
    body: Any


@dataclass
class DirectoryServer:
    """Answers from its lines; otherwise as its fields say."""

    lines: Sequence[Mapping[str, str]]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    status: int = 200
    content: bytes | None = None
    pause: float = 0.0
    drip: float = 0.0
    """Seconds between one byte of the answer and the next."""

    def answer(self, asked: Asked) -> tuple[int, bytes]:
        """Status and content."""
        self.asked.append(asked)
        time.sleep(self.pause)
        if asked.authorization != f"Bearer {SECRET}":
            return 401, b"{}"
        if self.content is not None:
            return self.status, self.content
        return self.status, json.dumps(self._known(asked.body)).encode()

    def _known(self, body: Mapping[str, str]) -> dict[str, object]:
        lines = [each for each in self.lines if each["phone"] == body["phone"]]
        own = [each for each in lines if each["iin"] == body["iin"]]
        changes = [each["sim_changed_at"] for each in own or lines if each["sim_changed_at"]]
        return {
            "belongs": bool(own) if lines else None,
            "sim_changed_at": max(changes) if changes else None,
        }


@contextmanager
def serving(
    lines: Sequence[Mapping[str, str]], *, tls: Path | None = None
) -> Iterator[DirectoryServer]:
    """A running one; `tls` holds key and certificate."""
    state = DirectoryServer(lines)
    listening = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    listening.daemon_threads = True
    listening.block_on_close = False
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls)
        listening.socket = context.wrap_socket(
            listening.socket, server_side=True, do_handshake_on_connect=False
        )
    scheme = "http" if tls is None else "https"
    state.url = f"{scheme}://127.0.0.1:{listening.server_address[1]}/lookup"
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield state
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


def certificate(folder: Path) -> Path:
    """A PEM file with a key and a certificate of its own for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "directory.example.kz")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "directory.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def _handler(state: DirectoryServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            asked = Asked(
                path=self.path,
                authorization=self.headers.get("Authorization", ""),
                body=json.loads(self.rfile.read(length)),
            )
            status, content = state.answer(asked)
            with suppress(OSError):
                self._tell(status, content)

        def _tell(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            if status == 302:
                self.send_header("Location", state.url)
            self.end_headers()
            pieces = [content[n : n + 1] for n in range(len(content))] if state.drip else [content]
            for piece in pieces:
                time.sleep(state.drip)
                self.wfile.write(piece)
                self.wfile.flush()

        def log_message(self, *_told: Any) -> None:
            """Nothing."""

    return Handler
