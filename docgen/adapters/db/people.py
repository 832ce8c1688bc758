"""Subscribers and consents as JSON; the stored names are a format, not the classes' own."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from docgen.domain.canonical import instant
from docgen.domain.consent import (
    Consent,
    ConsentText,
    Drawn,
    EnteredBy,
    HandwrittenConsent,
    Scanned,
    SmsConsent,
    TypedCode,
    WayOfSigning,
    Witness,
)
from docgen.domain.handwriting import Tool
from docgen.domain.language import Language
from docgen.domain.subscriber import (
    Addresses,
    IdentityDocument,
    Iin,
    Phone,
    PhoneVerification,
    Subscriber,
    VerificationMethod,
    VerifiedHere,
)


def subscriber_json(person: Subscriber) -> dict[str, Any]:
    """A subscriber; times are UTC in ISO 8601."""
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
        "phone_verification": _verification_json(person.phone_verification),
    }


def subscriber_of(stored: Mapping[str, Any]) -> Subscriber:
    """The subscriber that `subscriber_json` wrote."""
    return Subscriber(
        surname=stored["surname"],
        name=stored["name"],
        patronymic=stored["patronymic"],
        iin=Iin(stored["iin"]),
        birth_date=date.fromisoformat(stored["birth_date"]),
        phone=Phone(stored["phone"]),
        email=stored["email"],
        addresses=Addresses(**stored["addresses"]),
        phone_verification=_verification_of(stored["phone_verification"]),
    )


def _verification_json(verification: PhoneVerification) -> dict[str, Any]:
    here = verification.here
    stated = {
        "method": verification.method.value,
        "verified_at": instant(verification.verified_at),
        "identified_by": verification.identified_by,
        "identity_document": verification.identity_document.value,
    }
    if here is None:
        return stated
    return stated | {
        "here": {
            "id": here.id,
            "journal_head": here.journal_head,
            "challenge": dict(here.challenge),
        }
    }


def _verification_of(stored: Mapping[str, Any]) -> PhoneVerification:
    """Those stored before numbers were verified here do not say so."""
    here = stored.get("here")
    return PhoneVerification(
        method=VerificationMethod(stored["method"]),
        verified_at=datetime.fromisoformat(stored["verified_at"]),
        identified_by=stored["identified_by"],
        identity_document=IdentityDocument(stored["identity_document"]),
        here=None if here is None else VerifiedHere(**here),
    )


def typed_json(code: TypedCode) -> dict[str, Any]:
    """A typed code, all but its time, which has a place of its own."""
    return {
        "challenge_id": code.challenge_id,
        "attempt_id": code.attempt_id,
        "entered_by": code.entered_by.value,
        "employee_id": code.employee_id,
        "device": code.device,
    }


def typed_of(stored: Mapping[str, Any], *, confirmed_at: datetime) -> TypedCode:
    """The typed code that `typed_json` wrote."""
    return TypedCode(**_typed(stored), confirmed_at=confirmed_at)


def _typed(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Those stored before devices were named have none."""
    return {
        "challenge_id": stored["challenge_id"],
        "attempt_id": stored["attempt_id"],
        "entered_by": EnteredBy(stored["entered_by"]),
        "employee_id": stored["employee_id"],
        "device": stored.get("device"),
    }


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
        return shared | typed_json(consent)
    return shared | _hand_json(consent)


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
            hand=_hand_of(stored),
            witness=Witness(
                name=stored["witness"]["name"],
                employee_id=stored["witness"]["employee_id"],
                role=stored["witness"]["role"],
            ),
            confirmed_at=confirmed_at,
            text=text,
        )
    return SmsConsent(**_typed(stored), confirmed_at=confirmed_at, text=text)


def _hand_json(consent: HandwrittenConsent) -> dict[str, Any]:
    witness, hand = consent.witness, consent.hand
    shared = {
        "witness": {
            "name": witness.name,
            "employee_id": witness.employee_id,
            "role": witness.role,
        },
        "device": hand.device,
    }
    if isinstance(hand, Drawn):
        return shared | {
            "strokes_sha256": hand.strokes_sha256,
            "image_sha256": hand.image_sha256,
            "tool": hand.tool.value,
            "strokes": hand.strokes,
            "points": hand.points,
            "lasted_ms": hand.lasted_ms,
        }
    return shared | {
        "scan_sha256": hand.scan_sha256,
        "media_type": hand.media_type,
        "pages": hand.pages,
        "uploaded_sha256": hand.uploaded_sha256,
        "uploaded_type": hand.uploaded_type,
    }


def _hand_of(stored: Mapping[str, Any]) -> Drawn | Scanned:
    if "scan_sha256" in stored:
        return Scanned(
            scan_sha256=stored["scan_sha256"],
            media_type=stored["media_type"],
            pages=stored["pages"],
            uploaded_sha256=stored["uploaded_sha256"],
            uploaded_type=stored["uploaded_type"],
            device=stored["device"],
        )
    return Drawn(
        strokes_sha256=stored["strokes_sha256"],
        image_sha256=stored["image_sha256"],
        tool=Tool(stored["tool"]),
        strokes=stored["strokes"],
        points=stored["points"],
        lasted_ms=stored["lasted_ms"],
        device=stored["device"],
    )
