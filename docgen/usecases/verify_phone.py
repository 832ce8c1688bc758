"""Verify a phone: a code goes to the number of a person whom somebody has identified."""

from dataclasses import dataclass

from docgen.domain.challenge import Challenge, ChallengeState
from docgen.domain.dispatch import AskedBy
from docgen.domain.errors import ValuesRejected, VerificationNotFound
from docgen.domain.journal import Event, Fact
from docgen.domain.language import Language
from docgen.domain.subscriber import IdentityDocument
from docgen.domain.verification import LIFE, Person, Verification
from docgen.forms.fields import require_code
from docgen.ports import Chance, Clock, Register
from docgen.usecases.create_envelope import phone_findings
from docgen.usecases.send_code import SendCode


@dataclass(frozen=True, kw_only=True)
class VerificationRequest:
    """What a caller asks for; `owner`, `client` and `region` come from who is asking."""

    owner: str
    client: str
    region: str | None
    person: Person
    identified_by: str
    identity_document: IdentityDocument
    language: Language = Language.KK
    id: str | None = None
    """Chosen beforehand by whoever must be able to ask again without making a second one."""


@dataclass(frozen=True, kw_only=True)
class VerifyPhone:
    """Begins a verification; it is kept, whatever comes of it."""

    register: Register
    send: SendCode
    clock: Clock
    chance: Chance

    def __call__(self, request: VerificationRequest) -> str:
        """The verification's id, once its code is on the way, or may be.

        Raises ValuesRejected, or whatever sending raises; asking again under the same id then
        begins no second one.
        """
        require_code(request.identified_by, pointer="/identified_by")
        wrong = phone_findings(request.person.phone, client=request.client)
        if wrong:
            raise ValuesRejected(wrong)
        verification_id = request.id or self.chance.identifier()
        if not self._sent(verification_id):
            self._begin(request, verification_id)
            self.send(
                verification_id,
                language=request.language,
                asked_by=AskedBy(client=request.client, employee_id=request.identified_by),
            )
        return verification_id

    def _sent(self, verification_id: str) -> bool:
        """Whether an earlier asking has come so far that its code may be on the phone."""
        with self.register.view() as unit:
            latest: Challenge | None = unit.challenges.latest(verification_id)
        return latest is not None and latest.state is not ChallengeState.FAILED

    def _begin(self, request: VerificationRequest, verification_id: str) -> None:
        now, person = self.clock.now(), request.person
        with self.register.begin() as unit:
            try:
                unit.verifications.get(verification_id)
            except VerificationNotFound:
                pass
            else:
                return
            history = unit.verifications.history(person.phone, owner=request.owner)()
            earlier = [each.salt for each in history if each.person.iin == person.iin]
            verification = Verification(
                id=verification_id,
                owner=request.owner,
                client=request.client,
                region=request.region,
                person=person,
                identified_by=request.identified_by,
                identity_document=request.identity_document,
                salt=earlier[0] if earlier else self.chance.token(),
                created_at=now,
                expires_at=now + LIFE,
            )
            unit.verifications.add(verification)
            unit.journal.append(verification_id, _fact(verification))
            unit.commit()


def _fact(verification: Verification) -> Fact:
    return Fact(
        event=Event.NUMBER_GIVEN,
        at=verification.created_at,
        actor=f"client:{verification.client}",
        details={
            "manifest": verification.manifest_hash,
            "identified_by": verification.identified_by,
            "identity_document": verification.identity_document.value,
        },
    )
