"""Show the verification of a number to somebody who may see it."""

from dataclasses import dataclass
from datetime import datetime

from docgen.domain.caller import Caller
from docgen.domain.challenge import Challenge
from docgen.domain.errors import VerificationNotFound
from docgen.domain.verification import Verification, VerificationState, newest_for_another
from docgen.ports import Clock, Register


@dataclass(frozen=True, kw_only=True)
class ShownVerification:
    """A verification and its newest challenge, of one moment."""

    verification: Verification
    state: VerificationState
    challenge: Challenge | None
    for_another_at: datetime | None
    """When the number was verified for another person after that: it is no longer this one's."""


@dataclass(frozen=True, kw_only=True)
class ShowVerification:
    """Reads a verification; to others than its owner it does not exist."""

    register: Register
    clock: Clock

    def __call__(self, verification_id: str, *, caller: Caller) -> ShownVerification:
        """The verification; raises VerificationNotFound."""
        with self.register.view() as unit:
            verification = unit.verifications.get(verification_id)
            if not caller.sees_verification(verification):
                raise VerificationNotFound(verification_id)
            history = unit.verifications.history(verification.phone, owner=verification.owner)
            latest, known = unit.challenges.latest(verification_id), history()
        code = verification.confirmation
        return ShownVerification(
            verification=verification,
            state=verification.state(self.clock.now()),
            challenge=latest,
            for_another_at=None
            if code is None
            else newest_for_another(known, verification.person.iin, after=code.confirmed_at),
        )
