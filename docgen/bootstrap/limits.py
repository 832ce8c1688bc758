"""Limits of codes: those that count sendings, and the hand that lifts one."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

from docgen.adapters.db.register import SqlRegister
from docgen.adapters.otp.redis_limits import RedisLimits
from docgen.bootstrap import CLOCK
from docgen.bootstrap.database import database_url, require_current
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


def limit_sending_of(
    settings: Settings,
    parts: Surroundings,
    stack: ExitStack,
    *,
    register: SqlRegister,
    codes: ChallengePolicy,
) -> LimitSending:
    """What is asked before each sending; what it opens closes with the stack."""
    limits = RedisLimits(parts.redis_url)
    stack.callback(limits.close)
    return LimitSending(
        register=register,
        limits=limits,
        alerts=LoggedAlerts(),
        clock=CLOCK,
        pseudonyms=parts.pseudonyms,
        policy=sending_policy(settings),
        codes=codes,
    )


def limit_guesses_of(
    settings: Settings, parts: Surroundings, *, register: SqlRegister, codes: ChallengePolicy
) -> LimitGuesses:
    """What is asked before each comparison."""
    return LimitGuesses(
        register=register,
        clock=CLOCK,
        pseudonyms=parts.pseudonyms,
        policy=codes,
        sending=sending_policy(settings),
    )


@contextmanager
def lifting(settings: Settings) -> Iterator[LiftLimit]:
    """For an administrator; needs the database and the key of subjects only."""
    require_current(settings)
    register = SqlRegister(database_url(settings))
    try:
        yield LiftLimit(
            register=register, clock=CLOCK, pseudonyms=Pseudonyms(subject_key(settings))
        )
    finally:
        register.close()
