"""Ask providers what became of messages of which they have not told it by themselves."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from docgen.domain.dispatch import AskedOf, Hop
from docgen.domain.errors import (
    EnvelopeNotFound,
    SmsUnavailable,
    StaleEnvelope,
    VerificationNotFound,
)
from docgen.domain.subscriber import Phone
from docgen.ports import Clock, ReceiptSource, Register, UnitOfWork
from docgen.usecases.take_receipt import TakeReceipt

log = logging.getLogger(__name__)

HOLD: Final = "receipts of messages"
"""One process of all asks, so that no provider is asked twice."""
_MOST_WAITING = 1000
_RARER = 10
"""A message is asked about again when it is by a tenth older."""


@dataclass(frozen=True, kw_only=True)
class PollReceipts:
    """At a provider's pace while a code lives, ever rarer after that, and for a day."""

    register: Register
    sources: Mapping[str, ReceiptSource]
    take_receipt: TakeReceipt
    clock: Clock
    every: timedelta = timedelta(seconds=4)
    patience: timedelta = timedelta(days=1)

    def __call__(self, *, until: Callable[[], bool], pause: Callable[[float], object]) -> None:
        """Go on until told to stop, or come back at once where another process is at it.

        `pause` lets seconds pass. Raises Unavailable where the register is away; a provider that
        does not answer waits for the next round.
        """
        asked_at: dict[str, datetime] = {}
        with self.register.hold(HOLD) as ours:
            while ours and not until():
                self.round(asked_at, until=until)
                pause(self.every.total_seconds())

    def round(
        self, asked_at: dict[str, datetime], *, until: Callable[[], bool] = lambda: False
    ) -> None:
        """Ask every provider about all that is due; `asked_at` is kept between rounds."""
        waiting: set[str] = set()
        for route, source in self.sources.items():
            hops = self._waiting(route)
            waiting.update(hop.id for hop in hops)
            try:
                self._ask_all(source, hops, asked_at, until)
            except (SmsUnavailable, StaleEnvelope) as failure:
                log.warning("receipts of %s wait: %s", route, failure.code)
        for gone in asked_at.keys() - waiting:
            del asked_at[gone]

    def _ask_all(
        self,
        source: ReceiptSource,
        hops: Sequence[Hop],
        asked_at: dict[str, datetime],
        until: Callable[[], bool],
    ) -> None:
        now = self.clock.now()
        due = [hop for hop in hops if _is_due(hop, asked_at.get(hop.id), source.pace, now)]
        for start in range(0, len(due), source.most):
            if until():
                return
            part = due[start : start + source.most]
            asked_at.update((hop.id, now) for hop in part)
            self._ask(source, part)

    def _waiting(self, route: str) -> Sequence[Hop]:
        since = self.clock.now() - self.patience
        with self.register.view() as unit:
            return unit.hops.awaiting(route, since, limit=_MOST_WAITING)

    def _ask(self, source: ReceiptSource, hops: Sequence[Hop]) -> None:
        with self.register.view() as unit:
            asked = [_asked(unit, hop) for hop in hops]
        known = {hop.message_id: hop.delivery for hop in hops}
        for receipt in source.ask(asked):
            if receipt.delivery is not known.get(receipt.message_id):
                self.take_receipt(receipt)


def _asked(unit: UnitOfWork, hop: Hop) -> AskedOf:
    """Some providers know a message by its phone only, which no hop holds."""
    return AskedOf(message_id=hop.message_id or "", phone=_phone(unit, hop.chain))


def _phone(unit: UnitOfWork, chain: str) -> Phone | None:
    with suppress(EnvelopeNotFound):
        return unit.envelopes.get(chain).subscriber.phone
    with suppress(VerificationNotFound):
        return unit.verifications.get(chain).phone
    return None


def _is_due(hop: Hop, asked_at: datetime | None, pace: timedelta, now: datetime) -> bool:
    last = hop.begun_at if asked_at is None else asked_at
    return now - last >= max(pace, (last - hop.begun_at) / _RARER)
