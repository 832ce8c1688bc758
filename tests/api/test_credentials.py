"""Every route there is, by the application's own map, before credentials that open nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from api.v1 import ROUTES
from docgen.domain.caller import NOT_OF_TESTS, Scope
from docgen.usecases.revoke_key import RevokeKey
from tests.api.portal import Portal
from tests.api.program import Program
from tests.api.stage import application
from tests.api.test_borders import _OF_AN_ENVELOPE, _all
from tests.api.test_borders import _asked as _asked_of
from tests.api.test_keys import _GUARDED, OPEN
from tests.api.test_keys import _asked as _asked_with
from tests.api.watch import refused

_PUBLIC = {
    "GET /", "GET /docs", "GET /embed.d.ts", "GET /embed.js", "GET /field/",
    "GET /field/manifest.webmanifest", "GET /field/sw.js", "GET /field/{mark}/{name}",
    "GET /live", "GET /metrics", "GET /office/", "GET /office/packs",
    "GET /office/{mark}/{name}", "GET /openapi.json", "GET /ready",
    "GET /schemas/evidence/1.json", "GET /sign/", "GET /static/{mark}/{folder}/{name}",
    "GET /static/{name}", "GET /verify", "GET /verify/", "GET /verify/{token}", "POST /verify",
    "POST /verify/{token}",
}  # fmt: skip
"""Pages that hold nobody's data, health, descriptions, and the check of a paper in one's hands."""
_SIGNERS = {f"{route.method} {route.path}" for route in ROUTES if route.signing is not None}


def test_every_route_is_public_by_name_or_guarded_by_what_it_says() -> None:
    """A new route must be entered here, or be of the interface and want a scope or a session."""
    mapped = {
        f"{method} {rule.rule.replace('<', '{').replace('>', '}')}"
        for rule in application().url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert mapped == _PUBLIC | OPEN | _SIGNERS | set(_GUARDED)
    for name, route in _GUARDED.items():
        assert route.scope is not None or route.for_staff, name


def _expired(here: Portal) -> Program:
    program = here.issued(expires_at=here.world.clock.now() + timedelta(seconds=1))
    here.world.clock.advance(timedelta(seconds=1))
    return program


def _revoked(here: Portal) -> Program:
    program = here.issued()
    assert program.kept is not None
    end = RevokeKey(register=here.world.register, clock=here.world.clock)
    end(program.kept.id, by="system")
    return program


def _guessed(here: Portal) -> Program:
    return replace(here.program, key=f"{here.program.key}x")


@pytest.mark.parametrize("dead", [_expired, _revoked, _guessed])
def test_no_route_lets_a_dead_key_in(here: Portal, dead: Callable[[Portal], Program]) -> None:
    """401 on every one of them, whatever it would have allowed, in either header."""
    key = str(dead(here).key)

    for name, route in _GUARDED.items():
        for headers in ({"Authorization": f"Bearer {key}"}, {"X-Api-Key": key}):
            assert _asked_with(here, route, **headers).status_code == 401, name


def test_a_key_for_tests_reaches_no_route_of_visits_and_packs(here: Portal) -> None:
    """403 with the scope's name: it cannot have been given any of these."""
    trying = _trying(here)
    closed = {name: route for name, route in _GUARDED.items() if route.scope in NOT_OF_TESTS}
    assert closed

    for route in closed.values():
        answer = _asked_with(here, route, Authorization=f"Bearer {trying.key}")
        told: dict[str, Any] = refused(answer, 403, "scope_missing")
        assert told["scope"] in set(NOT_OF_TESTS)


@pytest.mark.parametrize("name", _OF_AN_ENVELOPE)
def test_on_every_route_a_real_envelope_is_not_found_by_a_key_for_tests(
    here: Portal, name: str
) -> None:
    """404 of its own owner and client, exactly as for an id that is nobody's; nothing happens."""
    envelope_id = here.created()
    here.sent_again(envelope_id)
    document_id = here.world.envelope(envelope_id).documents[0].id
    trying, before = _trying(here), _all(here, envelope_id)

    for each in (envelope_id, "0" * 26):
        answer = _asked_of(trying, _OF_AN_ENVELOPE[name], each, document_id)
        refused(answer, 404, "envelope_not_found")

    assert _all(here, envelope_id) == before


def _trying(here: Portal) -> Program:
    return here.issued(is_test=True, scopes=frozenset(Scope) - NOT_OF_TESTS)
