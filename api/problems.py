"""Every refusal as RFC 9457 problem details: the one table from errors to answers."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from werkzeug.exceptions import HTTPException

from docgen.domain import errors
from docgen.domain.errors import DocgenError, FieldError
from docgen.domain.language import BOTH, Language
from docgen.texts.phrases import phrases, say

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:qoltanba:problem:"

STATUS: Mapping[type[DocgenError], int] = {
    errors.InvalidValue: 422,
    errors.ValuesRejected: 422,
    errors.UnreadableDocument: 422,
    errors.IdempotencyKeyReused: 422,
    errors.CodeRefused: 422,
    errors.NotAuthenticated: 401,
    errors.NotAuthorised: 403,
    errors.AddressNotAllowed: 403,
    errors.ProofNeeded: 403,
    errors.ProofWrong: 422,
    errors.TicketGone: 410,
    errors.NotFromThisPage: 403,
    errors.HandedOver: 403,
    errors.SignatureWrong: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.RequestInProgress: 409,
    errors.CodeGone: 410,
    errors.LimitReached: 429,
    errors.Unavailable: 503,
    # What the service itself is to blame for.
    errors.BlobNotFound: 500,
    errors.BlobDamaged: 500,
    errors.TemplateRejected: 500,
    errors.EditionNotFound: 500,
    errors.RenderFailed: 500,
    errors.SealRefused: 500,
    errors.SealKeyUnusable: 500,
    errors.ChainBroken: 500,
    errors.SmsUncertain: 500,
    errors.MailRefused: 500,
    errors.Misconfigured: 500,
    DocgenError: 500,
}
"""The nearest ancestor counts."""

HTTP_CODES: Mapping[int, str] = {
    400: "bad_request",
    404: "route_not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    413: "body_too_large",
    414: "address_too_long",
    415: "media_type_unsupported",
    431: "headers_too_large",
    500: "internal_error",
}
"""Refusals of HTTP itself."""
HTTP_RETRYABLE = frozenset({"request_timeout"})
"""Those that the same request may get over."""

_MORE: Mapping[type[DocgenError], tuple[str, ...]] = {
    errors.CodeWrong: ("attempts_left",),
    errors.PackNotReady: ("blocks", "warnings"),
    errors.PackMoveNotAllowed: ("pack_state",),
    errors.ProofWrong: ("attempts_left",),
    errors.CodeGone: ("reason",),
    errors.LimitReached: ("limit",),
    errors.NotAuthorised: ("scope",),
    errors.MoveNotAllowed: ("state",),
    errors.AlreadySuperseded: ("superseded_by",),
    errors.WayNotAllowed: ("way", "number"),
    errors.NetworkNotAllowed: ("network",),
    errors.StaleVisit: ("version",),
}
"""What an error tells besides its words, by the names of its fields."""
_MOST_DIGITS, _LONGEST_NAME = 5, 60


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One refusal, before it is told in a language."""

    status: int
    code: str
    retryable: bool = False
    retry_after: timedelta | None = None
    findings: tuple[FieldError, ...] = ()
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def told(self, language: Language, *, request_id: str) -> dict[str, Any]:
        """The body: what happened and what to do, in that language."""
        body: dict[str, Any] = {
            "type": TYPE + self.code,
            "title": say(self._words("title", language), language),
            "status": self.status,
            "detail": self._detail(language),
            "instance": f"urn:qoltanba:request:{request_id}",
            "code": self.code,
            "retryable": self.retryable,
            "request_id": request_id,
        }
        if self.retry_after is not None:
            body["retry_after"] = seconds(self.retry_after)
        if self.findings:
            body["errors"] = [_finding(each, language) for each in self.findings]
        return body | dict(self.members)

    def _detail(self, language: Language) -> str:
        spoken = dict(self.members)
        if self.retry_after is not None:
            spoken["seconds"] = seconds(self.retry_after)
        if "accepted" in spoken:
            spoken["accepted"] = ", ".join(spoken["accepted"])
        if "state" in spoken:
            spoken["state"] = say(f"state.{spoken['state']}", language)
        if "pack_state" in spoken:
            spoken["pack_state"] = say(f"pack.state.{spoken['pack_state']}", language)
        return say(self._words("detail", language), language, **spoken)

    def _words(self, part: str, language: Language) -> str:
        """Each limit has words of its own."""
        own = f"limit.{self.limit}.{part}"
        return own if own in phrases(language) else f"problem.{self.code}.{part}"

    @property
    def limit(self) -> str:
        """Which rule refuses, where one does."""
        return str(self.members["limit"]) if self.code == errors.LimitReached.code else ""

    def all_headers(self) -> dict[str, str]:
        """Headers of the answer beyond the media type."""
        told = dict(self.headers)
        if self.retry_after is not None:
            told["Retry-After"] = str(seconds(self.retry_after))
        return told


def status_of(kind: type[DocgenError]) -> int:
    """The status by which a kind of error is answered."""
    return next(STATUS[each] for each in kind.__mro__ if each in STATUS)


def of_error(error: DocgenError) -> Problem:
    """The problem of a named error of the core."""
    return Problem(
        status=status_of(type(error)),
        code=error.code,
        retryable=error.retryable,
        retry_after=getattr(error, "retry_after", None),
        findings=error.errors if isinstance(error, errors.ValuesRejected) else (),
        members=_members(error),
        headers=_headers(error),
    )


def of_http(error: HTTPException) -> Problem:
    """The problem of a refusal of HTTP itself; `Allow` and its like are kept."""
    code = error.code or 500
    # Whatever else a library may refuse of a request is a malformed one.
    status = code if code in HTTP_CODES else 400 if code < 500 else 500  # noqa: PLR2004
    kept = {
        name: value
        for name, value in error.get_headers()
        if name.lower() not in {"content-type", "content-length"}
    }
    return replace(of_status(status), headers=kept)


def of_status(status: int) -> Problem:
    """The problem by which HTTP itself refuses, by its status."""
    code = HTTP_CODES[status]
    return Problem(status=status, code=code, retryable=code in HTTP_RETRYABLE)


def seconds(time: timedelta) -> int:
    """Whole seconds, never too few and never none."""
    return max(1, math.ceil(time.total_seconds()))


def known_codes() -> frozenset[str]:
    """Codes that have words in every language."""
    found = (key.split(".")[1] for key in phrases(Language.KK) if key.startswith("problem."))
    return frozenset(found)


def _finding(found: FieldError, language: Language) -> dict[str, Any]:
    messages = {each.value: say(f"field.{found.code}", each, **dict(found.params)) for each in BOTH}
    return {
        "pointer": "/".join(_name(each) for each in found.pointer.split("/")),
        "code": found.code,
        "message": messages[language],
        "messages": messages,
    }


def _name(part: str) -> str:
    """A caller who mixes up names and values must not find an IIN or a phone here either."""
    digits = sum(character.isdigit() for character in part)
    return part if digits <= _MOST_DIGITS and len(part) <= _LONGEST_NAME else "…"


def _members(error: DocgenError) -> dict[str, Any]:
    named = (names for kind, names in _MORE.items() if isinstance(error, kind))
    return {name: _plain(getattr(error, name)) for names in named for name in names}


def _plain(value: object) -> object:
    return value if isinstance(value, int) else str(value)


def _headers(error: DocgenError) -> dict[str, str]:
    if isinstance(error, errors.NotAuthenticated):
        return {"WWW-Authenticate": 'Bearer realm="qoltanba"'}
    return {}
