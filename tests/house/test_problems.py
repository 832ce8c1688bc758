"""Every refusal has a status, words in both languages and its line in docs/errors.md."""

import inspect
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.exceptions import default_exceptions

from api import problems, refusals
from api.openapi import all_codes
from api.problems import HTTP_CODES, Problem
from api.refusals import Refusal
from docgen.domain import errors
from docgen.domain.errors import DocgenError, FieldError
from docgen.domain.language import BOTH, Language
from docgen.domain.sending_limits import Limit
from docgen.texts.phrases import phrases

_ROOT = Path(__file__).parents[2]
_PAGE = _ROOT / "docs" / "errors.md"
_KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, DocgenError)
]
_GIVEN: dict[str, Any] = {
    "superseded_by": "01B",
    "found": None,
    "errors": (FieldError("/iin", "required"),),
    "verb": "send_code",
    "state": "draft",
    "scope": "forms:read",
    "attempts_left": 4,
    "blocks": 2,
    "to": "made",
    "pack_state": "sealed",
    "warnings": 1,
    "reason": "expired",
    "limit": "cool_down",
    "retry_after": timedelta(seconds=1),
    "envelope_id": "0" * 26,
    "sequence": 1,
    "wanted": "application/json",
    "raw": "http 503",
    "message_id": "01",
    "way": "sms_code",
    "number": "A3-2026-000001",
    "network": "999",
    "version": 3,
}
"""Arguments of errors and refusals, by their names."""


def _made(maker: Any) -> Any:
    asked = maker if inspect.isfunction(maker) else maker.__init__
    named = inspect.signature(asked).parameters if inspect.isfunction(asked) else ()
    return maker(**{name: _GIVEN[name] for name in named if name != "self"})


_REFUSALS: list[Problem] = [
    _made(maker).problem
    for maker in vars(refusals).values()
    if inspect.isfunction(maker) and inspect.signature(maker).return_annotation is Refusal
]
_OF_CORE = [problems.of_error(_made(kind)) for kind in _KINDS]
_OF_HTTP = [problems.of_status(status) for status in HTTP_CODES]
_ALL = {each.code: each for each in (*_OF_HTTP, *_REFUSALS, *_OF_CORE)}
"""By code; whoever tells more of it comes last."""


@pytest.mark.parametrize("kind", _KINDS, ids=lambda kind: kind.__name__)
def test_every_error_has_its_status(kind: type[DocgenError]) -> None:
    """Of its own or of its nearest ancestor, and never by falling through to the root unnoticed."""
    status = problems.status_of(kind)

    assert 400 <= status <= 599
    if kind is not DocgenError and status == 500:
        assert kind in problems.STATUS


@pytest.mark.parametrize("code", sorted(_ALL))
@pytest.mark.parametrize("language", BOTH)
def test_every_problem_can_be_told(code: str, language: Language) -> None:
    """Title and detail in the language, every placeholder filled."""
    told = _ALL[code].told(language, request_id="0" * 26)

    assert told["code"] == code
    for part in ("title", "detail"):
        assert told[part].strip()
        assert not set("{}") & set(told[part])


def test_no_words_are_left_over() -> None:
    """Words of a code that nobody uses would be translated for nothing."""
    assert problems.known_codes() == set(_ALL)


def test_the_description_knows_every_code() -> None:
    """OpenAPI lists exactly what can be answered."""
    assert all_codes() == set(_ALL)


@pytest.mark.parametrize("limit", Limit)
@pytest.mark.parametrize("language", BOTH)
def test_every_limit_has_words_of_its_own(limit: Limit, language: Language) -> None:
    """One shape for all, with the limit by its name, and words that say which it is."""
    problem = problems.of_error(errors.LimitReached(limit, timedelta(seconds=61)))
    told = problem.told(language, request_id="0" * 26)

    assert (told["status"], told["code"], told["limit"]) == (429, "limit_reached", limit.value)
    assert told["retry_after"] == 61
    assert problem.all_headers()["Retry-After"] == "61"
    assert told["title"] == phrases(language)[f"limit.{limit}.title"]
    assert told["title"] != phrases(language)["problem.limit_reached.title"]


def test_limits_are_described_and_no_other() -> None:
    """docs/errors.md names each limit."""
    listed = re.findall(
        r"^\| `([a-z_]+)` \| [^|]+ \| [^|]+ \|$", _PAGE.read_text("utf-8"), re.MULTILINE
    )

    assert sorted(listed) == sorted(Limit)


def test_every_finding_has_words() -> None:
    """What pydantic finds and what our rules find can both be said."""
    sources = [*(_ROOT / "docgen").rglob("*.py"), *(_ROOT / "api").rglob("*.py")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in sources)
    ours = set(re.findall(r'(?:finding|FieldError)\((?:[^()"]|f?"/[^"]*")*"([a-z_]+)"', text))

    assert len(ours) > 5
    assert {f"field.{code}" for code in ours} <= set(phrases(Language.KK))


def test_every_finding_about_a_picture_or_a_scan_has_words() -> None:
    """What is refused where it is made anew can be said too."""
    text = (_ROOT / "docgen/adapters/scans/remaking.py").read_text(encoding="utf-8")
    codes = set(re.findall(r'(?:Refused\(|code=)"([a-z_]+)"', text))

    assert {"picture_empty", "scan_empty", "scan_too_long", "scan_unreadable"} <= codes
    for language in BOTH:
        assert {f"field.{code}" for code in codes} <= set(phrases(language))


def test_whatever_http_refuses_has_an_answer() -> None:
    """A refusal of the library that we never thought of is told as a malformed request."""
    for status, kind in default_exceptions.items():
        problem = problems.of_http(kind())

        assert problem.status in HTTP_CODES
        assert HTTP_CODES[problem.status] == problem.code
        assert (problem.status < 500) == (status < 500)


@pytest.mark.parametrize("each", [*_REFUSALS, *_OF_CORE], ids=lambda each: each.code)
def test_a_wait_is_told_where_there_is_one(each: Problem) -> None:
    """What may be repeated and is not the caller's to mend says when: 429 and 503 always do."""
    if each.status in {429, 503}:
        assert each.retryable
        assert each.retry_after is not None
        assert each.all_headers()["Retry-After"] == str(problems.seconds(each.retry_after))


def test_every_code_has_its_line() -> None:
    """docs/errors.md has each code once, with its status and whether it may be repeated."""
    lines = _lines()

    assert [code for code, *_ in lines] == sorted(_ALL, key=lambda code: (_ALL[code].status, code))
    assert {code: (int(status), again) for code, status, again, _ in lines} == {
        code: (each.status, "yes" if each.retryable else "no") for code, each in _ALL.items()
    }


def test_the_page_says_what_the_core_says() -> None:
    """The meaning of an error is the first line of its class."""
    meanings = {code: meaning for code, _, _, meaning in _lines()}

    for kind in _KINDS:
        assert meanings[kind.code] == (kind.__doc__ or "").splitlines()[0]
    assert all(meanings.values())


def _lines() -> list[tuple[str, str, str, str]]:
    row = re.compile(r"^\| `([a-z_]+)` \| (\d{3}) \| (yes|no) \| (.+) \|$", re.MULTILINE)
    return row.findall(_PAGE.read_text(encoding="utf-8"))
