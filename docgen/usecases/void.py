"""Void an envelope: the operator withdraws it."""

from dataclasses import dataclass
from datetime import datetime

from docgen.domain.envelope import SUPERSEDED, Envelope
from docgen.domain.fingerprint import fingerprints
from docgen.domain.journal import Event, Fact
from docgen.domain.work import Task
from docgen.ports import Clock, Register, UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Void:
    """Anything not yet sealed or ended to void."""

    register: Register
    clock: Clock

    def __call__(self, envelope_id: str, *, reason: str, actor: str) -> Envelope:
        """The void envelope; raises MoveNotAllowed. Only it holds the reason."""
        with self.register.begin() as unit:
            void = unit.envelopes.get(envelope_id).void(reason)
            record_void(unit, void, now=self.clock.now(), actor=actor)
            unit.commit()
        return void


def record_void(unit: UnitOfWork, void: Envelope, *, now: datetime, actor: str) -> None:
    """Store a void envelope, say so, and owe nothing of it any more."""
    successor = void.superseded_by
    named = {} if successor is None else {"reason": SUPERSEDED, "superseded_by": successor}
    unit.envelopes.save(void)
    fact = Fact(event=Event.VOIDED, at=now, actor=actor, details=named | fingerprints(void))
    unit.journal.append(void.id, fact)
    for task in Task:
        unit.outbox.settle(task, void.id, now=now)
