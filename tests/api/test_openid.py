"""Signing in by an identity provider: a real one, out to it and back."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from werkzeug.test import TestResponse

from docgen.adapters.staff.openid import Dialect, OpenIdProvider
from docgen.domain.staff import Role, digest_of
from docgen.usecases.enter_by_provider import EnterByProvider
from docgen.usecases.hire import LockStaff
from docgen.usecases.sign_in import OpenSession
from tests.api.people import POLICY, Browser, browser
from tests.api.portal import Portal
from tests.services.openid_provider import BACK, CLIENT_ID, CLIENT_SECRET, OpenIdServer

_OUT, _CALLBACK = "/v1/session/openid", "/v1/session/openid/callback"
_TECHNICIAN = {
    "sub": "u-1",
    "preferred_username": "e.seitkali",
    "name": "Сейтқали Ержан Маратұлы",
    "employee_id": "E-20417",
    "region": "ALA",
    "realm_access": {"roles": ["ktc-field", "offline_access"]},
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenIdServer]:
    """A provider for all tests here."""
    directory: Path = tmp_path_factory.mktemp("openid")
    started = OpenIdServer(directory)
    started.start()
    yield started
    started.stop()


@pytest.fixture
def linked(here: Portal, server: OpenIdServer) -> Portal:
    """The installation, with that provider."""
    over = here.world
    dialect = Dialect(roles="realm_access.roles", role_names={"ktc-field": Role.TECHNICIAN})
    provider = OpenIdProvider(
        issuer=server.issuer, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, dialect=dialect
    )
    enter = EnterByProvider(
        register=over.register,
        provider=provider,
        clock=over.clock,
        chance=over.chance,
        open_session=OpenSession(clock=over.clock, chance=over.chance, policy=POLICY),
        policy=POLICY,
        owner="operator",
        back=BACK,
    )
    return here.changed(staff=replace(here.docgen.staff, enter=enter))


def _returned(page: Browser, query: Mapping[str, str]) -> TestResponse:
    return page.get(f"{_CALLBACK}?{urlencode(query)}")


def _out(page: Browser, **where: str) -> str:
    answer = page.get(f"{_OUT}?{urlencode(where)}")
    assert answer.status_code == 302
    return answer.headers["Location"]


def _entered(linked: Portal, server: OpenIdServer, **claims: object) -> Browser:
    server.seat(**_TECHNICIAN | claims)
    page = browser(linked.program)
    answer = _returned(page, server.pass_through(_out(page)))
    assert answer.headers["Location"] == "/field/"
    return page


def test_a_person_of_the_provider_is_let_in(linked: Portal, server: OpenIdServer) -> None:
    """What the provider says of him is what he is here; his next sign-in changes it."""
    page = _entered(linked, server)

    person = page.get("/v1/session").get_json()["person"]
    assert person["employee_id"] == "E-20417"
    assert (person["roles"], person["region"]) == (["technician"], "ALA")
    moved = _entered(linked, server, region="AST").get("/v1/session").get_json()["person"]
    assert moved["region"] == "AST"
    with linked.world.register.view() as unit:
        (member,) = unit.staff.all()
        events = [entry.event for entry in unit.journal.of(member.id)]
    assert events == ["staff_added", "signed_in", "staff_changed", "signed_in"]


@pytest.mark.parametrize(
    "place", ["/office/packs", "/office/packs#/packs/NP-2026-7K3M9QF2TZ", "/office/", "/field/"]
)
def test_he_is_back_where_he_came_from(linked: Portal, server: OpenIdServer, place: str) -> None:
    """To the page and the place in it; and on that page he is told where he is not let in."""
    server.seat(**_TECHNICIAN)
    page = browser(linked.program)
    query = server.pass_through(_out(page, to=place))

    assert _returned(page, query).headers["Location"] == place

    _out(page, to=place)
    refused = _returned(page, {"error": "access_denied", "state": "x"}).headers["Location"]
    assert refused == f"{place.partition('#')[0]}#refused=sign_in_refused"


_ELSEWHERE = (
    "https://evil.example/", "//evil.example/field/", "/\\evil.example", "/field/../x", "field/",
    "/office/packs?x=1", "javascript:alert(1)", "/v1/session", "/office//evil.example", "",
)  # fmt: skip


@pytest.mark.parametrize("place", [*_ELSEWHERE, "/field/\r\nSet-Cookie: a=b", "/field/\n"])
def test_an_address_leads_nobody_elsewhere(linked: Portal, place: str) -> None:
    """Only to a page of the staff; it is refused before anybody goes out."""
    answer = browser(linked.program).get(f"{_OUT}?{urlencode({'to': place})}")

    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, "/to")


def test_a_cookie_leads_nobody_elsewhere(linked: Portal, server: OpenIdServer) -> None:
    """Whatever somebody has put into it, he is at the tablet's page."""
    server.seat(**_TECHNICIAN)
    name = f"{linked.docgen.staff.cookie}-openid"
    for place in _ELSEWHERE:
        page = browser(linked.program)
        query = server.pass_through(_out(page))
        page.cookies[name] = page.cookies[name].partition("/")[0] + place
        found = _returned(page, query).headers["Location"]
        assert found.partition("#")[0] == "/field/"


def test_the_way_out_carries_proofs_of_its_own(linked: Portal) -> None:
    """PKCE by S256, a state and a nonce, each new; and nothing that opens anything."""
    first, second = (
        {name: values[0] for name, values in parse_qs(urlsplit(_out(page)).query).items()}
        for page in (browser(linked.program), browser(linked.program))
    )

    assert first["code_challenge_method"] == "S256"
    assert first["response_type"] == "code"
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]


def _refused(page: Browser, query: Mapping[str, str]) -> None:
    answer = _returned(page, query)
    assert answer.headers["Location"].startswith("/field/#refused=")
    assert page.get("/v1/session").status_code == 401


def test_nobody_comes_back_twice_or_in_anothers_name(linked: Portal, server: OpenIdServer) -> None:
    """A used state, somebody else's browser, another's code, and one who comes too late."""
    server.seat(**_TECHNICIAN)
    page, other = browser(linked.program), browser(linked.program)
    query = server.pass_through(_out(page))
    assert _returned(page, query).headers["Location"] == "/field/"

    _refused(browser(linked.program), query)
    stolen = server.pass_through(_out(browser(linked.program)))
    _out(other)
    _refused(other, stolen)
    mixed = {**server.pass_through(_out(other)), "code": stolen["code"]}
    _refused(other, mixed)
    late = server.pass_through(_out(other))
    linked.world.clock.advance(timedelta(minutes=11))
    _refused(other, late)
    _refused(other, {"error": "access_denied", "state": "x"})


@pytest.mark.parametrize(
    "claims",
    [{"realm_access": {"roles": ["offline_access"]}}, {"region": None}],
    ids=["no role of ours", "a technician of no region"],
)
def test_who_is_nobody_here_is_not_let_in(
    linked: Portal, server: OpenIdServer, claims: dict[str, object]
) -> None:
    """The provider knows many people."""
    server.seat(**_TECHNICIAN | claims)
    page = browser(linked.program)

    _refused(page, server.pass_through(_out(page)))


def test_a_lock_here_counts_whatever_the_provider_says(
    linked: Portal, server: OpenIdServer
) -> None:
    """He is out at once and does not come in again."""
    page = _entered(linked, server)

    LockStaff(register=linked.world.register, clock=linked.world.clock)("e.seitkali", by="system")

    assert page.get("/v1/session").status_code == 401
    _refused(page, server.pass_through(_out(page)))


def test_a_provider_that_is_away_is_said_to_be(linked: Portal) -> None:
    """503, and nothing begun."""
    gone = OpenIdProvider(issuer="http://127.0.0.1:9", client_id="x", client_secret=CLIENT_SECRET)
    enter = linked.docgen.staff.enter
    assert enter is not None
    away = linked.changed(staff=replace(linked.docgen.staff, enter=replace(enter, provider=gone)))

    assert browser(away.program).get(_OUT).status_code == 503


def test_a_token_for_somebody_else_is_refused(linked: Portal, server: OpenIdServer) -> None:
    """Neither another nonce nor another client's name gets by."""
    server.seat(**_TECHNICIAN)
    enter = linked.docgen.staff.enter
    assert enter is not None
    for changed in ("nonce", "verifier"):
        page = browser(linked.program)
        query = server.pass_through(_out(page))
        with linked.world.register.begin() as unit:
            knock = unit.knocks.take(digest_of(query["state"]))
            unit.knocks.add(replace(knock, **{changed: "another" * 8}))  # type: ignore[arg-type]
            unit.commit()
        _refused(page, query)
