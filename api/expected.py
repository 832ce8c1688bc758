"""By which problems a route can answer: those it names, and those its kind brings along."""

from collections.abc import Mapping

from api.problems import status_of
from api.route import FileBody, FiledBody, FormBody, JsonBody, OfSession, Repeat, Route
from docgen.domain import errors
from docgen.domain.errors import DocgenError

_BODY = {
    "bad_request": 400,
    "request_timeout": 408,
    "body_too_large": 413,
    "media_type_unsupported": 415,
}
_JSON = {"malformed_json": 400}
_FILE = {"file_missing": 400}
_REPEATED = {"idempotency_key_malformed": 400}
_REPEATED_ALWAYS = {"idempotency_key_required": 400}


def expected(route: Route) -> Mapping[str, int]:
    """Codes of problems, each with its status."""
    found = {"internal_error": 500} | _of(*route.refusals)
    if route.scope is not None or route.for_staff:
        found |= _of(errors.NotAuthenticated, errors.Unavailable)
        found |= {} if route.for_signer else _of(errors.HandedOver)
        found |= _of(errors.NotFromThisPage) if route.method not in {"GET", "HEAD"} else {}
    if route.scope is not None:
        found |= _of(errors.NotAuthorised)
    if route.of_our_page:
        found |= _of(errors.NotFromThisPage)
    if route.signing is not None:
        found |= _of(errors.SessionOver, errors.Unavailable)
    if route.signing is OfSession.PROVED:
        found |= _of(errors.ProofNeeded)
    if route.of_an_envelope:
        found |= _of(errors.EnvelopeNotFound, errors.HandedOver)
    if route.query is not None:
        found |= _of(errors.ValuesRejected)
    return found | _of_body(route) | _of_repetition(route)


def _of_body(route: Route) -> dict[str, int]:
    match route.body:
        case JsonBody():
            return _BODY | _JSON | _of(errors.ValuesRejected)
        case FormBody():
            return _BODY | _of(errors.ValuesRejected)
        case FileBody():
            return _BODY | _FILE
        case FiledBody():
            return _BODY | _FILE | _JSON | _of(errors.ValuesRejected)
        case None:
            return {}


def _of_repetition(route: Route) -> dict[str, int]:
    if route.repeat is Repeat.NEVER:
        return {}
    always = _REPEATED_ALWAYS if route.repeat is Repeat.MUST else {}
    return _REPEATED | always | _of(errors.IdempotencyKeyReused, errors.RequestInProgress)


def _of(*kinds: type[DocgenError]) -> dict[str, int]:
    return {kind.code: status_of(kind) for kind in kinds}
