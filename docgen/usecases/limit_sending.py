"""Limit how often, to whom and for how much codes are sent."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from docgen.domain.challenge import ChallengePolicy
from docgen.domain.dispatch import Purpose, Sending
from docgen.domain.errors import (
    CodesForgotten,
    CodesUnavailable,
    EnvelopeNotFound,
    LimitReached,
    NetworkNotAllowed,
)
from docgen.domain.journal import Event
from docgen.domain.pseudonyms import Pseudonyms
from docgen.domain.sending_limits import (
    Alert,
    Asked,
    Counted,
    Limit,
    Meter,
    Of,
    Outcome,
    Purse,
    SendingPolicy,
    is_burst,
    wait_until_allowed,
    waits_for_conversion,
)
from docgen.ports import Clock, Coming, Register, UnitOfWork
from docgen.ports_of_codes import Alerts, SendLimits
from docgen.texts.dates import ALMATY

_TRIES = 3
"""Of reminding: more than a Redis that is emptied while we speak needs to be called unavailable."""

_ALERTS = {
    Limit.CONVERSION: Alert.CONVERSION,
    Limit.SHARED_PHONE: Alert.SHARED_PHONE,
    Limit.BUDGET: Alert.BUDGET,
    Limit.GUESSES: Alert.GUESSES,
}
_OF_PHONES = frozenset((Limit.PHONE, Limit.SHARED_PHONE))
"""Of a phone to which nothing has ever gone the register has nothing to remind these of."""
_FOR_EVER = timedelta(days=1)
"""What a caller is told to wait for what never opens again: he has to make another envelope."""


@dataclass(frozen=True, kw_only=True)
class LookedBack:
    """What the register tells of a sending that is asked for."""

    memory: str = ""
    """What the store of limits had not lost before the register was read."""
    is_new: bool = False
    """Nothing has ever been sent to the phone."""
    typed: int = 0
    """Wrong codes, for this matter alone."""
    wrong: Sequence[datetime] = ()
    conversion: timedelta | None = None
    of_subscriber: tuple[Meter, ...] = ()
    this_hour: int = 0
    """Sendings of the technician, where one is named."""


@dataclass(frozen=True, kw_only=True)
class LimitSending:
    """Asked before each sending, a repeated code included; counts it on all limits or on none.

    What only the register can tell is looked at first: it does not change because somebody asks.
    """

    register: Register
    limits: SendLimits
    alerts: Alerts
    clock: Clock
    pseudonyms: Pseudonyms
    policy: SendingPolicy = field(default_factory=SendingPolicy)
    codes: ChallengePolicy = field(default_factory=ChallengePolicy)

    @property
    def memory(self) -> str:
        """To be asked for before the unit begins in which one looks back."""
        return self.limits.memory

    def look(
        self, unit: UnitOfWork, sending: Sending, *, memory: str, is_first: bool
    ) -> LookedBack:
        """All that `__call__` wants to know, in a unit that reads more than that.

        `is_first` says that no code was ever made for its chain.
        """
        if sending.phone.is_test or _network(sending) not in self.policy.networks:
            return LookedBack()
        now, phone = self.clock.now(), self.pseudonyms.of_phone(sending.phone)
        is_known, outcomes = unit.tallies.knows(phone), self._outcomes(unit, sending, now)
        # Where nothing has gone nothing was typed, and nobody counted: all that need not be read.
        is_new = not is_known()
        wrong_since = now - self.policy.wrong_codes.window
        return LookedBack(
            memory=memory,
            is_new=is_new,
            typed=0 if is_first else _typed_wrongly(unit, sending.chain),
            wrong=() if is_new else unit.tallies.wrong_codes(phone, since=wrong_since)(),
            conversion=self._conversion([each() for each in outcomes], now),
            of_subscriber=self._of_subscriber(unit, sending, is_new=is_new),
            this_hour=self._this_hour(unit, sending, now),
        )

    def __call__(self, sending: Sending, looked: LookedBack) -> None:
        """Raises NetworkNotAllowed, LimitReached or CodesUnavailable; then nothing is counted.

        Nor is a test: it costs nothing and reaches nobody. Its waits and guesses are its own.
        """
        if sending.phone.is_test:
            return
        network = _network(sending)
        if network not in self.policy.networks:
            raise NetworkNotAllowed(network)
        now = self.clock.now()
        try:
            self._judge(looked, now)
            asked = self._asked(sending, now, looked.of_subscriber)
            self._take(asked, sending, now, looked)
        except LimitReached as refused:
            alert = _ALERTS.get(Limit(refused.limit))
            if alert is not None:
                self.alerts.tell(alert, chain=sending.chain)
            raise
        self._watch(sending, now, this_hour=looked.this_hour)

    def give_back(self, sending: Sending) -> None:
        """Nothing left: what was counted is not; a store that is away keeps it, which is safe."""
        if sending.phone.is_test:
            return
        now = self.clock.now()
        with suppress(CodesUnavailable):
            asked = self._of_program(sending, now) if _is_copy(sending) else None
            self.limits.give_back(asked or self._asked(sending, now, ()))

    def pay(self, sending: Sending) -> None:
        """Count a message that is no code on its program's rate and money, and on nobody's phone.

        Raises LimitReached or CodesUnavailable; then nothing is counted.
        """
        now = self.clock.now()
        self._take(self._of_program(sending, now), sending, now, LookedBack())

    def _of_program(self, sending: Sending, now: datetime) -> Asked:
        asked = self._asked(sending, now, ())
        return replace(asked, meters=tuple(m for m in asked.meters if m.limit is Limit.CLIENT))

    # --- what the register alone decides ------------------------------------------------

    def _judge(self, looked: LookedBack, now: datetime) -> None:
        if looked.typed >= self.codes.guesses:
            raise LimitReached(Limit.GUESSES, _FOR_EVER)
        wait = wait_until_allowed(looked.wrong, self.policy.wrong_codes, now=now)
        if wait is not None:
            raise LimitReached(Limit.WRONG_CODES, wait)
        if looked.conversion is not None:
            raise LimitReached(Limit.CONVERSION, looked.conversion)

    def _outcomes(
        self, unit: UnitOfWork, sending: Sending, now: datetime
    ) -> Sequence[Coming[Sequence[Outcome]]]:
        """What came of codes to the same network, and of the same technician's."""
        since, before = now - self.policy.conversion.window, now - self.codes.life
        watched = [(Of.NETWORK, _network(sending))]
        if sending.employee_id is not None:
            watched.append((Of.TECHNICIAN, sending.employee_id))
        return [
            unit.tallies.outcomes(of, name, since=since, before=before, now=now)
            for of, name in watched
        ]

    def _conversion(self, outcomes: Sequence[Sequence[Outcome]], now: datetime) -> timedelta | None:
        policy = self.policy.conversion
        waits = (waits_for_conversion(each, now=now, policy=policy) for each in outcomes)
        return max((wait for wait in waits if wait is not None), default=None)

    # --- what is counted ----------------------------------------------------------------

    def _asked(self, sending: Sending, now: datetime, of_subscriber: tuple[Meter, ...]) -> Asked:
        policy, names = self.policy, self.pseudonyms
        counted = [
            (Limit.PHONE, names.of_phone(sending.phone), policy.per_phone),
            (Limit.CLIENT, names.of_client(sending.client), policy.per_client),
        ]
        if sending.employee_id is not None:
            technician = names.of_employee(sending.employee_id)
            counted.append((Limit.TECHNICIAN, technician, policy.per_technician))
        meters = tuple(
            Meter(limit=limit, subject=subject, adds=sending.id, allowances=allowances)
            for limit, subject, allowances in counted
        )
        return Asked(
            sending_id=sending.id,
            meters=meters + of_subscriber,
            purse=self._purse(sending, now),
        )

    def _of_subscriber(
        self, unit: UnitOfWork, sending: Sending, *, is_new: bool
    ) -> tuple[Meter, ...]:
        """How many people one phone is said to be of; a number's verification names nobody yet."""
        phone = self.pseudonyms.of_phone(sending.phone)
        try:
            subscriber = unit.envelopes.get(sending.chain).subscriber
        except EnvelopeNotFound:
            return ()
        lifted_at = None if is_new else unit.lifts.last(Limit.SHARED_PHONE, phone)
        shared = Meter(
            limit=Limit.SHARED_PHONE,
            subject=phone,
            adds=self.pseudonyms.of_person(subscriber.iin),
            allowances=(self.policy.subscribers_per_phone,),
            since=lifted_at,
            is_taken_back=False,
        )
        return (shared,)

    def _purse(self, sending: Sending, now: datetime) -> Purse:
        day = now.astimezone(ALMATY).date()
        return Purse(
            subject=self.pseudonyms.of_client(sending.client),
            day=day,
            ends_at=datetime.combine(day + timedelta(days=1), time(), ALMATY),
            cost_tiyn=self.policy.message_tiyn,
            most_tiyn=self.policy.daily_budget_tiyn,
        )

    def _take(self, asked: Asked, sending: Sending, now: datetime, looked: LookedBack) -> None:
        unknown = _OF_PHONES if looked.is_new else frozenset()
        for _ in range(_TRIES):
            forgotten = self.limits.take(asked, now=now, unknown=unknown, memory=looked.memory)
            if not forgotten:
                return
            for meter in asked.meters:
                if meter.limit in forgotten:
                    self.limits.remind(meter, self._known(meter, sending, now))
            if Limit.BUDGET in forgotten:
                self._remind_of_money(asked, sending, now)
        raise CodesForgotten("the store of codes forgets as soon as it is reminded")

    def _known(self, meter: Meter, sending: Sending, now: datetime) -> Sequence[Counted]:
        since = now - meter.memory
        phone = self.pseudonyms.of_phone(sending.phone)
        technician = sending.employee_id or ""
        readers: dict[Limit, Callable[[UnitOfWork], Sequence[Counted]]] = {
            Limit.PHONE: lambda u: u.tallies.sendings(Of.PHONE, phone, since=since),
            Limit.CLIENT: lambda u: u.tallies.sendings(Of.CLIENT, sending.client, since=since),
            Limit.TECHNICIAN: lambda u: u.tallies.sendings(Of.TECHNICIAN, technician, since=since),
            Limit.SHARED_PHONE: lambda u: [
                Counted(id=self.pseudonyms.of_person(iin), at=at)
                for iin, at in u.tallies.subscribers(phone, since=since)
            ],
        }
        with self.register.view() as unit:
            return readers[meter.limit](unit)

    def _remind_of_money(self, asked: Asked, sending: Sending, now: datetime) -> None:
        purse = asked.purse
        with self.register.view() as unit:
            spent = unit.tallies.money(
                sending.client,
                since=datetime.combine(purse.day, time(), ALMATY),
                minute=now - timedelta(minutes=1),
                each=purse.cost_tiyn,
            )
        self.limits.remind_of_money(asked, spent, now=now)

    # --- what is only watched -----------------------------------------------------------

    def _this_hour(self, unit: UnitOfWork, sending: Sending, now: datetime) -> int:
        if sending.employee_id is None:
            return 0
        hour = now.replace(minute=0, second=0, microsecond=0)
        return len(unit.tallies.sendings(Of.TECHNICIAN, sending.employee_id, since=hour))

    def _watch(self, sending: Sending, now: datetime, *, this_hour: int) -> None:
        """A burst is told, not stopped: there are busy days."""
        burst = self.policy.burst
        if sending.employee_id is None or this_hour + 1 < burst.least:
            return
        technician, since = sending.employee_id, now - burst.memory
        with self.register.view() as unit:
            before = unit.tallies.sendings(Of.TECHNICIAN, technician, since=since)
        times = [each.at for each in before if each.id != sending.id]
        if is_burst([*times, now], now=now, policy=burst):
            self.alerts.tell(Alert.BURST, chain=sending.chain)


def _typed_wrongly(unit: UnitOfWork, chain: str) -> int:
    return sum(entry.event is Event.CODE_WRONG for entry in unit.journal.of(chain))


def _is_copy(sending: Sending) -> bool:
    return sending.purpose is Purpose.COPY


def _network(sending: Sending) -> str:
    return sending.phone.value[2:5]
