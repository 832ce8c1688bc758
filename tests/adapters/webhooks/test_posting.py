"""Posting to receivers: only where it is allowed, once, bounded in time and size."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from httptools import HttpParserError
from hypothesis import given
from hypothesis import strategies as st

from docgen.adapters.webhooks.addresses import Address, Guard, Server
from docgen.adapters.webhooks.connections import Answer, Connection, request_head
from docgen.adapters.webhooks.posting import HttpPosting
from docgen.domain.errors import ValuesRejected, WebhookUnreachable
from tests.services.receiver import ACCEPTED, Received, Receiver, receiver

LOOPBACK = Guard((ip_network("127.0.0.0/8"),))
LOOPBACK_6 = Guard((ip_network("::1"),))
WORLD = Guard()


@pytest.fixture
def there() -> Iterator[Receiver]:
    """A receiver on loopback."""
    with receiver() as listening:
        yield listening


def _post(there: Receiver, *, patience: float = 5.0) -> tuple[int, str]:
    posting = HttpPosting(LOOPBACK, patience=patience)
    answer = posting.post(there.url, headers={"webhook-id": "evt_1"}, body=b'{"type":"x"}')
    return answer.status, answer.beginning


def _reason(url: str, guard: Guard = LOOPBACK, patience: float = 5.0) -> str:
    with pytest.raises(WebhookUnreachable) as caught:
        HttpPosting(guard, patience=patience).post(url, headers={}, body=b"{}")
    return caught.value.reason


def test_the_body_arrives_to_the_byte_with_its_headers(there: Receiver) -> None:
    """Path, query, media type and ours."""
    assert _post(there) == (204, "")

    (request,) = there.received
    assert request.path == "/hook?of=tests"
    assert request.body == b'{"type":"x"}'
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == "evt_1"


def test_the_receiver_is_told_by_what_name_it_was_asked_for(there: Receiver) -> None:
    """With the port, where it is another than HTTP's; that of an IPv6 address in brackets."""
    _post(there)

    assert there.received[0].headers["host"] == f"127.0.0.1:{there.port}"
    assert b"\r\nHost: [::1]\r\n" in request_head(*LOOPBACK_6.place("http://[::1]/"), {}, 0)


@pytest.mark.parametrize("value", ["evt_1\r\nX-Other: 1", "ә", "a\x00b"])
def test_a_header_holds_nothing_but_itself(there: Receiver, value: str) -> None:
    """Whatever it is made of, no second header comes of it."""
    with pytest.raises(ValueError, match="header"):
        HttpPosting(LOOPBACK).post(there.url, headers={"webhook-id": value}, body=b"{}")

    assert there.received == []


@pytest.mark.parametrize("status", [200, 204, 301, 302, 307, 400, 410, 500, 503])
def test_any_answer_is_told_and_no_redirect_followed(there: Receiver, status: int) -> None:
    """The receiver may not send us elsewhere."""
    there.answer(status, "words", f"Location: {there.url}/elsewhere")

    assert _post(there)[0] == status
    assert len(there.received) == 1


@pytest.mark.parametrize(
    "answer",
    [b"", b"\x00\xff garbage", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 500],
)
def test_what_is_no_answer_is_told_as_such(there: Receiver, answer: bytes) -> None:
    """Nothing, noise, nonsense, and headers without end."""
    there.answers = [answer]

    assert _reason(there.url) in {"answer", "connection"}


@pytest.mark.parametrize(
    ("answer", "status", "beginning"),
    [
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 x\r\n\r\n", 204, ""),
        (
            b"HTTP/1.1 103 x\r\nLink: y\r\n\r\nHTTP/1.1 200 x\r\nContent-Length: 1\r\n\r\nz",
            200,
            "z",
        ),
        (b"HTTP/1.1 101 x\r\nUpgrade: y\r\nConnection: upgrade\r\n\r\n\x00", 101, ""),
        (b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", 200, "ab"),
        (b"HTTP/1.0 200 x\r\n\r\nto the end", 200, "to the end"),
        (b"HTTP/1.1 200 x\nContent-Length: 2\n\nab", 200, "ab"),
        (b"HTTP/1.1 200 x\r\nContent-Length: 9\r\n\r\ncut", 200, "cut"),
    ],
)
def test_answers_of_all_kinds_are_understood(
    there: Receiver, answer: bytes, status: int, beginning: str
) -> None:
    """RFC 9112: informing ones first, in chunks, up to the end of the connection, and sloppy."""
    there.answers = [answer]

    assert _post(there) == (status, beginning)


@pytest.mark.parametrize("pieces", [1, 7, 1000])
def test_what_follows_an_answer_is_none_of_it(pieces: int) -> None:
    """Nobody asked for it: the connection is not to be used again, and nothing of it counts."""
    said = b"HTTP/1.1 200 x\r\nContent-Length: 2\r\n\r\nab"
    alone, followed = Answer(), Answer()
    for start in range(0, len(said), pieces):
        alone.read(said[start : start + pieces])
    followed.read(said + b"HTTP/1.1 500 x\r\nContent-Length: 3\r\n\r\nbad")

    assert (alone.status, alone.beginning, alone.leaves_open) == (200, b"ab", True)
    assert (followed.status, followed.beginning, followed.leaves_open) == (200, b"ab", False)


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_noise_is_an_answer_or_none(pieces: list[bytes]) -> None:
    """Whatever comes, nothing else is raised, and of it no more is kept than came."""
    answer = Answer()
    with suppress(HttpParserError):
        for piece in (b"HTTP/1.1 ", *pieces):
            answer.read(piece)

    assert len(answer.beginning) <= sum(map(len, pieces))


def test_a_huge_answer_is_cut(there: Receiver) -> None:
    """No more than 64 KB is read, 500 characters are shown."""
    there.answer(200, "слово " * 100_000)

    status, beginning = _post(there)
    assert status == 200
    assert len(beginning) == 500


def test_an_answer_of_a_receiver_that_closes_is_read_to_its_end(there: Receiver) -> None:
    """It says so beforehand, and what it has to say comes in several pieces."""
    there.answer(200, "taken", "Connection: close")
    there.drip = 0.001

    assert _post(there) == (200, "taken")


def test_numbers_of_persons_are_not_kept_of_an_answer(there: Receiver) -> None:
    """A careless receiver repeats what it was never told by us, or worse."""
    there.answer(500, "error for +77015550142 and 850412300187 at line 42\x1b[31m")

    _, beginning = _post(there)
    assert "5550142" not in beginning
    assert "850412300187" not in beginning
    assert "line 42" in beginning
    assert "\x1b" not in beginning


@pytest.mark.parametrize("headers", [(), ("X-Long: " + "x" * 1000,)])
def test_a_receiver_that_drips_is_cut_off_in_time(
    there: Receiver, headers: tuple[str, ...]
) -> None:
    """The patience is for all of it, not for each byte, be it in the body or before it."""
    there.answer(200, "x" * 1000, *headers)
    there.drip = 0.05

    begun = time.monotonic()
    assert _reason(there.url, patience=1.0) == "time"
    assert time.monotonic() - begun < 5


def test_nobody_there_is_told_at_once() -> None:
    """A refused connection, and a name that does not exist."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    assert _reason(f"http://127.0.0.1:{port}/") == "connection"
    assert _reason("https://no-such-host.invalid/", WORLD) == "name"


def test_a_certificate_of_nobody_is_refused(tls_files: tuple[Path, Path]) -> None:
    """TLS is verified; the body is not sent."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*tls_files)
    with receiver(server) as there:
        assert _reason(there.url) == "tls"
        assert there.received == []

        trusting = ssl.create_default_context(cafile=str(tls_files[0]))
        answer = HttpPosting(LOOPBACK, tls=trusting).post(there.url, headers={}, body=b"{}")
        assert answer.status == 204


@pytest.mark.parametrize("tls", [False, True])
def test_a_connection_that_is_left_open_is_used_again(
    *, tls: bool, tls_files: tuple[Path, Path]
) -> None:
    """Each request has its own answer and its own time; encrypted ways are kept alike."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*tls_files)
    trusting = ssl.create_default_context(cafile=str(tls_files[0]))
    with receiver(server if tls else None, keeps=True) as there:
        posting = HttpPosting(LOOPBACK, patience=5.0, tls=trusting)
        statuses = []
        for status in (204, 500, 200):
            there.answer(status)
            statuses.append(posting.post(there.url, headers={}, body=b"{}").status)

        assert statuses == [204, 500, 200]
        assert there.connections == 1


def test_a_connection_that_was_closed_is_made_anew(there: Receiver) -> None:
    """Most receivers close what lies idle, sooner or later."""
    posting = HttpPosting(LOOPBACK, patience=5.0)

    for _ in range(2):
        assert posting.post(there.url, headers={}, body=b"{}").status == 204
    assert there.connections == 2


def test_a_connection_that_is_closed_as_we_write_is_made_anew() -> None:
    """The receiver may have seen the request, and knows the repetition by its id."""

    def closes_on_the_second(_: Received) -> bytes:
        if len(hears.received) == 2:
            raise ConnectionAbortedError
        return ACCEPTED

    with receiver(keeps=True) as hears:
        hears.answer_to = closes_on_the_second
        posting = HttpPosting(LOOPBACK, patience=5.0)
        for _ in range(2):
            assert posting.post(hears.url, headers={}, body=b"{}").status == 204

        assert [each.body for each in hears.received] == [b"{}"] * 3
        assert hears.connections == 2


def test_a_new_connection_that_is_closed_is_not_tried_again(there: Receiver) -> None:
    """Only a receiver's right to close what lies idle is worth a second try at once."""

    def closes(_: Received) -> bytes:
        raise ConnectionAbortedError

    there.answer_to = closes

    assert _reason(there.url) == "connection"
    assert there.connections == 1


def test_an_answer_that_was_not_read_to_its_end_leaves_no_connection() -> None:
    """Its rest would be taken for the next answer."""
    with receiver(keeps=True) as there:
        there.answer(200, "x" * 200_000)
        posting = HttpPosting(LOOPBACK, patience=5.0)

        for _ in range(2):
            assert posting.post(there.url, headers={}, body=b"{}").status == 200
        assert there.connections == 2


@dataclass(frozen=True)
class _Moving(Guard):
    """A name that leads elsewhere at each look."""

    addresses: Iterator[str] = field(default_factory=lambda: iter(("127.0.0.1", "127.0.0.9")))

    def address(self, server: Server) -> Address:
        """The next one, where they are allowed."""
        super().address(server)
        return ip_address(next(self.addresses))


def test_each_connection_is_made_to_where_the_name_leads_now() -> None:
    """One that is open stays at the address that was checked for it."""
    with receiver(keeps=True) as there:
        posting = HttpPosting(_Moving(LOOPBACK.allowed), patience=5.0)
        for _ in range(2):
            posting.post(there.url, headers={}, body=b"{}")

        there.answer(200, "", "Connection: close")
        posting.post(there.url, headers={}, body=b"{}")
        with pytest.raises(WebhookUnreachable):
            posting.post(there.url, headers={}, body=b"{}")
        assert len(there.received) == 3


def test_an_open_connection_lasts_a_minute() -> None:
    """Then the name is looked up anew, however often it was used."""
    with receiver(keeps=True) as there:
        server, path = LOOPBACK.place(there.url)
        now = time.monotonic()
        connection = Connection(
            server, LOOPBACK.address(server), ssl.create_default_context(), deadline=now + 5
        )
        assert connection.post(path, {}, b"{}").leaves_open
        connection.close()

        connection.rests_since = now + 59
        assert connection.is_fresh(now + 59)
        assert not connection.is_fresh(now + 61)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "https://127.0.0.1/", "https://2130706433/", "https://0x7f.1/",
        "https://0177.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://0/",
        "https://169.254.169.254/", "https://100.64.0.1/", "https://10.0.0.1/",
        "https://192.168.1.1/", "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/",
        "https://[fd00::1]/", "https://[fe80::1]/", "https://224.0.0.1/",
        "https://[fec0::1]/", "https://[::7f00:1]/", "https://[::ffff:0:127.0.0.1]/",
        "https://[::127.0.0.1]/", "https://[fe80::1%25lo]/", "https://[5f00::1]/",
        "http://example.com/", "https://example.com:22/", "https://localhost:8080/",
    ],
)  # fmt: skip
def test_our_own_network_is_never_told(url: str) -> None:
    """In whatever spelling; refused when it is set up, and again when it is used."""
    with pytest.raises(ValuesRejected):
        WORLD.require_allowed(url)
    assert _reason(url, WORLD) in {"address", "name"}


@pytest.mark.parametrize(
    "url",
    [
        "", "example.com", "ftp://example.com/", "https://", "https:///x", "https://u:p@example.com/",
        "https://example.com/#x", "https://exa mple.com/", "https://example.com:99999/",
        "https://пример.kz/", "javascript:alert(1)", "https://[::1",
        "https://example.com/" + "a" * 2000,
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(url: str) -> None:
    """Schemes, passwords, fragments, spaces and other traps."""
    with pytest.raises(ValuesRejected):
        LOOPBACK.require_allowed(url)


def test_a_name_that_leads_home_is_refused_when_it_is_used() -> None:
    """What a name leads to is looked at in the moment of connecting."""
    assert _reason("https://localhost/", WORLD) == "address"


def test_public_addresses_are_allowed() -> None:
    """Names and literal ones, at the usual ports."""
    for url in ("https://example.com/a?b=c", "https://example.com:8443/"):
        WORLD.require_allowed(url)


def test_an_allowed_network_admits_no_other() -> None:
    """What is allowed by setting is allowed by its address."""
    LOOPBACK.require_allowed("http://127.0.0.1:8080/hook")
    with pytest.raises(ValuesRejected):
        LOOPBACK.require_allowed("http://10.0.0.1/")
    assert _reason("http://10.0.0.1/") == "address"
