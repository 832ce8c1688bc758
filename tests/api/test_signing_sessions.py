"""A session of signing: all that the signer needs, his own envelope, and nothing else."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from api.route import JsonBody, Route
from api.v1 import ROUTES
from docgen.domain.ticket import TicketPolicy
from tests.api.browser import Browser, browser, proved
from tests.api.portal import Portal
from tests.api.program import ENVELOPES
from tests.api.test_keys import OPEN, address_of
from tests.api.watch import found, refused

_POLICY = TicketPolicy()
_NAMES = {f"{route.method} {route.path}": route for route in ROUTES}
_OF_SESSIONS = {name: route for name, route in _NAMES.items() if route.signing is not None}
_OF_PROGRAMS = {name: route for name, route in _NAMES.items() if route.scope is not None}


def _asked(browser_or_program: Any, route: Route, **ids: str) -> Any:
    json = isinstance(route.body, JsonBody)
    return browser_or_program.ask(
        route.method, address_of(route, **ids), headers={"Idempotency-Key": "k-1"},
        data=b"{}" if json else b"", content_type="application/json" if json else None,
    )  # fmt: skip


def test_a_signer_reads_asks_types_and_has_his_sealed_file(anywhere: Portal) -> None:
    """The whole way in one browser, framed by the portal."""
    envelope_id = anywhere.created(documents=2)
    page = browser(anywhere, envelope_id)
    shown = page.shown()
    one = shown["documents"][0]
    frozen = page.get(f"documents/{one['id']}/pdf")
    assert hashlib.sha256(frozen.get_data()).hexdigest() == one["sha256"]
    assert page.get(f"documents/{one['id']}/pages/1").mimetype == "image/webp"
    assert page.get(f"documents/{one['id']}/pages/1/text").status_code == 200

    sent = page.post("code", {"language": "ru"})
    assert (sent.status_code, page.shown()["state"]) == (202, "code_sent")
    answer = page.confirm(anywhere.world.chance.given[-1])

    assert answer.status_code == 200
    after = page.shown()
    assert (after["state"], after["seal"]["status"]) == ("sealed", "sealed")
    assert page.get(f"documents/{one['id']}/pdf").get_data() != frozen.get_data()


@pytest.mark.parametrize(("opened", "channel"), [(browser, "web"), (proved, "link")])
def test_the_register_keeps_who_typed_it_and_over_which_page(
    here: Portal, opened: Any, channel: str
) -> None:
    """The subscriber himself; the journal names the ticket before it."""
    envelope_id = here.created()
    page: Browser = opened(here, envelope_id)
    page.post("code", {})
    page.confirm(here.world.chance.given[-1])

    consent = here.shown(envelope_id)["consent"]
    assert (consent["entered_by"], consent["device"]) == ("subscriber", channel)
    entries = {entry.event.value: entry for entry in here.world.journal(envelope_id)}
    assert entries["ticket_opened"].details["kind"] == ("embed" if channel == "web" else "link")
    assert {entries[name].actor for name in ("ticket_opened", "code_issued", "confirmed")} == {
        "subscriber"
    }


def test_the_consent_that_is_shown_is_the_one_that_is_kept(here: Portal) -> None:
    """By its hash, in either language; of another sentence nothing is counted."""
    envelope_id = here.created()
    page = browser(here, envelope_id)
    page.post("code", {})
    shown = page.shown()["consent"]
    code = here.world.chance.given[-1]
    for language in ("kk", "ru"):
        text = shown["texts"][language]
        assert hashlib.sha256(text.encode()).hexdigest() == shown["sha256"][language]

    other = page.confirm(code, consent_sha256="0" * 64)
    assert found(other) == {"/consent_sha256": "consent_changed"}
    swapped = page.confirm(code, language="ru")
    assert found(swapped) == {"/consent_sha256": "consent_changed"}
    assert "code_wrong" not in here.world.events(envelope_id)

    assert (
        page.confirm(code, language="ru", consent_sha256=shown["sha256"]["ru"]).status_code == 200
    )
    consent = here.world.envelope(envelope_id).consent
    assert consent is not None
    assert (consent.text.text, consent.text.version) == (shown["texts"]["ru"], shown["version"])


def test_a_retried_confirmation_gets_the_same_answer(here: Portal) -> None:
    """Under its `attempt_id`, after a lost answer."""
    page = browser(here, here.created())
    page.post("code", {})

    first, second = (page.confirm(here.world.chance.given[-1]) for _ in range(2))

    assert first.get_json() == second.get_json()


def test_a_retried_wish_for_a_code_sends_one(here: Portal) -> None:
    """Under its idempotency key."""
    page = browser(here, here.created())

    answers = [page.post("code", {}, once="k-7") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert len(here.world.sms.sent) == 1


def test_a_wrong_code_tells_how_many_are_left(here: Portal) -> None:
    """As for programs."""
    page = browser(here, here.created())
    page.post("code", {})

    assert refused(page.confirm("999999"), 422, "code_wrong")["attempts_left"] == 4


def test_a_signer_declines_with_a_reason(here: Portal) -> None:
    """The journal names him, the envelope his reason; then the page shows the state alone."""
    envelope_id = here.created()
    page = browser(here, envelope_id)
    document = page.shown()["documents"][0]["id"]

    assert page.post("decline", {"reason": "Қымбат"}).status_code == 200

    assert here.world.envelope(envelope_id).reason == "Қымбат"
    assert here.world.journal(envelope_id)[-1].actor == "subscriber"
    assert page.shown()["state"] == "declined"
    refused(page.get(f"documents/{document}/pdf"), 409, "move_not_allowed")
    refused(page.get(f"documents/{document}/pages/1"), 409, "move_not_allowed")
    refused(page.get(f"documents/{document}/pages/1/text"), 409, "move_not_allowed")


def test_a_session_ends_without_a_sign_of_life(anywhere: Portal) -> None:
    """401 `session_over` after half an hour, unless it is prolonged, and in the end in any case."""
    clock, page = anywhere.world.clock, browser(anywhere, anywhere.created())
    begun = clock.now()
    step = _POLICY.session_life - timedelta(seconds=1)

    while clock.now() + step < begun + _POLICY.session_most:
        clock.advance(step)
        assert page.post("session/prolonged", {}).status_code == 200
    clock.advance(begun + _POLICY.session_most - clock.now())

    refused(page.get("envelope"), 401, "session_over")
    refused(page.post("session/prolonged", {}), 401, "session_over")


def test_a_code_asked_for_in_a_browser_counts_on_the_program_of_the_ticket(here: Portal) -> None:
    """Its budget and its rate, not those of nobody."""
    envelope_id = here.created()
    browser(here, envelope_id).post("code", {})

    with here.world.register.view() as unit:
        challenge = unit.challenges.latest(envelope_id)
        assert challenge is not None
        assert [hop.client for hop in unit.hops.of_challenge(challenge.id)] == ["portal"]


@pytest.mark.parametrize("name", _OF_PROGRAMS)
def test_no_route_of_programs_knows_a_session_or_a_ticket(here: Portal, name: str) -> None:
    """401 on every one, as a bearer token and as `X-Api-Key`, even on its own envelope."""
    route, envelope_id = _OF_PROGRAMS[name], here.created()
    page = browser(here, envelope_id)
    document_id = here.world.envelope(envelope_id).documents[0].id
    ids = {"envelope_id": envelope_id, "document_id": document_id}

    refused(_asked(page.program, route, **ids), 401, "unauthenticated")
    by_header = here.stranger().ask(
        route.method, address_of(route, **ids), headers={"X-Api-Key": str(page.program.key)}
    )
    refused(by_header, 401, "unauthenticated")


@pytest.mark.parametrize("name", _OF_SESSIONS)
def test_no_route_of_sessions_knows_a_key_a_ticket_or_nobody(here: Portal, name: str) -> None:
    """401 with a key of every scope, without anything, with a spoilt session, with a ticket."""
    route, page = _OF_SESSIONS[name], browser(here, here.created())
    session = str(page.program.key)

    for key in (None, here.program.key, f"{session}x", session.replace("qs_", "qt_", 1)):
        refused(_asked(here.stranger(key), route), 401, "session_over")


@pytest.mark.parametrize("name", [name for name in _OF_SESSIONS if "document_id" in name])
def test_a_session_reads_no_other_envelopes_documents(here: Portal, name: str) -> None:
    """404 for another's document, though it is of the same owner and the same subscriber."""
    page, other = browser(here, here.created()), here.created()
    document_id = here.world.envelope(other).documents[0].id

    answer = _asked(page.program, _OF_SESSIONS[name], document_id=document_id)

    refused(answer, 404, "document_not_found")


def test_a_session_signs_no_other_envelope(here: Portal) -> None:
    """Two browsers, one person: each code confirms what its own page has shown."""
    first, second = here.created(), here.created()
    one, other = browser(here, first), browser(here, second)
    one.post("code", {})
    code = here.world.chance.given[-1]
    other.post("code", {})

    refused(other.confirm(code), 422, "code_wrong")

    assert here.shown(second)["state"] == "code_sent"
    assert one.confirm(code).status_code == 200


def test_a_draft_is_waited_for(here: Portal) -> None:
    """The page is told the state; a code has to wait."""
    here.worker.away = True
    envelope_id = here.created()
    page = browser(here, envelope_id)

    assert page.shown()["state"] == "draft"
    refused(page.post("code", {}), 409, "not_ready")


def test_walls_are_written_for_every_route() -> None:
    """Each route of the interface is a program's, a session's, or one of the open ones."""
    kinds = {
        name: (route.scope is not None) + (route.signing is not None) + route.for_staff
        for name, route in _NAMES.items()
    }

    assert {name for name, kind in kinds.items() if kind != 1} == OPEN
    assert ENVELOPES in "".join(kinds)
