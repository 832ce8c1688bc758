"""Show an envelope to somebody who may see it."""

from dataclasses import dataclass

from docgen.domain.caller import Caller
from docgen.domain.challenge import Challenge
from docgen.domain.envelope import Envelope
from docgen.domain.errors import EnvelopeNotFound
from docgen.ports import Register, UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An envelope and its newest challenge, of one moment."""

    envelope: Envelope
    challenge: Challenge | None


@dataclass(frozen=True, kw_only=True)
class ShowEnvelope:
    """Reads an envelope; to others than its owner it does not exist."""

    register: Register

    def __call__(self, envelope_id: str, *, caller: Caller) -> Shown:
        """The envelope; raises EnvelopeNotFound."""
        with self.register.view() as unit:
            return self.within(unit, envelope_id, caller=caller)

    def within(self, unit: UnitOfWork, envelope_id: str, *, caller: Caller) -> Shown:
        """The same in a unit that is open already."""
        unit.foresee(envelope_id)
        envelope = unit.envelopes.get(envelope_id)
        if not caller.sees(envelope):
            raise EnvelopeNotFound(envelope_id)
        return Shown(envelope=envelope, challenge=unit.challenges.latest(envelope_id))
