"""Codes: sent, and confirmed by."""

from datetime import datetime
from http import HTTPStatus
from typing import Literal, Self

from api.route import Answer, Call, JsonBody, Repeat, Reply, Route
from api.v1.bodies import CodeRequest, Confirmation
from api.v1.shapes import ChallengeShape, Shape
from docgen import telemetry
from docgen.domain.caller import Caller, Scope
from docgen.domain.consent import EnteredBy, SmsConsent, TypedCode
from docgen.domain.dispatch import AskedBy
from docgen.domain.errors import (
    AlreadyConfirmed,
    CodeGone,
    CodesUnavailable,
    CodeWrong,
    DirectoryUnavailable,
    FieldError,
    LimitReached,
    MoveNotAllowed,
    NetworkNotAllowed,
    NotReady,
    NumberNotSubscribers,
    SimChanged,
    SmsUnavailable,
    StaleEnvelope,
    ValuesRejected,
    WayNotAllowed,
)
from docgen.domain.language import Language
from docgen.usecases.spend_code import Attempt


class SentShape(Shape):
    """That a code was sent."""

    challenge: ChallengeShape


class ConfirmationShape(Shape):
    """The legal act; the same however often it is asked for."""

    id: str
    state: Literal["confirmed"] = "confirmed"
    confirmed_at: datetime
    challenge_id: str
    attempt_id: str
    entered_by: EnteredBy
    employee_id: str | None
    device: str | None
    manifest_sha256: str

    @classmethod
    def of(cls, confirmed_id: str, code: TypedCode, manifest_hash: str) -> Self:
        """The shape of what a typed code has confirmed."""
        return cls(
            id=confirmed_id,
            confirmed_at=code.confirmed_at,
            challenge_id=code.challenge_id,
            attempt_id=code.attempt_id,
            entered_by=code.entered_by,
            employee_id=code.employee_id,
            device=code.device,
            manifest_sha256=manifest_hash,
        )


def send_code(call: Call) -> Reply:
    """A code to the subscriber's phone, bound to the very bytes of the documents."""
    body = call.body_as(CodeRequest)
    employee_id = _employee(call, body.employee_id)
    asked_by = AskedBy(client=call.caller.client, employee_id=employee_id)
    return sent(call, language=body.language, asked_by=asked_by)


def sent(call: Call, *, language: Language | None, asked_by: AskedBy) -> Reply:
    """That a code is on its way, whoever asked for it."""
    envelope = call.envelope.envelope
    challenge = call.docgen.send_code(
        envelope.id,
        language=_language(call, language),
        asked_by=asked_by,
        sending_id=call.resource_id,
    )
    telemetry.count_code("sent", is_test=envelope.is_test)
    shape = ChallengeShape.of(challenge, envelope.subscriber.phone)
    return Reply(body=SentShape(challenge=shape), status=HTTPStatus.ACCEPTED)


def confirm(call: Call) -> Reply:
    """The legal act; a repeated attempt gets the same answer."""
    body = call.body_as(Confirmation)
    _require_true(call.caller, body.entered_by)
    attempt = Attempt(
        id=body.attempt_id,
        code=body.code,
        language=_language(call, body.language),
        entered_by=body.entered_by,
        employee_id=_employee(call, body.employee_id),
        device=body.device,
    )
    envelope = call.docgen.confirm_by_code(call.envelope.envelope.id, attempt)
    if not isinstance(envelope.consent, SmsConsent):
        raise AlreadyConfirmed("confirm", envelope.state)
    telemetry.count_code("confirmed", is_test=envelope.is_test)
    return Reply(body=ConfirmationShape.of(envelope.id, envelope.consent, envelope.manifest_hash))


def _require_true(caller: Caller, entered_by: EnteredBy | None) -> None:
    """Who is said to type is who holds the tablet; raises ValuesRejected."""
    if caller.staff is None:
        return
    expected = EnteredBy.EMPLOYEE if caller.signing is None else EnteredBy.SUBSCRIBER_ON_TABLET
    if entered_by not in {None, expected}:
        raise ValuesRejected((FieldError("/entered_by", "tablet_elsewhere"),))
    if entered_by is None and expected is not EnteredBy.EMPLOYEE:
        raise ValuesRejected((FieldError("/entered_by", "required"),))


def _employee(call: Call, named: str | None) -> str | None:
    """Whoever is signed in is the employee, and names nobody else."""
    return call.caller.employee_id or named


def _language(call: Call, asked: Language | None) -> Language:
    """What was asked for, else the language in which the first document begins."""
    return asked or call.envelope.envelope.documents[0].languages[0]


SENDING_ANY = (
    AlreadyConfirmed,
    MoveNotAllowed,
    NetworkNotAllowed,
    NumberNotSubscribers,
    SimChanged,
    StaleEnvelope,
    LimitReached,
    CodesUnavailable,
    DirectoryUnavailable,
    SmsUnavailable,
)
"""What refuses a code, whatever it is to confirm."""
CONFIRMING_ANY = (
    ValuesRejected,
    CodeWrong,
    CodeGone,
    AlreadyConfirmed,
    MoveNotAllowed,
    StaleEnvelope,
    CodesUnavailable,
)
"""What refuses a code that was typed, whatever it is to confirm."""
SENDING = (NotReady, WayNotAllowed, *SENDING_ANY)
CONFIRMING = (NotReady, *CONFIRMING_ANY)
"""The same of an envelope's."""

ROUTES = (
    Route(
        method="POST",
        path="/v1/envelopes/{envelope_id}/code",
        view=send_code,
        for_signer=True,
        summary="Send the subscriber a code; an older one is dead from now on",
        tag="signing",
        scope=Scope.ENVELOPES_SIGN,
        body=JsonBody(model=CodeRequest, optional=True),
        repeat=Repeat.MUST,
        undone_by_fault=True,
        answer=Answer(status=202, says="The code is on its way", model=SentShape),
        refusals=SENDING,
    ),
    Route(
        method="POST",
        path="/v1/envelopes/{envelope_id}/confirmation",
        view=confirm,
        for_signer=True,
        summary="Confirm by the code; repeat the same `attempt_id` after a lost answer",
        tag="signing",
        scope=Scope.ENVELOPES_SIGN,
        body=JsonBody(model=Confirmation),
        repeat=Repeat.MAY,
        answer=Answer(says="Confirmed; the seal follows", model=ConfirmationShape),
        refusals=CONFIRMING,
    ),
)
