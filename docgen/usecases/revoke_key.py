"""Revoke an API key."""

from dataclasses import dataclass

from docgen.domain.journal import Event
from docgen.ports import Clock, Register
from docgen.usecases.issue_key import note


@dataclass(frozen=True, kw_only=True)
class RevokeKey:
    """Ends a key at once and for ever."""

    register: Register
    clock: Clock

    def __call__(self, key_id: str, *, by: str) -> None:
        """Revoke it, or leave it revoked; raises ApiKeyNotFound."""
        now = self.clock.now()
        with self.register.begin() as unit:
            unit.lock(key_id)
            if unit.keys.get(key_id).revoked_at is not None:
                return
            unit.keys.revoke(key_id, now=now)
            note(unit, unit.keys.get(key_id), Event.KEY_REVOKED, at=now, by=by)
            unit.commit()
