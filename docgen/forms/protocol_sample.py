"""A signing protocol of an invented visit, for looking at its template."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from docgen.domain.challenge import Challenge, ChallengeState
from docgen.domain.consent import (
    ConsentText,
    Drawn,
    EnteredBy,
    HandwrittenConsent,
    SmsConsent,
    Witness,
)
from docgen.domain.dispatch import Hop, HopState
from docgen.domain.envelope import Document, Envelope, Frozen, Reference, SealLevel
from docgen.domain.handwriting import Tool
from docgen.domain.journal import Event, Fact, chain
from docgen.domain.language import BOTH, Language
from docgen.domain.operator import Operator
from docgen.domain.sealing import SealAbility
from docgen.domain.subscriber import (
    Addresses,
    IdentityDocument,
    Iin,
    Phone,
    PhoneVerification,
    Subscriber,
    VerificationMethod,
)
from docgen.forms.protocol import Facts

_NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_SHA256 = hashlib.sha256(b"sample").hexdigest()
_FROZEN = Frozen(
    sha256=_SHA256, size=1, pages=1, template_sha256=_SHA256, engine="-", frozen_at=_NOW
)
_SUBSCRIBER = Subscriber(
    surname="Үмбетова",
    name="Әлия",
    patronymic=None,
    iin=Iin("900101300007"),
    birth_date=date(1990, 1, 1),
    phone=Phone("+77015550142"),
    addresses=Addresses(registration="-", actual="-", service="-"),
    phone_verification=PhoneVerification(
        method=VerificationMethod.SMS_CODE,
        verified_at=_NOW,
        identified_by="-",
        identity_document=IdentityDocument.ORIGINAL,
    ),
)
_DOCUMENT = Document(
    id="sample",
    number="A3-26-000001",
    form="sample",
    languages=BOTH,
    values={},
    verification_token="sample",  # noqa: S106 - of no document
    edition="-",
    templates={},
    frozen=_FROZEN,
)
_ENVELOPE = Envelope(
    id="sample",
    owner="sample",
    client="sample",
    subscriber=_SUBSCRIBER,
    reference=Reference(order_number="1", account_number="1"),
    documents=(_DOCUMENT,),
    salt="",
    created_at=_NOW,
    expires_at=_NOW + timedelta(days=1),
)
_CHALLENGE = Challenge(
    id="sample",
    chain="sample",
    manifest_hash=_ENVELOPE.manifest_hash,
    purpose="sign",
    state=ChallengeState.CONFIRMED,
    issued_at=_NOW,
    expires_at=_NOW,
    resend_at=_NOW,
    digits=6,
    attempts_allowed=5,
    provider="sample",
    provider_message_id="sample",
    sent_at=_NOW,
)
_HOP = Hop(
    id="sample",
    sending="sample",
    challenge_id="sample",
    chain="sample",
    number=1,
    route="sample",
    subject="",
    network="701",
    client="sample",
    employee_id=None,
    begun_at=_NOW,
    state=HopState.TAKEN,
    provider="sample",
    message_id="sample",
    answered_at=_NOW,
)
_CONSENT = SmsConsent(
    challenge_id="sample",
    attempt_id="sample",
    confirmed_at=_NOW,
    entered_by=EnteredBy.SUBSCRIBER,
    employee_id=None,
    text=ConsentText(version="-", language=Language.KK, text="-"),
)
_SEAL = SealAbility(
    holder="-", serial="01", key="-", valid_until=_NOW + timedelta(days=1), level=SealLevel.B_B
)


def sample(operator: Operator) -> Facts:
    """What the protocol of one document confirmed by SMS is made from."""
    fact = Fact(event=Event.CREATED, at=_NOW, actor="system")
    return Facts(
        envelope=_ENVELOPE,
        document=_DOCUMENT,
        frozen=_FROZEN,
        consent=_CONSENT,
        challenge=_CHALLENGE,
        hops=(_HOP,),
        entries=(chain(fact, envelope_id="sample", last=None),),
        titles={_DOCUMENT.id: dict.fromkeys(("kk", "ru"), "-")},
        operator=operator,
        seal=_SEAL,
        verify_url="-",
    )


def by_hand(facts: Facts) -> Facts:
    """The same visit, signed on a screen; a code that was sent before is no part of it."""
    consent = HandwrittenConsent(
        hand=Drawn(
            strokes_sha256=_SHA256,
            image_sha256=_SHA256,
            tool=Tool.PEN,
            strokes=3,
            points=240,
            lasted_ms=2300,
            device="-",
        ),
        witness=Witness(name="Бекова Дана", employee_id="-", role="техник"),
        confirmed_at=facts.consent.confirmed_at,
        text=facts.consent.text,
    )
    return replace(facts, consent=consent, challenge=None, hops=())


def of_document(facts: Facts, document: Document, *, titles: Mapping[str, str]) -> Facts:
    """The same visit, in which this frozen document was what the code was bound to."""
    if document.frozen is None:
        raise ValueError("a document that was never frozen")
    envelope = replace(facts.envelope, documents=(document,), consent=facts.consent)
    challenge = facts.challenge
    if challenge is not None:
        challenge = replace(challenge, manifest_hash=envelope.manifest_hash)
    return replace(
        facts,
        envelope=envelope,
        document=document,
        frozen=document.frozen,
        challenge=challenge,
        titles={document.id: titles},
    )
