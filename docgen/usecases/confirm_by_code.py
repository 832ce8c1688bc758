"""Confirm an envelope by the subscriber's code: Redis counts, SQL decides."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NoReturn

from docgen.domain.challenge import Challenge, ChallengePolicy, ChallengeState, Gone, Spent, Wrong
from docgen.domain.consent import ConsentText, EnteredBy, SmsConsent
from docgen.domain.envelope import Envelope, Verb
from docgen.domain.errors import CodeGone, CodeWrong, FieldError, ValuesRejected
from docgen.domain.journal import Event, Fact
from docgen.domain.language import Language
from docgen.domain.work import OutboxRow, Task
from docgen.forms.fields import require_code
from docgen.ports import Chance, CodeStore, Jobs, Register, Timer, UnitOfWork
from docgen.texts.phrases import say
from docgen.usecases.limit_guesses import LimitGuesses, attempt_digest
from docgen.usecases.send_code import binding_of

_PATIENCE = timedelta(seconds=1)
_BETWEEN_LOOKS = timedelta(milliseconds=50)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try: `id` is made by the client, so that a retry gets the same answer."""

    id: str
    code: str
    language: Language
    """In which the consent was shown."""
    employee_id: str | None = None
    """Who typed it, where the subscriber told the code to the operator (point 9.5)."""


@dataclass(frozen=True, kw_only=True)
class ConfirmByCode:
    """Code_sent to confirmed: the legal act."""

    register: Register
    codes: CodeStore
    clock: Timer
    chance: Chance
    jobs: Jobs
    policy: ChallengePolicy
    limit_guesses: LimitGuesses

    def __call__(self, envelope_id: str, attempt: Attempt) -> Envelope:
        """The envelope, sealed where sealing follows at once.

        Raises CodeWrong, CodeGone, NotReady, AlreadyConfirmed, MoveNotAllowed, EnvelopeNotFound,
        ValuesRejected, CodesUnavailable or StaleEnvelope; after the last two the same attempt may
        be made again.
        """
        self._require_sane(attempt)
        with self.register.view() as unit:
            envelope = unit.envelopes.get(envelope_id)
            challenge = unit.challenges.latest(envelope_id)
        if _confirmed_by(envelope, attempt):
            return envelope
        envelope.require_in_time(Verb.CONFIRM, self.clock.now())
        if challenge is None or challenge.state is not ChallengeState.SENT:
            raise CodeGone("withdrawn")
        self.limit_guesses(envelope, challenge, attempt_id=attempt.id)
        spent = self._spend(envelope, challenge, attempt)
        self._decide(challenge, attempt, spent=spent)
        self.jobs.tell(Task.SEAL, envelope_id)
        with self.register.view() as unit:
            return unit.envelopes.get(envelope_id)

    def _require_sane(self, attempt: Attempt) -> None:
        """Nothing is stored or counted of what could not be a code, or could not be printed."""
        require_code(attempt.id, pointer="/attempt_id")
        if attempt.employee_id is not None:
            require_code(attempt.employee_id, pointer="/employee_id")
        digits = attempt.code.isascii() and attempt.code.isdigit()
        if not digits or len(attempt.code) != self.policy.digits:
            raise ValuesRejected((FieldError("/code", "invalid"),))

    def _spend(self, envelope: Envelope, challenge: Challenge, attempt: Attempt) -> Spent:
        outcome = self.codes.spend(
            binding_of(envelope, challenge.id),
            attempt.code,
            attempt_id=attempt.id,
            policy=self.policy,
            now=self.clock.now(),
        )
        if isinstance(outcome, Wrong):
            self._note_wrong(challenge, attempt, outcome)
            raise CodeWrong(outcome.attempts_left)
        if isinstance(outcome, Gone):
            self._refuse(envelope.id, outcome)
        return outcome

    def _refuse(self, envelope_id: str, gone: Gone) -> NoReturn:
        """A code spent by another attempt has confirmed, or is about to, or its caller has died.

        He may still come back with that attempt; anybody else needs a new code.
        """
        looks = _PATIENCE // _BETWEEN_LOOKS if gone.reason == "spent" else 0
        for _ in range(looks):
            with self.register.view() as unit:
                unit.envelopes.get(envelope_id).require(Verb.CONFIRM)
            self.clock.pause(_BETWEEN_LOOKS)
        raise CodeGone(gone.reason)

    def _decide(self, challenge: Challenge, attempt: Attempt, *, spent: Spent) -> None:
        """The consent is of the moment the code was used, however late SQL hears of it."""
        now = self.clock.now()
        with self.register.begin() as unit:
            envelope = unit.envelopes.get(challenge.envelope_id)
            if _confirmed_by(envelope, attempt):
                return
            envelope.require_in_time(Verb.CONFIRM, now)
            counted = unit.challenges.confirm(
                challenge.id,
                manifest_hash=envelope.manifest_hash,
                attempt_id=attempt.id,
                now=now,
            )
            if not counted:
                raise CodeGone("replaced")
            consent = _consent(challenge, attempt, confirmed_at=spent.at)
            unit.envelopes.save(envelope.confirm(consent))
            self._record(unit, consent, envelope.id, now=now)
            unit.commit()

    def _record(
        self, unit: UnitOfWork, consent: SmsConsent, envelope_id: str, *, now: datetime
    ) -> None:
        fact = Fact(
            event=Event.CONFIRMED,
            at=now,
            actor=_actor(consent.employee_id),
            details={
                "challenge": consent.challenge_id,
                "attempt": consent.attempt_id,
                "entered_by": consent.entered_by.value,
                "consent": consent.text.version,
                "consent_language": consent.text.language.value,
            },
        )
        unit.journal.append(envelope_id, fact)
        unit.outbox.add(
            OutboxRow(
                id=self.chance.identifier(),
                task=Task.SEAL,
                envelope_id=envelope_id,
                created_at=now,
            )
        )

    def _note_wrong(self, challenge: Challenge, attempt: Attempt, outcome: Wrong) -> None:
        details = {
            "challenge": challenge.id,
            "attempts": str(outcome.attempts_used),
            "attempt": attempt_digest(attempt.id),
            "left": str(outcome.attempts_left),
        }
        with self.register.begin() as unit:
            unit.envelopes.get(challenge.envelope_id)
            entries = unit.journal.of(challenge.envelope_id)
            if any(e.event is Event.CODE_WRONG and e.details == details for e in entries):
                return
            latest = unit.challenges.latest(challenge.envelope_id)
            if latest is not None and latest.id == challenge.id:
                used = max(latest.attempts_used, outcome.attempts_used)
                unit.challenges.save(replace(latest, attempts_used=used))
            fact = Fact(
                event=Event.CODE_WRONG,
                at=self.clock.now(),
                actor=_actor(attempt.employee_id),
                details=details,
            )
            unit.journal.append(challenge.envelope_id, fact)
            unit.commit()


def _actor(employee_id: str | None) -> str:
    return "subscriber" if employee_id is None else f"employee:{employee_id}"


def _confirmed_by(envelope: Envelope, attempt: Attempt) -> bool:
    consent = envelope.consent
    return isinstance(consent, SmsConsent) and consent.attempt_id == attempt.id


def _consent(challenge: Challenge, attempt: Attempt, *, confirmed_at: datetime) -> SmsConsent:
    told = attempt.employee_id is not None
    return SmsConsent(
        challenge_id=challenge.id,
        attempt_id=attempt.id,
        confirmed_at=confirmed_at,
        entered_by=EnteredBy.EMPLOYEE if told else EnteredBy.SUBSCRIBER,
        employee_id=attempt.employee_id,
        text=ConsentText(
            version=say("consent.sms_code.version", attempt.language),
            language=attempt.language,
            text=say("consent.sms_code.text", attempt.language),
        ),
    )
