"""Keys that count at some addresses only, as far as our own proxies are believed."""

from collections.abc import Mapping

import pytest
from werkzeug.test import TestResponse

from api.route import JsonBody
from docgen import telemetry
from docgen.domain.caller import Scope
from docgen.usecases.move_key import MoveKey
from tests.api.portal import Portal
from tests.api.program import Program
from tests.api.stage import application, working_on
from tests.api.test_keys import _GUARDED, address_of
from tests.api.watch import refused

_OURS, _PROXY, _STRANGER = "10.1.2.3", "172.16.0.1", "203.0.113.9"
_FORMS = "/v1/forms"


def _asked(
    program: Program,
    name: str = f"GET {_FORMS}",
    *,
    peer: str,
    proxies: int = 0,
    headers: Mapping[str, str] | None = None,
) -> TestResponse:
    """What the application answers to whoever's connection comes from `peer`."""
    method, path = name.split()
    json = name in _GUARDED and isinstance(_GUARDED[name].body, JsonBody)
    known = {"Authorization": f"Bearer {program.key}", "Idempotency-Key": "k-1"}
    with working_on(program.works):
        return (
            application(proxies)
            .test_client(use_cookies=False)
            .open(
                path if name not in _GUARDED else address_of(_GUARDED[name]),
                method=method,
                environ_base={"REMOTE_ADDR": peer},
                headers=known | dict(headers or {}),
                data=b"{}" if json else b"",
                content_type="application/json" if json else None,
            )
        )


@pytest.mark.parametrize("name", [n for n, each in _GUARDED.items() if each.scope is not None])
def test_on_every_route_a_key_counts_in_its_networks_alone(here: Portal, name: str) -> None:
    """403 from elsewhere, before its body is read; from within the route decides."""
    program = here.issued(addresses=("10.0.0.0/8",))

    refused(_asked(program, name, peer=_STRANGER), 403, "address_not_allowed")

    assert _asked(program, name, peer=_OURS).status_code not in {401, 403, 500}


@pytest.mark.parametrize("speaks", ["kk", "ru"])
def test_the_refusal_is_clear_and_counted(here: Portal, speaks: str) -> None:
    """In both languages; among the problems of the metrics; it tells no address."""
    program = here.issued(addresses=("10.0.0.0/8",))

    answer = _asked(program, peer=_STRANGER, headers={"Accept-Language": speaks})

    body = refused(answer, 403, "address_not_allowed")
    assert {"kk": "мекенжай", "ru": "адрес"}[speaks] in body["detail"]
    assert not {"10.0.0.0", _STRANGER} & set(body["detail"].split())
    counted = 'qoltanba_problems_total{code="address_not_allowed"}'
    assert counted in telemetry.exposition()[0].decode()


def test_a_forged_header_moves_nobody(here: Portal) -> None:
    """Without a proxy of ours, headers are words of a stranger; behind one, so are the first."""
    program = here.issued(addresses=("10.0.0.0/8",))
    lies = [
        {"X-Forwarded-For": _OURS},
        {"X-Forwarded-For": f"{_OURS}, {_OURS}"},
        {"Forwarded": f"for={_OURS}"},
        {"X-Real-Ip": _OURS},
        {"True-Client-Ip": _OURS},
    ]
    for headers in lies:
        answer = _asked(program, peer=_STRANGER, headers=headers)
        refused(answer, 403, "address_not_allowed")

    # The proxy of ours writes what it sees behind whatever it was told.
    through = {"X-Forwarded-For": f"{_OURS}, {_STRANGER}"}
    answer = _asked(program, peer=_PROXY, proxies=1, headers=through)
    refused(answer, 403, "address_not_allowed")


@pytest.mark.parametrize(
    ("proxies", "forwarded"),
    [
        (1, _OURS),
        (1, f"{_STRANGER}, {_OURS}"),
        (2, f"{_OURS}, {_PROXY}"),
        (2, f"{_STRANGER}, {_OURS}, {_PROXY}"),
    ],
)
def test_behind_our_proxies_the_callers_own_address_counts(
    here: Portal, proxies: int, forwarded: str
) -> None:
    """As the outermost of them saw it: `DOCGEN_WEB__PROXIES` from the right."""
    program = here.issued(addresses=("10.0.0.0/8",))
    headers = {"X-Forwarded-For": forwarded}

    assert _asked(program, peer=_PROXY, proxies=proxies, headers=headers).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"X-Forwarded-For": "unknown"}, {"X-Forwarded-For": ""}])
def test_whoever_cannot_be_placed_is_refused(here: Portal, headers: dict[str, str]) -> None:
    """Behind a proxy that says nothing the proxy is the caller; behind a socket nobody is."""
    program = here.issued(addresses=("10.0.0.0/8", "192.0.2.0/24"))

    for peer in (_PROXY, ""):
        answer = _asked(program, peer=peer, proxies=1, headers=headers)
        refused(answer, 403, "address_not_allowed")


def test_a_wrong_secret_learns_nothing_of_addresses(here: Portal) -> None:
    """401 from within and from elsewhere alike."""
    program = here.issued(addresses=("10.0.0.0/8",))
    guessed = here.stranger(f"{program.key}x")

    for peer in (_OURS, _STRANGER):
        refused(_asked(guessed, peer=peer), 401, "unauthenticated")


def test_a_key_without_addresses_counts_anywhere(here: Portal) -> None:
    """As all keys did."""
    assert _asked(here.issued(), peer=_STRANGER).status_code == 200


def test_a_moved_key_counts_at_its_new_addresses_at_once(anywhere: Portal) -> None:
    """And no longer at the old ones; without any it counts anywhere again."""
    program = anywhere.issued(addresses=("10.0.0.0/8",))
    assert program.kept is not None
    move = MoveKey(register=anywhere.world.register, clock=anywhere.world.clock)

    move(program.kept.id, ("203.0.113.0/24", "2001:db8::/32"), by="system")

    refused(_asked(program, peer=_OURS), 403, "address_not_allowed")
    assert _asked(program, peer=_STRANGER).status_code == 200
    assert _asked(program, peer="2001:db8::1").status_code == 200
    move(program.kept.id, (), by="system")
    assert _asked(program, peer=_OURS).status_code == 200


def test_a_refused_address_is_no_use_of_the_key(here: Portal) -> None:
    """Its last use is where it counts; nothing is done before the refusal."""
    program = here.issued(addresses=("10.0.0.0/8",), scopes=frozenset({Scope.FORMS_READ}))
    assert program.kept is not None

    _asked(program, peer=_STRANGER)

    with here.world.register.view() as unit:
        assert unit.keys.get(program.kept.id).last_used_at is None
