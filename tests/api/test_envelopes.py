"""What is told of an envelope in each of its states, and of its journal."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from docgen.domain.envelope import State
from docgen.domain.journal import GENESIS
from tests.api.portal import Portal
from tests.api.program import ENVELOPES, sample
from tests.api.states import MADE
from tests.api.watch import PERSON, refused

_MEMBERS = {
    "id", "state", "test", "owner", "client", "created_at", "expires_at", "subscriber",
    "phone_verification", "reference",
    "manifest_sha256", "documents", "warnings", "challenge", "consent", "seal", "reason", "links",
    "supersedes", "superseded_by",
}  # fmt: skip
_HASH = re.compile("[0-9a-f]{64}")
_VERBS = ("code", "confirmation", "handwritten", "decline", "void", "journal")


_FROZEN = set(State) - {State.DRAFT, State.VOID}
_CHALLENGED = {State.CODE_SENT, State.CONFIRMED, State.SEALED}
_AGREED = {State.CONFIRMED, State.SEALED}


@pytest.mark.parametrize("state", State)
def test_an_envelope_tells_all_of_its_state_and_no_more(anywhere: Portal, state: State) -> None:
    """The same members in every state; those that are not there yet are null."""
    envelope_id = MADE[state](anywhere)

    told = anywhere.shown(envelope_id)

    assert set(told) == _MEMBERS
    assert (told["id"], told["state"]) == (envelope_id, state.value)
    assert (told["manifest_sha256"] is not None) == (state in _FROZEN)
    assert (told["challenge"] is not None) == (state in _CHALLENGED)
    assert (told["consent"] is not None) == (state in _AGREED)
    assert (told["seal"] is not None) == (state in _AGREED)
    assert (told["reason"] is not None) == (state in {State.DECLINED, State.VOID})
    document = told["documents"][0]
    assert (document["frozen"] is not None) == (state in _FROZEN)
    assert (document["sealed"] is not None) == (state is State.SEALED)
    assert len(document["links"]["pages"]) == (1 if state in _FROZEN else 0)


def test_making_tells_what_showing_tells(here: Portal) -> None:
    """201 with the same body as a GET of the address in `Location`."""
    made = here.program.post(ENVELOPES, sample())

    shown = here.program.get(made.headers["Location"])

    assert made.headers["Location"] == f"{ENVELOPES}/{made.get_json()['id']}"
    assert made.get_json() == shown.get_json()
    assert made.get_json()["state"] == "ready"


def test_a_subscriber_is_recognised_and_no_more(here: Portal) -> None:
    """The name, the masked IIN, the masked phone; neither address, nor birth date, nor e-mail."""
    told = here.shown(here.created())["subscriber"]

    assert told == {
        "full_name": "Әбдіқадырова Гүлсім Өмірзаққызы",
        "iin": "8505******39",
        "phone": "+7 747 ***-**-87",
    }
    assert set(PERSON) == {"iin", "phone"}


def test_nothing_told_of_an_envelope_names_more_than_its_mask(here: Portal) -> None:
    """No answer on the way to the seal holds an address, a birth date, an e-mail or a code."""
    envelope_id, code = here.code_sent()
    person = sample()["subscriber"]
    here.tried(envelope_id, code, "a-1")
    hidden = [person["birth_date"], person["email"], *person["addresses"].values()]

    for path in ("", f"/{envelope_id}", f"/{envelope_id}/journal"):
        told = here.program.get(f"{ENVELOPES}{path}").get_data(as_text=True)
        assert not [each for each in hidden if each in told]
        assert f'"{code}"' not in told


def test_a_document_tells_what_was_seen_and_what_was_sealed(here: Portal) -> None:
    """Hashes, sizes and times of both; where its bytes, pages and verification are."""
    envelope_id = here.confirmed()
    kept = here.world.envelope(envelope_id).documents[0]

    (told,) = here.shown(envelope_id)["documents"]

    place = f"{ENVELOPES}/{envelope_id}/documents/{kept.id}"
    assert told == {
        "id": kept.id,
        "number": "A3-2026-000001",
        "edition": kept.edition,
        "form": "acceptance_act",
        "languages": ["kk", "ru"],
        "frozen": {
            "sha256": kept.frozen.sha256 if kept.frozen else "",
            "size": kept.frozen.size if kept.frozen else 0,
            "pages": 1,
            "frozen_at": "2026-03-02T09:30:00.123456Z",
        },
        "sealed": {
            "sha256": kept.sealed.sha256 if kept.sealed else "",
            "size": kept.sealed.size if kept.sealed else 0,
            "level": "B-B",
            "signer": "CN=Fake Seal",
            "serial": "01",
            "sealed_at": "2026-03-02T09:30:00.123456Z",
        },
        "detached": None,
        "archived": [],
        "links": {
            "pdf": f"{place}/pdf",
            "cms": None,
            "pages": [f"{place}/pages/1"],
            "verification": f"https://q.example/verify/{kept.verification_token}",
        },
    }


def test_several_documents_keep_their_order(here: Portal) -> None:
    """Each has its own number, and one manifest covers them all."""
    told = here.shown(here.created(documents=3))

    numbers = [document["number"] for document in told["documents"]]
    assert numbers == ["A3-2026-000001", "A3-2026-000002", "A3-2026-000003"]
    assert _HASH.fullmatch(told["manifest_sha256"])


def test_the_links_of_an_envelope_lead_somewhere(here: Portal) -> None:
    """Each names a route; nobody has to put addresses together."""
    envelope_id = here.created()
    links = here.shown(envelope_id)["links"]

    assert links == {"self": f"{ENVELOPES}/{envelope_id}"} | {
        verb: f"{ENVELOPES}/{envelope_id}/{verb}" for verb in _VERBS
    }
    for verb, link in links.items():
        get = verb in {"self", "journal"}
        answer = here.program.get(link) if get else here.program.post(link, {"reason": 1})
        assert answer.status_code == (200 if get else 422)


def test_a_challenge_tells_its_times_and_not_its_code(here: Portal) -> None:
    """202 with when it ends, when the next may be asked for, and to which phone it went, masked."""
    envelope_id = here.created()

    answer = here.sent_again(envelope_id)

    told: dict[str, Any] = answer.get_json()["challenge"]
    sent = here.world.clock.now()
    assert answer.status_code == 202
    assert datetime.fromisoformat(told["expires_at"]) == sent + timedelta(seconds=180)
    assert datetime.fromisoformat(told["resend_at"]) == sent + timedelta(seconds=60)
    assert told["attempts_left"] == 5
    assert told["phone"] == "+7 747 ***-**-87"
    assert told == here.shown(envelope_id)["challenge"]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        pytest.param({}, "Бөгде", id="first document"),
        pytest.param({"language": "kk"}, "Бөгде", id="kazakh"),
        pytest.param({"language": "ru"}, "Посторонним", id="russian"),
    ],
)
def test_the_message_speaks_the_language_that_was_asked_for(
    here: Portal, body: dict[str, str], word: str
) -> None:
    """Else that in which the first document begins; never that of the program's own answers."""
    here.program.post(f"{ENVELOPES}/{here.created()}/code", body)

    assert word in here.world.sms.sent[0].text


def test_a_confirmation_tells_of_the_legal_act(here: Portal) -> None:
    """When, by which challenge and attempt, by whom, and over which bytes."""
    envelope_id, code = here.code_sent()
    shown = here.shown(envelope_id)

    told = here.tried(envelope_id, code, "a-1", employee_id="E-20417").get_json()

    assert datetime.fromisoformat(told.pop("confirmed_at")).microsecond == 123_000
    assert told == {
        "id": envelope_id,
        "state": "confirmed",
        "challenge_id": shown["challenge"]["id"],
        "attempt_id": "a-1",
        "entered_by": "employee",
        "employee_id": "E-20417",
        "device": None,
        "manifest_sha256": shown["manifest_sha256"],
    }


def test_a_confirmed_envelope_waits_for_its_seal(here: Portal) -> None:
    """The seal is pending from the legal act on, and there once the sweep has found it."""
    envelope_id = MADE[State.CONFIRMED](here)
    assert here.shown(envelope_id)["seal"] == {
        "status": "pending", "level": None, "sealed_at": None,
    }  # fmt: skip

    here.world.sweep()

    assert here.shown(envelope_id)["seal"] == {
        "status": "sealed",
        "level": "B-B",
        "sealed_at": "2026-03-02T09:30:00.123456Z",
    }


def test_a_journal_is_a_chain_from_its_beginning(anywhere: Portal) -> None:
    """Every entry in order, each with the hash of the one before."""
    envelope_id, code = anywhere.code_sent()
    anywhere.tried(envelope_id, "999999", "a-1")
    anywhere.tried(envelope_id, code, "a-2", employee_id="E-20417")

    told = anywhere.program.get(f"{ENVELOPES}/{envelope_id}/journal").get_json()

    entries = told["entries"]
    assert told["envelope_id"] == envelope_id
    assert [each["event"] for each in entries] == [
        "created", "rendered", "code_issued", "code_sent", "code_wrong", "confirmed", "sealed",
    ]  # fmt: skip
    assert [each["sequence"] for each in entries] == list(range(1, 8))
    hashes = [GENESIS, *(each["hash"] for each in entries)]
    assert [each["previous_hash"] for each in entries] == hashes[:-1]
    assert [each["actor"] for each in entries] == [
        "client:portal", "system", "client:portal", "system", "subscriber", "employee:E-20417",
        "system",
    ]  # fmt: skip
    assert set(entries[0]) == {
        "sequence", "event", "at", "actor", "details", "previous_hash", "hash",
    }  # fmt: skip


def test_a_journal_of_nobodys_envelope_is_not_found(here: Portal) -> None:
    """404, as for the envelope itself."""
    refused(here.program.get(f"{ENVELOPES}/{'1' * 26}/journal"), 404, "envelope_not_found")


def test_an_engine_that_fails_leaves_a_draft(here: Portal) -> None:
    """201 all the same: the envelope is there, and the sweep goes on with it."""
    here.worker.away = True
    made = here.program.post(ENVELOPES, sample())
    assert made.get_json()["state"] == "draft"

    here.world.sweep()

    assert here.shown(made.get_json()["id"])["state"] == "ready"
