"""Subscribers and consents as JSON; the stored names are a format, not the classes' own."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from docgen.domain.canonical import instant
from docgen.domain.consent import (
    Consent,
    ConsentText,
    EnteredBy,
    HandwrittenConsent,
    SmsConsent,
    WayOfSigning,
)
from docgen.domain.language import Language
from docgen.domain.subscriber import (
    Addresses,
    IdentityDocument,
    Iin,
    Phone,
    PhoneVerification,
    Subscriber,
    VerificationMethod,
)


def subscriber_json(person: Subscriber) -> dict[str, Any]:
    """A subscriber; times are UTC in ISO 8601."""
    verification = person.phone_verification
    return {
        "surname": person.surname,
        "name": person.name,
        "patronymic": person.patronymic,
        "iin": person.iin.value,
        "birth_date": person.birth_date.isoformat(),
        "phone": person.phone.value,
        "email": person.email,
        "addresses": {
            "registration": person.addresses.registration,
            "actual": person.addresses.actual,
            "service": person.addresses.service,
        },
        "phone_verification": {
            "method": verification.method.value,
            "verified_at": instant(verification.verified_at),
            "identified_by": verification.identified_by,
            "identity_document": verification.identity_document.value,
        },
    }


def subscriber_of(stored: Mapping[str, Any]) -> Subscriber:
    """The subscriber that `subscriber_json` wrote."""
    verification = stored["phone_verification"]
    return Subscriber(
        surname=stored["surname"],
        name=stored["name"],
        patronymic=stored["patronymic"],
        iin=Iin(stored["iin"]),
        birth_date=date.fromisoformat(stored["birth_date"]),
        phone=Phone(stored["phone"]),
        email=stored["email"],
        addresses=Addresses(**stored["addresses"]),
        phone_verification=PhoneVerification(
            method=VerificationMethod(verification["method"]),
            verified_at=datetime.fromisoformat(verification["verified_at"]),
            identified_by=verification["identified_by"],
            identity_document=IdentityDocument(verification["identity_document"]),
        ),
    )


def consent_json(consent: Consent) -> dict[str, Any]:
    """A consent, its `way` telling which; times are UTC in ISO 8601."""
    shared = {
        "way": consent.way.value,
        "confirmed_at": instant(consent.confirmed_at),
        "text": {
            "version": consent.text.version,
            "language": consent.text.language.value,
            "text": consent.text.text,
        },
    }
    if isinstance(consent, SmsConsent):
        return shared | {
            "challenge_id": consent.challenge_id,
            "attempt_id": consent.attempt_id,
            "entered_by": consent.entered_by.value,
            "employee_id": consent.employee_id,
        }
    return shared | {"evidence_sha256": consent.evidence_sha256, "witness": consent.witness}


def consent_of(stored: Mapping[str, Any]) -> Consent:
    """The consent that `consent_json` wrote."""
    confirmed_at = datetime.fromisoformat(stored["confirmed_at"])
    text = ConsentText(
        version=stored["text"]["version"],
        language=Language(stored["text"]["language"]),
        text=stored["text"]["text"],
    )
    if WayOfSigning(stored["way"]) is WayOfSigning.BY_HAND:
        return HandwrittenConsent(
            evidence_sha256=stored["evidence_sha256"],
            witness=stored["witness"],
            confirmed_at=confirmed_at,
            text=text,
        )
    return SmsConsent(
        challenge_id=stored["challenge_id"],
        attempt_id=stored["attempt_id"],
        confirmed_at=confirmed_at,
        entered_by=EnteredBy(stored["entered_by"]),
        employee_id=stored["employee_id"],
        text=text,
    )
