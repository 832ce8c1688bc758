"""What the signing protocol tells a judge: everything of the evidence, in words."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from docgen.domain import evidence, journal
from docgen.domain.challenge import Challenge
from docgen.domain.consent import EnteredBy
from docgen.domain.dispatch import Taken
from docgen.domain.envelope import Envelope, SealLevel, State
from docgen.domain.language import BOTH, Language
from docgen.forms.protocol import DASH, Facts, context
from docgen.texts.dates import moment
from tests import builders

_TIME = re.compile(r"\d\d:\d\d:\d\d")


def _facts(
    envelope: Envelope | None = None, challenge: Challenge | None = None, **changes: Any
) -> Facts:
    confirmed = envelope or builders.envelope(State.CONFIRMED)
    document = confirmed.documents[0]
    assert document.frozen is not None
    assert confirmed.consent is not None
    facts = Facts(
        envelope=confirmed,
        document=document,
        frozen=document.frozen,
        consent=confirmed.consent,
        challenge=challenge,
        entries=(journal.chain(builders.fact(), envelope_id=confirmed.id, last=None),),
        titles={each.id: {"kk": "Акт", "ru": "Акт"} for each in confirmed.documents},
        operator=builders.operator(),
        seal=builders.seal_ability(),
        verify_url="https://q.example/verify/token",
    )
    return replace(facts, **changes)


def _sent(**changes: Any) -> Facts:
    envelope = builders.envelope(State.CONFIRMED)
    challenge = builders.challenge(
        envelope, sent_at=builders.NOW, provider="smsc", provider_message_id="77-1"
    )
    taken = builders.hop(challenge_id=challenge.id, route="smsc").taken(
        Taken(provider="smsc", message_id="77-1"), at=builders.NOW
    )
    return _facts(envelope, challenge, **{"hops": (taken,)} | changes)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value:
        if not isinstance(value, str):
            yield from _strings(inner)


@pytest.mark.parametrize("language", BOTH)
def test_every_time_names_its_zone(language: Language) -> None:
    """No clock time stands anywhere without UTC+5."""
    for text in _strings(context(_sent(), language)):
        assert len(_TIME.findall(text)) == text.count("(UTC+5)")


@pytest.mark.parametrize("language", BOTH)
def test_every_hash_of_the_evidence_is_printed_in_full(language: Language) -> None:
    """Of what was shown, its template and values, the manifest, the consent, the journal's head."""
    facts = _sent()
    shown = set(_strings(context(facts, language)))

    assert {
        facts.frozen.sha256,
        facts.frozen.template_sha256,
        evidence.values_hash(facts.document),
        facts.envelope.manifest_hash,
        facts.entries[-1].hash,
    } <= shown
    assert len([each for each in shown if re.fullmatch("[0-9a-f]{64}", each)]) >= 6


@pytest.mark.parametrize("language", BOTH)
def test_the_seal_names_its_certificate_and_whose_time_it_is(language: Language) -> None:
    """Holder, serial and level; with a stamp an outsider's time, without one the system's own."""
    stamped = context(_sent(), language)["seal"]
    plain = context(_sent(seal=builders.seal_ability(level=SealLevel.B_B)), language)["seal"]

    assert (stamped["holder"], stamped["serial"], stamped["level"]) == (
        "Сынақ мөрі", "4F2A", "PAdES B-LT",
    )  # fmt: skip
    assert "RFC 3161" in stamped["time"]
    assert plain["time"] != stamped["time"]
    assert "3" in stamped["retention"]


@pytest.mark.parametrize("language", BOTH)
def test_the_source_of_time_is_the_operators_word(language: Language) -> None:
    """What is set is printed; where nothing is, no more is claimed than the server's clock."""
    operator = replace(builders.operator(), time_source="NTP: ntp.example.kz")

    assert context(_sent(operator=operator), language)["seal"]["clock"] == "NTP: ntp.example.kz"
    assert context(_sent(), language)["seal"]["clock"] not in {"", "NTP: ntp.example.kz"}


@pytest.mark.parametrize("language", BOTH)
def test_each_message_has_its_row(language: Language) -> None:
    """Route, id, time and what is known of it; a row of dashes where nothing was sent."""
    (row,) = context(_sent(), language)["messages"]
    (none,) = context(_facts(), language)["messages"]

    assert (row["no"], row["route"], row["message_id"]) == ("1", "smsc", "77-1")
    assert row["at"] == moment(builders.NOW)
    assert row["status"]
    assert row["delivery"]
    assert set(none.values()) == {DASH}
    assert set(none) == set(row)


@pytest.mark.parametrize("language", BOTH)
def test_whose_hands_typed_the_code_is_told(language: Language) -> None:
    """The subscriber's own, or the employee's, to whom it was told."""
    ready = builders.envelope(State.CODE_SENT)
    told = builders.sms_consent(entered_by=EnteredBy.EMPLOYEE, employee_id="E-7")
    envelope = ready.confirm(told)

    said = context(_facts(envelope, builders.challenge(envelope)), language)["code"]["entered_by"]

    assert "E-7" in said
    assert context(_sent(), language)["code"]["entered_by"] != said


@pytest.mark.parametrize("language", BOTH)
def test_nobody_is_named_by_a_full_number(language: Language) -> None:
    """IIN and phone are masked wherever they stand."""
    facts = _sent()
    person = facts.envelope.subscriber
    text = "\n".join(_strings(context(facts, language)))

    assert person.iin.masked() in text
    assert person.phone.masked() in text
    assert person.iin.value not in text
    assert person.phone.value[2:] not in text


def test_the_evidence_says_the_same_moments() -> None:
    """What is printed as local time is in the evidence as UTC."""
    facts = _sent()
    (stated,) = evidence.messages(facts.hops)
    (row,) = context(facts, Language.KK)["messages"]

    assert row["at"] == moment(datetime.fromisoformat(stated["answered_at"]))
