"""What a new paper says is compared with what the account has signed before."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from docgen.domain.envelope import Envelope
from docgen.domain.errors import ValuesRejected, WayNotAllowed
from docgen.domain.language import BOTH, Language
from docgen.forms.identity import read_subscriber
from docgen.usecases.create_envelope import DocumentRequest, EnvelopeRequest
from docgen.usecases.recall_account import RecallAccount, Whose
from tests.usecases.world import TECHNICIAN, World, attempt, request

_LATE = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
_ORDER = {"order_number": "1-204817733"}


def _of_our_account(here: World, form: str) -> dict[str, Any]:
    """The form's example, as if it were of the sample visit."""
    values = {**here.forms.get(form).example["values"], **_ORDER}
    account = {"account_number": "750012345678"}
    if "account_number" in values:
        values |= account
    if form == "equipment_return":
        values["services"] = [row | account for row in values["services"]]
    return values


def _asked(here: World, *forms: str, **changes: dict[str, Any]) -> EnvelopeRequest:
    """The sample visit's person with the examples of those forms."""
    documents = tuple(
        DocumentRequest(
            form=form,
            languages=BOTH,
            values={**_of_our_account(here, form), **changes.get(form, {})},
        )
        for form in forms
    )
    return replace(request(), documents=documents)


def _signed(here: World, asked: EnvelopeRequest) -> None:
    envelope = here.create(asked)
    here.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)
    here.confirm(envelope.id, attempt(here.chance.given[-1]))


def _whose(**changes: Any) -> Whose:
    person = read_subscriber(request().subscriber)
    return replace(Whose(owner="operator", region=None, iin=person.iin), **changes)


def _codes(envelope: Envelope) -> list[str]:
    return [warning.code for warning in envelope.warnings]


def _device(serial: str) -> dict[str, Any]:
    return {
        "kind": "ONT", "model": "EG8145V5", "serial": serial, "price": "24990.00",
    }  # fmt: skip


def _return_of(serial: str, **more: str) -> dict[str, Any]:
    return {"complete": [_device(serial) | more], "incomplete": [], "total": None}


def test_a_return_names_what_an_act_handed_out(anywhere: World) -> None:
    """A serial number that no act of the account knows is refused, by its row."""
    _signed(anywhere, request())

    with pytest.raises(ValuesRejected) as caught:
        anywhere.create(
            _asked(anywhere, "equipment_return", equipment_return=_return_of("STRANGE-1"))
        )

    (found,) = caught.value.errors
    assert found.pointer == "/documents/0/values/complete/0/serial"
    assert found.code == "serial_not_handed_out"


def test_a_device_of_an_older_paper_act_names_that_act(here: World) -> None:
    """What was handed out before the service knew the account can still be returned."""
    _signed(here, request())
    values = _return_of("STRANGE-1", handed_out_by="A-77/2019")

    assert here.create(_asked(here, "equipment_return", equipment_return=values)).warnings == ()


def test_an_account_that_the_service_does_not_know_returns_anything(here: World) -> None:
    """There is nothing to compare with."""
    values = _return_of("STRANGE-1")

    assert here.create(_asked(here, "equipment_return", equipment_return=values)).warnings == ()


def test_a_refusal_warns_of_equipment_still_held(anywhere: World) -> None:
    """The warning is told, kept and written into the journal; the paper is made all the same."""
    _signed(anywhere, request())

    envelope = anywhere.create(_asked(anywhere, "service_refusal"))

    assert [(w.pointer, w.code) for w in envelope.warnings] == [
        ("/documents/0/values", "equipment_held")
    ]
    assert anywhere.envelope(envelope.id).warnings == envelope.warnings
    details = anywhere.journal(envelope.id)[0].details
    assert "warning/documents/0/values/equipment_held" in details


def test_a_return_in_the_same_envelope_takes_the_warning_away(here: World) -> None:
    """Who returns everything and refuses the service signs both with one code."""
    _signed(here, request())
    serials = [each["serial"] for each in request().documents[0].values["equipment"]]  # type: ignore[index]
    values = {"complete": [_device(each) for each in serials], "incomplete": [], "total": None}
    asked = _asked(here, "equipment_return", "service_refusal", equipment_return=values)

    assert here.create(asked).warnings == ()


def test_what_nobody_signed_does_not_count(here: World) -> None:
    """A draft, a declined or a void paper leaves no traces."""
    here.create(request())

    assert here.create(_asked(here, "service_refusal")).warnings == ()


def test_another_owners_papers_do_not_count(here: World) -> None:
    """Accounts of different operators may share a number."""
    _signed(here, request())
    asked = replace(_asked(here, "service_refusal"), owner="another")

    assert here.create(asked).warnings == ()


def test_a_form_that_is_gone_says_nothing_any_more(here: World) -> None:
    """Papers outlive their forms; an account is recalled from what is still known."""
    _signed(here, request())
    here.forms._forms.pop("acceptance_act")

    recall = RecallAccount(register=here.register, forms=here.forms)

    assert recall(_whose(), account_numbers=["750012345678"]).held == frozenset()


def test_an_acknowledged_debt_is_warned_of(here: World) -> None:
    """A signed instalment agreement is known to a later refusal."""
    here.clock.moment = _LATE
    _signed(here, _asked(here, "instalment_agreement"))

    envelope = here.create(_asked(here, "service_refusal"))

    assert [w.code for w in envelope.warnings] == ["debt_open"]


def test_no_code_is_sent_for_a_sum_that_a_code_may_not_sign(here: World) -> None:
    """Above its form's limit a paper needs another way, and nothing is sent."""
    form = here.forms.get("instalment_agreement")
    agreed = form.read(form.example["values"]).amount()
    assert agreed is not None
    limited = replace(form, ways=dict.fromkeys(form.ways, agreed - 1))
    here.forms._forms["instalment_agreement"] = limited
    envelope = here.create(_asked(here, "instalment_agreement"))

    with pytest.raises(WayNotAllowed) as caught:
        here.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)

    assert (caught.value.way, caught.value.number) == ("sms_code", envelope.documents[0].number)
    assert here.sms.sent == []


def test_a_document_pins_its_edition_and_word_files(anywhere: World) -> None:
    """The edition of the day it is made, and the hashes of the languages it is made in."""
    form = anywhere.forms.get("acceptance_act")
    document = anywhere.envelope(anywhere.created().id).documents[0]

    edition = form.edition(document.edition)
    assert edition == form.edition_on(anywhere.clock.now().date())
    assert dict(document.templates) == {language: edition.templates[language] for language in BOTH}
    assert anywhere.renderer.orders[0].pinned == document.templates


def test_an_old_document_is_rendered_by_its_own_edition(here: World) -> None:
    """Drafted before a new edition began and rendered after, it keeps the older Word files."""
    document = here.created().documents[0]
    assert document.edition == "2026-10"
    assert here.renderer.orders[0].template == "editions/2026-10/acceptance_act"

    here.clock.moment = _LATE
    here.created()
    assert here.renderer.orders[1].template == "acceptance_act"


def test_the_next_tenant_is_not_told_what_the_last_one_owed(here: World) -> None:
    """An account outlives its subscriber; only papers of the same person count."""
    _signed(here, request())
    other = {"iin": "850512456785", "phone": "+77015550143"}
    person = {**request().subscriber, **other}  # type: ignore[dict-item]

    assert _codes(here.create(replace(_asked(here, "service_refusal"), subscriber=person))) == []


def test_a_key_of_one_region_is_told_nothing_of_another(here: World) -> None:
    """What it may not read by id it does not learn by a warning either."""
    there = {**request().reference, "region": "Алматы"}  # type: ignore[dict-item]
    _signed(here, replace(request(), reference=there, region="Алматы"))
    other = {**request().reference, "region": "Ақтау"}  # type: ignore[dict-item]
    asked = replace(_asked(here, "service_refusal"), reference=other, region="Ақтау")

    assert "equipment_held" not in _codes(here.create(asked))
    assert "equipment_held" in _codes(here.create(replace(asked, reference=there, region="Алматы")))


def test_another_number_in_front_does_not_make_it_look_away(here: World) -> None:
    """The accounts that a paper itself names count too, and the difference is told."""
    _signed(here, request())
    asked = _asked(here, "service_refusal", service_refusal={"account_number": "750012345678"})
    elsewhere = {**asked.reference, "account_number": "999"}  # type: ignore[dict-item]

    codes = _codes(here.create(replace(asked, reference=elsewhere)))

    assert codes == ["account_number_differs", "equipment_held"]


def test_a_sum_is_not_split_to_pass_under_a_limit(here: World) -> None:
    """One code signs the whole envelope, so its papers count together."""
    form = here.forms.get("instalment_agreement")
    agreed = form.read(form.example["values"]).amount()
    assert agreed is not None
    here.forms._forms[form.code] = replace(form, ways=dict.fromkeys(form.ways, agreed))
    one = here.create(_asked(here, form.code))
    here.send(one.id, language=Language.KK, asked_by=TECHNICIAN)
    two = here.create(_asked(here, form.code, form.code))

    with pytest.raises(WayNotAllowed):
        here.send(two.id, language=Language.KK, asked_by=TECHNICIAN)


def test_no_code_is_sent_to_whoever_refuses_to_sign_by_one(here: World) -> None:
    """The application's own answer counts."""
    consents = here.forms.get("application").example["values"]["consents"]
    refused = consents | {"sms_signature": consents["sms_signature"] | {"given": False}}
    envelope = here.create(_asked(here, "application", application={"consents": refused}))

    with pytest.raises(WayNotAllowed):
        here.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)


def test_payments_of_the_past_and_debts_of_the_future_are_warned_of(here: World) -> None:
    """An agreement that is in default when it is signed makes the whole debt due at once."""
    here.clock.moment = datetime(2027, 1, 25, 9, 0, tzinfo=UTC)
    assert _codes(here.create(_asked(here, "instalment_agreement"))).count("due_before_today") == 2

    here.clock.moment = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
    assert "after_today" in _codes(here.create(_asked(here, "instalment_agreement")))
