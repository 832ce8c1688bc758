"""What a signer's own browser is told."""

import hashlib
from datetime import datetime
from typing import Literal, Self

from api.v1.shapes import Both, ChallengeShape, SealShape, Shape, Titles
from docgen.domain.challenge import ChallengeState
from docgen.domain.envelope import Document, State
from docgen.domain.language import BOTH, Language
from docgen.domain.ticket import SigningSession, Ticket, TicketKind
from docgen.forms.catalogue import Catalogue
from docgen.texts.phrases import say
from docgen.usecases.show_envelope import Shown


class SigningSessionShape(Shape):
    """A session; its token is told when it is opened, and never again."""

    id: str
    session: str | None = None
    kind: TicketKind
    origin: str | None
    """The only page whose messages count, and to which any go."""
    expires_at: datetime
    ends_at: datetime
    """Later it is not prolonged any more."""
    needs_proof: bool

    @classmethod
    def of(cls, ticket: Ticket, session: SigningSession, *, token: str | None = None) -> Self:
        """The shape of a session, with its token where it was just made."""
        return cls(
            id=session.id,
            session=token,
            kind=ticket.kind,
            origin=ticket.origin,
            expires_at=session.expires_at,
            ends_at=session.ends_at,
            needs_proof=ticket.wants_proof and session.proved_at is None,
        )


class ConsentToTypeShape(Shape):
    """The sentence that is agreed to by typing the code, as the evidence will state it."""

    version: str
    texts: Both
    sha256: Both


class PaperShape(Shape):
    """A document to read."""

    id: str
    number: str
    title: Titles
    languages: tuple[Language, ...]
    pages: int
    sha256: str | None
    """Of the very bytes whose pages are shown: what the code is bound to."""

    @classmethod
    def of(cls, document: Document, forms: Catalogue) -> Self:
        """The shape of a document."""
        frozen = document.frozen
        return cls(
            id=document.id,
            number=document.number,
            title=Titles.of(forms.get(document.form)),
            languages=document.languages,
            pages=0 if frozen is None else frozen.pages,
            sha256=None if frozen is None else frozen.sha256,
        )


class ToSignShape(Shape):
    """What there is to read and to sign."""

    envelope_id: str
    test: bool
    """Made for trying out: it binds nobody."""
    state: State
    expires_at: datetime
    order_number: str
    phone: str
    documents: tuple[PaperShape, ...]
    consent: ConsentToTypeShape
    challenge: ChallengeShape | None
    """The code that is on its way or may be typed, if one is."""
    confirmed_at: datetime | None
    seal: SealShape | None

    @classmethod
    def of(cls, shown: Shown, forms: Catalogue) -> Self:
        """The shape of an envelope for its signer."""
        envelope, challenge = shown.envelope, shown.challenge
        phone = envelope.subscriber.phone
        live = challenge is not None and challenge.state is ChallengeState.SENT
        return cls(
            envelope_id=envelope.id,
            test=envelope.is_test,
            state=envelope.state,
            expires_at=envelope.expires_at,
            order_number=envelope.reference.order_number,
            phone=phone.masked(),
            documents=tuple(PaperShape.of(each, forms) for each in envelope.documents),
            consent=_consent_text(),
            challenge=ChallengeShape.of(challenge, phone) if challenge and live else None,
            confirmed_at=None if envelope.consent is None else envelope.consent.confirmed_at,
            seal=SealShape.of(envelope),
        )


class PageTextShape(Shape):
    """The words of a page."""

    lines: tuple[str, ...]


class DeclinedShape(Shape):
    """That the subscriber does not agree."""

    state: Literal["declined"] = "declined"


def consent_hash(language: Language) -> str:
    """SHA-256 of the sentence in that language, as evidence states it."""
    return hashlib.sha256(say("consent.sms_code.text", language).encode()).hexdigest()


def _consent_text() -> ConsentToTypeShape:
    texts = {str(each): say("consent.sms_code.text", each) for each in BOTH}
    return ConsentToTypeShape(
        version=say("consent.sms_code.version", Language.KK),
        texts=Both(**texts),
        sha256=Both(**{str(each): consent_hash(each) for each in BOTH}),
    )
