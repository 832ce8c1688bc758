"""Authenticate a program by its API key."""

import logging
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from docgen.domain.caller import ApiKey, Caller
from docgen.domain.errors import (
    AddressNotAllowed,
    ApiKeyNotFound,
    Conflict,
    NotAuthenticated,
    Unavailable,
)
from docgen.ports import Clock, Register, UnitOfWork
from docgen.usecases.issue_key import PREFIX

_KEY = re.compile(rf"{PREFIX}_([0-9A-Za-z]+)_([A-Za-z0-9_-]+)")
_LONGEST = 200
T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Authenticate:
    """Finds whose key it is, and remembers that it was used."""

    register: Register
    clock: Clock
    exactness: timedelta = timedelta(minutes=1)
    """How exactly the last use is known: writing it at every request would cost more than it."""
    _tried: dict[str, datetime] = field(default_factory=dict, repr=False)

    def __call__(self, key: str, *, address: str = "") -> Caller:
        """The caller; raises NotAuthenticated, which tells nothing of why, or AddressNotAllowed.

        `address` is from where it was shown, as far as our own proxies are believed.
        """
        return self.then(lambda _unit, caller: caller, key, address=address)

    def then(
        self,
        read: Callable[[UnitOfWork, Caller], T],
        key: str,
        *,
        address: str = "",
        about: str | None = None,
    ) -> T:
        """What is read for the caller, in the reading unit that has told whose key it is.

        `about` is the envelope that will be read, where one will.
        """
        parts = _KEY.fullmatch(key[:_LONGEST])
        if parts is None:
            raise NotAuthenticated
        key_id, secret = parts.groups()
        with self.register.glance() as unit:
            if about is not None:
                unit.foresee(about)
            known = self._known(unit, key_id)
            found = read(unit, self._admitted(known, secret, address))
        self._note_use(known)
        return found

    def _known(self, unit: UnitOfWork, key_id: str) -> ApiKey:
        try:
            return unit.keys.get(key_id)
        except ApiKeyNotFound:
            raise NotAuthenticated from None

    def _admitted(self, known: ApiKey, secret: str, address: str) -> Caller:
        try:
            return known.admit(secret, now=self.clock.now(), address=address)
        except AddressNotAllowed:
            log.warning("key %s was shown from where it does not count", known.id)
            raise

    def _note_use(self, key: ApiKey) -> None:
        now = self.clock.now()
        known = (key.last_used_at, self._tried.get(key.id))
        if any(used is not None and now - used < self.exactness for used in known):
            return
        # Where the register makes writers wait, one request of this process does, not all.
        self._tried[key.id] = now
        # Knowing the last use is not worth refusing a caller for.
        with suppress(Unavailable, Conflict), self.register.begin() as unit:
            unit.keys.used(key.id, now=now)
            unit.commit()
