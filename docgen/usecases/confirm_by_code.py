"""Confirm an envelope by the subscriber's code: Redis counts, SQL decides."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from docgen.domain.consent import ConsentText, SmsConsent, TypedCode
from docgen.domain.envelope import Envelope
from docgen.domain.fingerprint import fingerprints
from docgen.domain.journal import Event, Fact
from docgen.domain.language import Language
from docgen.domain.work import Task
from docgen.ports import Chance, Jobs, Register, UnitOfWork
from docgen.texts.phrases import say
from docgen.usecases.find_matter import Signing
from docgen.usecases.owe_work import owe_work
from docgen.usecases.spend_code import Attempt, SpendCode


@dataclass(frozen=True, kw_only=True)
class ConfirmByCode:
    """Code_sent to confirmed: the legal act."""

    register: Register
    spend: SpendCode
    chance: Chance
    jobs: Jobs

    def __call__(self, envelope_id: str, attempt: Attempt) -> Envelope:
        """The envelope, sealed where sealing follows at once.

        Raises CodeWrong, CodeGone, NotReady, AlreadyConfirmed, MoveNotAllowed, EnvelopeNotFound,
        ValuesRejected, CodesUnavailable or StaleEnvelope; after the last two the same attempt may
        be made again.
        """
        self.spend.require_sane(attempt)
        with self.register.view() as unit:
            unit.foresee(envelope_id)
            envelope = unit.envelopes.get(envelope_id)
            if envelope.confirmed_by(attempt.id):
                return envelope
            asked = self.spend.look(unit, Signing(envelope, self.spend.find.forms))
        decided = partial(self._confirm, envelope_id, attempt.language)
        confirmed = self.spend(asked, attempt, decided)
        self.jobs.tell(Task.SEAL, envelope_id)
        if isinstance(confirmed, Signing) and not self.jobs.at_once:
            return confirmed.envelope
        with self.register.view() as unit:
            return unit.envelopes.get(envelope_id)

    def _confirm(
        self,
        envelope_id: str,
        language: Language,
        unit: UnitOfWork,
        code: TypedCode,
        now: datetime,
    ) -> None:
        consent = _consent(code, language)
        confirmed = unit.envelopes.get(envelope_id).confirm(consent)
        unit.envelopes.save(confirmed)
        fact = Fact(
            event=Event.CONFIRMED,
            at=now,
            actor=consent.actor,
            details={
                "challenge": consent.challenge_id,
                "attempt": consent.attempt_id,
                "consent": consent.text.version,
                "consent_language": consent.text.language.value,
                **consent.details(),
            }
            | fingerprints(confirmed),
        )
        unit.journal.append(envelope_id, fact)
        owe_work(unit, envelope_id, task=Task.SEAL, now=now, chance=self.chance)


def _consent(code: TypedCode, language: Language) -> SmsConsent:
    return SmsConsent(
        challenge_id=code.challenge_id,
        attempt_id=code.attempt_id,
        confirmed_at=code.confirmed_at,
        entered_by=code.entered_by,
        employee_id=code.employee_id,
        device=code.device,
        text=ConsentText(
            version=say("consent.sms_code.version", language),
            language=language,
            text=say("consent.sms_code.text", language),
        ),
    )
