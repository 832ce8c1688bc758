"""Expire an envelope whose time to sign is over."""

from dataclasses import dataclass

from docgen.domain.envelope import Verb
from docgen.domain.fingerprint import fingerprints
from docgen.domain.journal import Event, Fact
from docgen.domain.work import Task
from docgen.ports import Clock, Register


@dataclass(frozen=True, kw_only=True)
class Expire:
    """Draft, ready or code_sent to expired."""

    register: Register
    clock: Clock

    def __call__(self, envelope_id: str) -> bool:
        """Whether it expired now; False where it is not due or has moved on."""
        now = self.clock.now()
        with self.register.begin() as unit:
            envelope = unit.envelopes.get(envelope_id)
            if now < envelope.expires_at or not envelope.allows(Verb.EXPIRE):
                return False
            expired = envelope.expire()
            unit.envelopes.save(expired)
            fact = Fact(event=Event.EXPIRED, at=now, actor="system", details=fingerprints(expired))
            unit.journal.append(envelope_id, fact)
            unit.outbox.settle(Task.RENDER, envelope_id, now=now)
            unit.commit()
        return True
