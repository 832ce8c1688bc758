"""Callers on a bad line hold nothing that others need: neither a row, nor a lock, nor a thread."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.service.installation import PROCESSES, Installation
from tests.service.visit import Visit, begun

_SMALL = 4096
"""Bytes that a slow reader's own buffer takes: all else waits on our side."""
_PATIENCE = 60
_DRIPS = 0.05


@contextmanager
def _connected(service: Installation, *, buffer: int | None = None) -> Iterator[socket.socket]:
    with socket.socket() as connection:
        if buffer is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        connection.settimeout(_PATIENCE)
        connection.connect(("127.0.0.1", service.port))
        yield connection


def _head(service: Installation, first: str, *more: str) -> bytes:
    named = [f"{name}: {value}" for name, value in service.headers(Host="service").items()]
    return "\r\n".join((f"{first} HTTP/1.1", *named, "Connection: close", *more, "", "")).encode()


def _drip(connection: socket.socket, content: bytes) -> None:
    for byte in content:
        connection.sendall(bytes((byte,)))
        time.sleep(_DRIPS)


def _rest(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(_SMALL), b""))


def test_a_confirmation_that_drips_in_holds_up_nobody(service: Installation) -> None:
    """Meanwhile the operator withdraws the envelope, and another visit goes its whole way."""
    visit = begun(service)
    body = f'{{"code": "{visit.code()}", "attempt_id": "A-1"}}'.encode()
    head = _head(
        service, f"POST {visit.path}/confirmation", "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )  # fmt: skip
    with _connected(service) as slow:
        slow.sendall(head + body[:8])
        _drip(slow, body[8:16])
        said = service.ask("POST", f"{visit.path}/void", {"reason": "Қате"})
        assert said.status == 200, said.body
        _drip(slow, body[16:-1])
        slow.sendall(body[-1:])
        answer = _rest(slow)

    assert answer.startswith(b"HTTP/1.1 409 "), answer
    assert visit.state() == "void"
    assert "confirmed" not in visit.events()


def test_readers_who_take_their_time_hold_up_nobody(service: Installation) -> None:
    """Several on each process, a download in their hands: they get all of it, others go on."""
    sealed = _sealed(service)
    (document,) = sealed.shown()["documents"]
    link = document["links"]["pdf"]
    expected = sealed.fetch(link)
    with ExitStack() as stack:
        slow = [
            stack.enter_context(_connected(service, buffer=_SMALL)) for _ in range(2 * PROCESSES)
        ]
        begun_with = []
        for reader in slow:
            reader.sendall(_head(service, f"GET {link}"))
            begun_with.append(reader.recv(_SMALL))

        _sealed(service)

        answers = [first + _rest(each) for first, each in zip(begun_with, slow, strict=True)]
    for answer in answers:
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 "), head
        assert body == expected


def _sealed(service: Installation) -> Visit:
    """A whole visit."""
    visit = begun(service)
    assert visit.confirm(visit.code()).status == 200
    visit.require_sealed_once()
    return visit
