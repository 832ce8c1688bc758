"""Confirm that a number is a person's, by the code that was sent to it."""

from dataclasses import dataclass
from datetime import datetime

from docgen.domain.consent import TypedCode
from docgen.domain.errors import AlreadyConfirmed
from docgen.domain.journal import Event, Fact
from docgen.domain.verification import Verification, VerificationState
from docgen.ports import Register, UnitOfWork
from docgen.usecases.find_matter import NumberVerification
from docgen.usecases.spend_code import Attempt, SpendCode


@dataclass(frozen=True, kw_only=True)
class ConfirmPhone:
    """Open to confirmed, once."""

    register: Register
    spend: SpendCode

    def __call__(self, verification_id: str, attempt: Attempt) -> Verification:
        """The verification, confirmed; the same attempt again gets the same.

        Raises as `ConfirmByCode` does, and VerificationNotFound.
        """
        self.spend.require_sane(attempt)
        with self.register.view() as unit:
            verification = unit.verifications.get(verification_id)
            if verification.confirmed_by(attempt.id):
                return verification
            asked = self.spend.look(unit, NumberVerification(verification))
        self.spend(
            asked,
            attempt,
            lambda unit, code, at: self._confirm(unit, verification_id, code, at),
        )
        with self.register.view() as unit:
            return unit.verifications.get(verification_id)

    def _confirm(
        self, unit: UnitOfWork, verification_id: str, code: TypedCode, now: datetime
    ) -> None:
        verification = unit.verifications.get(verification_id).confirm(code)
        if not unit.verifications.confirm(verification):
            raise AlreadyConfirmed("confirm", VerificationState.CONFIRMED)
        fact = Fact(
            event=Event.NUMBER_VERIFIED,
            at=now,
            actor=code.actor,
            details={
                "challenge": code.challenge_id,
                "attempt": code.attempt_id,
                **code.details(),
            },
        )
        unit.journal.append(verification_id, fact)
