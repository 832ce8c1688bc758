"""Limit how often passwords are tried: counted for good before anything is looked at."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime

from docgen.domain.errors import LimitReached
from docgen.domain.sending_limits import Limit
from docgen.domain.staff import SignInPolicy
from docgen.ports import Clock, Register, UnitOfWork


@dataclass(frozen=True, kw_only=True)
class LimitTries:
    """Of one login and of one address, whether somebody has that login or not.

    Where a try cannot be counted nobody is let in, and many at once get no more than one after
    another.
    """

    register: Register
    clock: Clock
    policy: SignInPolicy
    key: bytes = field(repr=False)
    """Under which logins and addresses are counted, so that the counts name nobody."""

    def __call__(self, login: str, *, address: str) -> None:
        """Count one more; raises LimitReached."""
        now = self.clock.now()
        with self.register.begin() as unit:
            ends = (
                self._taken(unit, ("address", address), now, limit=self.policy.tries_of_an_address),
                self._taken(unit, ("login", login), now, limit=self.policy.tries),
            )
            unit.commit()
        over = [end for end in ends if end is not None]
        if over:
            raise LimitReached(Limit.SIGN_IN, max(over) - now)

    def forgive(self, unit: UnitOfWork, login: str) -> None:
        """He was right: his login counts anew."""
        unit.sign_in_tries.forgive(self._subject("login", login))

    def _taken(
        self, unit: UnitOfWork, who: tuple[str, str], now: datetime, *, limit: int
    ) -> datetime | None:
        """None, or when it opens again."""
        window = self.policy.window
        tries = unit.sign_in_tries.take(self._subject(*who), now=now, since=now - window)
        return tries.since + window if tries.count > limit else None

    def _subject(self, kind: str, name: str) -> str:
        return hmac.digest(self.key, f"{kind}:{name}".encode(), hashlib.sha256).hex()
