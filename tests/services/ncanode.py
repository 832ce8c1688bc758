"""A stand-in for NCANode 3: its interface, with a signature that is not the national one.

The real one signs with GOST by a library that may not be given away. This one makes a sound CMS
over the same bytes with the key it is sent, so that all around the signature can be tested.
"""

import asyncio
import base64
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps import HTTPTimeStamper

Request = Mapping[str, Any]
Said = tuple[int, bytes]


@dataclass
class StandIn:
    """Answers POST /cms/sign; `answer` may be replaced, `asked` keeps what came."""

    tsa_url: str
    answer: Callable[[Request], Said] | None = None
    asked: list[tuple[str, Request]] = field(default_factory=list)
    url: str = ""

    def respond(self, path: str, body: bytes) -> Said:
        """Status and body."""
        request: Request = json.loads(body)
        self.asked.append((path, request))
        if self.answer is not None:
            return self.answer(request)
        return self.signed(request)

    def signed(self, request: Request, *, data: bytes | None = None) -> Said:
        """As the real one answers, over what was sent unless other data is given."""
        (signer,) = request["signers"]
        content = base64.b64decode(request["data"]) if data is None else data
        with TemporaryDirectory() as folder:
            file = Path(folder) / "key.p12"
            file.write_bytes(base64.b64decode(signer["key"]))
            loaded = SimpleSigner.load_pkcs12(str(file), passphrase=signer["password"].encode())
        assert loaded is not None
        made = asyncio.run(
            loaded.async_sign_general_data(
                content,
                "sha256",
                detached=request["detached"],
                timestamper=HTTPTimeStamper(self.tsa_url) if request["withTsp"] else None,
            )
        )
        cms = base64.b64encode(made.dump()).decode()
        return 200, json.dumps({"status": 200, "message": "OK", "cms": cms}).encode()


@contextmanager
def ncanode(tsa_url: str) -> Iterator[StandIn]:
    """The stand-in on the loopback."""
    stand_in = StandIn(tsa_url)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, content = stand_in.respond(self.path, body)
            self.send_response(status)
            if status in {301, 302, 307}:
                self.send_header("Location", content.decode())
                content = b""
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's name
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    stand_in.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield stand_in
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
