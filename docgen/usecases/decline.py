"""Decline an envelope: the subscriber does not agree."""

from dataclasses import dataclass

from docgen.domain.envelope import Envelope
from docgen.domain.fingerprint import fingerprints
from docgen.domain.journal import Event, Fact
from docgen.ports import Clock, Register


@dataclass(frozen=True, kw_only=True)
class Decline:
    """Ready or code_sent to declined."""

    register: Register
    clock: Clock

    def __call__(self, envelope_id: str, *, reason: str, actor: str) -> Envelope:
        """The declined envelope; raises NotReady or MoveNotAllowed. Only it holds the reason."""
        with self.register.begin() as unit:
            declined = unit.envelopes.get(envelope_id).decline(reason)
            unit.envelopes.save(declined)
            fact = Fact(
                event=Event.DECLINED,
                at=self.clock.now(),
                actor=actor,
                details=fingerprints(declined),
            )
            unit.journal.append(envelope_id, fact)
            unit.commit()
        return declined
