"""Every refusal has one shape, whoever refuses: the router, the walk, the core, or a fault."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pytest
from structlog.typing import EventDict
from werkzeug.test import TestResponse

from docgen.domain.caller import Scope
from docgen.domain.errors import SmsRefused
from tests.api.portal import Portal
from tests.api.program import ENVELOPES
from tests.api.watch import ALWAYS, PERSON, refused

_NOBODYS = f"{ENVELOPES}/{'0' * 26}"


class _Fault(Exception):
    """What nobody foresaw; it says what must not be told."""


@dataclass
class _FaultyBlobs:
    """A disk that breaks."""

    def put(self, content: bytes) -> str:
        """Break."""
        raise _Fault(f"{len(content)} bytes of {PERSON['iin']}")

    def get(self, sha256: str) -> bytes:
        """Break."""
        raise _Fault(f"{sha256} of {PERSON['iin']}, +7{PERSON['phone']}")


def _values_rejected(here: Portal) -> TestResponse:
    return here.program.post(ENVELOPES, {})


def _unknown_path(here: Portal) -> TestResponse:
    return here.program.get("/v1/envelope")


def _unknown_envelope(here: Portal) -> TestResponse:
    return here.program.get(_NOBODYS)


def _unknown_method(here: Portal) -> TestResponse:
    return here.program.ask("DELETE", ENVELOPES)


def _too_large(here: Portal) -> TestResponse:
    return here.program.send(ENVELOPES, b" " * (1024 * 1024 + 1))


def _wrong_media_type(here: Portal) -> TestResponse:
    return here.program.send(ENVELOPES, b"<a/>", media_type="application/xml")


def _malformed(here: Portal) -> TestResponse:
    return here.program.send(ENVELOPES, b"{")


def _no_key(here: Portal) -> TestResponse:
    return here.stranger().get("/v1/forms")


def _no_scope(here: Portal) -> TestResponse:
    return here.issued(scopes=frozenset({Scope.FORMS_READ})).get(ENVELOPES)


def _not_ready(here: Portal) -> TestResponse:
    here.worker.away = True
    return here.sent_again(here.created())


def _wrong_code(here: Portal) -> TestResponse:
    envelope_id, _ = here.code_sent()
    return here.tried(envelope_id, "999999", "a-1")


def _spent(here: Portal) -> TestResponse:
    envelope_id, _ = here.code_sent()
    for n in range(6):
        answer = here.tried(envelope_id, "999999", f"a-{n}")
    return answer


def _too_often(here: Portal) -> TestResponse:
    envelope_id, _ = here.code_sent()
    return here.sent_again(envelope_id)


def _no_gateway(here: Portal) -> TestResponse:
    here.world.sms.failing = SmsRefused("down")
    return here.sent_again(here.created())


def _fault(here: Portal) -> TestResponse:
    document = here.shown(here.created())["documents"][0]
    fetch = replace(here.docgen.fetch_document, blobs=_FaultyBlobs())
    return here.changed(fetch_document=fetch).program.get(document["links"]["pdf"])


_ALL: Mapping[str, tuple[Callable[[Portal], TestResponse], int, str, set[str], set[str]]] = {
    "values": (_values_rejected, 422, "values_rejected", {"errors"}, set()),
    "path": (_unknown_path, 404, "route_not_found", set(), set()),
    "envelope": (_unknown_envelope, 404, "envelope_not_found", set(), set()),
    "method": (_unknown_method, 405, "method_not_allowed", set(), {"Allow"}),
    "size": (_too_large, 413, "body_too_large", {"limit"}, set()),
    "media type": (_wrong_media_type, 415, "media_type_unsupported", {"accepted"}, {"Accept"}),
    "json": (_malformed, 400, "malformed_json", set(), set()),
    "key": (_no_key, 401, "unauthenticated", set(), {"WWW-Authenticate"}),
    "scope": (_no_scope, 403, "scope_missing", {"scope"}, set()),
    "draft": (_not_ready, 409, "not_ready", {"state", "retry_after"}, {"Retry-After"}),
    "wrong code": (_wrong_code, 422, "code_wrong", {"attempts_left"}, set()),
    "gone code": (_spent, 410, "code_gone", {"reason"}, set()),
    "limit": (_too_often, 429, "limit_reached", {"limit", "retry_after"}, {"Retry-After"}),
    "gateway": (_no_gateway, 503, "sms_unavailable", {"retry_after"}, {"Retry-After"}),
    "fault": (_fault, 500, "internal_error", set(), set()),
}
_SOMETIMES = {"Allow", "Accept", "WWW-Authenticate", "Retry-After"}


@pytest.mark.parametrize("name", _ALL)
def test_a_refusal_has_the_members_and_headers_of_its_kind(here: Portal, name: str) -> None:
    """The same eight members everywhere, what its kind adds to them, and nothing else."""
    cause, status, code, members, headers = _ALL[name]

    answer = cause(here)

    body = refused(answer, status, code)
    assert set(body) == ALWAYS | members
    assert {each for each in _SOMETIMES if each in answer.headers} == headers
    assert answer.content_type == "application/problem+json"
    assert body["request_id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize("name", _ALL)
def test_a_refusal_speaks_kazakh_and_russian(here: Portal, name: str) -> None:
    """Title and detail differ by language; everything else that tells what happened does not."""
    told = []
    for speaks in ("kk", "ru"):
        answer = _ALL[name][0](replace(here, program=replace(here.program, speaks=speaks)))
        assert answer.headers["Content-Language"] == speaks
        told.append(answer.get_json())
        here.world.sms.failing, here.worker.away = None, False

    kazakh, russian = told
    assert kazakh["title"] != russian["title"]
    assert kazakh["detail"] != russian["detail"]
    assert kazakh["code"] == russian["code"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        pytest.param("kk", "kk", id="kazakh"),
        pytest.param("ru", "ru", id="russian"),
        pytest.param("kk-KZ", "kk", id="kazakh of kazakhstan"),
        pytest.param("ru-RU,ru;q=0.9,en;q=0.8", "ru", id="browser"),
        pytest.param("kk;q=0.3, ru;q=0.7", "ru", id="rather russian"),
        pytest.param("en", "kk", id="english"),
        pytest.param("en-GB,en;q=0.9,ru;q=0.1", "ru", id="english then russian"),
        pytest.param("*", "kk", id="any"),
        pytest.param("ru;q=nonsense,,;", "kk", id="malformed weight"),
        pytest.param("\x7f\xff", "kk", id="no language at all"),
        pytest.param("", "kk", id="empty"),
    ],
)
def test_the_language_is_the_callers_or_the_state_language(
    here: Portal, asked: str, told: str
) -> None:
    """Kazakh or Russian as asked for; Kazakh for all who speak neither."""
    answer = replace(here.program, speaks=asked).get("/nowhere")

    assert answer.headers["Content-Language"] == told
    assert answer.headers["Vary"] == "Accept-Language"
    titles = {"kk": "Мұндай мекенжай жоқ", "ru": "Такого адреса нет"}
    assert answer.get_json()["title"] == titles[told]


def test_a_fault_is_told_by_its_request_only(here: Portal, log_lines: list[EventDict]) -> None:
    """What went wrong is in the log, under the number that the caller was given."""
    answer = _fault(here)

    faults = [line for line in log_lines if line["log_level"] == "error"]
    assert [type(line["exc_info"]) for line in faults] == [_Fault]
    assert answer.get_json()["detail"] == "Сообщите номер запроса в поддержку."


def test_a_request_keeps_the_id_that_its_caller_gave_it(here: Portal) -> None:
    """A proxy's id for a request is ours too, so that both logs can be laid side by side."""
    theirs = "5f0c9a52-8a77-4b0e-9c1f-446655440000"

    answer = here.program.unwatched("GET", "/nowhere", headers={"X-Request-Id": theirs})

    assert answer.headers["X-Request-Id"] == theirs
    assert answer.get_json()["request_id"] == theirs


@pytest.mark.parametrize(
    "theirs",
    [
        "iin-850515401239",
        "tel-8-747-555-01-87",
        "tel.8.747.555.01.87-of-the-subscriber",
        "short",
        "x" * 65,
        "1234567890123456789012345",
        "spaces are not allowed",
        "жиырма алты таңбалы нөмір",
    ],
    ids=["iin", "phone", "dotted phone", "short", "long", "number", "spaces", "kazakh"],
)
def test_an_id_that_could_be_somebodys_number_is_not_taken(here: Portal, theirs: str) -> None:
    """Nothing that might be personal, or is no id, comes back or into a log that way."""
    here.program.get("/live", {"X-Request-Id": theirs.encode().decode("latin-1")})


def test_no_address_is_redirected(here: Portal) -> None:
    """A redirect would repeat the query, and callers look for phones: they are unknown."""
    for path in ("//v1/forms", "/v1//envelopes", "/v1/envelopes/", "/v1/forms//"):
        answer = here.program.get(f"{path}?phone=87475550187")

        refused(answer, 404, "route_not_found")
        assert "Location" not in answer.headers


def test_the_methods_of_a_path_are_listed(here: Portal) -> None:
    """405 says in `Allow` what the path knows."""
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        answer = here.program.ask(method, ENVELOPES)

        refused(answer, 405, "method_not_allowed")
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_head_is_get_without_a_body(here: Portal) -> None:
    """The same status and headers, and not one byte."""
    asked = here.program.ask("HEAD", "/v1/forms")

    assert (asked.status_code, asked.get_data()) == (200, b"")
    assert here.stranger().ask("HEAD", "/v1/forms").status_code == 401
