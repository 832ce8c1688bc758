"""A receiver of webhooks on loopback: real sockets, answers and faults as a test wants them."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

ACCEPTED = b"HTTP/1.1 204 x\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True)
class Received:
    """One request, as it came over the wire."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What came, and what is answered: raw bytes, so that any fault can be played."""

    port: int
    received: list[Received] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)
    """Given one after another; the last one for ever."""
    answer_to: Callable[[Received], bytes] | None = None
    """Decides instead of `answers`, where it is set."""
    drip: float = 0.0
    """Seconds between the bytes of an answer."""
    scheme: str = "http"
    keeps: bool = False
    """Whether it leaves a connection open, as most do."""
    connections: int = 0
    """How many were made to it."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{self.scheme}://127.0.0.1:{self.port}/hook?of=tests"

    def answer(self, status: int, body: str = "", *headers: str) -> None:
        """From now on answer so."""
        lines = [f"HTTP/1.1 {status} x", f"Content-Length: {len(body.encode())}", *headers]
        self.answers = ["\r\n".join((*lines, "", body)).encode()]

    def serve(self, connection: socket.socket) -> None:
        """Read one request and answer it, or one after another."""
        self.connections += 1
        with connection:
            connection.settimeout(20)
            while (request := _read(connection)) is not None:
                self.received.append(request)
                answer = self._next() if self.answer_to is None else self.answer_to(request)
                pieces = (answer[i : i + 1] for i in range(len(answer)))
                for piece in pieces if self.drip else (answer,):
                    connection.sendall(piece)
                    time.sleep(self.drip)
                if not self.keeps:
                    return

    def _next(self) -> bytes:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def _read(connection: socket.socket) -> Received | None:
    content = b""
    while b"\r\n\r\n" not in content:
        piece = connection.recv(65536)
        if not piece:
            return None
        content += piece
    head, _, body = content.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {n.lower(): v for n, _, v in (line.partition(": ") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return Received(path=first.split(" ")[1], headers=headers, body=body)


@contextmanager
def receiver(tls: ssl.SSLContext | None = None, *, keeps: bool = False) -> Iterator[Receiver]:
    """A receiver that answers 204 until it is told otherwise."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        scheme = "http" if tls is None else "https"
        here = Receiver(port=listening.getsockname()[1], scheme=scheme, keeps=keeps)
        here.answer(204)
        accepting = threading.Thread(target=_accept, args=(listening, here, tls), daemon=True)
        accepting.start()
        try:
            yield here
        finally:
            # Whoever still accepts may else do so from whatever is given this descriptor next.
            listening.shutdown(socket.SHUT_RDWR)
            accepting.join()


def _accept(listening: socket.socket, here: Receiver, tls: ssl.SSLContext | None) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(connection, here, tls), daemon=True).start()


def _serve(connection: socket.socket, here: Receiver, tls: ssl.SSLContext | None) -> None:
    try:
        if tls is not None:
            connection = tls.wrap_socket(connection, server_side=True)
        here.serve(connection)
    except OSError:
        connection.close()
