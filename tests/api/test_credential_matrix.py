"""Every route before every kind of credential, with requests that its own description allows."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from requests import Request
from schemathesis.core.result import Ok
from werkzeug.test import TestResponse

from docgen.domain.caller import NOT_OF_TESTS, Scope
from docgen.domain.staff import SCOPES, Role
from docgen.usecases.revoke_key import RevokeKey
from tests.api.browser import browser, proved, ticket
from tests.api.people import Browser, signed_in
from tests.api.portal import Portal
from tests.api.stage import application, working_on
from tests.api.test_keys import WIDER
from tests.api.wants import OPEN, OPENED, PROVED, STAFF, WANTS

_EXAMPLES = 2
_Case = schemathesis.Case[Any]
_REFUSALS = {
    "unauthenticated", "session_over", "scope_missing", "address_not_allowed", "proof_needed",
    "handed_over", "not_from_this_page",
}  # fmt: skip
_ELSEWHERE = "203.0.113.9"
_LATER = timedelta(days=2)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What somebody shows with each of his requests, and what it opens."""

    opens: frozenset[str] = frozenset()
    headers: dict[str, str]


def _key(key: str | None, *opens: str) -> Shown:
    return Shown(opens=frozenset(opens), headers={"Authorization": f"Bearer {key}"})


def _widened(scopes: Iterable[Scope]) -> set[str]:
    return {*scopes, *(each for each, wider in WIDER.items() if wider & set(scopes))}


def _of_scope(scope: Scope) -> Callable[[Portal, str], Shown]:
    def shown(here: Portal, envelope_id: str) -> Shown:
        del envelope_id
        return _key(here.issued(scopes=frozenset({scope})).key, *_widened({scope}))

    return shown


def _expired_key(here: Portal, _: str) -> Shown:
    made = here.issued(expires_at=here.world.clock.now() + timedelta(seconds=1))
    here.world.clock.advance(timedelta(seconds=1))
    return _key(made.key)


def _revoked_key(here: Portal, _: str) -> Shown:
    made = here.issued()
    assert made.kept is not None
    end = RevokeKey(register=here.world.register, clock=here.world.clock)
    end(made.kept.id, by="system")
    return _key(made.key)


def _key_of_elsewhere(here: Portal, _: str) -> Shown:
    return _key(here.issued(addresses=("10.0.0.0/8",)).key)


def _key_for_tests(here: Portal, _: str) -> Shown:
    scopes = frozenset(Scope) - NOT_OF_TESTS
    return _key(here.issued(is_test=True, scopes=scopes).key, *scopes)


def _key_in_the_other_header(here: Portal, _: str) -> Shown:
    return Shown(opens=frozenset(Scope), headers={"X-Api-Key": str(here.program.key)})


def _ticket(here: Portal, envelope_id: str) -> Shown:
    return _key(ticket(here, envelope_id, "embed")["ticket"])


def _link(here: Portal, envelope_id: str) -> Shown:
    return _key(browser(here, envelope_id, "link").program.key, OPENED)


def _proved(here: Portal, envelope_id: str) -> Shown:
    return _key(proved(here, envelope_id).program.key, OPENED, PROVED)


def _embedded(here: Portal, envelope_id: str) -> Shown:
    return _key(browser(here, envelope_id).program.key, OPENED, PROVED)


def _session_that_is_over(here: Portal, envelope_id: str) -> Shown:
    shown = _embedded(here, envelope_id)
    here.world.clock.advance(_LATER)
    return replace(shown, opens=frozenset())


def _of_staff(page: Browser, *opens: str) -> Shown:
    cookies = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
    headers = {"Cookie": cookies, "Origin": str(page.origin), "X-Page-Token": str(page.guard)}
    return Shown(opens=frozenset(opens), headers=headers)


def _signed_in(role: Role) -> Callable[[Portal, str], Shown]:
    def shown(here: Portal, envelope_id: str) -> Shown:
        del envelope_id
        return _of_staff(signed_in(here.program, here.world, role), STAFF, *_widened(SCOPES[role]))

    return shown


def _shift_that_is_over(here: Portal, _: str) -> Shown:
    page = signed_in(here.program, here.world, Role.OFFICE)
    here.world.clock.advance(_LATER)
    return _of_staff(page)


def _led_astray(here: Portal, _: str) -> Shown:
    """The browser of a technician whom another page has made ask: it may read, and no more."""
    shown = _of_staff(signed_in(here.program, here.world, Role.TECHNICIAN), STAFF)
    return replace(shown, headers=shown.headers | {"Origin": "https://evil.example"})


_KINDS: dict[str, Callable[[Portal, str], Shown]] = {
    "nothing": lambda _, __: Shown(headers={}),
    "garbage": lambda _, __: _key("qk_1_2"),
    "a guessed key": lambda here, _: _key(f"{here.program.key}x"),
    "an expired key": _expired_key,
    "a revoked key": _revoked_key,
    "a key of other addresses": _key_of_elsewhere,
    "a key for tests": _key_for_tests,
    "a key in the other header": _key_in_the_other_header,
    **{f"a key of {scope}": _of_scope(scope) for scope in Scope},
    "a ticket": _ticket,
    "a link's session": _link,
    "a link's session with its proof": _proved,
    "a portal's session": _embedded,
    "a session that is over": _session_that_is_over,
    **{f"the session of a {role}": _signed_in(role) for role in Role},
    "a shift that is over": _shift_that_is_over,
}


@cache
def _generated() -> dict[str, list[_Case]]:
    """Requests for each operation, by its description; the same ones each time."""
    described = _asked("GET", "/openapi.json").get_json()
    found: dict[str, list[_Case]] = {}
    for each in schemathesis.openapi.from_dict(described).get_all_operations():
        assert isinstance(each, Ok)
        operation = each.ok()
        name = f"{operation.method.upper()} {operation.path}"
        if name in WANTS and WANTS[name] != OPEN:
            found[name] = _cases(operation.as_strategy())
    return found


def _cases(strategy: Any) -> list[_Case]:
    cases: list[_Case] = []

    @settings(
        max_examples=_EXAMPLES, database=None, derandomize=True, deadline=None,
        phases=(Phase.generate,), suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def take(case: _Case) -> None:
        cases.append(case)

    take()
    return cases


def _asked(method: str, path: str, **more: Any) -> TestResponse:
    return application().test_client(use_cookies=False).open(path, method=method, **more)


def _answer(here: Portal, case: _Case, ids: dict[str, str], shown: Shown) -> Any:
    case.path_parameters.update({n: v for n, v in ids.items() if n in case.path_parameters})
    given_by = Request(**case.as_transport_kwargs(base_url="http://localhost")).prepare()
    headers = {
        name: value for name, value in given_by.headers.items()
        if name.lower() not in {"authorization", "x-api-key", "cookie", "content-length"}
    } | {"Idempotency-Key": "k-1"}  # fmt: skip
    with working_on(here.program.works):
        return _asked(
            str(given_by.method), given_by.path_url, data=given_by.body or b"",
            headers=headers | shown.headers, environ_base={"REMOTE_ADDR": _ELSEWHERE},
        )  # fmt: skip


def _code(answer: TestResponse) -> str:
    if answer.mimetype != "application/problem+json":
        return ""
    return str(json.loads(answer.get_data())["code"])


def test_what_routes_want_is_written_down(here: Portal) -> None:
    """A new route has to be entered; schemathesis makes requests for each that is not open."""
    with working_on(here.program.works):
        generated = _generated()

    described = here.stranger().get("/openapi.json").get_json()["paths"]
    interface = {
        f"{method.upper()} {path}" for path, each in described.items() for method in each
        if path.startswith("/v1/") and method in {"get", "post", "put", "patch", "delete"}
    }  # fmt: skip
    assert interface == set(WANTS)
    assert set(generated) == {name for name, want in WANTS.items() if want != OPEN}
    assert all(generated.values())


@pytest.mark.parametrize("kind", _KINDS)
def test_no_route_answers_whom_it_should_not(here: Portal, kind: str) -> None:
    """401 or 403 for whatever a credential does not open, even of its own envelope; else neither.

    What it opens is asked for last, since that may sign, decline or sign out.
    """
    envelope_id = here.created()
    ids = {"envelope_id": envelope_id}
    ids["document_id"] = here.world.envelope(envelope_id).documents[0].id
    with working_on(here.program.works):
        generated = _generated()
    shown = _KINDS[kind](here, envelope_id)
    before = here.world.envelope(envelope_id), here.world.sms.sent[:]

    closed = [name for name in generated if WANTS[name] not in shown.opens]
    for name in closed:
        for case in generated[name]:
            answer = _answer(here, case, ids, shown)
            assert answer.status_code in {401, 403}, (name, answer.get_data())
            assert _code(answer) in _REFUSALS, name
    assert (here.world.envelope(envelope_id), here.world.sms.sent) == before
    for name in sorted(set(generated) - set(closed), key=_changes):
        answer = _answer(here, generated[name][0], ids, shown)
        assert _code(answer) not in _REFUSALS, (name, answer.get_data())


def _changes(name: str) -> tuple[bool, bool, str]:
    """By which what ends the credential itself comes last."""
    return "session" in name or "decline" in name, name == "DELETE /v1/session", name


def test_a_browser_that_another_page_has_made_ask_changes_nothing(here: Portal) -> None:
    """403 on whatever changes anything, and its answers are for no other page to read."""
    envelope_id = here.created()
    ids = {"envelope_id": envelope_id}
    shown = _led_astray(here, envelope_id)
    with working_on(here.program.works):
        generated = _generated()

    for name, cases in generated.items():
        answer = _answer(here, cases[0], ids, shown)
        assert "Access-Control-Allow-Origin" not in answer.headers
        if not name.startswith("GET ") and not WANTS[name].startswith("signer"):
            assert answer.status_code == 403, (name, answer.get_data())
