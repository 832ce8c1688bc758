"""Give a message to a route, and to a second one where the first refuses."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from docgen.domain.dispatch import Hop, HopState, Message, Purpose, Receipt, Sending
from docgen.domain.errors import DocgenError, SmsRefused, SmsUnavailable, SmsUncertain
from docgen.domain.journal import Event, Fact
from docgen.domain.routes import REMEMBERED, BreakerPolicy, Health, Route, health, order
from docgen.domain.subscriber import Phone
from docgen.ports import Chance, Clock, Register, SmsGateway, UnitOfWork
from docgen.usecases.keep_heard import keep_heard
from docgen.usecases.keep_hop import keep_hop

log = logging.getLogger(__name__)

Noted = Callable[[UnitOfWork, Hop], None]
"""What else is written down in the transaction that says what came of a hop."""

_EVENTS = {
    Purpose.CODE: {
        HopState.TAKEN: Event.CODE_SENT,
        HopState.REFUSED: Event.CODE_REFUSED,
        HopState.UNKNOWN: Event.CODE_UNCERTAIN,
    },
    Purpose.COPY: {
        HopState.TAKEN: Event.COPY_SENT,
        HopState.REFUSED: Event.COPY_REFUSED,
        HopState.UNKNOWN: Event.COPY_UNCERTAIN,
    },
}


@dataclass(frozen=True, kw_only=True)
class Way:
    """A route, and the gateway behind it."""

    route: Route
    gateway: SmsGateway


@dataclass(frozen=True, kw_only=True)
class Begun:
    """Ways a message may take, in order, and its hop by the first of them, written down."""

    ways: Sequence[Way]
    hop: Hop | None
    """None where there is no way at all."""


@dataclass(frozen=True, kw_only=True)
class DispatchMessage:
    """Every hop is in the register before the route hears of it, and what came of it after.

    A refusal goes to the other route at once, with the same text; a message of which nobody knows
    whether it left goes nowhere else, since it may be on the phone already.
    """

    register: Register
    ways: Sequence[Way]
    clock: Clock
    chance: Chance
    subject_of: Callable[[Phone], str]
    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)

    def __call__(
        self,
        sending: Sending,
        text: str,
        *,
        life: timedelta,
        details: Mapping[str, str],
        noted: Noted | None = None,
        begun: Begun | None = None,
    ) -> Hop:
        """The hop by which it went or may have gone; raises SmsUnavailable where none took it.

        `details` go into the journal beside what is known of the hop. `begun` is what `begin`
        wrote down for this sending, once that is committed.
        """
        begun = begun or self._begun(sending)
        hop = begun.hop
        for way in begun.ways:
            hop = hop or self._next(sending, way.route)
            tried = self._handed_over(way, hop, Message(
                phone=sending.phone, text=text, reference=hop.id, life=life,
                channel=sending.channel,
            ))  # fmt: skip
            tried = self._answer(tried, details, noted)
            if tried.state is not HopState.REFUSED:
                return tried
            hop = None
        raise SmsUnavailable("every route refused" if begun.ways else "no SMS gateway is set up")

    def begin(self, unit: UnitOfWork, sending: Sending, *, before: int | None = None) -> Begun:
        """Write the first hop down in a unit that says more than that; no route hears of it yet.

        `before` is how many hops its challenge has, told by whoever knows.
        """
        ways = self._order(unit, sending)
        if not ways:
            return Begun(ways=(), hop=None)
        hop = self._added(unit, sending, ways[0].route, before=before)
        return Begun(ways=ways, hop=hop)

    def _order(self, unit: UnitOfWork, sending: Sending) -> list[Way]:
        ways = [
            way
            for way in self.ways
            if way.route.channel is sending.channel and way.route.of_tests is sending.phone.is_test
        ]
        if len(ways) <= 1:
            # However it stands, there is no other: its last hops need not be read.
            return ways
        by_name = {way.route.name: way for way in ways}
        routes = [way.route for way in ways]
        healths = self._healths(unit, routes)
        chosen = order(
            routes, healths, sending.phone, chance=self.chance.roll(), avoid=sending.avoid
        )
        return [by_name[route.name] for route in chosen]

    def _healths(self, unit: UnitOfWork, routes: Sequence[Route]) -> dict[str, Health]:
        now = self.clock.now()
        return {
            route.name: health(
                unit.hops.recent(route.name, limit=REMEMBERED), now=now, policy=self.breaker
            )
            for route in routes
        }

    def _begun(self, sending: Sending) -> Begun:
        with self.register.begin() as unit:
            begun = self.begin(unit, sending)
            unit.commit()
        return begun

    def _next(self, sending: Sending, route: Route) -> Hop:
        with self.register.begin() as unit:
            hop = self._added(unit, sending, route)
            unit.commit()
        return hop

    def _added(
        self, unit: UnitOfWork, sending: Sending, route: Route, *, before: int | None = None
    ) -> Hop:
        if before is None:
            before = len(unit.hops.of_challenge(sending.challenge_id))
        hop = Hop(
            id=self.chance.identifier(),
            sending=sending.id,
            challenge_id=sending.challenge_id,
            chain=sending.chain,
            number=before + 1,
            route=route.name,
            subject=self.subject_of(sending.phone),
            network=sending.phone.value[2:5],
            client=sending.client,
            employee_id=sending.employee_id,
            begun_at=self.clock.now(),
            purpose=sending.purpose,
        )
        unit.hops.add(hop)
        return hop

    def _handed_over(self, way: Way, hop: Hop, message: Message) -> Hop:
        try:
            answer = way.gateway.send(message)
        except SmsRefused as refusal:
            return hop.refused(refusal.raw, at=self.clock.now())
        except SmsUncertain as doubt:
            return hop.uncertain(doubt.raw, at=self.clock.now(), message_id=doubt.message_id)
        return hop.taken(answer, at=self.clock.now())

    def _answer(self, hop: Hop, details: Mapping[str, str], noted: Noted | None) -> Hop:
        """The message has left: failing to write that down must not look like failing to send."""
        try:
            with self.register.begin() as unit:
                if hop.message_id is not None:
                    unit.hops.alone(hop.route, hop.message_id)
                unit.lock(hop.chain)
                keep_hop(unit, hop, is_answer=True)
                if noted is not None:
                    noted(unit, hop)
                heard = _heard(unit, hop)
                unit.journal.append(hop.chain, fact_of(hop, details))
                told = keep_heard(unit, hop, heard, now=self.clock.now())
                unit.commit()
        except DocgenError as failure:
            log.warning("what came of hop %s was not noted: %s", hop.id, failure.code)
            return hop
        return told


def _heard(unit: UnitOfWork, hop: Hop) -> Sequence[Receipt]:
    """The centre may be faster than its own answer."""
    if hop.message_id is None:
        return ()
    return unit.hops.heard(hop.route, hop.message_id, since=hop.begun_at)


def fact_of(hop: Hop, details: Mapping[str, str]) -> Fact:
    """What the journal says of an answered hop; ids and states only."""
    known = {
        hop.purpose.matter: hop.challenge_id,
        "hop": hop.id,
        "route": hop.route,
        "provider": hop.provider,
        "message": hop.message_id,
        "status": hop.raw,
    }
    return Fact(
        event=_EVENTS[hop.purpose][hop.state],
        at=hop.begun_at if hop.answered_at is None else hop.answered_at,
        actor="system",
        details={name: value for name, value in known.items() if value} | dict(details),
    )
