"""Envelopes carry a number's verification or find it, tell whose word it is, and who typed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from docgen.domain import evidence, journal
from docgen.domain.consent import EnteredBy
from docgen.domain.errors import (
    ValuesRejected,
)
from docgen.domain.language import Language
from docgen.domain.subscriber import Phone
from tests.builders import circumstances
from tests.usecases.numbers import (
    DANA,
    GULSIM,
    asked_for,
    caller,
    codes,
    evidence_of,
    now_of,
    verified,
    without_verification,
)
from tests.usecases.world import World, attempt


def test_an_envelope_finds_the_newest_verification(anywhere: World) -> None:
    """With its id, the head of its journal and the facts of its code; evidence says so."""
    verified(anywhere)
    anywhere.clock.advance(timedelta(minutes=2))
    newest = verified(anywhere, identified_by="E-8")

    envelope = anywhere.create(without_verification())

    kept = envelope.subscriber.phone_verification
    assert kept.here is not None
    assert (kept.here.id, kept.identified_by) == (newest, "E-8")
    assert kept.here.journal_head == anywhere.journal(newest)[-1].hash
    stated = evidence_of(anywhere, envelope)["subscriber"]["phone_verification"]
    assert stated["source"] == "verified_here"
    assert stated["verification"]["id"] == newest
    assert stated["verification"]["challenge"]["provider"] == "fake"
    printed = anywhere.renderer.orders[-1].contexts[Language.RU]["verification"]["method"]
    assert printed == f"SMS-кодом (проверен здесь, № {newest})"


def test_what_the_client_states_is_marked_as_stated(here: World) -> None:
    """Even where the register knows better: the client's word is kept as his."""
    verified(here)

    stated = evidence_of(here, here.created())["subscriber"]["phone_verification"]

    assert (stated["source"], stated["verification"]) == ("stated_by_client", None)


def test_an_envelope_without_any_verification_is_refused(here: World) -> None:
    """Another person's, another number's, another owner's and an open one are none."""
    verified(here, DANA)
    verified(here, replace(GULSIM, phone=Phone("+77015550143")))
    verified(here, owner="another", identified_by="E-9")
    here.clock.advance(timedelta(minutes=2))
    here.verify_phone(asked_for(identified_by="E-10"))

    with pytest.raises(ValuesRejected) as caught:
        here.create(without_verification())
    assert [(e.pointer, e.code) for e in caught.value.errors] == [
        ("/subscriber/phone_verification", "number_not_verified")
    ]


def test_a_number_that_went_on_to_another_is_told(here: World) -> None:
    """The first person's verification stays, and is shown as what it was."""
    first = verified(here)
    here.clock.advance(timedelta(minutes=2))
    second = verified(here, DANA)

    envelope = here.create(without_verification())

    assert "number_verified_for_another" in codes(envelope)
    dana = now_of(here, second).confirmation
    assert dana is not None
    assert here.show_verification(first, caller=caller()).for_another_at == dana.confirmed_at
    assert here.show_verification(second, caller=caller()).for_another_at is None


def test_who_typed_on_what_is_in_consent_journal_and_evidence(here: World) -> None:
    """The subscriber on the tablet handed over is no employee."""
    envelope = here.code_sent()
    typed = attempt(
        here.chance.given[-1],
        entered_by=EnteredBy.SUBSCRIBER_ON_TABLET,
        employee_id="E-7",
        device="tablet-12",
    )

    sealed = here.confirm(envelope.id, typed)

    entry = next(e for e in here.journal(envelope.id) if e.event is journal.Event.CONFIRMED)
    assert entry.actor == "subscriber"
    assert (entry.details["entered_by"], entry.details["device"]) == (
        "subscriber_on_tablet",
        "tablet-12",
    )
    stated = evidence.build(
        sealed,
        sealed.documents[0],
        challenge=None,
        entries=here.journal(envelope.id),
        circumstances=circumstances(),
    )["consent"]
    assert (stated["entered_by"], stated["employee_id"], stated["device"]) == (
        "subscriber_on_tablet",
        "E-7",
        "tablet-12",
    )
    contexts = here.renderer.orders[-1].contexts
    assert contexts[Language.RU]["code"]["entered_by"] == (
        "абонент на планшете работника E-7, устройство: tablet-12"
    )
    assert contexts[Language.KK]["code"]["entered_by"] == (
        "абонент, E-7 жұмыскерінің планшетінде, құрылғы: tablet-12"
    )


def test_the_protocol_tells_whose_word_the_verification_is(here: World) -> None:
    """In both languages."""
    here.code_sent()
    envelope = here.created()
    evidence_of(here, envelope)

    contexts = here.renderer.orders[-1].contexts
    assert contexts[Language.RU]["verification"]["method"] == ("SMS-кодом (по данным системы)")
    assert "(жүйенің дерегі)" in contexts[Language.KK]["verification"]["method"]


def test_a_contradiction_is_refused_before_anything_is_counted(here: World) -> None:
    """The subscriber alone has no employee beside him."""
    envelope = here.code_sent()
    typed = attempt(here.chance.given[-1], entered_by=EnteredBy.SUBSCRIBER, employee_id="E-7")

    with pytest.raises(ValuesRejected) as caught:
        here.confirm(envelope.id, typed)

    assert [e.pointer for e in caught.value.errors] == ["/employee_id"]
    assert "code_wrong" not in here.events(envelope.id)
