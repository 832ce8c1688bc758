"""Move an API key to other addresses."""

from collections.abc import Sequence
from dataclasses import dataclass

from docgen.domain.journal import Event
from docgen.ports import Clock, Register
from docgen.usecases.issue_key import networks, note


@dataclass(frozen=True, kw_only=True)
class MoveKey:
    """Lets a key count in other networks than before, from its next request on."""

    register: Register
    clock: Clock

    def __call__(self, key_id: str, addresses: Sequence[str], *, by: str) -> None:
        """In these networks alone, anywhere for none; raises ValuesRejected or ApiKeyNotFound."""
        wanted = networks(addresses)
        with self.register.begin() as unit:
            unit.lock(key_id)
            if unit.keys.get(key_id).addresses == wanted:
                return
            unit.keys.allow(key_id, wanted)
            note(unit, unit.keys.get(key_id), Event.KEY_MOVED, at=self.clock.now(), by=by)
            unit.commit()
