"""Tickets: issued to a program's pages, exchanged once, or opened by a link for days."""

from datetime import timedelta

import pytest

from docgen.domain.ticket import TicketPolicy
from tests.api.browser import ORIGIN, browser, exchange, ticket
from tests.api.portal import Portal
from tests.api.program import ENVELOPES
from tests.api.watch import PERSON, found, refused

_POLICY = TicketPolicy()
_JUST = timedelta(microseconds=1)


def _tickets(envelope_id: str) -> str:
    return f"{ENVELOPES}/{envelope_id}/tickets"


def test_an_embedded_ticket_names_its_page(anywhere: Portal) -> None:
    """Its address carries the secret behind `#` only, and the ticket's id before it."""
    told = ticket(anywhere, anywhere.created(), "embed")

    assert told["origin"] == ORIGIN
    assert told["url"] == f"https://q.example/sign/?frame={told['id']}#{told['ticket']}"
    assert told["ticket"].startswith(f"qt_{told['id']}_")


def test_a_link_stands_by_itself(here: Portal) -> None:
    """Nobody frames it."""
    told = ticket(here, here.created(), "link")

    assert told["origin"] is None
    assert told["url"] == f"https://q.example/sign/#{told['ticket']}"
    assert len(told["ticket"]) == 22


def test_only_the_hash_of_a_secret_is_kept(anywhere: Portal) -> None:
    """Neither journal nor register could open a ticket, nor its session."""
    envelope_id = anywhere.created()
    made = ticket(anywhere, envelope_id, "embed")
    session = exchange(anywhere, made["ticket"]).get_json()
    link = ticket(anywhere, envelope_id, "link")["ticket"]
    secrets = [link, *(each.split("_", 2)[2] for each in (made["ticket"], session["session"]))]

    with anywhere.world.register.view() as unit:
        kept = f"{unit.tickets.get(made['id'])}{unit.tickets.session(session['id'])}"
    written = f"{kept}{anywhere.world.journal(envelope_id)}"

    assert not [secret for secret in secrets if secret in written]


@pytest.mark.parametrize(
    ("body", "origins", "pointer", "code"),
    [
        ({"kind": "embed"}, (), "/origin", "required"),
        ({"kind": "embed"}, (ORIGIN, "https://shop.example"), "/origin", "required"),
        ({"kind": "embed", "origin": "https://evil.example"}, (ORIGIN,), "/origin",
         "origin_not_yours"),
        ({"kind": "link", "origin": ORIGIN}, (ORIGIN,), "/origin", "origin_of_link"),
        ({"kind": "both"}, (ORIGIN,), "/kind", "not_in_list"),
        ({}, (ORIGIN,), "/kind", "required"),
    ],
)  # fmt: skip
def test_a_ticket_is_for_a_page_of_the_keys_own(
    here: Portal, body: dict[str, str], origins: tuple[str, ...], pointer: str, code: str
) -> None:
    """422 for another's page, or where it is not clear which."""
    answer = here.issued(origins=origins).post(_tickets(here.created()), body)

    assert found(answer) == {pointer: code}


def test_an_embedded_ticket_is_exchanged_once(anywhere: Portal) -> None:
    """The second time 410 `ticket_used`, and the journal says so once."""
    envelope_id = anywhere.created()
    token = ticket(anywhere, envelope_id, "embed")["ticket"]
    assert exchange(anywhere, token).status_code == 201

    for _ in range(3):
        refused(exchange(anywhere, token), 410, "ticket_used")

    events = anywhere.world.events(envelope_id)
    assert events[-3:] == ["ticket_issued", "ticket_opened", "ticket_refused"]


def test_a_link_is_opened_as_often_as_the_person_likes(anywhere: Portal) -> None:
    """Each time is a session of its own, and each begins without proof."""
    token = ticket(anywhere, anywhere.created(), "link")["ticket"]

    sessions = [exchange(anywhere, token).get_json() for _ in range(3)]

    assert len({each["session"] for each in sessions}) == 3
    assert all(each["needs_proof"] for each in sessions)


@pytest.mark.parametrize(
    ("kind", "life"), [("embed", _POLICY.embed_life), ("link", _POLICY.link_life)]
)
def test_a_ticket_ends(anywhere: Portal, kind: str, life: timedelta) -> None:
    """410 `ticket_expired` from that moment on, and another may be issued."""
    envelope_id = anywhere.created()
    early, late = (ticket(anywhere, envelope_id, kind)["ticket"] for _ in range(2))
    if kind == "embed":
        anywhere.world.clock.advance(life - _JUST)
        assert exchange(anywhere, early).status_code == 201
        anywhere.world.clock.advance(_JUST)
    else:
        anywhere.world.clock.advance(life)

    refused(exchange(anywhere, late), 410, "ticket_expired")

    assert "ticket_refused" in anywhere.world.events(envelope_id)
    assert exchange(anywhere, ticket(anywhere, envelope_id, kind)["ticket"]).status_code == 201


def test_what_is_no_ticket_opens_nothing(here: Portal) -> None:
    """404 for whatever is malformed, unknown, a key, a session, or of another secret."""
    envelope_id = here.created()
    made = ticket(here, envelope_id, "embed")
    other = ticket(here, envelope_id, "embed")["ticket"].split("_", 2)[2]
    session = browser(here, envelope_id).told["session"]
    before = here.world.events(envelope_id)

    for token in (
        "", "qt", "qt__", f"qt_{'0' * 26}_{'x' * 44}", f"qt_{made['id']}_{other}",
        f"{made['ticket']}x", made["ticket"][:-1], str(here.program.key), session, "билет",
        "x" * 200,
    ):  # fmt: skip
        refused(exchange(here, token), 404, "ticket_not_found")
    assert here.world.events(envelope_id) == before
    assert exchange(here, made["ticket"]).status_code == 201


@pytest.mark.parametrize("end", ["decline", "void"])
def test_an_envelope_that_is_over_is_not_shown(here: Portal, end: str) -> None:
    """409, for issuing as for opening: what was withdrawn may have been another's."""
    envelope_id = here.created()
    token = ticket(here, envelope_id, "link")["ticket"]
    here.program.post(f"{ENVELOPES}/{envelope_id}/{end}", {"reason": "Қате"})

    refused(exchange(here, token), 409, "move_not_allowed")
    refused(here.program.post(_tickets(envelope_id), {"kind": "link"}), 409, "move_not_allowed")


def test_a_link_shows_nothing_before_its_holder_has_proved_himself(here: Portal) -> None:
    """Neither documents nor a masked number, and no code can be asked for."""
    envelope_id = here.created()
    opened = browser(here, envelope_id, "link")
    document = here.world.envelope(envelope_id).documents[0].id

    for path in ("envelope", f"documents/{document}/pdf", f"documents/{document}/pages/1"):
        refused(opened.get(path), 403, "proof_needed")
    refused(opened.post("code", {}), 403, "proof_needed")
    refused(opened.post("decline", {"reason": "Қымбат"}), 403, "proof_needed")

    assert opened.post("proof", {"iin_end": PERSON["iin"][-4:]}).get_json()["needs_proof"] is False
    assert opened.shown()["phone"] == "+7 747 ***-**-87"


def test_wrong_proofs_are_counted_over_all_sessions_of_a_link(anywhere: Portal) -> None:
    """After five the link is dead, whoever knows what; the journal tells each."""
    envelope_id = anywhere.created()
    token = ticket(anywhere, envelope_id, "link")["ticket"]
    programs = []
    for _ in range(2):
        opened = browser(anywhere, envelope_id, "link")
        session = exchange(anywhere, token).get_json()["session"]
        programs.append(type(opened)(program=anywhere.stranger(session), told={}))
    left = []
    for place in range(5):
        answer = programs[place % 2].post("proof", {"iin_end": "0000"})
        left.append(refused(answer, 422, "proof_wrong")["attempts_left"])

    assert left == [4, 3, 2, 1, 0]
    right = {"iin_end": PERSON["iin"][-4:]}
    for each in programs:
        refused(each.post("proof", right), 410, "ticket_locked")
    refused(exchange(anywhere, token), 410, "ticket_locked")
    assert anywhere.world.events(envelope_id).count("signer_unknown") == 5


def test_a_right_proof_forgives_no_wrong_one(here: Portal) -> None:
    """Whoever guesses between two visits of the right person gets no more guesses."""
    envelope_id = here.created()
    token = ticket(here, envelope_id, "link")["ticket"]
    right = {"iin_end": PERSON["iin"][-4:]}
    for _ in range(2):
        session = here.stranger(exchange(here, token).get_json()["session"])
        for _ in range(2):
            session.post("/v1/sign/proof", {"iin_end": "0000"})
        assert session.post("/v1/sign/proof", right).status_code == 200

    session = here.stranger(exchange(here, token).get_json()["session"])
    answer = session.post("/v1/sign/proof", {"iin_end": "0000"})

    assert refused(answer, 422, "proof_wrong")["attempts_left"] == 0
