"""Limits of codes: those that count sendings, and the hand that lifts one."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

from docgen.adapters.db.register import SqlRegister
from docgen.adapters.otp.redis_limits import RedisLimits
from docgen.bootstrap import CLOCK
from docgen.bootstrap.database import opened
from docgen.bootstrap.surroundings import Surroundings, subject_key
from docgen.domain.challenge import ChallengePolicy
from docgen.domain.pseudonyms import Pseudonyms
from docgen.domain.sending_limits import Allowance, ConversionPolicy, SendingPolicy
from docgen.settings import Settings
from docgen.telemetry import LoggedAlerts
from docgen.usecases.lift_limit import LiftLimit
from docgen.usecases.limit_guesses import LimitGuesses
from docgen.usecases.limit_sending import LimitSending

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def sending_policy(settings: Settings) -> SendingPolicy:
    """As it is set."""
    given = settings.limits
    return SendingPolicy(
        per_phone=(
            Allowance(most=given.phone_hour, window=_HOUR),
            Allowance(most=given.phone_day, window=_DAY),
        ),
        per_technician=(
            Allowance(most=given.technician_hour, window=_HOUR),
            Allowance(most=given.technician_day, window=_DAY),
        ),
        per_client=(Allowance(most=given.client_minute, window=_MINUTE),),
        subscribers_per_phone=Allowance(most=given.subscribers, window=30 * _DAY),
        daily_budget_tiyn=given.budget,
        message_tiyn=given.message,
        networks=given.networks,
        conversion=ConversionPolicy(least=given.conversion_least, percent=given.conversion_percent),
        wrong_codes=Allowance(most=given.wrong_codes_day, window=_DAY),
    )


class Limiting:
    """Makes what is asked before a code is sent, and before one is compared."""

    def __init__(
        self,
        settings: Settings,
        parts: Surroundings,
        *,
        register: SqlRegister,
        codes: ChallengePolicy,
    ) -> None:
        self._policy = sending_policy(settings)
        self._parts, self._register, self._codes = parts, register, codes

    def sending(self, stack: ExitStack) -> LimitSending:
        """Asked before each sending; its connections close with the stack."""
        limits = RedisLimits(self._parts.redis_url)
        stack.callback(limits.close)
        return LimitSending(
            register=self._register,
            limits=limits,
            alerts=LoggedAlerts(),
            clock=CLOCK,
            pseudonyms=self._parts.pseudonyms,
            policy=self._policy,
            codes=self._codes,
        )

    def guesses(self) -> LimitGuesses:
        """Asked before each comparison."""
        return LimitGuesses(
            clock=CLOCK,
            pseudonyms=self._parts.pseudonyms,
            policy=self._codes,
            sending=self._policy,
        )


@contextmanager
def lifting(settings: Settings) -> Iterator[LiftLimit]:
    """For an administrator; needs the database and the key of subjects only."""
    with opened(settings) as register:
        yield LiftLimit(
            register=register, clock=CLOCK, pseudonyms=Pseudonyms(subject_key(settings))
        )
