"""The one way every request goes: let in, read, answered once, told."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import structlog
from flask import Flask, Request, Response, g
from flask import request as current
from gunicorn.http.errors import ParseException
from pydantic import BaseModel
from structlog.contextvars import bind_contextvars, clear_contextvars
from werkzeug.exceptions import BadRequest, HTTPException

from api import problems, reading
from api.auth import Known, admitted, credential, known, require_our_page
from api.idempotency import Once, asked_key, fingerprint
from api.problems import Problem
from api.refusals import Refusal
from api.route import (
    Call,
    FileBody,
    FiledBody,
    FormBody,
    JsonBody,
    OfSession,
    Route,
    Uploaded,
    View,
)
from api.telling import REPLAYED, Told, language, noted, refused, response, told, wanted, wants_page
from docgen import telemetry
from docgen.bootstrap.service import Docgen
from docgen.domain.asked import AskedOnce
from docgen.domain.errors import (
    DocgenError,
    EnvelopeNotFound,
    HandedOver,
    NotAuthenticated,
    ValuesRejected,
)
from docgen.ports import Chance
from docgen.usecases.admit_signer import Signer
from docgen.usecases.show_envelope import Shown

_OUR_ID = re.compile(r"[0-9A-Za-z]{26}")
_THEIR_REQUEST_ID = re.compile(
    r"(?=.*[A-Za-z])"
    r"(?:[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}"
    r"|(?!.*(?:\d[._-]*){10})[A-Za-z0-9._-]{16,64})"
)
"""A UUID, or anything without a number as long as an IIN or a phone: it is told and logged."""

log = structlog.get_logger("api.requests")

_requests, _duration = cache(telemetry.REQUESTS.labels), cache(telemetry.DURATION.labels)
"""Of each route its own, which are looked up at its first answers only."""


@dataclass(frozen=True, kw_only=True)
class Walk:
    """Turns routes into what Flask calls."""

    docgen: Docgen
    chance: Chance

    def onto(self, app: Flask, route: Route) -> None:
        """Answer the route's method on its path."""
        app.add_url_rule(
            route.rule,
            endpoint=f"{route.method} {route.path}",
            view_func=self._view(route),
            methods=[route.method],
            provide_automatic_options=False,
        )

    def guard(self, app: Flask) -> None:
        """Give every request its id and its log line, and every fault its problem."""
        app.before_request(self._begin)
        app.after_request(_end)
        app.register_error_handler(Exception, _fault)

    def _view(self, route: Route) -> Callable[..., Response]:
        def view(**path: str) -> Response:
            return response(self._answer(route, _request(), path))

        return view

    def _answer(self, route: Route, request: Request, path: dict[str, str]) -> Told:
        try:
            return self._let_in(route, request, path)
        except DocgenError as error:
            return self._refused(route, request, path, problems.of_error(error))
        except Refusal as refusal:
            return self._refused(route, request, path, refusal.problem)

    def _refused(
        self, route: Route, request: Request, path: dict[str, str], problem: Problem
    ) -> Told:
        if route.refusal is None or not wants_page(request):
            return refused(problem, request)
        noted(problem)
        call = Call(
            docgen=self.docgen,
            language=language(request),
            path=path,
            query=None if route.query is None else _query_if_right(request, route.query),
            wanted=wanted(request),
        )
        return told(route.refusal(problem, call))

    def _let_in(self, route: Route, request: Request, path: dict[str, str]) -> Told:
        signer = self._signer(route, request)
        who = self._known(route, request, path) if signer is None else _known_as(signer, request)
        key = asked_key(request, route.repeat)
        call = self._call(route, request, path, who)
        if signer is not None:
            call = replace(call, given_signer=signer, shown=signer.shown)

        if key is None or who is None:
            return told(route.view(replace(call, resource_id=self.chance.identifier())))

        def tell(asked: AskedOnce) -> Told:
            claimed = replace(call, resource_id=asked.resource_id, resumed=asked.resumed)
            return told(route.view(claimed))

        once = Once(
            answer_once=self.docgen.answer_once,
            caller=who.caller,
            key=key,
            fingerprint=fingerprint(request, who.secret),
            undone_by_fault=route.undone_by_fault,
        )
        answer = once.answer(tell, lambda error: refused(problems.of_error(error), request))
        return _again(route.again, call, answer) if route.again is not None else answer

    def _signer(self, route: Route, request: Request) -> Signer | None:
        if route.signing is None:
            return None
        proved = route.signing is OfSession.PROVED
        signer = admitted(request, self.docgen.tickets.admit, proved=proved)
        bind_contextvars(ticket=signer.ticket.id, envelope=signer.ticket.envelope_id)
        return signer

    def _known(self, route: Route, request: Request, path: dict[str, str]) -> Known | None:
        if route.of_our_page:
            require_our_page(request, self.docgen)
        if route.scope is None and not route.for_staff:
            return None
        who = known(request, self.docgen, envelope_id=_envelope_id(route, path))
        bind_contextvars(client=who.caller.client, key=who.caller.key_id)
        if who.caller.signing is not None and not route.for_signer:
            raise HandedOver
        if route.scope is not None:
            who.caller.require(route.scope)
        elif who.session is None:
            raise NotAuthenticated
        return who

    def _call(
        self, route: Route, request: Request, path: dict[str, str], who: Known | None
    ) -> Call:
        """The input: what costs least to refuse is read first, the body last."""
        shown = self._shown(route, path, who)
        query = None if route.query is None else reading.read_query(request, route.query)
        if route.counted:
            self._admit(request)
        body, files = _body(route, request)
        return Call(
            docgen=self.docgen,
            language=language(request),
            path=path,
            given_caller=None if who is None else who.caller,
            session=None if who is None else who.session,
            address=request.remote_addr or "",
            cookies=request.cookies,
            shown=shown,
            body=body,
            file=files[0].content if files else b"",
            files=files,
            query=query,
            wanted=wanted(request),
            etags=_etags(request),
        )

    def _admit(self, request: Request) -> None:
        """Count the caller's address, as far as our own proxies are believed."""
        try:
            self.docgen.turnstile.admit(request.remote_addr or "")
        except DocgenError:
            reading.drain(request)
            raise

    def _shown(self, route: Route, path: dict[str, str], who: Known | None) -> Shown | None:
        if not route.of_an_envelope or who is None:
            return None
        envelope_id = _envelope_id(route, path)
        if envelope_id is None:
            raise EnvelopeNotFound
        if who.caller.signing not in {None, envelope_id}:
            raise HandedOver
        bind_contextvars(envelope=envelope_id)
        return who.shown or self.docgen.show_envelope(envelope_id, caller=who.caller)

    def _begin(self) -> None:
        clear_contextvars()
        theirs = current.headers.get("X-Request-Id", "")
        g.request_id = theirs if _THEIR_REQUEST_ID.fullmatch(theirs) else self.chance.identifier()
        g.begun = time.perf_counter()
        bind_contextvars(request_id=g.request_id)


def _request() -> Request:
    """What stands behind the name: each look at it through the name costs another one."""
    return current._get_current_object()  # type: ignore[attr-defined,no-any-return]  # noqa: SLF001


def _envelope_id(route: Route, path: dict[str, str]) -> str | None:
    """Of the envelope that is asked about; None for what can be no id of ours."""
    named = path["envelope_id"] if route.of_an_envelope else ""
    return named if _OUR_ID.fullmatch(named) else None


def _known_as(signer: Signer, request: Request) -> Known:
    """Whoever holds a session of signing calls as the subscriber, without any scope."""
    return Known(caller=signer.caller, secret=credential(request))


def _again(view: View, call: Call, answer: Told) -> Told:
    """An answer that holds a secret: what was kept of it is none, and is made one again."""
    if not answer.is_repeated:
        return answer
    made = told(view(replace(call, kept=answer.body)))
    return replace(made, headers=made.headers | {REPLAYED: "true"})


def _query_if_right(request: Request, model: type[BaseModel]) -> BaseModel | None:
    try:
        return reading.read_query(request, model)
    except ValuesRejected:
        return None


def _etags(request: Request) -> frozenset[str]:
    if "If-None-Match" not in request.headers:
        return frozenset()
    return frozenset(request.if_none_match.as_set(include_weak=True))


def _body(route: Route, request: Request) -> tuple[BaseModel | None, tuple[Uploaded, ...]]:
    match route.body:
        case JsonBody() as body:
            return reading.read_json(request, body), ()
        case FormBody() as body:
            return reading.read_form(request, body), ()
        case FileBody() as body:
            return None, (reading.read_file(request, body),)
        case FiledBody() as body:
            return reading.read_filed(request, body)
        case None:
            return None, ()


def _end(made: Response) -> Response:
    """The address itself is not told: callers put phones there."""
    taken, request = time.perf_counter() - g.begun, _request()
    known = request.url_rule
    method, rule = ("other", "unknown") if known is None else (request.method, known.rule)
    _requests(method, rule, str(made.status_code)).inc()
    _duration(method, rule).observe(taken)
    log.info("request", method=method, route=rule, status=made.status_code, ms=round(taken * 1000))
    return made


def _fault(fault: Exception) -> Response:
    """What no route has foreseen: a refusal of HTTP, or a fault of ours that only the log tells."""
    return response(refused(_problem(fault), _request()))


def _problem(fault: Exception) -> Problem:
    if isinstance(fault, ParseException):
        # Gunicorn reads the body as we do, and only then sees that it is none.
        return problems.of_http(BadRequest())
    if isinstance(fault, HTTPException) and fault.code is not None:
        return problems.of_http(fault)
    log.error("an unforeseen fault", exc_info=fault)
    return Problem(status=500, code="internal_error")
