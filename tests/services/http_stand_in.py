"""An HTTP server over real sockets whose answers, whole or broken, are in the test's hands."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import parse_qsl

Say = Callable[[socket.socket], None]
"""Answers on a connection; it is closed unless the answer was a whole one."""

_PATIENCE = 30.0


@dataclass(frozen=True)
class Post:
    """A request as it came."""

    method: str
    address: str
    """Path and query."""
    headers: dict[str, str]
    form: dict[str, str]


@dataclass
class StandIn:
    """Listens; remembers what came, and answers as it is told."""

    answer: Callable[[Post], Say]
    posts: list[Post] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    scheme: str = "http"

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"{self.scheme}://127.0.0.1:{self.port}"


@contextmanager
def listening(
    answer: Callable[[Post], Say], *, tls: ssl.SSLContext | None = None
) -> Iterator[StandIn]:
    """A server until the end of the block."""
    stand_in = StandIn(answer=answer, scheme="http" if tls is None else "https")
    with socket.create_server(("127.0.0.1", 0)) as server:
        stand_in.port = server.getsockname()[1]
        threads = [threading.Thread(target=_accept, args=(server, stand_in, tls))]
        threads[0].start()
        try:
            yield stand_in
        finally:
            server.shutdown(socket.SHUT_RDWR)
            threads[0].join()


def _accept(server: socket.socket, stand_in: StandIn, tls: ssl.SSLContext | None) -> None:
    served = []
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            break
        stand_in.connections += 1
        one = threading.Thread(target=_serve, args=(connection, stand_in, tls))
        one.start()
        served.append((one, connection))
    for one, connection in served:
        # Whoever still waits for a request of ours waits in vain.
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        one.join()


def _serve(connection: socket.socket, stand_in: StandIn, tls: ssl.SSLContext | None) -> None:
    connection.settimeout(_PATIENCE)
    with connection:
        try:
            if tls is None:
                _talk(connection, stand_in)
            else:
                with tls.wrap_socket(connection, server_side=True) as wrapped:
                    _talk(wrapped, stand_in)
        except OSError:
            return


def _talk(connection: socket.socket, stand_in: StandIn) -> None:
    with connection.makefile("rb") as stream:
        while post := _read(stream):
            stand_in.posts.append(post)
            say = stand_in.answer(post)
            say(connection)
            if not getattr(say, "whole", False):
                return


def _read(stream: BinaryIO) -> Post | None:
    first = stream.readline().decode()
    if not first:
        return None
    method, address, _ = first.split()
    headers: dict[str, str] = {}
    while line := stream.readline().decode().strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    length = int(headers.get("content-length", 0))
    body = stream.read(length)
    if len(body) < length:
        return None
    form = dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body)))
    return Post(method=method, address=address, headers=headers, form=form)


def _whole(say: Say) -> Say:
    vars(say)["whole"] = True
    return say


def answered(content: bytes, *, status: str = "200 OK", more: str = "") -> Say:
    """A whole answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\n{more}\r\n"
    return _whole(lambda connection: connection.sendall(head.encode() + content))


def told(value: object) -> Say:
    """A whole answer of JSON."""
    content = json.dumps(value, ensure_ascii=False).encode()
    return answered(content, more="Content-Type: application/json\r\n")


def status(line: str, *, more: str = "") -> Say:
    """Another status, such as `502 Bad Gateway`, with a page in HTML."""
    return answered(b"<html><h1>+77015550142 482913</h1></html>", status=line, more=more)


def cut() -> Say:
    """An answer that ends before it is whole."""
    head = b'HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{"id": "1'
    return lambda connection: connection.sendall(head)


def hung_up() -> Say:
    """Nothing at all, and the line is dead."""
    return lambda _: None


def late(seconds: float, say: Say) -> Say:
    """The answer, after some time."""

    def answer(connection: socket.socket) -> None:
        time.sleep(seconds)
        say(connection)

    return answer


def trickling(seconds: float) -> Say:
    """An answer of which a byte comes now and then, for so long."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n")
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            connection.sendall(b" ")
            time.sleep(0.05)

    return answer


def huge() -> Say:
    """A right answer at first, and megabytes of blanks after it."""
    return answered(b'{"id": "1", "cnt": 1}' + b" " * 4_000_000)
