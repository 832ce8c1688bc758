"""Send the subscriber a code bound to the very bytes of the envelope's documents."""

import logging
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from docgen.domain.challenge import Binding, Challenge, ChallengePolicy, ChallengeState, Issued
from docgen.domain.consent import WayOfSigning
from docgen.domain.envelope import Envelope, Verb
from docgen.domain.errors import (
    CodesUnavailable,
    DocgenError,
    LimitReached,
    SmsUnavailable,
    WayNotAllowed,
)
from docgen.domain.fingerprint import CHALLENGE, fingerprints, of_challenge
from docgen.domain.journal import Event, Fact
from docgen.domain.language import Language
from docgen.forms.catalogue import Catalogue
from docgen.ports import Chance, Clock, CodeStore, Register, SmsGateway
from docgen.texts.phrases import say

PURPOSE = "sign_envelope"

log = logging.getLogger(__name__)


def binding_of(envelope: Envelope, challenge_id: str) -> Binding:
    """What a code of this envelope is bound to."""
    return Binding(
        challenge_id=challenge_id,
        phone=envelope.subscriber.phone,
        purpose=PURPOSE,
        manifest_hash=envelope.manifest_hash,
    )


@dataclass(frozen=True, kw_only=True)
class SendCode:
    """Ready to code_sent; a new code kills the older one and never resets failures."""

    register: Register
    forms: Catalogue
    codes: CodeStore
    sms: SmsGateway
    clock: Clock
    chance: Chance
    policy: ChallengePolicy

    def __call__(
        self, envelope_id: str, *, language: Language, actor: str, challenge_id: str | None = None
    ) -> Challenge:
        """The challenge, once its code is on the way.

        Raises NotReady, AlreadyConfirmed, MoveNotAllowed, LimitReached or WayNotAllowed.

        With a `challenge_id` chosen beforehand, asking again sends nothing twice.

        Where nothing was sent (Unavailable in any of its kinds, StaleEnvelope) another
        code may be asked for at once; the older one is dead all the same.
        """
        known = self._known(challenge_id)
        if known is not None:
            return known
        code = self.chance.code(self.policy.digits)
        envelope, challenge = self._issue(envelope_id, code, actor, challenge_id=challenge_id)
        text = self._text(envelope, code, language)
        try:
            receipt = self.sms.send(envelope.subscriber.phone, text, reference=challenge.id)
        except SmsUnavailable:
            self._take_back(envelope, challenge)
            raise
        sent = replace(
            challenge,
            sent_at=self.clock.now(),
            provider=receipt.provider,
            provider_message_id=receipt.message_id,
        )
        self._note_sent(sent, language)
        return sent

    def _known(self, challenge_id: str | None) -> Challenge | None:
        """What an earlier asking has made: whether it was sent we may not know, twice we do not."""
        if challenge_id is None:
            return None
        with self.register.view() as unit:
            known = unit.challenges.find(challenge_id)
        if known is not None and known.state is ChallengeState.FAILED:
            raise SmsUnavailable(challenge_id)
        return known

    def _issue(
        self, envelope_id: str, code: str, actor: str, *, challenge_id: str | None
    ) -> tuple[Envelope, Challenge]:
        """Write the challenge down before anything leaves for the phone."""
        now = self.clock.now()
        with self.register.view() as unit:
            envelope = unit.envelopes.get(envelope_id)
        envelope.require_in_time(Verb.SEND_CODE, now)
        self._require_way(envelope)
        binding = binding_of(envelope, challenge_id or self.chance.identifier())
        try:
            issued = self.codes.issue(binding, code, policy=self.policy, now=now)
            challenge = self._challenge(binding, issued, envelope_id, now=now)
            self._record(challenge, actor)
        except LimitReached:
            raise
        except DocgenError:
            # Also where the answer was lost: the code may be there, and must not start a wait.
            with suppress(CodesUnavailable):
                self.codes.withdraw(binding)
            raise
        return envelope, challenge

    def _require_way(self, envelope: Envelope) -> None:
        """One code signs all, so that the sum of all is what it must be good for."""
        way = WayOfSigning.SMS_CODE
        forms = [self.forms.get(document.form) for document in envelope.documents]
        read = [form.read(d.values) for form, d in zip(forms, envelope.documents, strict=True)]
        amounts = [amount for values in read if (amount := values.amount()) is not None]
        total = sum(amounts, Decimal(0)) if amounts else None
        for document, form, values in zip(envelope.documents, forms, read, strict=True):
            if way not in form.ways_for(total) or way in values.refused_ways():
                raise WayNotAllowed(way, document.number)

    def _challenge(
        self, binding: Binding, issued: Issued, envelope_id: str, *, now: datetime
    ) -> Challenge:
        return Challenge(
            id=binding.challenge_id,
            envelope_id=envelope_id,
            manifest_hash=binding.manifest_hash,
            purpose=binding.purpose,
            state=ChallengeState.SENT,
            issued_at=now,
            expires_at=issued.expires_at,
            resend_at=issued.resend_at,
            digits=self.policy.digits,
            attempts_allowed=self.policy.attempts,
        )

    def _record(self, challenge: Challenge, actor: str) -> None:
        with self.register.begin() as unit:
            envelope = unit.envelopes.get(challenge.envelope_id)
            envelope.require_in_time(Verb.SEND_CODE, challenge.issued_at)
            sent = envelope.send_code()
            details = {
                "challenge": challenge.id,
                "manifest": challenge.manifest_hash,
                CHALLENGE: of_challenge(challenge, salt=sent.salt),
            } | fingerprints(sent)
            unit.challenges.add(challenge)
            unit.envelopes.save(sent)
            fact = Fact(
                event=Event.CODE_ISSUED, at=challenge.issued_at, actor=actor, details=details
            )
            unit.journal.append(envelope.id, fact)
            unit.commit()

    def _text(self, envelope: Envelope, code: str, language: Language) -> str:
        kind = self.forms.get(envelope.documents[0].form).word("sms", language)
        if len(envelope.documents) > 1:
            kind = say("sms.several", language, count=len(envelope.documents))
        order = envelope.reference.order_number
        return say("sms.code", language, code=code, kind=kind, order=order)

    def _take_back(self, envelope: Envelope, challenge: Challenge) -> None:
        with suppress(CodesUnavailable):
            self.codes.withdraw(binding_of(envelope, challenge.id))
        failed = replace(challenge, state=ChallengeState.FAILED)
        try:
            self._note(failed, Event.CODE_NOT_SENT, {"challenge": challenge.id})
        except DocgenError as failure:
            log.warning("challenge %s failed and was not noted: %s", challenge.id, failure.code)

    def _note_sent(self, challenge: Challenge, language: Language) -> None:
        """The message has left: failing to write that down must not look like failing to send."""
        details = {
            "challenge": challenge.id,
            "provider": str(challenge.provider),
            "message": str(challenge.provider_message_id),
            "language": language.value,
        }
        try:
            self._note(challenge, Event.CODE_SENT, details)
        except DocgenError as failure:
            log.warning("challenge %s was sent but not noted: %s", challenge.id, failure.code)

    def _note(self, challenge: Challenge, event: Event, details: dict[str, str]) -> None:
        with self.register.begin() as unit:
            unit.envelopes.get(challenge.envelope_id)
            unit.challenges.save(challenge)
            fact = Fact(event=event, at=self.clock.now(), actor="system", details=details)
            unit.journal.append(challenge.envelope_id, fact)
            unit.commit()
