"""Void an envelope: the operator withdraws it."""

from dataclasses import dataclass

from docgen.domain.envelope import Envelope
from docgen.domain.fingerprint import fingerprints
from docgen.domain.journal import Event, Fact
from docgen.domain.work import Task
from docgen.ports import Clock, Register


@dataclass(frozen=True, kw_only=True)
class Void:
    """Anything not yet sealed or ended to void."""

    register: Register
    clock: Clock

    def __call__(self, envelope_id: str, *, reason: str, actor: str) -> Envelope:
        """The void envelope; raises MoveNotAllowed. Only it holds the reason."""
        now = self.clock.now()
        with self.register.begin() as unit:
            void = unit.envelopes.get(envelope_id).void(reason)
            unit.envelopes.save(void)
            fact = Fact(event=Event.VOIDED, at=now, actor=actor, details=fingerprints(void))
            unit.journal.append(envelope_id, fact)
            for task in Task:
                unit.outbox.settle(task, envelope_id, now=now)
            unit.commit()
        return void
