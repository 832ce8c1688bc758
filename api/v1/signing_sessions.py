"""What a signer's own browser may do: read and sign the one envelope its ticket was for."""

from http import HTTPStatus
from typing import Annotated

from pydantic import StringConstraints

from api.route import OPEN, Answer, Call, JsonBody, OfSession, Repeat, Reply, Route
from api.v1 import documents, signing
from api.v1.bodies import PageQuery, PdfQuery, Reason
from api.v1.signing import ConfirmationShape, SentShape
from api.v1.signing_shapes import (
    DeclinedShape,
    PageTextShape,
    SigningSessionShape,
    ToSignShape,
    consent_hash,
)
from docgen import telemetry
from docgen.domain.consent import SmsConsent
from docgen.domain.errors import (
    AlreadyConfirmed,
    BlobDamaged,
    BlobNotFound,
    Busy,
    DocumentNotFound,
    FieldError,
    MoveNotAllowed,
    NotReady,
    ProofWrong,
    StaleEnvelope,
    TicketExpired,
    TicketLocked,
    TicketNotFound,
    TicketUsed,
    ValuesRejected,
)
from docgen.domain.language import Language
from docgen.domain.ticket import require_shown
from docgen.forms.fields import Block, Code

_TAG = "signing in a browser"
_ROOT = "/v1/sign"


class TicketToOpen(Block):
    """What stands behind `#` in the address."""

    ticket: Annotated[str, StringConstraints(max_length=200)]


class Proof(Block):
    """That whoever opened a link knows the subscriber."""

    iin_end: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
    """The last four digits of his IIN."""


class SignersCodeRequest(Block):
    """A wish for a code; without a language, in that of the first document."""

    language: Language | None = None


class SignersConfirmation(Block):
    """One try to confirm; `attempt_id` is made by the page, and a retry repeats it."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
    attempt_id: Code
    language: Language
    """In which the consent was shown."""
    consent_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    """Of the sentence that was shown: another one than now counts is not agreed to."""


def open_session(call: Call) -> Reply:
    """A session for the memory of one page."""
    opened = call.docgen.tickets.open(call.body_as(TicketToOpen).ticket)
    shape = SigningSessionShape.of(opened.ticket, opened.session, token=opened.token)
    return Reply(body=shape, status=HTTPStatus.CREATED)


def prolong_session(call: Call) -> Reply:
    """Somebody is at the page."""
    signer = call.signer
    prolonged = call.docgen.tickets.prolong(signer.session)
    return Reply(body=SigningSessionShape.of(signer.ticket, prolonged))


def prove_signer(call: Call) -> Reply:
    """From now on the session sees what is personal."""
    signer = call.signer
    proved = call.docgen.tickets.prove(signer.session, call.body_as(Proof).iin_end)
    return Reply(body=SigningSessionShape.of(signer.ticket, proved))


def show_signing(call: Call) -> Reply:
    """All that the page needs to know."""
    return Reply(body=ToSignShape.of(call.envelope, call.docgen.forms))


def fetch_pdf_to_sign(call: Call) -> Reply:
    """The PDF, as programs get it."""
    require_shown(call.envelope.envelope)
    return documents.fetch_pdf(call)


def fetch_page_to_sign(call: Call) -> Reply:
    """A page as an image, as programs get it."""
    require_shown(call.envelope.envelope)
    return documents.fetch_page(call)


def fetch_words_to_sign(call: Call) -> Reply:
    """A page's words, for whoever hears it."""
    require_shown(call.envelope.envelope)
    text = call.docgen.fetch_document.text(documents.located(call), documents.page_number(call))
    return Reply(body=PageTextShape(lines=tuple(text.splitlines())))


def send_code_to_signer(call: Call) -> Reply:
    """A code to the subscriber's phone, asked for by himself."""
    body = call.body_as(SignersCodeRequest)
    return signing.sent(call, language=body.language, asked_by=call.signer.asked_by)


def confirm_by_signer(call: Call) -> Reply:
    """The legal act, in the subscriber's own browser."""
    body, envelope = call.body_as(SignersConfirmation), call.envelope.envelope
    if body.consent_sha256 != consent_hash(body.language):
        raise ValuesRejected((FieldError("/consent_sha256", "consent_changed"),))
    attempt = call.signer.attempt(
        attempt_id=body.attempt_id, code=body.code, language=body.language
    )
    confirmed = call.docgen.confirm_by_code(envelope.id, attempt)
    if not isinstance(confirmed.consent, SmsConsent):
        raise AlreadyConfirmed("confirm", confirmed.state)
    telemetry.count_code("confirmed", is_test=confirmed.is_test)
    shape = ConfirmationShape.of(confirmed.id, confirmed.consent, confirmed.manifest_hash)
    return Reply(body=shape)


def decline_by_signer(call: Call) -> Reply:
    """The subscriber does not agree, and says why."""
    call.docgen.decline(
        call.envelope.envelope.id, reason=call.body_as(Reason).reason, actor="subscriber"
    )
    return Reply(body=DeclinedShape())


_DOCUMENTS = f"{_ROOT}/documents/{{document_id}}"
_BYTES = (MoveNotAllowed, NotReady, DocumentNotFound, BlobNotFound, BlobDamaged)
_TAGGED = {"ETag": "Changes with the bytes, and only with them"}

ROUTES = (
    Route(
        method="POST",
        path=f"{_ROOT}/session",
        view=open_session,
        summary="Exchange a ticket for a session",
        tag=_TAG,
        scope=OPEN,
        body=JsonBody(model=TicketToOpen),
        answer=Answer(status=201, says="The session, told this once", model=SigningSessionShape),
        refusals=(TicketNotFound, TicketExpired, TicketUsed, TicketLocked, MoveNotAllowed),
    ),
    Route(
        method="POST",
        path=f"{_ROOT}/session/prolonged",
        view=prolong_session,
        summary="Say that somebody is at the page",
        tag=_TAG,
        scope=OPEN,
        signing=OfSession.OPENED,
        answer=Answer(says="The session as it is now", model=SigningSessionShape),
    ),
    Route(
        method="POST",
        path=f"{_ROOT}/proof",
        view=prove_signer,
        summary="Show that a link was opened by who knows the subscriber",
        tag=_TAG,
        scope=OPEN,
        signing=OfSession.OPENED,
        body=JsonBody(model=Proof),
        answer=Answer(says="The session as it is now", model=SigningSessionShape),
        refusals=(ProofWrong, TicketLocked),
    ),
    Route(
        method="GET",
        path=f"{_ROOT}/envelope",
        view=show_signing,
        summary="Show what there is to sign",
        tag=_TAG,
        scope=OPEN,
        signing=OfSession.PROVED,
        answer=Answer(says="State, documents, consent and the live code", model=ToSignShape),
    ),
    Route(
        method="GET",
        path=f"{_DOCUMENTS}/pdf",
        view=fetch_pdf_to_sign,
        summary="Fetch a document, sealed once it is",
        tag=_TAG,
        scope=OPEN,
        signing=OfSession.PROVED,
        query=PdfQuery,
        answer=Answer(says="The PDF", media_type="application/pdf", headers=_TAGGED),
        refusals=_BYTES,
    ),
    Route(
        method="GET",
        path=f"{_DOCUMENTS}/pages/{{page}}",
        view=fetch_page_to_sign,
        summary="Fetch a page as an image",
        tag=_TAG,
        scope=OPEN,
        signing=OfSession.PROVED,
        query=PageQuery,
        answer=Answer(says="The page", media_type="image/webp", headers=_TAGGED),
        refusals=(*_BYTES, Busy),
    ),
    Route(
        method="GET",
        path=f"{_DOCUMENTS}/pages/{{page}}/text",
        view=fetch_words_to_sign,
        summary="Fetch a page's words",
        tag=_TAG,
        scope=OPEN,
        signing=OfSession.PROVED,
        query=PdfQuery,
        answer=Answer(says="The words, line by line", model=PageTextShape),
        refusals=(*_BYTES, Busy),
    ),
    Route(
        method="POST",
        path=f"{_ROOT}/code",
        view=send_code_to_signer,
        summary="Have a code sent to one's own phone",
        tag=_TAG,
        scope=OPEN,
        signing=OfSession.PROVED,
        body=JsonBody(model=SignersCodeRequest, optional=True),
        repeat=Repeat.MUST,
        undone_by_fault=True,
        answer=Answer(status=202, says="The code is on its way", model=SentShape),
        refusals=signing.SENDING,
    ),
    Route(
        method="POST",
        path=f"{_ROOT}/confirmation",
        view=confirm_by_signer,
        summary="Confirm by the code; repeat the same `attempt_id` after a lost answer",
        tag=_TAG,
        scope=OPEN,
        signing=OfSession.PROVED,
        body=JsonBody(model=SignersConfirmation),
        answer=Answer(says="Confirmed; the seal follows", model=ConfirmationShape),
        refusals=signing.CONFIRMING,
    ),
    Route(
        method="POST",
        path=f"{_ROOT}/decline",
        view=decline_by_signer,
        summary="Decline to sign",
        tag=_TAG,
        scope=OPEN,
        signing=OfSession.PROVED,
        body=JsonBody(model=Reason),
        answer=Answer(says="Declined", model=DeclinedShape),
        refusals=(NotReady, MoveNotAllowed, StaleEnvelope),
    ),
)
