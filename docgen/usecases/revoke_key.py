"""Revoke an API key."""

from dataclasses import dataclass

from docgen.ports import Clock, Register


@dataclass(frozen=True, kw_only=True)
class RevokeKey:
    """Ends a key at once and for ever."""

    register: Register
    clock: Clock

    def __call__(self, key_id: str) -> None:
        """Revoke it, or leave it revoked; raises ApiKeyNotFound."""
        with self.register.begin() as unit:
            unit.keys.revoke(key_id, now=self.clock.now())
            unit.commit()
