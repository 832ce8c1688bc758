"""Bodies that are too large, of another kind, or not there: refused before anything is done."""

import io
import json
from typing import Any

import pytest
from structlog.typing import EventDict
from werkzeug.test import TestResponse

from tests import hands
from tests.api.portal import Portal
from tests.api.program import ENVELOPES, sample
from tests.api.watch import found, refused

_MEGABYTE = 1024 * 1024
_KINDS = [
    "application/xml",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/json-patch+json",
    "application",
    "",
]


class _Stream(io.RawIOBase):
    """So many bytes, without saying how many; counts those that were read."""

    def __init__(self, size: int) -> None:
        self.left, self.read_of = size, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Some of them."""
        given = min(len(buffer), self.left)
        buffer[:given] = b" " * given
        self.left -= given
        self.read_of += given
        return given


class _Stalled(io.RawIOBase):
    """A few bytes, and then no more: the line says how."""

    def __init__(self, begins: bytes, then: OSError) -> None:
        self.left, self.then = begins, then

    def read(self, size: int = -1, /) -> bytes:
        """What there is, then what became of the line; all at once never comes."""
        if size < 0 or not self.left:
            raise self.then
        given, self.left = self.left[:size], self.left[size:]
        return given


def _chunked(stream: io.IOBase) -> dict[str, Any]:
    """As a server hands on what came in chunks."""
    return {"wsgi.input": stream, "wsgi.input_terminated": True}


def test_a_body_over_a_megabyte_is_too_large(here: Portal) -> None:
    """413 with the limit; exactly a megabyte is read."""
    told = refused(here.program.send(ENVELOPES, b" " * (_MEGABYTE + 1)), 413, "body_too_large")

    assert told["limit"] == _MEGABYTE
    refused(here.program.send(ENVELOPES, b" " * _MEGABYTE), 400, "malformed_json")


def test_a_body_that_does_not_say_its_length_is_measured(here: Portal) -> None:
    """413 also for a chunked one, which is never held in full."""
    stream = _Stream(3 * _MEGABYTE)

    answer = here.program.ask(
        "POST",
        ENVELOPES,
        headers={"Idempotency-Key": "k-1", "Transfer-Encoding": "chunked"},
        content_type="application/json",
        environ_overrides=_chunked(stream),
    )

    assert refused(answer, 413, "body_too_large")["limit"] == _MEGABYTE
    assert stream.left == 0


def test_a_body_that_is_refused_is_read_on_for_a_while(here: Portal) -> None:
    """Who is cut off in the middle of sending never reads the answer; but not for ever."""
    stream = _Stream(40 * _MEGABYTE)

    answer = here.program.ask(
        "POST",
        ENVELOPES,
        headers={"Idempotency-Key": "k-1"},
        content_type="application/json",
        environ_overrides={"wsgi.input": stream, "CONTENT_LENGTH": str(40 * _MEGABYTE)},
    )

    refused(answer, 413, "body_too_large")
    assert _MEGABYTE < stream.read_of < 33 * _MEGABYTE


def test_a_chunked_body_is_as_good_as_any(here: Portal) -> None:
    """A body without a length is read to its end."""
    answer = here.program.ask(
        "POST",
        f"{ENVELOPES}/{here.created()}/decline",
        headers={"Transfer-Encoding": "chunked"},
        content_type="application/json",
        environ_overrides=_chunked(io.BytesIO(b'{"reason": "no"}')),
    )

    assert answer.status_code == 200


@pytest.mark.parametrize("kind", _KINDS, ids=[kind or "none" for kind in _KINDS])
def test_another_media_type_is_refused(here: Portal, kind: str) -> None:
    """415, with the type that is read, in the body and in `Accept`."""
    answer = here.program.send(ENVELOPES, b"{}", media_type=kind)

    assert refused(answer, 415, "media_type_unsupported")["accepted"] == ["application/json"]
    assert answer.headers["Accept"] == "application/json"


@pytest.mark.parametrize("path", ["code", "confirmation", "decline", "void"])
def test_every_route_with_a_body_knows_its_kind_and_size(here: Portal, path: str) -> None:
    """The verbs of an envelope refuse what is no JSON, and what is too much of it."""
    place = f"{ENVELOPES}/{here.created()}/{path}"

    refused(
        here.program.send(place, b"a=b", media_type="text/plain"), 415, "media_type_unsupported"
    )
    refused(here.program.send(place, b" " * (_MEGABYTE + 1)), 413, "body_too_large")


@pytest.mark.parametrize(
    "kind",
    ["application/json; charset=utf-8", "APPLICATION/JSON", 'application/json;charset="UTF-8"'],
    ids=["charset", "capitals", "quoted charset"],
)
def test_json_is_json_however_it_is_written(here: Portal, kind: str) -> None:
    """Parameters and capitals make no other type."""
    assert found(here.program.send(ENVELOPES, b"{}", media_type=kind))


def test_a_code_can_be_asked_for_without_a_body(here: Portal) -> None:
    """Everything in it is optional, and so is the body with its media type."""
    path = f"{ENVELOPES}/{here.created()}/code"

    answer = here.program.ask("POST", path, headers={"Idempotency-Key": "k-1"})

    assert answer.status_code == 202


_FORM = "multipart/form-data; boundary=b"
_HALF_A_FORM = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-'


def _announced(
    here: Portal, path: str, kind: str, length: int, *, stream: io.IOBase
) -> TestResponse:
    """As gunicorn hands it on; the client of the tests would write a form's boundary itself."""
    sent = {"wsgi.input": stream, "wsgi.input_terminated": True}
    return here.program.ask(
        "POST",
        path,
        headers={"Idempotency-Key": "k-1", "Sec-Fetch-Site": "same-origin"},
        environ_overrides=sent | {"CONTENT_TYPE": kind, "CONTENT_LENGTH": str(length)},
    )


@pytest.mark.parametrize(
    ("path", "kind", "begins"),
    [
        (ENVELOPES, "application/json", b"{"),
        ("/v1/session", "application/json", b"{"),
        ("/v1/sign/session", "application/json", b"{"),
        ("/v1/verify", _FORM, _HALF_A_FORM),
    ],
    ids=["key", "staff", "signer", "file"],
)
@pytest.mark.parametrize(
    ("then", "status", "code"),
    [
        (BlockingIOError("a caller is too slow"), 408, "request_timeout"),
        (ConnectionResetError(104, "Connection reset by peer"), 400, "bad_request"),
    ],
    ids=["silent", "gone"],
)
def test_a_caller_who_stops_sending_is_no_fault_of_ours(
    here: Portal,
    log_lines: list[EventDict],
    path: str,
    kind: str,
    begins: bytes,
    then: OSError,
    status: int,
    code: str,
) -> None:
    """Whoever he is: a refusal and a line at info, and no alarm."""
    answer = _announced(here, path, kind, 100_000, stream=_Stalled(begins, then))

    assert refused(answer, status, code)["retryable"] is (status == 408)
    assert {line["log_level"] for line in log_lines} == {"info"}


def test_a_chunked_body_that_falls_silent_is_no_fault_of_ours(here: Portal) -> None:
    """How it is framed is the caller's choice."""
    answer = here.program.ask(
        "POST",
        ENVELOPES,
        headers={"Idempotency-Key": "k-1", "Transfer-Encoding": "chunked"},
        content_type="application/json",
        environ_overrides=_chunked(_Stalled(b"{", BlockingIOError())),
    )

    refused(answer, 408, "request_timeout")


def test_whoever_falls_silent_in_too_large_a_body_hears_that_it_is_too_large(here: Portal) -> None:
    """What was wrong first is told."""
    silent = _Stalled(b"{", BlockingIOError())

    answer = _announced(here, ENVELOPES, "application/json", 2 * _MEGABYTE, stream=silent)

    refused(answer, 413, "body_too_large")


@pytest.mark.parametrize("verb", ["decline", "void"])
def test_a_body_that_is_shorter_than_announced_is_not_obeyed(here: Portal, verb: str) -> None:
    """RFC 9112, section 8: an incomplete message, though what came of it is whole JSON."""
    envelope_id = here.created()
    path, came = f"{ENVELOPES}/{envelope_id}/{verb}", io.BytesIO('{"reason":"қысқа"}'.encode())

    answer = _announced(here, path, "application/json", 100, stream=came)

    refused(answer, 400, "bad_request")
    assert here.shown(envelope_id)["state"] == "ready"


def test_a_form_with_a_file_that_is_shorter_than_announced_is_not_obeyed(here: Portal) -> None:
    """All its parts are there, the last boundary too; to its end it confirms."""
    envelope_id = here.created()
    path = f"{ENVELOPES}/{envelope_id}/handwritten"
    about = json.dumps(hands.about(), ensure_ascii=False).encode()
    data = b'--b\r\nContent-Disposition: form-data; name="data"\r\n\r\n' + about
    file = b'\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    whole = data + file + hands.scan() + b"\r\n--b--\r\n"

    cut = _announced(here, path, _FORM, len(whole) + 1, stream=io.BytesIO(whole))

    refused(cut, 400, "bad_request")
    assert here.shown(envelope_id)["state"] == "ready"
    answer = _announced(here, path, _FORM, len(whole), stream=io.BytesIO(whole))
    assert answer.status_code == 200, answer.get_json()


@pytest.mark.parametrize("end", [b"", b"\r\n--b--\r\n"], ids=["in its middle", "after its end"])
def test_a_file_that_is_shorter_than_announced_is_not_judged(here: Portal, end: bytes) -> None:
    """Wherever it was cut off."""
    came = _HALF_A_FORM + end

    answer = _announced(here, "/v1/verify", _FORM, len(came) + 1, stream=io.BytesIO(came))

    refused(answer, 400, "bad_request")


def test_a_form_that_is_shorter_than_announced_is_not_believed(here: Portal) -> None:
    """A receipt that was cut off is another receipt."""
    kind, came = "application/x-www-form-urlencoded", io.BytesIO(b"id=1&status=1")

    answer = _announced(here, "/v1/sms/receipts/smsc-kz", kind, 14, stream=came)

    refused(answer, 400, "bad_request")


def test_where_there_is_no_body_a_wanted_one_is_missing(here: Portal) -> None:
    """Nothing at all is no JSON object: 415 without a type, 400 with it."""
    refused(here.program.send(ENVELOPES, b""), 400, "malformed_json")
    refused(here.program.ask("POST", ENVELOPES, headers={"Idempotency-Key": "k"}), 415,
            "media_type_unsupported")  # fmt: skip


def test_a_refused_body_does_not_use_its_key(here: Portal) -> None:
    """413 and 415 come before the key is looked at: the right body may have it."""
    here.program.send(ENVELOPES, b" " * (_MEGABYTE + 1), once="k-1")
    here.program.send(ENVELOPES, b"{}", once="k-1", media_type="text/plain")

    assert here.program.post(ENVELOPES, sample(), once="k-1").status_code == 201


def test_what_may_not_be_done_is_not_read(here: Portal) -> None:
    """A stranger's body is refused for whose it is, before its size or kind."""
    large = b" " * (2 * _MEGABYTE)

    refused(here.stranger().send(ENVELOPES, large), 401, "unauthenticated")
    refused(here.program.send(f"{ENVELOPES}/{'0' * 26}/void", large), 404, "envelope_not_found")
