"""The published schema says exactly what the evidence of a sealed file may say."""

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from docgen.domain import evidence, journal
from docgen.domain.canonical import canonical_json
from docgen.domain.challenge import Challenge
from docgen.domain.consent import EnteredBy
from docgen.domain.envelope import Envelope, SealLevel, State
from docgen.domain.evidence_schema import schema
from docgen.domain.journal import Entry, Event
from docgen.domain.subscriber import IdentityDocument, VerificationMethod
from tests import builders

_VALIDATOR = Draft202012Validator(schema())
_FREE = {"details"}
"""Members whose own members are not named by the schema."""


def _entries(envelope: Envelope, *events: Event) -> list[Entry]:
    entries: list[Entry] = []
    for event in events:
        last = entries[-1] if entries else None
        entries.append(journal.chain(builders.fact(event), envelope_id=envelope.id, last=last))
    return entries


def _built(
    envelope: Envelope | None = None, challenge: Challenge | None = None, **changes: Any
) -> dict[str, Any]:
    """Evidence as it is read back from a file."""
    confirmed = envelope or builders.envelope(State.CONFIRMED)
    stated = evidence.build(
        confirmed,
        confirmed.documents[0],
        challenge=challenge,
        entries=_entries(confirmed, *Event),
        circumstances=builders.circumstances(**changes),
    )
    read: dict[str, Any] = json.loads(canonical_json(stated))
    return read


def _sent() -> dict[str, Any]:
    envelope = builders.envelope(State.CONFIRMED)
    sent = builders.challenge(
        envelope, sent_at=builders.NOW, provider="smsc", provider_message_id="77-1"
    )
    return _built(envelope, sent)


def _told_to_an_employee() -> dict[str, Any]:
    ready = builders.envelope(State.CODE_SENT)
    consent = builders.sms_consent(entered_by=EnteredBy.EMPLOYEE, employee_id="E-7")
    return _built(ready.confirm(consent), builders.challenge(ready))


MADE = {
    "with a code that was sent": _sent,
    "with a code told to an employee": _told_to_an_employee,
    "signed by hand": lambda: _built(builders.confirmed_by_hand()),
    "signed on paper": lambda: _built(
        builders.envelope(State.READY).sign_by_hand(
            builders.handwritten_consent(
                hand=builders.scanned(), witness=builders.witness(role=None)
            )
        )
    ),
    "made in another's place": lambda: _built(
        builders.envelope(State.CONFIRMED, supersedes=builders.identifier())
    ),
    "of two documents": lambda: _built(
        builders.envelope(State.CONFIRMED, documents=(builders.document(), builders.document()))
    ),
    "with a plain seal": lambda: _built(seal=builders.seal_ability(level=SealLevel.B_B)),
    "with a source of time": lambda: _built(
        operator=replace(builders.operator(), time_source="NTP: ntp.example.kz")
    ),
}


@pytest.mark.parametrize("make", MADE.values(), ids=list(MADE))
def test_whatever_is_stated_fits_the_schema(make: Any) -> None:
    """Each way of signing, each kind of seal."""
    _VALIDATOR.validate(make())


@pytest.mark.parametrize("method", VerificationMethod)
@pytest.mark.parametrize("document", IdentityDocument)
def test_every_way_of_verifying_a_number_fits(
    method: VerificationMethod, document: IdentityDocument
) -> None:
    """No word of the domain is missing in the schema."""
    verified = replace(
        builders.subscriber().phone_verification, method=method, identity_document=document
    )
    person = builders.subscriber(phone_verification=verified)

    _VALIDATOR.validate(_built(builders.envelope(State.CONFIRMED, subscriber=person)))


@pytest.mark.parametrize("make", MADE.values(), ids=list(MADE))
def test_an_unknown_member_is_refused_wherever_it_stands(make: Any) -> None:
    """What the schema does not explain, no expert has to wonder about."""
    stated = make()

    for path in _objects(stated):
        spoilt = copy.deepcopy(stated)
        _at(spoilt, path)["surprise"] = "x"
        with pytest.raises(ValidationError):
            _VALIDATOR.validate(spoilt)


def test_nothing_that_is_promised_may_be_missing() -> None:
    """Every member of every object is required, but for a title in one language only."""
    stated = _sent()

    for path in _objects(stated):
        for name in _at(stated, path):
            if path[-1:] in {("title",), ("name",), ("word_files_sha256",)}:
                continue
            spoilt = copy.deepcopy(stated)
            del _at(spoilt, path)[name]
            with pytest.raises(ValidationError):
                _VALIDATOR.validate(spoilt)


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("subscriber", "iin", "900101300007"),
        ("subscriber", "phone", "+77015550142"),
        ("subscriber", "phone_hmac", "7015550142"),
        ("challenge", "digits", "482913"),
        ("challenge", "code", "482913"),
        ("challenge", "mac", "ab" * 32),
        ("document", "sha256", "AB" * 32),
        ("document", "frozen_at", "2026-03-02T14:30:00+05:00"),
    ],
)
def test_the_schema_has_no_room_for_secrets(part: str, name: str, value: str) -> None:
    """A full number, a code or its MAC would not be evidence of ours; nor would a local time."""
    stated = _sent()
    stated[part][name] = value

    with pytest.raises(ValidationError):
        _VALIDATOR.validate(stated)


def test_it_is_a_schema() -> None:
    """By the rules of draft 2020-12, and of the format that the evidence names."""
    Draft202012Validator.check_schema(schema())

    assert schema()["properties"]["format"]["const"] == evidence.FORMAT


def _objects(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of all objects whose members are named."""
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from _objects(item, (*path, place))
    if isinstance(value, dict):
        yield path
        for name, item in value.items():
            if name not in _FREE:
                yield from _objects(item, (*path, name))


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value
