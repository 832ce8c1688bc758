"""Short ways to verified numbers: the subscriber of the sample visit, and somebody else."""

from dataclasses import replace
from typing import Any

from docgen.domain import evidence
from docgen.domain.caller import Caller, Scope
from docgen.domain.envelope import Envelope
from docgen.domain.language import Language
from docgen.domain.subscriber import IdentityDocument, Iin, Phone
from docgen.domain.verification import Person, Verification
from docgen.usecases.verify_phone import VerificationRequest
from tests.builders import circumstances
from tests.usecases.world import TECHNICIAN, World, attempt, request

GULSIM = Person(
    surname="Әбдіқадырова",
    name="Гүлсім",
    patronymic="Өмірзаққызы",
    iin=Iin("900101412304"),
    phone=Phone("+77015550142"),
)
"""The subscriber of the sample visit."""
DANA = replace(GULSIM, surname="Бекова", name="Дана", patronymic=None, iin=Iin("850512456785"))
"""Another person, said to have the same number."""


def asked_for(person: Person = GULSIM, **changes: Any) -> VerificationRequest:
    """What a caller asks for."""
    built = VerificationRequest(
        owner="operator",
        client="field",
        region=None,
        person=person,
        identified_by="E-7",
        identity_document=IdentityDocument.ORIGINAL,
    )
    return replace(built, **changes)


def now_of(here: World, verification_id: str) -> Verification:
    """As it is in the register."""
    with here.register.view() as unit:
        return unit.verifications.get(verification_id)


def verified(here: World, person: Person = GULSIM, **changes: Any) -> str:
    """The id of a confirmed verification of that person's number."""
    verification_id = here.verify_phone(asked_for(person, **changes))
    here.confirm_phone(verification_id, attempt(here.chance.given[-1], f"of {verification_id}"))
    return verification_id


def without_verification(**changes: Any) -> Any:
    """The sample visit, stating no verification; other values where they are given."""
    asked = request()
    assert isinstance(asked.subscriber, dict)
    block = {n: v for n, v in asked.subscriber.items() if n != "phone_verification"}
    return replace(asked, subscriber=block | changes)


def codes(envelope: Envelope) -> list[str]:
    """What was warned of."""
    return [warning.code for warning in envelope.warnings]


def caller(**changes: Any) -> Caller:
    """Somebody of the operator, who may do everything."""
    built = Caller(
        key_id="key", client="field", owner="operator", region=None, scopes=frozenset(Scope)
    )
    return replace(built, **changes)


def evidence_of(here: World, envelope: Envelope) -> dict[str, Any]:
    """What is sealed into its first document, once it is confirmed."""
    here.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)
    sealed = here.confirm(envelope.id, attempt(here.chance.given[-1], f"e {envelope.id}"))
    with here.register.view() as unit:
        challenge = unit.challenges.latest(envelope.id)
    return evidence.build(
        sealed,
        sealed.documents[0],
        challenge=challenge,
        entries=here.journal(envelope.id),
        circumstances=circumstances(),
    )
