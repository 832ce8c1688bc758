"""Recall a number: by which verification the register ties it to a person."""

from dataclasses import dataclass

from docgen.domain.subscriber import Iin, Phone, PhoneVerification
from docgen.domain.verification import frozen, newest_confirmed
from docgen.ports import Register


@dataclass(frozen=True, kw_only=True)
class RecallNumber:
    """The newest confirmed verification of a person's number counts."""

    register: Register

    def __call__(self, iin: Iin, phone: Phone, *, owner: str) -> PhoneVerification | None:
        """As it stands now, for an envelope to keep; None where the owner has none."""
        with self.register.view() as unit:
            history = unit.verifications.history(phone, owner=owner)
            known = newest_confirmed(history(), iin)
            if known is None or known.confirmation is None:
                return None
            challenge = unit.challenges.find(known.confirmation.challenge_id)
            entries = unit.journal.of(known.id)
        if challenge is None or not entries:
            return None
        return frozen(known, challenge, head=entries[-1].hash)
