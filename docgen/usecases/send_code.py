"""Send the subscriber a code bound to the very bytes of the envelope's documents."""

from dataclasses import dataclass, replace

from docgen.domain.challenge import Binding, Challenge, ChallengePolicy, ChallengeState
from docgen.domain.envelope import Envelope, Verb
from docgen.domain.errors import SmsUnavailable
from docgen.domain.journal import Event, Fact
from docgen.domain.language import Language
from docgen.forms.catalogue import Catalogue
from docgen.ports import Chance, Clock, CodeStore, Register, SmsGateway
from docgen.texts.phrases import say

PURPOSE = "sign_envelope"


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

    def __call__(self, envelope_id: str, *, language: Language, actor: str) -> Challenge:
        """The challenge; raises NotReady, AlreadyConfirmed, MoveNotAllowed, LimitReached.

        Also CodesUnavailable or SmsUnavailable: then no code is live and another may be asked for.
        """
        code = self.chance.code(self.policy.digits)
        envelope, challenge = self._issue(envelope_id, code, actor)
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
        details = {
            "challenge": sent.id,
            "provider": receipt.provider,
            "message": receipt.message_id,
            "language": language.value,
        }
        self._note(sent, Event.CODE_SENT, details)
        return sent

    def _issue(self, envelope_id: str, code: str, actor: str) -> tuple[Envelope, Challenge]:
        """Write the challenge down before anything leaves for the phone."""
        now = self.clock.now()
        with self.register.begin() as unit:
            envelope = unit.envelopes.get(envelope_id)
            envelope.require_in_time(Verb.SEND_CODE, now)
            binding = binding_of(envelope, self.chance.identifier())
            issued = self.codes.issue(binding, code, policy=self.policy, now=now)
            challenge = Challenge(
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
            unit.challenges.add(challenge)
            unit.envelopes.save(envelope.send_code())
            details = {"challenge": challenge.id, "manifest": challenge.manifest_hash}
            fact = Fact(event=Event.CODE_ISSUED, at=now, actor=actor, details=details)
            unit.journal.append(envelope_id, fact)
            unit.commit()
        return envelope, challenge

    def _text(self, envelope: Envelope, code: str, language: Language) -> str:
        kind = self.forms.get(envelope.documents[0].form).word("sms", language)
        if len(envelope.documents) > 1:
            kind = say("sms.several", language, count=len(envelope.documents))
        order = envelope.reference.order_number
        return say("sms.code", language, code=code, kind=kind, order=order)

    def _take_back(self, envelope: Envelope, challenge: Challenge) -> None:
        self._note(
            replace(challenge, state=ChallengeState.FAILED),
            Event.CODE_NOT_SENT,
            {"challenge": challenge.id},
        )
        self.codes.withdraw(binding_of(envelope, challenge.id))

    def _note(self, challenge: Challenge, event: Event, details: dict[str, str]) -> None:
        with self.register.begin() as unit:
            unit.challenges.save(challenge)
            fact = Fact(event=event, at=self.clock.now(), actor="system", details=details)
            unit.journal.append(challenge.envelope_id, fact)
            unit.commit()
