"""Rotate an API key."""

from dataclasses import dataclass, replace
from datetime import timedelta

from docgen.domain.caller import ApiKey, hash_of
from docgen.domain.errors import Conflict, FieldError, ValuesRejected
from docgen.domain.journal import Event
from docgen.ports import Chance, Clock, Register, UnitOfWork
from docgen.usecases.issue_key import PREFIX, IssuedKey, note


@dataclass(frozen=True, kw_only=True)
class RotateKey:
    """Makes a key that may do the same, and lets the old one end after an overlap."""

    register: Register
    clock: Clock
    chance: Chance

    def __call__(self, key_id: str, *, overlap: timedelta, by: str) -> IssuedKey:
        """The successor, to be handed over once; it lives as long as the old one was to live.

        Raises ApiKeyNotFound, ValuesRejected for a negative overlap, and Conflict for a key that
        is revoked, expired or followed already; then it names the successor.
        """
        if overlap < timedelta():
            raise ValuesRejected((FieldError("/overlap", "invalid"),))
        now = self.clock.now()
        secret = self.chance.token() + self.chance.token()
        with self.register.begin() as unit:
            unit.lock(key_id)
            old = unit.keys.get(key_id)
            _require_last(unit, old)
            if not old.counts(now):
                raise Conflict(f"the key {old.id} is over; make a new one by `docgen keys create`")
            term = None if old.expires_at is None else old.expires_at - old.created_at
            kept = ApiKey(
                caller=replace(old.caller, key_id=self.chance.identifier()),
                secret_sha256=hash_of(secret),
                created_at=now,
                expires_at=None if term is None else now + term,
                follows=old.id,
                addresses=old.addresses,
            )
            unit.keys.add(kept)
            unit.keys.expire(old.id, at=now + overlap)
            ending = unit.keys.get(old.id)
            note(unit, ending, Event.KEY_ROTATED, at=now, by=by, successor=kept.id)
            note(unit, kept, Event.KEY_ISSUED, at=now, by=by, follows=old.id)
            unit.commit()
        return IssuedKey(kept=kept, secret=f"{PREFIX}_{kept.id}_{secret}")


def _require_last(unit: UnitOfWork, old: ApiKey) -> None:
    for each in unit.keys.all():
        if each.follows == old.id:
            raise Conflict(f"the key {old.id} has a successor already, {each.id}; rotate that one")
