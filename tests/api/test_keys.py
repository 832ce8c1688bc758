"""Who is let in: keys by either header, live ones only, each for what its scopes say."""

import re
from datetime import timedelta
from typing import Any

import pytest

from api.route import JsonBody, Route
from api.v1 import ROUTES
from docgen.domain.caller import Scope
from docgen.usecases.revoke_key import RevokeKey
from tests.api.portal import Portal
from tests.api.program import ENVELOPES, sample
from tests.api.watch import refused

_FORMS = "/v1/forms"
OPEN = {
    "POST /v1/sms/receipts/smsc-kz",
    "POST /v1/sign/session",
    "GET /v1/session/ways",
    "POST /v1/session",
    "GET /v1/session/openid",
    "GET /v1/session/openid/callback",
}
"""Signed by whoever calls them in a way of his own, or the way in."""
_NAMES = [f"{route.method} {route.path}" for route in ROUTES]
_GUARDED = {
    name: route
    for name, route in zip(_NAMES, ROUTES, strict=True)
    if name not in OPEN and route.signing is None
}
WIDER = {Scope.PACKS_READ: {Scope.PACKS}}
"""Whoever may build packs may look at them."""
_SCOPED = [name for name, route in _GUARDED.items() if route.scope is not None]


def address_of(route: Route, **ids: str) -> str:
    """The route's path, with ids that are nobody's where none is given."""
    names = re.findall(r"{(\w+)}", route.path)
    known = {"page": "1", "code": "acceptance_act", "sha256": "0" * 64} | ids
    return route.path.format(**dict.fromkeys(names, "0" * 26) | known)


def _asked(portal: Portal, route: Route, **headers: str) -> Any:
    json = isinstance(route.body, JsonBody)
    known = {"Idempotency-Key": "k-1"} | headers
    return portal.stranger().ask(
        route.method,
        address_of(route),
        headers=known,
        data=b"{}" if json else b"",
        content_type="application/json" if json else None,
    )


@pytest.mark.parametrize("name", _GUARDED)
def test_every_route_of_the_interface_wants_a_key(here: Portal, name: str) -> None:
    """401 without one, and how to show it in `WWW-Authenticate`."""
    answer = _asked(here, _GUARDED[name])

    refused(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="qoltanba"'


@pytest.mark.parametrize("name", _SCOPED)
def test_every_route_wants_its_scope(here: Portal, name: str) -> None:
    """403 for a key with every scope but that one, which it names; its own scope alone will do."""
    route = _GUARDED[name]
    assert route.scope is not None
    others = here.issued(scopes=frozenset(Scope) - {route.scope} - WIDER.get(route.scope, set()))
    only = here.issued(scopes=frozenset({route.scope}))

    answer = _asked(here, route, Authorization=f"Bearer {others.key}")
    let_in = _asked(here, route, Authorization=f"Bearer {only.key}")

    assert refused(answer, 403, "scope_missing")["scope"] == route.scope.value
    assert let_in.status_code not in {401, 403, 500}


@pytest.mark.parametrize("path", ["/live", "/ready", "/metrics", "/openapi.json"])
def test_what_anybody_may_see_wants_no_key(here: Portal, path: str) -> None:
    """Health, metrics and the description are open, and do not mind a bad key."""
    assert here.stranger().get(path).status_code == 200
    assert here.stranger("qk_1_2").get(path).status_code == 200


def test_a_key_is_shown_by_either_header(here: Portal) -> None:
    """As a bearer token, in whatever capitals, or in `X-Api-Key`."""
    key = str(here.program.key)

    for headers in (
        {"Authorization": f"Bearer {key}"},
        {"Authorization": f"bearer {key}"},
        {"Authorization": f"BEARER   {key} "},
        {"X-Api-Key": key},
    ):
        assert here.stranger().get(_FORMS, headers).status_code == 200, headers


@pytest.mark.parametrize(
    "first", ["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "D\tB 1"], ids=repr
)
def test_a_good_key_beside_a_bad_first_header_lets_nobody_in(here: Portal, first: str) -> None:
    """An `Authorization`, whatever it is, decides alone."""
    headers = {"Authorization": first, "X-Api-Key": str(here.program.key)}

    refused(here.stranger().get(_FORMS, headers), 401, "unauthenticated")


_NO_KEYS = (
    "", "qk", "qk__", "qk_1_", "sk_1_2", "{key} {key}", "{key},{key}", "{key}x", "x{key}",
    "{key}\x00", "Basic {key}", "қілт", "x" * 5000,
)  # fmt: skip
_NO_BEARERS = ("", "Bearer", "Basic {key}", "Basic !!!", "Digest username={key}", "{key}", "\x00")


def test_what_is_no_key_lets_nobody_in(here: Portal) -> None:
    """401 for whatever is malformed, in either header and under any scheme."""
    shown = [("X-Api-Key", value) for value in _NO_KEYS]
    shown += [("Authorization", f"Bearer {value}") for value in _NO_KEYS]
    shown += [("Authorization", value) for value in _NO_BEARERS]

    for header, value in shown:
        told = value.format(key=here.program.key).encode().decode("latin-1")
        refused(here.stranger().get(_FORMS, {header: told}), 401, "unauthenticated")


def test_a_known_id_with_another_secret_is_refused(anywhere: Portal) -> None:
    """401 for a wrong secret, an unknown id, and the secret of another key."""
    one, other = str(anywhere.program.key), str(anywhere.issued().key)
    (_, first_id, first), (_, _, second) = one.split("_"), other.split("_")

    for key in (
        f"qk_{first_id}_{first[:-1]}x",
        f"qk_{first_id}_{first[:-1]}",
        f"qk_{'0' * 26}_{first}",
        f"qk_{first_id}_{second}",
        f"qk_{first_id.lower()}x_{first}",
    ):
        refused(anywhere.stranger(key).get(_FORMS), 401, "unauthenticated")
    assert anywhere.stranger(one).get(_FORMS).status_code == 200


def test_a_revoked_key_lets_nobody_in(anywhere: Portal) -> None:
    """401 from the moment of its end, and no other key with it."""
    program = anywhere.issued()
    assert program.kept is not None
    assert program.get(_FORMS).status_code == 200

    RevokeKey(register=anywhere.world.register, clock=anywhere.world.clock)(
        program.kept.id, by="system"
    )

    refused(program.get(_FORMS), 401, "unauthenticated")
    assert anywhere.program.get(_FORMS).status_code == 200


def test_an_expired_key_lets_nobody_in(anywhere: Portal) -> None:
    """401 from the second on in which it ends."""
    ends = anywhere.world.clock.now() + timedelta(days=1)
    program = anywhere.issued(expires_at=ends)
    anywhere.world.clock.advance(timedelta(days=1, microseconds=-1))
    assert program.get(_FORMS).status_code == 200

    anywhere.world.clock.advance(timedelta(microseconds=1))

    refused(program.get(_FORMS), 401, "unauthenticated")


def test_why_a_key_does_not_count_is_not_told(here: Portal) -> None:
    """Unknown, revoked and expired sound alike: who tries keys learns nothing."""
    program = here.issued(expires_at=here.world.clock.now() + timedelta(days=1))
    here.world.clock.advance(timedelta(days=1))
    told = []

    for key in (None, "qk_1_2", program.key, f"{program.key}x"):
        body = here.stranger(key).get(_FORMS).get_json()
        told.append({name: body[name] for name in ("code", "title", "detail", "retryable")})

    assert all(each == told[0] for each in told)


def test_the_last_use_is_noted_once_a_minute(anywhere: Portal) -> None:
    """Often enough to find dead keys, seldom enough to cost nothing."""
    program, clock = anywhere.issued(), anywhere.world.clock
    kept = program.kept
    assert kept is not None
    begun, noted = clock.now(), []

    for seconds in (0, 30, 29, 1, 59, 1):
        clock.advance(timedelta(seconds=seconds))
        program.get(_FORMS)
        with anywhere.world.register.view() as unit:
            last = unit.keys.get(kept.id).last_used_at
        assert last is not None
        noted.append((last - begun).total_seconds())

    assert noted == [0, 0, 0, 60, 60, 120]


def test_a_refused_key_is_not_noted_as_used(here: Portal) -> None:
    """Trying secrets does not make a dead key look alive."""
    program = here.issued()
    assert program.kept is not None
    here.stranger(f"{program.key}x").get(_FORMS)

    with here.world.register.view() as unit:
        assert unit.keys.get(program.kept.id).last_used_at is None


def test_a_missing_scope_changes_nothing(here: Portal) -> None:
    """403 comes before anything is read, made or kept."""
    program = here.issued(scopes=frozenset({Scope.FORMS_READ}))

    refused(program.post(ENVELOPES, sample()), 403, "scope_missing")

    assert here.program.get(ENVELOPES).get_json()["envelopes"] == []
