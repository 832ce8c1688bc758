"""Answer a request once: the same key and body, the same answer and one effect."""

from dataclasses import dataclass, replace
from datetime import timedelta

from docgen.domain.asked import AskedOnce
from docgen.domain.errors import IdempotencyKeyReused, NotFound, RequestInProgress
from docgen.ports import Chance, Clock, Register, UnitOfWork


@dataclass(frozen=True, kw_only=True)
class AnswerOnce:
    """Keeps answers by client and idempotency key (draft-ietf-httpapi-idempotency-key-header).

    Whoever claims a key also gets the id of what the request will make. If he dies before he has
    answered, the next one who asks gets the same id, and so cannot make a second thing.
    """

    register: Register
    clock: Clock
    chance: Chance
    lease: timedelta = timedelta(seconds=60)
    """For so long one who claimed a key is believed to be at it."""

    def claim(self, client: str, key: str, *, fingerprint: str) -> AskedOnce:
        """Ours to answer, or answered already.

        Raises IdempotencyKeyReused for another request under the key, and RequestInProgress while
        somebody else is at it.
        """
        now = self.clock.now()
        asked = AskedOnce(
            client=client,
            key=key,
            fingerprint=fingerprint,
            resource_id=self.chance.identifier(),
            claimed_at=now,
        )
        with self.register.begin() as unit:
            is_ours = unit.asked.add(asked)
            unit.commit()
        return asked if is_ours() else self._known_or_taken_over(asked)

    def _known_or_taken_over(self, asked: AskedOnce) -> AskedOnce:
        client, key, now = asked.client, asked.key, asked.claimed_at
        with self.register.begin() as unit:
            known = self._known(unit, client, key)
            if known.fingerprint != asked.fingerprint:
                raise IdempotencyKeyReused
            if known.answer is not None:
                return known
            abandoned = known.free or now - known.claimed_at >= self.lease
            if not (abandoned and unit.asked.reclaim(known, now=now)):
                raise RequestInProgress
            unit.commit()
            return replace(known, claimed_at=now, free=False, resumed=True)

    def _known(self, unit: UnitOfWork, client: str, key: str) -> AskedOnce:
        try:
            return unit.asked.get(client, key)
        except NotFound:
            # Its owner gave it up in this very moment.
            raise RequestInProgress from None

    def keep(self, asked: AskedOnce, answer: str) -> None:
        """The answer to give from now on; whoever took the claim over keeps his own."""
        with self.register.begin() as unit:
            unit.asked.answer(asked, answer)
            unit.commit()

    def free(self, asked: AskedOnce) -> None:
        """What came of it is unknown: let the next one go on with the same id, at once."""
        with self.register.begin() as unit:
            unit.asked.free(asked)
            unit.commit()

    def release(self, asked: AskedOnce) -> None:
        """It came to nothing: let the key be used as if it never had been."""
        with self.register.begin() as unit:
            unit.asked.release(asked)
            unit.commit()
