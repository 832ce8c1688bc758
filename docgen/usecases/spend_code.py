"""Spend a code: Redis counts the attempt, what is wrong is written down, who may not is told."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NoReturn

from docgen.domain.challenge import Challenge, ChallengePolicy, ChallengeState, Gone, Spent, Wrong
from docgen.domain.consent import EnteredBy, TypedCode, Typist, typist
from docgen.domain.envelope import Verb
from docgen.domain.errors import CodeGone, CodeWrong, FieldError, ValuesRejected
from docgen.domain.journal import Event, Fact
from docgen.domain.language import Language
from docgen.domain.number import NumberPolicy
from docgen.forms.fields import require_code
from docgen.ports import Register, Timer, UnitOfWork
from docgen.ports_of_codes import CodeStore
from docgen.usecases.find_matter import FindMatter, Matter, binding
from docgen.usecases.limit_guesses import Guessed, LimitGuesses, attempt_digest

_PATIENCE = timedelta(seconds=1)
_BETWEEN_LOOKS = timedelta(milliseconds=50)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try: `id` is made by the client, so that a retry gets the same answer."""

    id: str
    code: str
    language: Language = Language.KK
    """In which a consent was shown, where one was."""
    entered_by: EnteredBy | None = None
    """Who typed it; left out, the employee where one is named, else the subscriber."""
    employee_id: str | None = None
    """Who typed it where the subscriber told him (point 9.5), or handed his tablet over."""
    device: str | None = None
    """A short name of what it was typed on."""

    def typist(self) -> Typist:
        """Who typed it; raises ValuesRejected for what contradicts itself or cannot be printed."""
        require_code(self.id, pointer="/attempt_id")
        if self.employee_id is not None:
            require_code(self.employee_id, pointer="/employee_id")
        if self.device is not None:
            require_code(self.device, pointer="/device")
        return typist(self.entered_by, employee_id=self.employee_id, device=self.device)


Decided = Callable[[UnitOfWork, TypedCode, datetime], None]
"""What follows from a code in the very transaction in which SQL decides, at that moment."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A matter as it was when its code was typed, and what is known of its codes."""

    matter: Matter
    challenge: Challenge | None
    """The newest."""
    guessed: Guessed


@dataclass(frozen=True, kw_only=True)
class SpendCode:
    """What confirming an envelope and confirming a number have in common."""

    register: Register
    find: FindMatter
    codes: CodeStore
    clock: Timer
    policy: ChallengePolicy
    limit_guesses: LimitGuesses
    numbers: NumberPolicy

    def require_sane(self, attempt: Attempt) -> Typist:
        """Nothing is stored or counted of what could not be a code, or could not be printed."""
        typed_by = attempt.typist()
        digits = attempt.code.isascii() and attempt.code.isdigit()
        if not digits or len(attempt.code) != self.policy.digits:
            raise ValuesRejected((FieldError("/code", "invalid"),))
        return typed_by

    def look(self, unit: UnitOfWork, matter: Matter) -> Asked:
        """All that `__call__` wants to know, in the unit in which the matter was found."""
        return Asked(
            matter=matter,
            challenge=unit.challenges.latest(matter.id),
            guessed=self.limit_guesses.look(unit, matter),
        )

    def __call__(self, asked: Asked, attempt: Attempt, decided: Decided) -> Matter:
        """One code, spent and counted once; `decided` is called for the caller whose it is.

        The matter as it is then. Raises CodeWrong, CodeGone, what the matter's state raises,
        CodesUnavailable or StaleEnvelope; after the last two the same attempt may be made again.
        """
        typed_by, matter, challenge = self.require_sane(attempt), asked.matter, asked.challenge
        matter.require_in_time(Verb.CONFIRM, self.clock.now())
        if challenge is None or challenge.state is not ChallengeState.SENT:
            raise CodeGone("withdrawn")
        self.limit_guesses(asked.guessed, challenge, attempt_id=attempt.id)
        spent = self._spend(matter, challenge, attempt)
        code = TypedCode(
            challenge_id=challenge.id,
            attempt_id=attempt.id,
            confirmed_at=spent.at,
            entered_by=typed_by.entered_by,
            employee_id=typed_by.employee_id,
            device=typed_by.device,
        )
        return self._decide(challenge, code, decided)

    def _spend(self, matter: Matter, challenge: Challenge, attempt: Attempt) -> Spent:
        outcome = self.codes.spend(
            binding(matter, challenge.id),
            attempt.code,
            attempt_id=attempt.id,
            policy=self.policy,
            now=self.clock.now(),
        )
        if isinstance(outcome, Wrong):
            self._note_wrong(challenge, attempt, outcome)
            raise CodeWrong(outcome.attempts_left)
        if isinstance(outcome, Gone):
            self._refuse(matter.id, outcome)
        return outcome

    def _refuse(self, chain: str, gone: Gone) -> NoReturn:
        """A code spent by another attempt has confirmed, or is about to, or its caller has died.

        He may still come back with that attempt; anybody else needs a new code.
        """
        looks = _PATIENCE // _BETWEEN_LOOKS if gone.reason == "spent" else 0
        for _ in range(looks):
            with self.register.view() as unit:
                self.find(unit, chain).require_in_time(Verb.CONFIRM, self.clock.now())
            self.clock.pause(_BETWEEN_LOOKS)
        raise CodeGone(gone.reason)

    def _decide(self, challenge: Challenge, code: TypedCode, decided: Decided) -> Matter:
        """The act is of the moment the code was used, however late SQL hears of it."""
        now = self.clock.now()
        with self.register.begin() as unit:
            unit.lock(challenge.chain)
            # Undone below where it was not for us to do.
            counted = unit.challenges.confirm(
                challenge.id,
                manifest_hash=challenge.manifest_hash,
                attempt_id=code.attempt_id,
                now=now,
                told_to=code.told_to,
            )
            matter = self.find(unit, challenge.chain)
            if matter.confirmed_by(code.attempt_id):
                return matter
            matter.require_in_time(Verb.CONFIRM, now)
            if not counted() or matter.manifest_hash != challenge.manifest_hash:
                raise CodeGone("replaced")
            decided(unit, code, now)
            self._note_burst(unit, matter, code, now)
            matter = self.find(unit, challenge.chain)
            unit.commit()
        return matter

    def _note_burst(self, unit: UnitOfWork, matter: Matter, code: TypedCode, now: datetime) -> None:
        """An employee whom unusually many subscribers tell their codes may be typing his own."""
        if code.told_to is None:
            return
        told = unit.challenges.told(code.told_to, since=now - self.numbers.told_window)
        if told <= self.numbers.told_most:
            return
        count = (("count", str(told)),)
        matter.flagged(unit, (FieldError("/employee_id", "codes_told_often", count),))
        fact = Fact(
            event=Event.CODES_TOLD_OFTEN,
            at=now,
            actor="system",
            details={"employee": code.told_to, **dict(count)} | matter.prints(unit),
        )
        unit.journal.append(matter.id, fact)

    def _note_wrong(self, challenge: Challenge, attempt: Attempt, outcome: Wrong) -> None:
        details = {
            "challenge": challenge.id,
            "attempts": str(outcome.attempts_used),
            "attempt": attempt_digest(attempt.id),
            "left": str(outcome.attempts_left),
        }
        with self.register.begin() as unit:
            unit.lock(challenge.chain)
            entries = unit.journal.of(challenge.chain)
            if any(e.event is Event.CODE_WRONG and e.details == details for e in entries):
                return
            latest = unit.challenges.latest(challenge.chain)
            if latest is not None and latest.id == challenge.id:
                used = max(latest.attempts_used, outcome.attempts_used)
                unit.challenges.save(replace(latest, attempts_used=used))
            fact = Fact(
                event=Event.CODE_WRONG,
                at=self.clock.now(),
                actor=attempt.typist().actor,
                details=details,
            )
            unit.journal.append(challenge.chain, fact)
            unit.commit()
