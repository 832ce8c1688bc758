"""Lift the limit of subscribers per phone, after somebody has looked into it."""

from dataclasses import dataclass

from docgen.domain.journal import Event, Fact
from docgen.domain.pseudonyms import Pseudonyms
from docgen.domain.sending_limits import Limit
from docgen.forms.fields import require_code
from docgen.ports import Clock, Register


@dataclass(frozen=True, kw_only=True)
class LiftLimit:
    """The phone of an envelope may go on: subscribers are counted anew from now on."""

    register: Register
    clock: Clock
    pseudonyms: Pseudonyms

    def __call__(self, envelope_id: str, *, employee_id: str) -> None:
        """In the envelope's journal with who did it; EnvelopeNotFound, ValuesRejected."""
        require_code(employee_id, pointer="/employee_id")
        now = self.clock.now()
        with self.register.begin() as unit:
            phone = self.pseudonyms.of_phone(unit.envelopes.get(envelope_id).subscriber.phone)
            unit.lifts.add(Limit.SHARED_PHONE, phone, envelope_id=envelope_id, at=now)
            fact = Fact(
                event=Event.LIMIT_LIFTED,
                at=now,
                actor=f"employee:{employee_id}",
                details={"limit": Limit.SHARED_PHONE.value},
            )
            unit.journal.append(envelope_id, fact)
            unit.commit()
