"""Decline an envelope: the subscriber does not agree."""

from dataclasses import dataclass

from docgen.domain.envelope import Envelope, Verb
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
        now = self.clock.now()
        with self.register.begin() as unit:
            envelope = unit.envelopes.get(envelope_id)
            envelope.require_in_time(Verb.DECLINE, now)
            declined = envelope.decline(reason)
            unit.envelopes.save(declined)
            fact = Fact(
                event=Event.DECLINED,
                at=now,
                actor=actor,
                details=fingerprints(declined),
            )
            unit.journal.append(envelope_id, fact)
            unit.commit()
        return declined
