"""What answers look like; personal data only masked."""

from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict

from docgen.domain.challenge import Challenge, ChallengeState
from docgen.domain.consent import (
    Consent,
    Drawn,
    EnteredBy,
    HandwrittenConsent,
    Scanned,
    SmsConsent,
    WayOfSigning,
)
from docgen.domain.dispatch import Channel, Delivery
from docgen.domain.envelope import (
    Archived,
    Detached,
    Document,
    Envelope,
    Frozen,
    Reference,
    Sealed,
    SealLevel,
    State,
)
from docgen.domain.errors import FieldError
from docgen.domain.handwriting import Tool
from docgen.domain.language import Language
from docgen.domain.subscriber import Phone, PhoneVerification, Subscriber, VerificationMethod
from docgen.domain.verification import Person
from docgen.forms.form import Form
from docgen.texts.phrases import say


class Shape(BaseModel):
    """Part of an answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Titles(Shape):
    """A name in both languages."""

    kk: str
    ru: str

    @classmethod
    def of(cls, form: Form) -> Self:
        """The form's name."""
        return cls(kk=form.title(Language.KK), ru=form.title(Language.RU))


class Both(Shape):
    """A sentence in both languages."""

    kk: str
    ru: str


class WarningShape(Shape):
    """What whoever made the envelope should know, and may go on in spite of."""

    pointer: str
    code: str
    messages: Both

    @classmethod
    def of(cls, found: FieldError) -> Self:
        """The shape of a warning."""
        key, params = f"field.{found.code}", dict(found.params)
        messages = Both(kk=say(key, Language.KK, **params), ru=say(key, Language.RU, **params))
        return cls(pointer=found.pointer, code=found.code, messages=messages)


class SubscriberShape(Shape):
    """Who signs, recognisable and no more."""

    full_name: str
    iin: str
    phone: str

    @classmethod
    def of(cls, person: Subscriber | Person) -> Self:
        """The shape of a person, masked."""
        return cls(full_name=person.full_name, iin=person.iin.masked(), phone=person.phone.masked())


class NumberShape(Shape):
    """How the number became a verified one."""

    method: VerificationMethod
    verified_at: datetime
    source: Literal["stated_by_client", "verified_here"]
    verification_id: str | None
    """Which verification of ours it was."""

    @classmethod
    def of(cls, verification: PhoneVerification) -> Self:
        """The shape of what an envelope keeps of it."""
        here = verification.here
        return cls(
            method=verification.method,
            verified_at=verification.verified_at,
            source="stated_by_client" if here is None else "verified_here",
            verification_id=None if here is None else here.id,
        )


class ReferenceShape(Shape):
    """How the operator's own systems know the visit."""

    order_number: str
    account_number: str
    region: str | None

    @classmethod
    def of(cls, reference: Reference) -> Self:
        """The shape of a reference."""
        return cls(
            order_number=reference.order_number,
            account_number=reference.account_number,
            region=reference.region,
        )


class FrozenShape(Shape):
    """The exact bytes the subscriber saw."""

    sha256: str
    size: int
    pages: int
    frozen_at: datetime

    @classmethod
    def of(cls, frozen: Frozen | None) -> Self | None:
        """The shape, once there are bytes."""
        if frozen is None:
            return None
        return cls(
            sha256=frozen.sha256,
            size=frozen.size,
            pages=frozen.pages,
            frozen_at=frozen.frozen_at,
        )


class SealedShape(Shape):
    """The same bytes and one signed revision."""

    sha256: str
    size: int
    level: SealLevel
    signer: str
    serial: str
    sealed_at: datetime

    @classmethod
    def of(cls, sealed: Sealed | None) -> Self | None:
        """The shape, once it is sealed."""
        if sealed is None:
            return None
        return cls(
            sha256=sealed.sha256,
            size=sealed.size,
            level=sealed.level,
            signer=sealed.signer,
            serial=sealed.serial,
            sealed_at=sealed.sealed_at,
        )


class DetachedShape(Shape):
    """The operator's national signature over the sealed bytes, beside the file."""

    sha256: str
    size: int
    signed_at: datetime

    @classmethod
    def of(cls, detached: Detached | None) -> Self | None:
        """The shape, where there is one."""
        if detached is None:
            return None
        return cls(sha256=detached.sha256, size=detached.size, signed_at=detached.signed_at)


class ArchivedShape(Shape):
    """The sealed bytes and a later time stamp, before certificates end: B-LTA."""

    version: int
    sha256: str
    size: int
    authority: str
    stamped_at: datetime

    @classmethod
    def of(cls, archived: Archived) -> Self:
        """The shape of a later version."""
        return cls(
            version=archived.number,
            sha256=archived.sha256,
            size=archived.size,
            authority=archived.authority,
            stamped_at=archived.stamped_at,
        )


class DocumentLinks(Shape):
    """Where its bytes and pages are, and the signature beside them, if there is one."""

    pdf: str
    cms: str | None
    pages: tuple[str, ...]
    verification: str


class DocumentShape(Shape):
    """One paper of an envelope."""

    id: str
    number: str
    form: str
    edition: str
    languages: tuple[Language, ...]
    frozen: FrozenShape | None
    sealed: SealedShape | None
    detached: DetachedShape | None
    archived: tuple[ArchivedShape, ...]
    links: DocumentLinks


class ChallengeShape(Shape):
    """A code on its way; the code itself is nowhere."""

    id: str
    state: ChallengeState
    expires_at: datetime
    resend_at: datetime
    attempts_left: int
    phone: str
    channel: Channel
    delivery: Delivery
    """Whether the message has come; `unknown` says that it may have left or not."""

    @classmethod
    def of(cls, challenge: Challenge, phone: Phone) -> Self:
        """The shape of a challenge sent to that phone."""
        return cls(
            id=challenge.id,
            state=challenge.state,
            expires_at=challenge.expires_at,
            resend_at=challenge.resend_at,
            attempts_left=challenge.attempts_left,
            phone=phone.masked(),
            channel=challenge.channel,
            delivery=challenge.delivery,
        )


class WitnessShape(Shape):
    """The employee who saw it being signed."""

    name: str
    employee_id: str
    role: str | None


class DrawnShape(Shape):
    """Strokes on a screen, by their hash."""

    strokes_sha256: str
    image_sha256: str
    tool: Tool
    strokes: int
    points: int
    lasted_ms: int


class ScannedShape(Shape):
    """A scanned paper, by its hash and by that of the file that was sent."""

    scan_sha256: str
    media_type: str
    pages: int
    uploaded_sha256: str


class HandShape(Shape):
    """A signature by hand: either drawn or scanned."""

    witness: WitnessShape
    device: str | None
    drawn: DrawnShape | None
    scanned: ScannedShape | None

    @classmethod
    def of(cls, consent: HandwrittenConsent) -> Self:
        """The shape of what is kept of it."""
        hand, witness = consent.hand, consent.witness
        return cls(
            witness=WitnessShape(
                name=witness.name, employee_id=witness.employee_id, role=witness.role
            ),
            device=hand.device,
            drawn=_drawn(hand) if isinstance(hand, Drawn) else None,
            scanned=_scanned(hand) if isinstance(hand, Scanned) else None,
        )


def _drawn(hand: Drawn) -> DrawnShape:
    return DrawnShape(
        strokes_sha256=hand.strokes_sha256,
        image_sha256=hand.image_sha256,
        tool=hand.tool,
        strokes=hand.strokes,
        points=hand.points,
        lasted_ms=hand.lasted_ms,
    )


def _scanned(hand: Scanned) -> ScannedShape:
    return ScannedShape(
        scan_sha256=hand.scan_sha256,
        media_type=hand.media_type,
        pages=hand.pages,
        uploaded_sha256=hand.uploaded_sha256,
    )


class ConsentShape(Shape):
    """How and when the subscriber agreed, and who typed his code."""

    way: WayOfSigning
    confirmed_at: datetime
    entered_by: EnteredBy | None
    employee_id: str | None
    device: str | None
    hand: HandShape | None

    @classmethod
    def of(cls, consent: Consent | None) -> Self | None:
        """The shape, once there is a consent; nobody types where people write by hand."""
        if consent is None:
            return None
        typed = consent if isinstance(consent, SmsConsent) else None
        return cls(
            way=consent.way,
            confirmed_at=consent.confirmed_at,
            entered_by=None if typed is None else typed.entered_by,
            employee_id=None if typed is None else typed.employee_id,
            device=None if typed is None else typed.device,
            hand=HandShape.of(consent) if isinstance(consent, HandwrittenConsent) else None,
        )


class SealShape(Shape):
    """How far the sealing is: pending from the confirmation on."""

    status: Literal["pending", "sealed"]
    level: SealLevel | None
    sealed_at: datetime | None

    @classmethod
    def of(cls, envelope: Envelope) -> Self | None:
        """The shape, once there is a consent to be sealed."""
        if envelope.state is State.CONFIRMED:
            return cls(status="pending", level=None, sealed_at=None)
        sealed = [d.sealed for d in envelope.documents if d.sealed is not None]
        if not sealed:
            return None
        last = max(sealed, key=lambda each: each.sealed_at)
        return cls(status="sealed", level=last.level, sealed_at=last.sealed_at)


def document_shape(document: Document, root: str, public_url: str) -> DocumentShape:
    """The shape of a document of the envelope at that address."""
    place = f"{root}/documents/{document.id}"
    pages = 0 if document.frozen is None else document.frozen.pages
    return DocumentShape(
        id=document.id,
        number=document.number,
        form=document.form,
        edition=document.edition,
        languages=document.languages,
        frozen=FrozenShape.of(document.frozen),
        sealed=SealedShape.of(document.sealed),
        detached=DetachedShape.of(document.detached),
        archived=tuple(ArchivedShape.of(each) for each in document.archived),
        links=DocumentLinks(
            pdf=f"{place}/pdf",
            cms=None if document.detached is None else f"{place}/cms",
            pages=tuple(f"{place}/pages/{page}" for page in range(1, pages + 1)),
            verification=f"{public_url}/verify/{document.verification_token}",
        ),
    )
