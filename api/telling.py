"""Answers on their way out: JSON, problems, languages, headers."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Request, Response, g
from pydantic import BaseModel
from structlog.contextvars import bind_contextvars
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from api import problems
from api.problems import Problem
from api.route import Reply
from docgen import telemetry
from docgen.domain.language import Language

REPLAYED = "Idempotent-Replayed"

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_LONGEST_WISH = 200
"""Characters of `Accept-Language`; what is longer asks for work, not for a language."""

_ALWAYS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Language",
    "X-Content-Type-Options": "nosniff",
}
"""Headers of every answer, unless it says otherwise."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """An answer ready to be sent."""

    status: int
    media_type: str
    headers: dict[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()
    instead: bytes | None = None
    """What is stored in place of a body that holds a secret."""

    def kept(self) -> str:
        """As it is stored; only answers in text are."""
        parts = {"status": self.status, "media_type": self.media_type, "headers": self.headers}
        body = self.body if self.instead is None else self.instead
        return _JSON.encode(parts | {"body": body.decode()})

    @property
    def is_repeated(self) -> bool:
        """Whether it was stored."""
        return REPLAYED in self.headers

    @staticmethod
    def of(kept: str) -> "Told":
        """The stored answer, marked as a repeated one."""
        parts = json.loads(kept)
        return Told(
            status=parts["status"],
            media_type=parts["media_type"],
            headers=parts["headers"] | {REPLAYED: "true"},
            body=parts["body"].encode(),
        )


def language(request: Request) -> Language:
    """The caller's, as far as it is one of ours; else the state language."""
    return _wishes(request)[0]


def wanted(request: Request) -> tuple[str, ...]:
    """Language tags that the caller asks for, in the order of his wishes."""
    return _wishes(request)[1]


def _wishes(request: Request) -> tuple[Language, tuple[str, ...]]:
    said = request.headers.get("Accept-Language", "")
    return _understood("" if len(said) > _LONGEST_WISH else said)


@lru_cache(maxsize=256)
def _understood(wish: str) -> tuple[Language, tuple[str, ...]]:
    """Callers of one program, and browsers of one make, all say the same."""
    accepted = parse_accept_header(wish, LanguageAccept)
    best = accepted.best_match([each.value for each in Language])
    return Language(best or Language.KK), tuple(tag for tag, _ in accepted)


def wants_page(request: Request) -> bool:
    """Whether the caller would rather read a page than problem details, as browsers say."""
    kinds = (problems.MEDIA_TYPE, "text/html")
    return request.accept_mimetypes.best_match(kinds, default=kinds[0]) == kinds[1]


def told(reply: Reply) -> Told:
    """What a view answers, in bytes."""
    body = reply.body
    return Told(
        status=reply.status,
        media_type=reply.media_type,
        headers=dict(reply.headers),
        body=body if isinstance(body, bytes) else _written(body),
        cookies=reply.cookies,
        instead=None if reply.kept is None else _written(reply.kept),
    )


def _written(body: BaseModel) -> bytes:
    return body.model_dump_json(by_alias=True).encode()


def refused(problem: Problem, request: Request) -> Told:
    """A problem in the caller's language."""
    spoken = language(request)
    noted(problem)
    return Told(
        status=problem.status,
        media_type=problems.MEDIA_TYPE,
        headers=problem.all_headers() | {"Content-Language": spoken.value},
        body=as_json(problem.told(spoken, request_id=g.request_id)),
    )


def noted(problem: Problem) -> None:
    """Let log and metrics know of a refusal."""
    bind_contextvars(code=problem.code)
    telemetry.PROBLEMS.labels(problem.code).inc()
    if problem.limit:
        telemetry.LIMITS.labels(problem.limit).inc()


def response(answer: Told) -> Response:
    """The answer as Flask sends it."""
    made = Response(
        answer.body,
        status=answer.status,
        headers=_ALWAYS | {"X-Request-Id": g.request_id} | answer.headers,
        content_type=answer.media_type,
    )
    for cookie in answer.cookies:
        made.headers.add("Set-Cookie", cookie)
    return made


def as_json(value: Any) -> bytes:
    """JSON, its letters as they are."""
    return _JSON.encode(value).encode()
