"""Routes over HTTP when something is wrong: a refusal is certain, everything else is a doubt."""

import logging
import socket
import ssl
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from docgen.adapters.sms.exchange import Exchange
from docgen.adapters.sms.mobizon import REFUSALS
from docgen.adapters.sms.smsc_kz import ERRORS
from docgen.domain.errors import SmsRefused, SmsUncertain
from tests.contracts.sms_routes import (
    CODE,
    HTTP_ROUTES,
    LIMIT,
    PATIENT,
    PHONE,
    TEXT,
    Line,
    gateway_to,
    line,
    message,
    stand_in_of,
)
from tests.services import http_stand_in as says
from tests.services.http_stand_in import Say, listening
from tests.services.own_certificate import contexts
from tests.services.sms_providers import KEY, SmscKzStandIn

pytestmark = pytest.mark.parametrize("name", HTTP_ROUTES)

REFUSING: dict[str, Callable[[], Say]] = {
    "400": lambda: says.status("400 Bad Request"),
    "401": lambda: says.status("401 Unauthorized"),
    "403": lambda: says.status("403 Forbidden"),
    "404": lambda: says.status("404 Not Found"),
    "429": lambda: says.status("429 Too Many Requests"),
    "503": lambda: says.status("503 Service Unavailable"),
    "307": lambda: says.status("307 Temporary Redirect", more="Location: /elsewhere\r\n"),
    "308": lambda: says.status("308 Permanent Redirect", more="Location: /elsewhere\r\n"),
}
DOUBTFUL: dict[str, Callable[[], Say]] = {
    "500": lambda: says.status("500 Internal Server Error"),
    "502": lambda: says.status("502 Bad Gateway"),
    "504": lambda: says.status("504 Gateway Timeout"),
    "302": lambda: says.status("302 Found", more="Location: /elsewhere\r\n"),
    "204": lambda: says.answered(b"", status="204 No Content"),
    "cut": says.cut,
    "hung up": says.hung_up,
    "no HTTP": lambda: lambda connection: connection.sendall(b"\x16\x03\x01 what\r\n\r\n"),
    "empty": lambda: says.answered(b""),
    "HTML": lambda: says.answered(b"<html>Maintenance +77015550142</html>"),
    "not UTF-8": lambda: says.answered(b'{"id": "\xff\xfe"}'),
    "nested": lambda: says.answered(b"[" * 60_000),
    "a list": lambda: says.told([1]),
    "a word": lambda: says.told("OK"),
    "nothing": lambda: says.told({}),
    "another shape": lambda: says.told({"id": {"a": [1]}, "error": None, "data": "", "code": []}),
    "a long id": lambda: says.told({"id": "1" * 65, "code": 0, "data": {"messageId": "1" * 65}}),
    "huge": says.huge,
}


@pytest.mark.parametrize("how", REFUSING)
def test_what_was_not_handled_is_refused(name: str, how: str) -> None:
    """By its status: the spare may have it at once."""
    with line(name) as route:
        route.provider.broken = REFUSING[how]()

        with pytest.raises(SmsRefused, match=how):
            route.gateway.send(message())

        assert len(route.stand_in.posts) == 1


@pytest.mark.parametrize("how", DOUBTFUL)
def test_whatever_else_comes_back_is_a_doubt(name: str, how: str) -> None:
    """The message may be on its way: it is sent neither anew nor elsewhere by us."""
    with line(name) as route:
        route.provider.broken = DOUBTFUL[how]()

        with pytest.raises(SmsUncertain):
            route.gateway.send(message())

        assert len(route.stand_in.posts) == 1


def test_each_documented_error_is_a_refusal(name: str) -> None:
    """The provider says himself that he has not taken it."""
    codes = ERRORS if name == "smsc_kz" else REFUSALS
    with line(name) as route:
        for code, words in codes.items():
            _err(route, int(code))
            with pytest.raises(SmsRefused) as caught:
                route.gateway.send(message())
            assert caught.value.raw.endswith(f" {code} {words}")


@pytest.mark.parametrize("code", [3, 10, 15, 98, 100, 999, 10_000, "x", None, {}, [77015550142]])
def test_an_error_of_unknown_meaning_is_a_doubt(name: str, code: object) -> None:
    """What it may mean for the message is written nowhere; no number of it is kept."""
    if name == "smsc_kz" and code in (3, None):
        pytest.skip("for SMSC.kz 3 means money, and no code none")
    with line(name) as route:
        _err(route, code)
        with pytest.raises(SmsUncertain) as caught:
            route.gateway.send(message())

    assert "77015" not in caught.value.raw


def _err(route: Line, code: object) -> None:
    if isinstance(route.provider, SmscKzStandIn):
        route.provider.error = code
    else:
        route.provider.code = code


def _closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def _silent() -> Iterator[str]:
    """Takes connections, and never greets in TLS."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"https://127.0.0.1:{server.getsockname()[1]}"


def test_where_nobody_listens_nothing_has_left(name: str) -> None:
    """A refusal, and no waiting."""
    gateway = gateway_to(name, [_closed_port()])
    with closing(gateway), pytest.raises(SmsRefused, match="no connection"):
        gateway.send(message())


def test_a_name_nobody_knows_is_a_refusal(name: str) -> None:
    """So is a resolver that takes its time, which the time limit covers."""
    gateway = gateway_to(name, ["https://no-such-provider.invalid"], limit=LIMIT)
    with closing(gateway), pytest.raises(SmsRefused):
        gateway.send(message())


def test_a_stranger_is_told_nothing(name: str, tmp_path: Path) -> None:
    """A certificate that nobody vouches for: neither key nor code has left."""
    provider = stand_in_of(name)
    servers, _ = contexts(tmp_path)
    with listening(provider, tls=servers) as stand_in:
        gateway = gateway_to(name, [stand_in.address], tls=ssl.create_default_context())
        with closing(gateway), pytest.raises(SmsRefused, match="no trust in TLS"):
            gateway.send(message())

        assert stand_in.connections == 1
        assert stand_in.posts == []


def test_who_is_vouched_for_has_the_message(name: str, tmp_path: Path) -> None:
    """TLS from end to end."""
    provider = stand_in_of(name)
    servers, ours = contexts(tmp_path)
    with listening(provider, tls=servers) as stand_in:
        gateway = gateway_to(name, [stand_in.address], tls=ours)
        with closing(gateway):
            gateway.send(message())

    assert len(provider.sent) == 1


def test_a_handshake_that_never_ends_is_a_refusal_in_time(name: str) -> None:
    """The spare has the message within two seconds."""
    with _silent() as address, closing(gateway_to(name, [address], limit=LIMIT)) as gateway:
        begun = time.monotonic()
        with pytest.raises(SmsRefused, match="no connection in time"):
            gateway.send(message())

    assert time.monotonic() - begun < LIMIT.total_seconds()


@pytest.mark.parametrize("how", ["late", "trickling"])
def test_an_answer_beyond_the_time_limit_is_a_doubt(name: str, how: str) -> None:
    """Also one that comes byte by byte; the form had left."""
    with line(name, limit=LIMIT) as route:
        route.provider.broken = (
            says.late(2.5, says.hung_up()) if how == "late" else says.trickling(2.5)
        )
        begun = time.monotonic()
        with pytest.raises(SmsUncertain, match="no answer in time"):
            route.gateway.send(message())
        waited = time.monotonic() - begun

        assert LIMIT.total_seconds() <= waited < 2 * LIMIT.total_seconds()
        assert len(route.stand_in.posts) == 1


def test_whoever_finds_no_room_is_refused_and_never_sent_later(name: str) -> None:
    """A provider that answers nobody holds up few threads, and the others' messages stay here."""
    with line(name, limit=LIMIT) as route:
        route.provider.broken = says.late(2.5, says.hung_up())
        outcomes = _sent_by_many(route, 20)

        assert outcomes.count(SmsUncertain) == len(route.stand_in.posts) == 16
        assert outcomes.count(SmsRefused) == 4
    assert len(route.stand_in.posts) == 16


def _sent_by_many(route: Line, count: int) -> list[type[Exception] | None]:
    def outcome(number: int) -> type[Exception] | None:
        try:
            route.gateway.send(message(f"hop-{number}"))
        except (SmsRefused, SmsUncertain) as failure:
            return type(failure)
        return None

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(outcome, range(count)))


def test_a_connection_that_was_closed_meanwhile_is_not_trusted(name: str) -> None:
    """The next message takes a fresh one, and is no doubt."""
    with line(name) as route:
        whole = route.stand_in.answer
        route.stand_in.answer = lambda post: says.late(0, whole(post))
        for number in range(3):
            route.provider.sent.clear()
            route.gateway.send(message(f"hop-{number}"))
            time.sleep(0.2)

        assert route.stand_in.connections == 3


@pytest.mark.parametrize(("idle", "connections"), [(20, 1), (0, 3)])
def test_a_connection_is_used_again_until_it_has_rested_too_long(
    name: str, idle: float, connections: int
) -> None:
    """What lies between may have forgotten it without a word."""
    provider = stand_in_of(name)
    with listening(provider) as stand_in:
        exchange = Exchange([stand_in.address], limit=PATIENT, idle=timedelta(seconds=idle))
        with closing(replace(gateway_to(name, []), exchange=exchange)) as gateway:
            for number in range(3):
                provider.sent.clear()
                gateway.send(message(f"hop-{number}"))

        assert stand_in.connections == connections


def test_the_reserve_is_tried_where_the_first_address_is_dead(name: str) -> None:
    """Once, and only where nothing has left."""
    provider = stand_in_of(name)
    with listening(provider) as stand_in:
        gateway = gateway_to(name, [_closed_port(), stand_in.address])
        with closing(gateway):
            gateway.send(message())

    assert len(provider.sent) == 1


@pytest.mark.parametrize("how", ["503", "500", "cut"])
def test_the_reserve_hears_nothing_of_what_has_left(name: str, how: str) -> None:
    """Neither after a refusal by its status nor after a doubt."""
    first, reserve = stand_in_of(name), stand_in_of(name)
    first.broken = (REFUSING | DOUBTFUL)[how]()
    with listening(first) as one, listening(reserve) as other:
        gateway = gateway_to(name, [one.address, other.address])
        with closing(gateway), pytest.raises((SmsRefused, SmsUncertain)):
            gateway.send(message())

        assert other.connections == 0


def test_a_redirect_is_not_followed(name: str) -> None:
    """Whoever it leads to is told neither key nor code."""
    elsewhere = stand_in_of(name)
    with listening(elsewhere) as other, line(name) as route:
        for code in ("302 Found", "307 Temporary Redirect"):
            where = f"Location: {other.address}/sys/send.php\r\n"
            route.provider.broken = says.status(code, more=where)
            with pytest.raises((SmsRefused, SmsUncertain)):
                route.gateway.send(message())

        assert other.connections == 0


@pytest.mark.parametrize("how", ["fine", *REFUSING, *DOUBTFUL])
def test_nothing_is_told_of_key_phone_and_text(
    name: str, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    """By no log at any level, no error with all its causes, no address and no `repr`."""
    caplog.set_level(logging.DEBUG)
    with line(name) as route:
        route.provider.broken = (REFUSING | DOUBTFUL).get(how, lambda: None)()
        told = [repr(route.gateway), repr(message())]
        try:
            told.append(repr(route.gateway.send(message())))
        except (SmsRefused, SmsUncertain) as failure:
            told += traceback.format_exception(failure)
        told += [post.address for post in route.stand_in.posts]
    told += [each.getMessage() for each in caplog.records]

    assert len(told) > 3
    for words in told:
        for secret in (KEY, CODE, PHONE.value[2:], TEXT, "Акт"):
            assert secret not in words
