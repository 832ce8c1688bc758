"""What SMSC.kz posts: kept before it is answered where it is signed, and nothing else."""

import hashlib
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from structlog.typing import EventDict
from werkzeug.test import TestResponse

from docgen.domain.dispatch import Delivery, Taken
from docgen.domain.errors import Unavailable
from docgen.domain.routes import Route
from docgen.usecases.dispatch_message import Way
from tests.api.portal import SIGNING_CALLS, Portal
from tests.api.watch import PERSON, refused
from tests.builders import NOW
from tests.fakes import FakeSms

_PATH = "/v1/sms/receipts/smsc-kz"
_FORM = "application/x-www-form-urlencoded"
_PHONE = f"7{PERSON['phone']}"


class _SmscKz(FakeSms):
    """Names messages as the provider does: by our own id."""

    def send(self, message: Any) -> Taken:
        """Take it."""
        return replace(super().send(message), message_id=message.reference)


def _called(
    message_id: str, *, status: str = "1", sum_: str = "sha1", **more: str
) -> dict[str, str]:
    signed = f"{message_id}:{_PHONE}:{status}:{SIGNING_CALLS}".encode()
    call = {"id": message_id, "phone": _PHONE, "status": status, "time": "28.11.2026 12:00:00"}
    return call | {sum_: hashlib.new(sum_, signed).hexdigest()} | more


def _post(portal: Portal, form: dict[str, str], **more: Any) -> TestResponse:
    content = urlencode(form).encode()
    given = {"data": content, "content_type": _FORM} | more
    return portal.stranger().ask("POST", _PATH, **given)


def _sent(portal: Portal) -> tuple[str, str]:
    """An envelope whose code went by SMSC.kz, and the message's id."""
    portal.world.sms = _SmscKz()
    ways = (Way(route=Route(name="smsc_kz"), gateway=portal.world.sms),)
    send = replace(portal.docgen.send_code, dispatch=replace(portal.world.dispatch, ways=ways))
    envelope_id = portal.created()
    assert portal.changed(send_code=send).sent_again(envelope_id).status_code == 202
    return envelope_id, portal.world.sms.sent[-1].reference


def _delivery(portal: Portal, envelope_id: str) -> Delivery:
    with portal.world.register.view() as unit:
        challenge = unit.challenges.latest(envelope_id)
    assert challenge is not None
    return challenge.delivery


@pytest.mark.parametrize("sum_", ["md5", "sha1"])
def test_a_signed_call_says_what_became_of_the_message(anywhere: Portal, sum_: str) -> None:
    """The challenge and the journal know of it when it is answered; without any key."""
    envelope_id, message_id = _sent(anywhere)

    answer = _post(anywhere, _called(message_id, sum_=sum_))

    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"OK", "text/plain")
    assert _delivery(anywhere, envelope_id) is Delivery.DELIVERED
    assert anywhere.world.events(envelope_id)[-1] == "code_delivered"


def test_what_else_is_posted_is_passed_over(here: Portal) -> None:
    """Also twice, and in an encoding of the provider's own."""
    envelope_id, message_id = _sent(here)
    more = "&mes=Акт&mes=Код&id2=1".encode("windows-1251")
    content = urlencode(_called(message_id)).encode() + more

    assert _post(here, {}, data=content).status_code == 200
    assert _delivery(here, envelope_id) is Delivery.DELIVERED


def test_the_same_call_again_changes_nothing(here: Portal) -> None:
    """A provider who did not hear us calls again."""
    envelope_id, message_id = _sent(here)
    call = _called(message_id)
    _post(here, call)
    before = here.world.events(envelope_id)

    assert _post(here, call).status_code == 200
    assert here.world.events(envelope_id) == before


def test_a_call_that_overtakes_our_answer_is_kept(here: Portal) -> None:
    """Nobody knows of such a message yet; it is told when it is known."""
    assert _post(here, _called("01JDSEN0000000000000000001")).status_code == 200

    with here.world.register.view() as unit:
        (heard,) = unit.hops.heard("smsc_kz", "01JDSEN0000000000000000001", since=NOW)
    assert heard.delivery is Delivery.DELIVERED


@pytest.mark.parametrize(
    "change",
    [{"sha1": "0" * 40}, {"sha1": ""}, {"id": "another"}, {"status": "20"}, {"phone": "7700"}],
    ids=["sha1", "none", "id", "status", "phone"],
)
def test_a_call_with_a_wrong_signature_is_refused(here: Portal, change: dict[str, str]) -> None:
    """403, and nothing is stored."""
    envelope_id, message_id = _sent(here)
    before = here.world.events(envelope_id)

    refused(_post(here, _called(message_id) | change), 403, "signature_wrong")

    with here.world.register.view() as unit:
        assert unit.hops.heard("smsc_kz", message_id, since=NOW) == []
        assert unit.hops.heard("smsc_kz", "another", since=NOW) == []
    assert here.world.events(envelope_id) == before


def test_without_a_secret_no_call_is_taken(here: Portal) -> None:
    """404: nobody could tell whose it is."""
    closed = here.changed(calls={})

    refused(_post(closed, _called("m-1")), 404, "not_found")


@pytest.mark.parametrize("missing", ["id", "phone", "status"])
def test_a_call_without_what_is_signed_is_refused(here: Portal, missing: str) -> None:
    """422 with the field's name."""
    call = _called("m-1")
    del call[missing]

    told = refused(_post(here, call), 422, "values_rejected")

    assert [each["pointer"] for each in told["errors"]] == [f"/{missing}"]


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b"{}", "application/json", 415, "media_type_unsupported"),
        (b"x" * 17_000, _FORM, 413, "body_too_large"),
        (b"id=1&id=2", _FORM, 400, "bad_request"),
        (b"id=%ff&phone=1&status=1&sha1=0", _FORM, 403, "signature_wrong"),
        ("id=№&phone=1&status=1".encode(), _FORM, 403, "signature_wrong"),
        (b"&".join(b"f%d=" % n for n in range(101)), _FORM, 400, "bad_request"),
        (b"", _FORM, 422, "values_rejected"),
        (b"id=" + b"1" * 65, _FORM, 422, "values_rejected"),
    ],
)
def test_what_is_no_call_is_refused(
    here: Portal, content: bytes, media_type: str, status: int, code: str
) -> None:
    """Bounded, of its media type, each name once."""
    refused(_post(here, {}, data=content, content_type=media_type), status, code)


def test_what_could_not_be_kept_is_to_be_brought_again(here: Portal) -> None:
    """503 with the register away: the provider calls again."""

    def broken(_receipt: object) -> None:
        raise Unavailable

    away = here.changed(take_receipt=broken)

    refused(_post(away, _called("m-1")), 503, "unavailable")


def test_no_line_of_the_log_tells_of_phone_or_secret(
    here: Portal, log_lines: list[EventDict]
) -> None:
    """Neither of a call that is taken nor of one that is not."""
    _, message_id = _sent(here)
    for call in (_called(message_id), _called("m-1", sha1="0"), {"phone": _PHONE}):
        _post(here, call)

    assert log_lines
    for line in log_lines:
        assert PERSON["phone"] not in repr(line)
        assert SIGNING_CALLS not in repr(line)
