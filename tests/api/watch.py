"""What holds for every answer there is; every answer of these tests passes through here."""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from werkzeug.test import TestResponse

from api.expected import expected
from api.v1 import ROUTES

PROBLEM = "application/problem+json"
PERSON = {"iin": "850515401239", "phone": "7475550187"}
"""Whom the envelopes of these tests are of; the phone without what the country's begin by."""

ALWAYS = {"type", "title", "status", "detail", "instance", "code", "retryable", "request_id"}
"""Members of every problem."""

_SOMETIMES = {
    "errors", "retry_after", "attempts_left", "reason", "limit", "scope", "state", "network",
    "superseded_by", "way", "number", "version", "pack_state", "blocks", "warnings",
}  # fmt: skip
_KEPT = {"no-store", "private, no-cache", "private, max-age=31536000, immutable"}
"""Never by anybody but the caller."""
_TRACES = ("Traceback (most recent", 'File "', "sqlalchemy", "psycopg", "pydantic", "werkzeug")
_PATHS = {route.path: re.compile(re.sub(r"{\w+}", "[^/]+", route.path)) for route in ROUTES}
_BETWEEN = re.compile(r"[\s()+.\-_/·~]+")
_OWN_ID = re.compile(r"[0-9A-Za-z]{26}")


@dataclass
class Watch:
    """Remembers the ids of requests, since each answer has its own."""

    request_ids: set[str] = field(default_factory=set)

    def look(self, answer: TestResponse) -> TestResponse:
        """The answer, if it is fit to be sent to anyone."""
        told = [*(f"{name}: {value}" for name, value in answer.headers), _text(answer)]
        # Whoever works on a visit reads the person that he, or the order system, wrote down.
        drafted = answer.request.path.startswith("/v1/visits") and answer.status_code < 400
        for each in () if drafted else _spellings("\n".join(told)):
            assert not [name for name, value in PERSON.items() if value in each]
        assert not [trace for trace in _TRACES if trace in "\n".join(told)]
        self._ids(answer)
        assert answer.headers["Cache-Control"] in _KEPT
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        page = answer.mimetype == "text/html"
        if answer.status_code >= 400 and answer.request.method != "HEAD" and not page:
            _look_at_problem(answer)
            _look_at_promise(answer)
        return answer

    def _ids(self, answer: TestResponse) -> None:
        request_id = answer.headers["X-Request-Id"]
        assert _OWN_ID.fullmatch(request_id)
        assert request_id not in self.request_ids
        self.request_ids.add(request_id)


def refused(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    """The body of a problem, if it is that one."""
    body: dict[str, Any] = answer.get_json()
    assert (answer.status_code, body["code"]) == (status, code)
    return body


def found(answer: TestResponse) -> dict[str, str]:
    """Code by pointer of what is wrong with the values."""
    body = refused(answer, 422, "values_rejected")
    return {each["pointer"]: each["code"] for each in body["errors"]}


def _look_at_promise(answer: TestResponse) -> None:
    """No route refuses by a code that the description does not promise of it."""
    method, path = answer.request.method, answer.request.path
    for route in ROUTES:
        if (method, True) == (route.method, bool(_PATHS[route.path].fullmatch(path))):
            promised = expected(route)
            assert promised.get(answer.get_json()["code"]) == answer.status_code


def _text(answer: TestResponse) -> str:
    if not (answer.mimetype or "").endswith("json"):
        return answer.get_data().decode("latin-1")
    # What JSON escapes must be seen as well.
    return json.dumps(answer.get_json(), ensure_ascii=False) if answer.get_data() else ""


def _spellings(text: str) -> Iterator[str]:
    """As it is, without what people put between digits, and out of an address."""
    plain = unicodedata.normalize("NFKC", text)
    for each in (plain, unquote_plus(plain)):
        yield each
        yield _BETWEEN.sub("", each)


def _look_at_problem(answer: TestResponse) -> None:
    body: dict[str, Any] = answer.get_json()
    assert answer.mimetype == PROBLEM
    assert ALWAYS <= set(body) <= ALWAYS | _SOMETIMES | {"accepted"}
    assert body["status"] == answer.status_code
    assert body["type"] == f"urn:qoltanba:problem:{body['code']}"
    assert body["instance"] == f"urn:qoltanba:request:{body['request_id']}"
    assert answer.headers["Content-Language"] in {"kk", "ru"}
    assert body["title"]
    assert not set("{}") & set(body["title"] + body["detail"])
    if "Idempotent-Replayed" not in answer.headers:
        assert body["request_id"] == answer.headers["X-Request-Id"]
    assert str(body.get("retry_after", "")) == answer.headers.get("Retry-After", "")
    for each in body.get("errors", []):
        assert set(each) == {"pointer", "code", "message", "messages"}
        assert set(each["messages"]) == {"kk", "ru"}
        assert each["message"] == each["messages"][answer.headers["Content-Language"]]
        assert not set("{}") & set("".join(each["messages"].values()))
