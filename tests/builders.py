"""Domain objects for tests: invented people, and states reached by legal moves only."""

import hashlib
import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from docgen.domain.challenge import Binding, Challenge, ChallengeState
from docgen.domain.consent import (
    ConsentText,
    Drawn,
    EnteredBy,
    HandwrittenConsent,
    Scanned,
    SmsConsent,
    TypedCode,
    Witness,
)
from docgen.domain.dispatch import Delivery, Hop, Receipt
from docgen.domain.envelope import (
    Document,
    Envelope,
    Frozen,
    Reference,
    Sealed,
    SealLevel,
    State,
)
from docgen.domain.evidence import Circumstances
from docgen.domain.handwriting import Tool
from docgen.domain.journal import Event, Fact
from docgen.domain.language import BOTH, Language
from docgen.domain.operator import Operator
from docgen.domain.sealing import SealAbility
from docgen.domain.subscriber import (
    Addresses,
    Bin,
    IdentityDocument,
    Iin,
    Phone,
    PhoneVerification,
    Subscriber,
    VerificationMethod,
)
from docgen.domain.verification import LIFE, Person, Verification
from docgen.domain.work import OutboxRow, Task

NOW = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)
_numbers = itertools.count(1)


def identifier() -> str:
    """An id not given before; later ones sort later."""
    return f"id{next(_numbers):024d}"


def sha256(content: str) -> str:
    """A hash to stand for some bytes."""
    return hashlib.sha256(content.encode()).hexdigest()


def subscriber(**changes: Any) -> Subscriber:
    """Әлия Серікқызы, who does not exist."""
    built = Subscriber(
        surname="Үмбетова",
        name="Әлия",
        patronymic="Серікқызы",
        iin=Iin("900101300007"),
        birth_date=date(1990, 1, 1),
        phone=Phone("+77015550142"),
        email="aliya@example.kz",
        addresses=Addresses(
            registration="Алматы қ., Абай даңғылы, 10-үй, 5-пәтер",
            actual="Алматы қ., Абай даңғылы, 10-үй, 5-пәтер",
            service="Алматы қ., Төле би көшесі, 59-үй, 12-пәтер",
        ),
        phone_verification=PhoneVerification(
            method=VerificationMethod.SMS_CODE,
            verified_at=NOW - timedelta(days=30),
            identified_by="employee-7",
            identity_document=IdentityDocument.ORIGINAL,
        ),
    )
    return replace(built, **changes)


def document(**changes: Any) -> Document:
    """An acceptance act, not rendered yet."""
    number = next(_numbers)
    built = Document(
        id=f"document{number:018d}",
        number=f"AA-26-{number:06d}",
        form="acceptance_act",
        languages=BOTH,
        values={"equipment": [{"model": "Модем Т-1", "price": "12500.00"}], "ports": 4},
        verification_token=f"token{number:017d}",
        edition="2026-11",
        templates={language: sha256(f"the template in {language}") for language in BOTH},
    )
    return replace(built, **changes)


def operator() -> Operator:
    """The other party."""
    return Operator(
        name={Language.KK: "«Қазақтелеком» АҚ", Language.RU: "АО «Казахтелеком»"},
        bin=Bin("941240000193"),
        address={Language.KK: "Астана қаласы", Language.RU: "город Астана"},
        site="www.example.kz",
        support_phone="165",
        support_whatsapp="+7 708 000 0160",
        support_telegram="@TelecomKZBot",
    )


def seal_ability(**changes: Any) -> SealAbility:
    """The operator's seal before it is put on."""
    built = SealAbility(
        holder="Сынақ мөрі",
        serial="4F2A",
        key="P-256",
        valid_until=NOW + timedelta(days=365),
        level=SealLevel.B_LT,
    )
    return replace(built, **changes)


def circumstances(**changes: Any) -> Circumstances:
    """What the evidence of an act states beside its envelope."""
    built = Circumstances(
        title={"kk": "Акт", "ru": "Акт"},
        operator=operator(),
        seal=seal_ability(),
        verify_url="https://q.example/verify/token",
    )
    return replace(built, **changes)


def frozen(content: str = "the frozen bytes") -> Frozen:
    """What rendering leaves."""
    return Frozen(
        sha256=sha256(content),
        size=len(content),
        pages=2,
        template_sha256=sha256("the template"),
        engine="LibreOffice 7.4.7.2",
        frozen_at=NOW + timedelta(seconds=1),
    )


def sealed(content: str = "the sealed bytes") -> Sealed:
    """What sealing leaves."""
    return Sealed(
        sha256=sha256(content),
        size=len(content),
        level=SealLevel.B_LT,
        signer="CN=Qoltanba Test Seal",
        serial="4f2a",
        evidence_sha256=sha256("the evidence"),
        sealed_at=NOW + timedelta(minutes=3),
    )


def consent_text() -> ConsentText:
    """The sentence that was shown."""
    return ConsentText(version="1", language=Language.KK, text="Құжаттарды SMS-кодпен растаймын")


def sms_consent(**changes: Any) -> SmsConsent:
    """A code typed by the subscriber."""
    built = SmsConsent(
        challenge_id="challenge-1",
        attempt_id="attempt-1",
        confirmed_at=NOW + timedelta(minutes=2),
        entered_by=EnteredBy.SUBSCRIBER,
        employee_id=None,
        text=consent_text(),
    )
    return replace(built, **changes)


def typed_code(**changes: Any) -> TypedCode:
    """A code typed by the subscriber, under no sentence."""
    built = TypedCode(
        challenge_id="challenge-1",
        attempt_id="attempt-1",
        confirmed_at=NOW + timedelta(minutes=2),
    )
    return replace(built, **changes)


def person(**changes: Any) -> Person:
    """Әлия, as whoever identifies her writes her down."""
    known = subscriber()
    built = Person(
        surname=known.surname,
        name=known.name,
        patronymic=known.patronymic,
        iin=known.iin,
        phone=known.phone,
    )
    return replace(built, **changes)


def verification(**changes: Any) -> Verification:
    """An open one of her number; a new id each time."""
    built = Verification(
        id=identifier(),
        owner="operator",
        client="field",
        region=None,
        person=person(),
        identified_by="E-7",
        identity_document=IdentityDocument.ORIGINAL,
        salt="c2FsdA",
        created_at=NOW,
        expires_at=NOW + LIFE,
    )
    return replace(built, **changes)


def witness(**changes: Any) -> Witness:
    """The technician."""
    return replace(Witness(name="Бекова Дана", employee_id="E-7", role="техник"), **changes)


def drawn(**changes: Any) -> Drawn:
    """Three strokes on the technician's tablet."""
    built = Drawn(
        strokes_sha256=sha256("the strokes"),
        image_sha256=sha256("the image"),
        tool=Tool.PEN,
        strokes=3,
        points=120,
        lasted_ms=2300,
        device="tablet-3",
    )
    return replace(built, **changes)


def scanned(**changes: Any) -> Scanned:
    """Two pages that were signed on paper."""
    built = Scanned(
        scan_sha256=sha256("the scan"),
        media_type="application/pdf",
        pages=2,
        uploaded_sha256=sha256("the upload"),
        uploaded_type="application/pdf",
    )
    return replace(built, **changes)


def handwritten_consent(**changes: Any) -> HandwrittenConsent:
    """Strokes on the tablet."""
    built = HandwrittenConsent(
        hand=drawn(),
        witness=witness(),
        confirmed_at=NOW + timedelta(minutes=2),
        text=consent_text(),
    )
    return replace(built, **changes)


def envelope(state: State = State.DRAFT, **changes: Any) -> Envelope:
    """An envelope in that state; `changes` are of the draft it starts from."""
    draft = Envelope(
        id=identifier(),
        owner="operator",
        client="field",
        subscriber=subscriber(),
        reference=Reference(order_number="ORD-1", account_number="ACC-1", region="Алматы"),
        documents=(document(),),
        salt="c2FsdA",
        created_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )
    return _MOVES_TO[state](replace(draft, **changes))


def confirmed_by_hand(**changes: Any) -> Envelope:
    """An envelope signed on the tablet."""
    return envelope(State.READY, **changes).sign_by_hand(handwritten_consent())


def _ready(draft: Envelope) -> Envelope:
    return draft.render({d.id: frozen(f"frozen {d.id}") for d in draft.documents})


def _confirmed(draft: Envelope) -> Envelope:
    return _ready(draft).send_code().confirm(sms_consent())


def _sealed(draft: Envelope) -> Envelope:
    return _confirmed(draft).seal({d.id: sealed(f"sealed {d.id}") for d in draft.documents})


_MOVES_TO: Mapping[State, Callable[[Envelope], Envelope]] = {
    State.DRAFT: lambda draft: draft,
    State.READY: _ready,
    State.CODE_SENT: lambda draft: _ready(draft).send_code(),
    State.CONFIRMED: _confirmed,
    State.SEALED: _sealed,
    State.DECLINED: lambda draft: _ready(draft).decline("Бағасы сәйкес емес"),
    State.EXPIRED: lambda draft: draft.expire(),
    State.VOID: lambda draft: draft.void("Қате тапсырыс"),
}


def challenge(of: Envelope, **changes: Any) -> Challenge:
    """A code sent for a rendered envelope."""
    built = Challenge(
        id=identifier(),
        chain=of.id,
        manifest_hash=of.manifest_hash,
        purpose="sign",
        state=ChallengeState.SENT,
        issued_at=NOW,
        expires_at=NOW + timedelta(seconds=180),
        resend_at=NOW + timedelta(seconds=60),
        digits=6,
        attempts_allowed=5,
    )
    return replace(built, **changes)


def binding(**changes: Any) -> Binding:
    """What a code is bound to; a new challenge each time, for the same phone and content."""
    built = Binding(
        challenge_id=identifier(),
        phone=Phone("+77015550142"),
        purpose="sign",
        manifest_hash=sha256("the manifest"),
    )
    return replace(built, **changes)


def fact(event: Event = Event.CREATED, **changes: Any) -> Fact:
    """Something to write down."""
    built = Fact(event=event, at=NOW, actor="employee-7", details={"number": "AA-26-000001"})
    return replace(built, **changes)


def outbox_row(**changes: Any) -> OutboxRow:
    """A seal owed."""
    built = OutboxRow(id=identifier(), task=Task.SEAL, envelope_id=identifier(), created_at=NOW)
    return replace(built, **changes)


def hop(**changes: Any) -> Hop:
    """A message that was handed to a route, and not answered yet."""
    built = Hop(
        id=identifier(),
        sending=identifier(),
        challenge_id=identifier(),
        chain=identifier(),
        number=1,
        route="primary",
        subject=sha256("+77015550142"),
        network="701",
        client="field",
        employee_id="E-1",
        begun_at=NOW,
    )
    return replace(built, **changes)


def receipt(of: Hop, delivery: Delivery = Delivery.DELIVERED, **changes: Any) -> Receipt:
    """What a provider says of a hop that was taken."""
    built = Receipt(
        route=of.route,
        message_id=of.message_id or "m-1",
        delivery=delivery,
        raw="DELIVRD 000",
        at=NOW + timedelta(seconds=3),
    )
    return replace(built, **changes)
