"""Send the subscriber a code bound to the very bytes of the envelope's documents."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from docgen.domain.challenge import (
    Binding,
    Challenge,
    ChallengePolicy,
    ChallengeState,
    CodeHistory,
    Issued,
    Resent,
)
from docgen.domain.consent import WayOfSigning
from docgen.domain.dispatch import AskedBy, Hop, HopState, Sending, delivery_of
from docgen.domain.envelope import Envelope, Verb
from docgen.domain.errors import (
    CodeGone,
    CodesForgotten,
    CodesUnavailable,
    DocgenError,
    LimitReached,
    SmsUnavailable,
    WayNotAllowed,
)
from docgen.domain.journal import Entry, Event, Fact
from docgen.domain.language import Language
from docgen.forms.catalogue import Catalogue
from docgen.ports import Chance, Clock, CodeStore, Register, UnitOfWork
from docgen.texts.phrases import say
from docgen.texts.sms import signing_message
from docgen.usecases.dispatch_message import DispatchMessage
from docgen.usecases.limit_sending import LimitSending

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
class _Live:
    """A challenge, and its code, to be sent."""

    challenge: Challenge
    code: str
    avoid: str | None = None
    is_repeated: bool = False


@dataclass(frozen=True, kw_only=True)
class SendCode:
    """Ready to code_sent; a new code kills the older one and never resets failures.

    A code with life enough left is sent again as it is, by another route: the message that was
    late and the one that follows hold the same code, and either is right.
    """

    register: Register
    forms: Catalogue
    codes: CodeStore
    dispatch: DispatchMessage
    limit_sending: LimitSending
    clock: Clock
    chance: Chance
    policy: ChallengePolicy
    host: str
    """Whose page a phone may offer the code to: the last line of the message."""

    def __call__(
        self,
        envelope_id: str,
        *,
        language: Language,
        asked_by: AskedBy,
        sending_id: str | None = None,
    ) -> Challenge:
        """The challenge, once its code is on the way, or may be.

        Raises NotReady, AlreadyConfirmed, MoveNotAllowed, LimitReached or WayNotAllowed.

        With a `sending_id` chosen beforehand, asking again sends nothing twice.

        Where nothing was sent (Unavailable in any of its kinds, StaleEnvelope) another
        code may be asked for at once; the older one is dead all the same.
        """
        known = self._known(sending_id)
        if known is not None:
            return known
        with self.register.view() as unit:
            envelope = unit.envelopes.get(envelope_id)
            latest = unit.challenges.latest(envelope_id)
            hops = () if latest is None else tuple(unit.hops.of_challenge(latest.id))
        envelope.require_in_time(Verb.SEND_CODE, self.clock.now())
        self._require_way(envelope)
        sending_id = sending_id or self.chance.identifier()
        sending = _first_of(envelope, asked_by, sending_id)
        self.limit_sending(sending)
        try:
            live = self._repeated(envelope, latest, hops, asked_by, sending_id=sending_id)
            if live is None:
                live = self._issued(envelope, asked_by, challenge_id=sending_id)
            self._send(envelope, live, language, asked_by, sending_id=sending_id)
        except DocgenError:
            self.limit_sending.give_back(sending)
            raise
        with self.register.view() as unit:
            return unit.challenges.find(live.challenge.id) or live.challenge

    def _known(self, sending_id: str | None) -> Challenge | None:
        """What an earlier asking has made: whether it was sent we may not know, twice we do not."""
        if sending_id is None:
            return None
        with self.register.view() as unit:
            hops = unit.hops.of_sending(sending_id)
            known = unit.challenges.find(hops[0].challenge_id if hops else sending_id)
        if known is not None and known.state is ChallengeState.FAILED:
            raise SmsUnavailable(sending_id)
        return known

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

    # --- the same code once more --------------------------------------------------------

    def _repeated(
        self,
        envelope: Envelope,
        latest: Challenge | None,
        hops: tuple[Hop, ...],
        asked_by: AskedBy,
        *,
        sending_id: str,
    ) -> _Live | None:
        """The live code, where it has long enough to live."""
        now = self.clock.now()
        if latest is None or latest.state is not ChallengeState.SENT or not hops:
            return None
        if latest.expires_at - now <= self.policy.same_code:
            return None
        try:
            resent = self._resent(envelope, latest, now)
        except CodeGone:
            return None
        challenge = replace(latest, resend_at=resent.resend_at)
        self._note_repeated(challenge, asked_by, sending_id)
        avoid = hops[-1].route
        return _Live(challenge=challenge, code=resent.code, avoid=avoid, is_repeated=True)

    def _resent(self, envelope: Envelope, challenge: Challenge, now: datetime) -> Resent:
        binding = binding_of(envelope, challenge.id)
        try:
            return self.codes.resend(binding, policy=self.policy, now=now)
        except CodesForgotten:
            self._remind(envelope, binding)
            raise CodeGone("expired") from None

    def _note_repeated(self, challenge: Challenge, asked_by: AskedBy, sending_id: str) -> None:
        details = {"challenge": challenge.id, "sending": sending_id}
        with self.register.begin() as unit:
            envelope = unit.envelopes.get(challenge.envelope_id)
            envelope.require_in_time(Verb.SEND_CODE, self.clock.now())
            unit.challenges.save(challenge)
            fact = Fact(
                event=Event.CODE_REPEATED,
                at=self.clock.now(),
                actor=asked_by.actor,
                details=details,
            )
            unit.journal.append(envelope.id, fact)
            unit.commit()

    # --- a new code ---------------------------------------------------------------------

    def _issued(self, envelope: Envelope, asked_by: AskedBy, *, challenge_id: str) -> _Live:
        """Write the challenge down before anything leaves for the phone."""
        code = self.chance.code(self.policy.digits)
        now = self.clock.now()
        binding = binding_of(envelope, challenge_id)
        try:
            issued = self._kept(envelope, binding, code, now)
            challenge = self._challenge(binding, issued, envelope.id, now=now)
            self._record(challenge, asked_by)
        except LimitReached:
            raise
        except DocgenError:
            # Also where the answer was lost: the code may be there, and must not start a wait.
            with suppress(CodesUnavailable):
                self.codes.withdraw(binding)
            raise
        return _Live(challenge=challenge, code=code)

    def _kept(self, envelope: Envelope, binding: Binding, code: str, now: datetime) -> Issued:
        try:
            return self.codes.issue(binding, code, policy=self.policy, now=now)
        except CodesForgotten:
            self._remind(envelope, binding)
            return self.codes.issue(binding, code, policy=self.policy, now=now)

    def _remind(self, envelope: Envelope, binding: Binding) -> None:
        """Redis has lost what it counted; what was sent and typed wrongly is in the journal."""
        with self.register.view() as unit:
            entries = unit.journal.of(envelope.id)
        self.codes.remind(binding, history_of(entries))

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

    def _record(self, challenge: Challenge, asked_by: AskedBy) -> None:
        details = {"challenge": challenge.id, "manifest": challenge.manifest_hash}
        with self.register.begin() as unit:
            envelope = unit.envelopes.get(challenge.envelope_id)
            envelope.require_in_time(Verb.SEND_CODE, challenge.issued_at)
            unit.challenges.add(challenge)
            unit.envelopes.save(envelope.send_code())
            fact = Fact(
                event=Event.CODE_ISSUED,
                at=challenge.issued_at,
                actor=asked_by.actor,
                details=details,
            )
            unit.journal.append(envelope.id, fact)
            unit.commit()

    # --- on its way ---------------------------------------------------------------------

    def _send(
        self,
        envelope: Envelope,
        live: _Live,
        language: Language,
        asked_by: AskedBy,
        *,
        sending_id: str,
    ) -> None:
        challenge = live.challenge
        sending = Sending(
            id=sending_id,
            challenge_id=challenge.id,
            chain=envelope.id,
            phone=envelope.subscriber.phone,
            client=asked_by.client,
            employee_id=asked_by.employee_id,
            avoid=live.avoid,
        )
        try:
            self.dispatch(
                sending,
                self._text(envelope, live.code, language),
                life=challenge.expires_at - self.clock.now(),
                details={"language": language.value},
                noted=_note_hop,
            )
        except SmsUnavailable:
            self._take_back(envelope, live)
            raise

    def _text(self, envelope: Envelope, code: str, language: Language) -> str:
        kind = self.forms.get(envelope.documents[0].form).word("sms", language)
        if len(envelope.documents) > 1:
            kind = say("sms.several", language, count=len(envelope.documents))
        return signing_message(
            code=code,
            kind=kind,
            order=envelope.reference.order_number,
            host=self.host,
            language=language,
        )

    def _take_back(self, envelope: Envelope, live: _Live) -> None:
        """No route took it; of a repeated code the earlier message may still arrive."""
        challenge = live.challenge
        if not live.is_repeated:
            with suppress(CodesUnavailable):
                self.codes.withdraw(binding_of(envelope, challenge.id))
            challenge = replace(challenge, state=ChallengeState.FAILED)
        try:
            with self.register.begin() as unit:
                unit.envelopes.get(challenge.envelope_id)
                unit.challenges.save(challenge)
                fact = Fact(
                    event=Event.CODE_NOT_SENT,
                    at=self.clock.now(),
                    actor="system",
                    details={"challenge": challenge.id},
                )
                unit.journal.append(challenge.envelope_id, fact)
                unit.commit()
        except DocgenError as failure:
            log.warning("challenge %s failed and was not noted: %s", challenge.id, failure.code)


def _first_of(envelope: Envelope, asked_by: AskedBy, sending_id: str) -> Sending:
    """What is asked for, before it is known whether the code will be a new one."""
    return Sending(
        id=sending_id,
        challenge_id=sending_id,
        chain=envelope.id,
        phone=envelope.subscriber.phone,
        client=asked_by.client,
        employee_id=asked_by.employee_id,
    )


def history_of(entries: Sequence[Entry]) -> CodeHistory:
    """What a journal says of codes sent and of wrong ones typed."""
    unsent = {e.details["challenge"] for e in entries if e.event is Event.CODE_NOT_SENT}
    sent = (Event.CODE_ISSUED, Event.CODE_REPEATED)
    return CodeHistory(
        sent=tuple(
            e.at for e in entries if e.event in sent and e.details["challenge"] not in unsent
        ),
        failed=tuple(e.at for e in entries if e.event is Event.CODE_WRONG),
    )


def _note_hop(unit: UnitOfWork, hop: Hop) -> None:
    """The envelope locked, its challenge told."""
    unit.envelopes.get(hop.chain)
    challenge = unit.challenges.find(hop.challenge_id)
    if challenge is None:
        return
    others = (each for each in unit.hops.of_challenge(hop.challenge_id) if each.id != hop.id)
    told = replace(challenge, delivery=delivery_of((*others, hop)))
    if hop.state is HopState.TAKEN:
        told = replace(
            told,
            sent_at=hop.answered_at,
            provider=hop.provider,
            provider_message_id=hop.message_id,
        )
    unit.challenges.save(told)
