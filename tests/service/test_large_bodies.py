"""Bodies too large, announced or not, or cut short, and callers who never finish: real sockets."""

import json
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial

import pytest

from tests.service.installation import PROCESSES, Installation
from tests.service.visit import begun, fresh

MEGABYTE = 1024 * 1024
_CHUNK = 64 * 1024
_PATIENCE = 30


def _head(service: Installation, path: str, *more: str) -> bytes:
    """The head of a POST by a caller with a key."""
    named = service.headers(**{"Host": "service", "Idempotency-Key": fresh()})
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items()), *more]
    return "\r\n".join((*lines, "", "")).encode()


def _body(size: int, *, chunked: bool) -> Iterator[bytes]:
    sent = 0
    while sent < size:
        part = b" " * min(_CHUNK, size - sent)
        sent += len(part)
        yield f"{len(part):x}\r\n".encode() + part + b"\r\n" if chunked else part
    if chunked:
        yield b"0\r\n\r\n"


def _faults(service: Installation) -> int:
    return service.web_log.read_text(encoding="utf-8").count("an unforeseen fault")


def _answer(connection: socket.socket) -> tuple[int, dict[str, object]]:
    """Status and body of the answer; raises ConnectionResetError where the service hung up."""
    with connection.makefile("rb") as received:
        status = int(received.readline().split()[1])
        length = 0
        for line in iter(received.readline, b"\r\n"):
            name, _, value = line.decode().partition(":")
            if name.lower() == "content-length":
                length = int(value)
        return status, json.loads(received.read(length))


@contextmanager
def _connected(service: Installation) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", service.port), timeout=_PATIENCE) as connection:
        yield connection


def _require_too_large(answer: tuple[int, dict[str, object]], limit: int) -> None:
    status, told = answer
    assert (status, told["code"], told["limit"]) == (413, "body_too_large", limit), told


JSON = "Content-Type: application/json"
FORM = "Content-Type: multipart/form-data; boundary=b"
CHUNKED = "Transfer-Encoding: chunked"


@pytest.mark.parametrize(
    ("path", "kind", "size", "limit"),
    [
        ("/v1/envelopes", JSON, 5 * MEGABYTE, MEGABYTE),
        ("/v1/verify", FORM, 21 * MEGABYTE, 20 * MEGABYTE),
    ],
    ids=["envelope", "file"],
)
@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
def test_whoever_sends_too_much_can_read_why(
    on_sqlite: Installation, path: str, kind: str, size: int, limit: int, *, chunked: bool
) -> None:
    """He sends all of it before he looks, and finds a problem, not a broken connection."""
    framing = CHUNKED if chunked else f"Content-Length: {size}"
    with _connected(on_sqlite) as connection:
        connection.sendall(_head(on_sqlite, path, kind, framing))
        for part in _body(size, chunked=chunked):
            connection.sendall(part)

        _require_too_large(_answer(connection), limit)


def test_whoever_asks_before_he_sends_too_much_is_answered_in_the_end(
    on_sqlite: Installation,
) -> None:
    """`Expect: 100-continue`: he may be told to go on, but reads the refusal all the same."""
    size = 5 * MEGABYTE
    head = _head(
        on_sqlite, "/v1/envelopes", JSON, f"Content-Length: {size}", "Expect: 100-continue"
    )
    with _connected(on_sqlite) as connection:
        connection.sendall(head)
        told = connection.recv(_CHUNK)
        if told.startswith(b"HTTP/1.1 100 "):
            for part in _body(size, chunked=False):
                connection.sendall(part)
            answer = _answer(connection)
        else:
            answer = _read_on(told, connection)

        _require_too_large(answer, MEGABYTE)


def _read_on(begun: bytes, connection: socket.socket) -> tuple[int, dict[str, object]]:
    received = begun + b"".join(iter(lambda: connection.recv(_CHUNK), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def test_after_a_refused_body_the_connection_does_not_take_its_rest_for_a_request(
    on_sqlite: Installation,
) -> None:
    """What was not read of a body is never read as the next request's head."""
    smuggled = b"GET /live HTTP/1.1\r\nHost: service\r\n\r\n"
    size = 40 * MEGABYTE
    with _connected(on_sqlite) as connection:
        connection.sendall(_head(on_sqlite, "/v1/envelopes", JSON, f"Content-Length: {size}"))
        received = _send_and_listen(connection, [smuggled] * (size // len(smuggled)))

    assert received.count(b"HTTP/1.1 413 ") == 1
    assert b"HTTP/1.1 200 " not in received


def _send_and_listen(connection: socket.socket, parts: Sequence[bytes]) -> bytes:
    """All that comes back, though the service may hang up long before the end."""
    with suppress(OSError):
        connection.sendall(b"".join(parts))
    try:
        return b"".join(iter(lambda: connection.recv(_CHUNK), b""))
    except OSError:
        return b""


def test_callers_who_stop_in_the_middle_keep_nobody_waiting(on_sqlite: Installation) -> None:
    """Several on every process: half a head, a head without its body, half a body."""
    body = _head(on_sqlite, "/v1/envelopes", JSON, "Content-Length: 1000")
    beginnings = [body[:40], body, body + b"{"]
    with ExitStack() as stack:
        for beginning in beginnings * 2 * PROCESSES:
            stack.enter_context(_connected(on_sqlite)).sendall(beginning)
        for _ in range(20):
            said = on_sqlite.ask("GET", "/v1/forms")
            assert said.status == 200
            assert said.seconds < 2


def _anonymous(path: str, *more: str) -> bytes:
    ours = ("Host: service", "Sec-Fetch-Site: same-origin")
    return "\r\n".join((f"POST {path} HTTP/1.1", *ours, *more, "", "")).encode()


def test_whoever_falls_silent_is_told_so_and_hung_up_on(on_sqlite: Installation) -> None:
    """Known or not, read by us or left unread: never a fault of ours, never an open line."""
    length, before = "Content-Length: 100", _faults(on_sqlite)
    silent = {
        "staff": _anonymous("/v1/session", JSON, length) + b"{",
        "signer": _anonymous("/v1/sign/session", JSON, length) + b"{",
        "file": _head(on_sqlite, "/v1/verify", FORM, length) + b"--b\r\n",
        "chunked": _anonymous("/v1/session", JSON, CHUNKED) + b"5\r\n{",
        "key": _head(on_sqlite, "/v1/envelopes", JSON, length) + b"{",
        "unread": _anonymous("/v1/envelopes", JSON, length) + b"{",
    }
    with ExitStack() as stack:
        lines = {name: stack.enter_context(_connected(on_sqlite)) for name in silent}
        for name, line in lines.items():
            line.settimeout(2 * _PATIENCE)
            line.sendall(silent[name])
        answers = {
            name: b"".join(iter(partial(line.recv, _CHUNK), b"")) for name, line in lines.items()
        }

    unread = answers.pop("unread")
    assert unread.startswith(b"HTTP/1.1 401 "), unread
    for name, answer in answers.items():
        assert answer.startswith(b"HTTP/1.1 408 "), (name, answer)
        assert b"\r\nConnection: close\r\n" in answer, (name, answer)
        assert b'"code":"request_timeout"' in answer, (name, answer)
    assert _faults(on_sqlite) == before


def test_whoever_sends_less_than_he_announced_has_nothing_done(on_sqlite: Installation) -> None:
    """He ends his half of the line: what came of it is JSON, and no message (RFC 9112, 8)."""
    visit = begun(on_sqlite)
    head = _head(on_sqlite, f"{visit.path}/decline", JSON, "Content-Length: 100")
    with _connected(on_sqlite) as connection:
        connection.sendall(head + '{"reason":"қысқа"}'.encode())
        connection.shutdown(socket.SHUT_WR)
        status, told = _answer(connection)

        assert (status, told["code"]) == (400, "bad_request")
        assert connection.recv(1) == b""
    assert visit.state() == "ready"
