"""Numbers: a code goes to one, and its confirmation makes it a verified one."""

import re
from datetime import datetime
from http import HTTPStatus
from typing import Self

from api.route import Answer, Call, JsonBody, Repeat, Reply, Route
from api.v1.bodies import NewPhoneVerification, PhoneCodeRequest, PhoneConfirmation
from api.v1.shapes import ChallengeShape, Shape, SubscriberShape, WarningShape
from api.v1.signing import CONFIRMING_ANY, SENDING_ANY, ConfirmationShape, SentShape
from docgen import telemetry
from docgen.domain.caller import Scope
from docgen.domain.consent import EnteredBy
from docgen.domain.dispatch import AskedBy
from docgen.domain.errors import (
    StaleEnvelope,
    ValuesRejected,
    VerificationNotFound,
)
from docgen.domain.subscriber import IdentityDocument
from docgen.domain.verification import VerificationState
from docgen.forms.identity import read_person
from docgen.usecases.show_verification import ShownVerification
from docgen.usecases.spend_code import Attempt
from docgen.usecases.verify_phone import VerificationRequest

PHONE_VERIFICATIONS = "/v1/phone-verifications"
_ID = re.compile(r"[0-9A-Za-z]{26}")


class PhoneVerificationLinks(Shape):
    """What can be asked of a verification."""

    self: str
    code: str
    confirmation: str


class PhoneVerificationShape(Shape):
    """Whether a number is a person's, by whom he was identified, and how."""

    id: str
    state: VerificationState
    owner: str
    client: str
    created_at: datetime
    expires_at: datetime
    subscriber: SubscriberShape
    identified_by: str
    identity_document: IdentityDocument
    warnings: tuple[WarningShape, ...]
    challenge: ChallengeShape | None
    confirmed_at: datetime | None
    entered_by: EnteredBy | None
    employee_id: str | None
    device: str | None
    for_another_at: datetime | None
    """When the number was verified for another person later: it is no longer this one's."""
    links: PhoneVerificationLinks

    @classmethod
    def of(cls, shown: ShownVerification) -> Self:
        """The shape of a verification and its newest challenge."""
        verification, challenge = shown.verification, shown.challenge
        code, root = verification.confirmation, f"{PHONE_VERIFICATIONS}/{verification.id}"
        return cls(
            id=verification.id,
            state=shown.state,
            owner=verification.owner,
            client=verification.client,
            created_at=verification.created_at,
            expires_at=verification.expires_at,
            subscriber=SubscriberShape.of(verification.person),
            identified_by=verification.identified_by,
            identity_document=verification.identity_document,
            warnings=tuple(WarningShape.of(each) for each in verification.warnings),
            challenge=None
            if challenge is None
            else ChallengeShape.of(challenge, verification.phone),
            confirmed_at=None if code is None else code.confirmed_at,
            entered_by=None if code is None else code.entered_by,
            employee_id=None if code is None else code.employee_id,
            device=None if code is None else code.device,
            for_another_at=shown.for_another_at,
            links=PhoneVerificationLinks(
                self=root, code=f"{root}/code", confirmation=f"{root}/confirmation"
            ),
        )


def verify_phone(call: Call) -> Reply:
    """A code to the number of a person whom somebody has identified."""
    body, caller = call.body_as(NewPhoneVerification), call.caller
    verification_id = call.docgen.verify_phone(
        VerificationRequest(
            id=call.resource_id,
            owner=caller.owner,
            client=caller.client,
            region=caller.region,
            person=read_person(body.subscriber),
            identified_by=caller.employee_id or body.identified_by,
            identity_document=body.identity_document,
            language=body.language,
        )
    )
    telemetry.count_code("sent", is_test=call.caller.is_test)
    shape = PhoneVerificationShape.of(call.docgen.show_verification(verification_id, caller=caller))
    headers = {"Location": shape.links.self}
    return Reply(body=shape, status=HTTPStatus.ACCEPTED, headers=headers)


def show_phone_verification(call: Call) -> Reply:
    """The verification as it is now."""
    return Reply(body=PhoneVerificationShape.of(_shown(call)))


def send_phone_code(call: Call) -> Reply:
    """Another code to the number, or the same once more."""
    verification = _shown(call).verification
    body = call.body_as(PhoneCodeRequest)
    challenge = call.docgen.send_code(
        verification.id,
        language=body.language,
        asked_by=AskedBy(
            client=call.caller.client,
            employee_id=call.caller.employee_id or body.employee_id or verification.identified_by,
        ),
        sending_id=call.resource_id,
    )
    telemetry.count_code("sent", is_test=call.caller.is_test)
    shape = ChallengeShape.of(challenge, verification.phone)
    return Reply(body=SentShape(challenge=shape), status=HTTPStatus.ACCEPTED)


def confirm_phone(call: Call) -> Reply:
    """The number is the person's; a repeated attempt gets the same answer."""
    verification_id = _shown(call).verification.id
    body = call.body_as(PhoneConfirmation)
    verification = call.docgen.confirm_phone(
        verification_id,
        Attempt(
            id=body.attempt_id,
            code=body.code,
            entered_by=body.entered_by,
            employee_id=body.employee_id,
            device=body.device,
        ),
    )
    if verification.confirmation is None:
        raise StaleEnvelope(verification_id)
    telemetry.count_code("confirmed", is_test=call.caller.is_test)
    shape = ConfirmationShape.of(
        verification_id, verification.confirmation, verification.manifest_hash
    )
    return Reply(body=shape)


def _shown(call: Call) -> ShownVerification:
    verification_id = call.path["verification_id"]
    if not _ID.fullmatch(verification_id):
        raise VerificationNotFound
    return call.docgen.show_verification(verification_id, caller=call.caller)


ROUTES = (
    Route(
        method="POST",
        path=PHONE_VERIFICATIONS,
        view=verify_phone,
        summary="Send a code to the number of a person whom an employee has identified",
        tag="numbers",
        scope=Scope.PHONES_VERIFY,
        body=JsonBody(model=NewPhoneVerification),
        repeat=Repeat.MUST,
        answer=Answer(
            status=202,
            says="The verification, its code on the way",
            model=PhoneVerificationShape,
            headers={"Location": "Where the verification is"},
        ),
        refusals=(ValuesRejected, *SENDING_ANY),
    ),
    Route(
        method="GET",
        path=f"{PHONE_VERIFICATIONS}/{{verification_id}}",
        view=show_phone_verification,
        summary="Show the verification of a number",
        tag="numbers",
        scope=Scope.PHONES_VERIFY,
        answer=Answer(says="The verification", model=PhoneVerificationShape),
        refusals=(VerificationNotFound,),
    ),
    Route(
        method="POST",
        path=f"{PHONE_VERIFICATIONS}/{{verification_id}}/code",
        view=send_phone_code,
        summary="Send the number another code; an older one is dead from now on",
        tag="numbers",
        scope=Scope.PHONES_VERIFY,
        body=JsonBody(model=PhoneCodeRequest, optional=True),
        repeat=Repeat.MUST,
        undone_by_fault=True,
        answer=Answer(status=202, says="The code is on its way", model=SentShape),
        refusals=(VerificationNotFound, *SENDING_ANY),
    ),
    Route(
        method="POST",
        path=f"{PHONE_VERIFICATIONS}/{{verification_id}}/confirmation",
        view=confirm_phone,
        summary="Confirm a number by its code; repeat the same `attempt_id` after a lost answer",
        tag="numbers",
        scope=Scope.PHONES_VERIFY,
        body=JsonBody(model=PhoneConfirmation),
        repeat=Repeat.MAY,
        answer=Answer(says="Confirmed: the number is the person's", model=ConfirmationShape),
        refusals=(VerificationNotFound, *CONFIRMING_ANY),
    ),
)
