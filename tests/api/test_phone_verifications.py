"""Verifications of numbers over HTTP."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from api.v1.phone_verifications import PHONE_VERIFICATIONS
from docgen.domain.caller import Scope
from docgen.domain.errors import DirectoryUnavailable, SmsRefused
from docgen.domain.number import Belongs, DirectoryAnswer, Measure, NumberPolicy
from docgen.domain.verification import LIFE
from tests.api.portal import Portal
from tests.api.program import ENVELOPES, sample
from tests.api.watch import PERSON, found, refused
from tests.fakes import FakeDirectory

_WRONG = "999999"


def _body(**changes: Any) -> dict[str, Any]:
    known = sample()["subscriber"]
    person = {name: known[name] for name in ("surname", "name", "patronymic", "iin", "phone")}
    asked = {"subscriber": person, "identified_by": "E-7", "identity_document": "original"}
    return asked | changes


def _person(**changes: Any) -> dict[str, Any]:
    return {**_body()["subscriber"], **changes}


def _begun(here: Portal, **changes: Any) -> str:
    answer = here.program.post(PHONE_VERIFICATIONS, _body(**changes))
    assert answer.status_code == 202
    return str(answer.get_json()["id"])


def _tried(here: Portal, verification_id: str, code: str, name: str, **more: str) -> TestResponse:
    body = {"code": code, "attempt_id": name} | more
    return here.program.post(f"{PHONE_VERIFICATIONS}/{verification_id}/confirmation", body)


def _shown(here: Portal, verification_id: str) -> dict[str, Any]:
    answer = here.program.get(f"{PHONE_VERIFICATIONS}/{verification_id}")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.get_json()
    return told


def test_a_number_is_verified(anywhere: Portal) -> None:
    """202 with where it is and a masked number; then the code, once."""
    answer = anywhere.program.post(PHONE_VERIFICATIONS, _body(language="ru"))

    told = answer.get_json()
    assert answer.status_code == 202
    assert answer.headers["Location"] == told["links"]["self"]
    assert (told["state"], told["challenge"]["state"]) == ("open", "sent")
    assert told["challenge"]["phone"] == f"+7 747 ***-**-{PERSON['phone'][-2:]}"
    assert (told["challenge"]["channel"], told["challenge"]["attempts_left"]) == ("sms", 5)
    assert {"expires_at", "resend_at", "delivery"} <= set(told["challenge"])
    code = anywhere.world.chance.given[-1]
    confirmed = _tried(anywhere, told["id"], code, "a-1", entered_by="subscriber", device="phone")
    assert confirmed.status_code == 200
    assert confirmed.get_json()["entered_by"] == "subscriber"
    assert confirmed.get_json()["device"] == "phone"
    after = _shown(anywhere, told["id"])
    assert (after["state"], after["for_another_at"]) == ("confirmed", None)
    assert after["confirmed_at"] == confirmed.get_json()["confirmed_at"]
    assert (after["identified_by"], after["identity_document"]) == ("E-7", "original")


def test_the_same_key_begins_one(here: Portal) -> None:
    """And sends one message; without a key nothing is begun."""
    first = here.program.post(PHONE_VERIFICATIONS, _body(), once="k-1")
    again = here.program.post(PHONE_VERIFICATIONS, _body(), once="k-1")

    assert first.get_json()["id"] == again.get_json()["id"]
    assert len(here.world.sms.sent) == 1
    answer = here.program.post(PHONE_VERIFICATIONS, _body(), once=None)
    refused(answer, 400, "idempotency_key_required")


@pytest.mark.parametrize(
    ("changes", "findings"),
    [
        (
            {"subscriber": _person(iin="850515401238")},
            {"/subscriber/iin": "id_number_invalid"},
        ),
        ({"subscriber": _person(phone="+79261234567")}, {"/subscriber/phone": "phone_invalid"}),
        ({"subscriber": _person(email="a@example.kz")}, {"/subscriber/email": "unknown_field"}),
        ({"identity_document": "hearsay"}, {"/identity_document": "not_in_list"}),
        ({"identified_by": ""}, {"/identified_by": "required"}),
    ],
    ids=["iin", "phone", "too much", "document", "nobody"],
)  # fmt: skip
def test_what_is_wrong_is_told_by_its_place(
    here: Portal, changes: dict[str, Any], findings: dict[str, str]
) -> None:
    """422, and nothing is begun."""
    assert found(here.program.post(PHONE_VERIFICATIONS, _body(**changes))) == findings
    assert here.world.sms.sent == []


def test_wrong_exhausted_and_second_codes_are_refused_as_for_envelopes(here: Portal) -> None:
    """422 counting down, 410, 409, and the same attempt the same answer."""
    verification_id = _begun(here)
    code = here.world.chance.given[-1]

    told = refused(_tried(here, verification_id, _WRONG, "w-1"), 422, "code_wrong")
    assert told["attempts_left"] == 4
    first = _tried(here, verification_id, code, "a-1")
    assert _tried(here, verification_id, code, "a-1").get_data() == first.get_data()
    told = refused(_tried(here, verification_id, code, "a-2"), 409, "already_confirmed")
    assert told["state"] == "confirmed"
    again = here.program.post(f"{PHONE_VERIFICATIONS}/{verification_id}/code", {})
    refused(again, 409, "already_confirmed")


def test_an_exhausted_code_is_gone(here: Portal) -> None:
    """410 after the last attempt."""
    verification_id = _begun(here)
    for n in range(5):
        _tried(here, verification_id, _WRONG, f"w-{n}")

    gone = _tried(here, verification_id, here.world.chance.given[-1], "a-1")
    assert refused(gone, 410, "code_gone")["reason"] == "exhausted"


def test_another_code_has_to_wait(here: Portal) -> None:
    """429 with the seconds, then 202."""
    verification_id = _begun(here)
    path = f"{PHONE_VERIFICATIONS}/{verification_id}/code"

    refused(here.program.post(path, {}), 429, "limit_reached")
    here.world.clock.advance(here.world.send.policy.cool_downs[0])
    answer = here.program.post(path, {"language": "ru", "employee_id": "E-8"})

    assert answer.status_code == 202
    assert answer.get_json()["challenge"]["state"] == "sent"


def test_one_whose_time_is_over_is_told_so(here: Portal) -> None:
    """409 with its state."""
    verification_id = _begun(here)
    here.world.clock.advance(LIFE)

    late = _tried(here, verification_id, here.world.chance.given[-1], "a-1")
    assert refused(late, 409, "move_not_allowed")["state"] == "expired"
    assert _shown(here, verification_id)["state"] == "expired"


@pytest.mark.parametrize("place", ["", "/code", "/confirmation"])
@pytest.mark.parametrize("name", ["0" * 26, "short", "%00", "850515401239"])
def test_an_unknown_one_is_not_found(here: Portal, place: str, name: str) -> None:
    """404, whatever stands for its id."""
    path = f"{PHONE_VERIFICATIONS}/{name}{place}"
    bodies: dict[str, dict[str, str]] = {"/confirmation": {"code": _WRONG, "attempt_id": "a"}}
    answer = here.program.post(path, bodies.get(place, {})) if place else here.program.get(path)

    refused(answer, 404, "verification_not_found")


def test_others_do_not_see_it(here: Portal) -> None:
    """Neither another owner nor a key of another region; without the scope nobody."""
    verification_id = _begun(here)
    path = f"{PHONE_VERIFICATIONS}/{verification_id}"

    for other in (here.issued(owner="another"), here.issued(region="Алматы")):
        refused(other.get(path), 404, "verification_not_found")
    lacking = here.issued(scopes=frozenset(Scope) - {Scope.PHONES_VERIFY})
    refused(lacking.get(path), 403, "scope_missing")


def test_a_message_that_no_route_takes_is_told(here: Portal) -> None:
    """503, and the same request may be sent again at once."""
    here.world.sms.failing = SmsRefused("down")
    refused(here.program.post(PHONE_VERIFICATIONS, _body(), once="k"), 503, "sms_unavailable")

    here.world.sms.failing = None
    assert here.program.post(PHONE_VERIFICATIONS, _body(), once="k").status_code == 202


def _directory(here: Portal, directory: FakeDirectory, policy: NumberPolicy) -> Portal:
    here.world.directory, here.world.numbers = directory, policy
    return here.changed(
        verify_phone=here.world.verify_phone,
        send_code=here.world.send,
        create_envelope=here.world.create,
    )


def test_what_the_directory_says_is_told(here: Portal) -> None:
    """409 for another's number, 503 where it must be asked and is away."""
    strict = NumberPolicy(unavailable=Measure.BLOCK, sim_changed=Measure.BLOCK)
    directory = FakeDirectory(answer=DirectoryAnswer(belongs=Belongs.NO))
    there = _directory(here, directory, strict)
    refused(there.program.post(PHONE_VERIFICATIONS, _body()), 409, "number_not_subscribers")

    changed = DirectoryAnswer(sim_changed_at=here.world.clock.now())
    directory.answer = changed
    refused(there.program.post(PHONE_VERIFICATIONS, _body()), 409, "sim_changed")
    directory.failing = DirectoryUnavailable("away")
    refused(there.program.post(PHONE_VERIFICATIONS, _body()), 503, "directory_unavailable")
    assert here.world.sms.sent == []


def test_an_envelope_is_refused_its_code_the_same_way(here: Portal) -> None:
    """It is made, warned of, also in lists; its code is refused by name."""
    directory = FakeDirectory(answer=DirectoryAnswer(belongs=Belongs.NO))
    there = _directory(here, directory, NumberPolicy())
    envelope_id = there.created()

    refused(there.sent_again(envelope_id), 409, "number_not_subscribers")

    (warning,) = there.shown(envelope_id)["warnings"]
    assert (warning["pointer"], warning["code"]) == ("/subscriber/phone", "number_not_subscribers")
    assert set(warning["messages"]) == {"kk", "ru"}
    listed = there.program.get(ENVELOPES).get_json()["envelopes"]
    assert [each["warnings"] for each in listed] == [[warning]]


def test_an_envelope_finds_the_verification(anywhere: Portal) -> None:
    """Where its body leaves it out; a body that states one is told as stating it."""
    body = sample()
    stated = body["subscriber"].pop("phone_verification")
    assert found(anywhere.program.post(ENVELOPES, body)) == {
        "/subscriber/phone_verification": "number_not_verified"
    }
    verification_id = _begun(anywhere)
    _tried(anywhere, verification_id, anywhere.world.chance.given[-1], "a-1")

    made = anywhere.shown(anywhere.created(body))["phone_verification"]

    assert (made["source"], made["verification_id"]) == ("verified_here", verification_id)
    body["subscriber"]["phone_verification"] = stated
    made = anywhere.shown(anywhere.created(body))["phone_verification"]
    assert (made["source"], made["verification_id"]) == ("stated_by_client", None)


def test_who_typed_is_told_with_the_envelope(here: Portal) -> None:
    """In the answer to the confirmation and in the envelope; contradictions by their place."""
    envelope_id, code = here.code_sent()
    contradiction = here.tried(envelope_id, code, "c", entered_by="subscriber", employee_id="E-7")
    assert found(contradiction) == {"/employee_id": "typed_without_employee"}
    missing = here.tried(envelope_id, code, "m", entered_by="subscriber_on_tablet")
    assert found(missing) == {"/employee_id": "required"}

    answer = here.tried(
        envelope_id, code, "a-1",
        entered_by="subscriber_on_tablet", employee_id="E-7", device="tablet-12",
    )  # fmt: skip

    who = {"entered_by": "subscriber_on_tablet", "employee_id": "E-7", "device": "tablet-12"}
    assert who.items() <= answer.get_json().items()
    assert who.items() <= here.shown(envelope_id)["consent"].items()
