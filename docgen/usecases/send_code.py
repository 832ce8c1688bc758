"""Send a code, bound to the bytes of an envelope's documents, or to a person and his number."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from docgen.domain import for_tests
from docgen.domain.challenge import (
    Binding,
    Challenge,
    ChallengePolicy,
    ChallengeState,
    CodeHistory,
    Issued,
    Resent,
)
from docgen.domain.dispatch import AskedBy, Hop, HopState, Sending
from docgen.domain.envelope import Verb
from docgen.domain.errors import (
    CodeGone,
    CodesForgotten,
    CodesUnavailable,
    DocgenError,
    LimitReached,
    SmsUnavailable,
)
from docgen.domain.fingerprint import CHALLENGE, of_challenge
from docgen.domain.journal import Entry, Event, Fact, says
from docgen.domain.language import Language
from docgen.domain.number import NumberReport
from docgen.ports import Chance, Clock, Register, UnitOfWork
from docgen.ports_of_codes import CodeStore
from docgen.usecases.check_number import CheckNumber, Used, below, fact_of
from docgen.usecases.dispatch_message import Begun, DispatchMessage
from docgen.usecases.find_matter import FindMatter, Matter, binding
from docgen.usecases.limit_sending import LimitSending, LookedBack

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Wish:
    """Who wants a code for what."""

    matter: Matter
    language: Language
    asked_by: AskedBy
    sending_id: str

    def binding(self, challenge_id: str) -> Binding:
        """What its code is bound to."""
        return binding(self.matter, challenge_id)

    def sending(self, challenge: Challenge | None = None, avoid: str | None = None) -> Sending:
        """As limits and routes know it; before there is a code, under an id of its own."""
        return Sending(
            id=self.sending_id,
            challenge_id=self.sending_id if challenge is None else challenge.id,
            chain=self.matter.id,
            phone=self.matter.phone,
            client=self.asked_by.client,
            # A test says nothing of how an employee sends.
            employee_id=None if self.matter.phone.is_test else self.asked_by.employee_id,
            avoid=avoid,
        )


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """What the register knew when the code was asked for."""

    latest: Challenge | None
    hops: tuple[Hop, ...]
    """Of the latest challenge."""
    looked: LookedBack
    used: Used


@dataclass(frozen=True, kw_only=True)
class _Live:
    """A challenge, and its code, to be sent by a hop that is written down."""

    challenge: Challenge
    code: str
    begun: Begun
    is_repeated: bool = False


@dataclass(frozen=True, kw_only=True)
class SendCode:
    """A new code kills the older one and never resets failures.

    A code with life enough left is sent again as it is, by another route: the message that was
    late and the one that follows hold the same code, and either is right.
    """

    register: Register
    find: FindMatter
    check: CheckNumber
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
        chain: str,
        *,
        language: Language,
        asked_by: AskedBy,
        sending_id: str | None = None,
    ) -> Challenge:
        """The challenge, once its code is on the way, or may be.

        `chain` is the id of an envelope or of a verification. With a `sending_id` chosen
        beforehand, asking again sends nothing twice. Raises NotReady, AlreadyConfirmed,
        MoveNotAllowed, WayNotAllowed, LimitReached, NumberNotSubscribers or SimChanged.

        Where nothing was sent (Unavailable in any of its kinds, StaleEnvelope) another
        code may be asked for at once; the older one is dead all the same.
        """
        memory = self.limit_sending.memory
        with self.register.view() as unit:
            unit.foresee(chain)
            latest = unit.challenges.latest(chain)
            known = None if latest is None or sending_id is None else _known(unit, sending_id)
            if known is not None:
                return known
            wish = _Wish(
                matter=self.find(unit, chain),
                language=language,
                asked_by=asked_by,
                sending_id=sending_id or self.chance.identifier(),
            )
            wish.matter.require_in_time(Verb.SEND_CODE, self.clock.now())
            wish.matter.require_way()
            seen = self._look(unit, wish, latest, memory)
        return self._sent(wish, seen)

    def _look(self, unit: UnitOfWork, wish: _Wish, latest: Challenge | None, memory: str) -> _Seen:
        matter = wish.matter
        used = self.check.look(unit, matter.phone, matter.iin, owner=matter.owner)
        looked = self.limit_sending.look(
            unit, wish.sending(), memory=memory, is_first=latest is None
        )
        return _Seen(
            latest=latest,
            hops=() if latest is None else tuple(unit.hops.of_challenge(latest.id)),
            looked=looked,
            used=used(),
        )

    def _sent(self, wish: _Wish, seen: _Seen) -> Challenge:
        """Counted first, so that the directory is asked no more often than codes may be sent."""
        self.limit_sending(wish.sending(), seen.looked)
        try:
            number = self._checked(wish.matter, seen.used)
            live = self._repeated(wish, number, seen) or self._issued(wish, number, seen)
            hop = self._send(wish, live)
        except DocgenError:
            self.limit_sending.give_back(wish.sending())
            raise
        if not live.is_repeated:
            return _told(live.challenge, hop)
        with self.register.view() as unit:
            # Somebody may have typed it wrongly meanwhile, or the earlier message have arrived.
            return unit.challenges.find(live.challenge.id) or live.challenge

    # --- the number ---------------------------------------------------------------------

    def _checked(self, matter: Matter, used: Used) -> NumberReport:
        """What is known of the number; raises what forbids to send it a code, written down once."""
        number = self.check(matter.phone, matter.iin, owner=matter.owner, used=used)
        if number.refusal is None:
            return number
        with self.register.begin() as unit:
            self.find(unit, matter.id)
            entries = unit.journal.of(matter.id)
            if not entries or not self._says(entries[-1], matter, number):
                self._note_number(unit, matter, number)
                unit.commit()
        raise number.refusal

    def _says(self, entry: Entry, matter: Matter, number: NumberReport) -> bool:
        fact = self._number_fact(matter, number)
        return fact is not None and says(entry, fact)

    def _number_fact(self, matter: Matter, number: NumberReport) -> Fact | None:
        now = self.clock.now()
        return fact_of(number, phone=matter.phone, salt=matter.salt, at=now, before="code")

    def _note_number(self, unit: UnitOfWork, matter: Matter, number: NumberReport) -> None:
        if number.flags:
            matter.flagged(unit, below(number.flags, matter.place))
        fact = self._number_fact(matter, number)
        if fact is not None:
            prints = matter.prints(unit)
            unit.journal.append(matter.id, replace(fact, details={**fact.details, **prints}))

    # --- the same code once more --------------------------------------------------------

    def _repeated(self, wish: _Wish, number: NumberReport, seen: _Seen) -> _Live | None:
        """The live code, where it has long enough to live."""
        now, latest = self.clock.now(), seen.latest
        if latest is None or latest.state is not ChallengeState.SENT or not seen.hops:
            return None
        if latest.expires_at - now <= self.policy.same_code:
            return None
        try:
            resent = self._resent(wish, latest, now)
        except CodeGone:
            return None
        challenge = replace(latest, resend_at=resent.resend_at)
        sending = wish.sending(challenge, avoid=seen.hops[-1].route)
        begun = self._note_repeated(wish, number, challenge, sending)
        return _Live(challenge=challenge, code=resent.code, begun=begun, is_repeated=True)

    def _resent(self, wish: _Wish, challenge: Challenge, now: datetime) -> Resent:
        bound = wish.binding(challenge.id)
        try:
            return self.codes.resend(bound, policy=self.policy, now=now)
        except CodesForgotten:
            self._remind(wish.matter, bound)
            raise CodeGone("expired") from None

    def _note_repeated(
        self, wish: _Wish, number: NumberReport, challenge: Challenge, sending: Sending
    ) -> Begun:
        details = {"challenge": challenge.id, "sending": wish.sending_id}
        with self.register.begin() as unit:
            now = self.clock.now()
            self.find(unit, challenge.chain).require_in_time(Verb.SEND_CODE, now)
            unit.challenges.save(challenge)
            self._note_number(unit, wish.matter, number)
            actor = wish.asked_by.actor
            fact = Fact(event=Event.CODE_REPEATED, at=now, actor=actor, details=details)
            unit.journal.append(challenge.chain, fact)
            begun = self.dispatch.begin(unit, sending)
            unit.commit()
        return begun

    # --- a new code ---------------------------------------------------------------------

    def _issued(self, wish: _Wish, number: NumberReport, seen: _Seen) -> _Live:
        """Write the challenge and its hop down before anything leaves for the phone."""
        digits, is_test = self.policy.digits, wish.matter.phone.is_test
        code = for_tests.code(digits) if is_test else self.chance.code(digits)
        now = self.clock.now()
        bound = wish.binding(wish.sending_id)
        try:
            is_first = seen.latest is None and not wish.matter.has_alike
            issued = self._kept(wish.matter, bound, code, now, is_first=is_first)
            challenge = self._challenge(bound, issued, wish.matter.id, now=now)
            begun = self._record(wish, number, challenge, is_first=is_first)
        except LimitReached:
            raise
        except DocgenError:
            # Also where the answer was lost: the code may be there, and must not start a wait.
            with suppress(CodesUnavailable):
                self.codes.withdraw(bound)
            raise
        return _Live(challenge=challenge, code=code, begun=begun)

    def _kept(
        self, matter: Matter, bound: Binding, code: str, now: datetime, *, is_first: bool
    ) -> Issued:
        """Of a first one nobody has to be reminded: was it not, `_record` will know."""
        try:
            return self.codes.issue(bound, code, policy=self.policy, now=now, is_first=is_first)
        except CodesForgotten:
            self._remind(matter, bound)
            return self.codes.issue(bound, code, policy=self.policy, now=now)

    def _remind(self, matter: Matter, bound: Binding) -> None:
        """Redis has lost what it counted; what was sent and typed wrongly is in the journal."""
        with self.register.view() as unit:
            entries = [entry for chain in matter.alike(unit) for entry in unit.journal.of(chain)]
        self.codes.remind(bound, history_of(entries))

    def _challenge(self, bound: Binding, issued: Issued, chain: str, *, now: datetime) -> Challenge:
        return Challenge(
            id=bound.challenge_id,
            chain=chain,
            manifest_hash=bound.manifest_hash,
            purpose=bound.purpose,
            state=ChallengeState.SENT,
            issued_at=now,
            expires_at=issued.expires_at,
            resend_at=issued.resend_at,
            digits=self.policy.digits,
            attempts_allowed=self.policy.attempts,
        )

    def _record(
        self, wish: _Wish, number: NumberReport, challenge: Challenge, *, is_first: bool
    ) -> Begun:
        with self.register.begin() as unit:
            matter = self.find(unit, challenge.chain)
            matter.require_in_time(Verb.SEND_CODE, challenge.issued_at)
            unit.challenges.add(challenge, is_first=is_first)
            matter.sent(unit)
            self._note_number(unit, matter, number)
            details = {
                "challenge": challenge.id,
                "manifest": challenge.manifest_hash,
                CHALLENGE: of_challenge(challenge, salt=matter.salt),
            } | matter.prints(unit)
            fact = Fact(
                event=Event.CODE_ISSUED,
                at=challenge.issued_at,
                actor=wish.asked_by.actor,
                details=details,
            )
            unit.journal.append(matter.id, fact)
            begun = self.dispatch.begin(unit, wish.sending(challenge), before=0)
            unit.commit()
        return begun

    # --- on its way ---------------------------------------------------------------------

    def _send(self, wish: _Wish, live: _Live) -> Hop:
        challenge, matter = live.challenge, wish.matter
        try:
            return self.dispatch(
                wish.sending(challenge),
                matter.text(code=live.code, host=self.host, language=wish.language),
                life=challenge.expires_at - self.clock.now(),
                details={"language": wish.language.value},
                begun=live.begun,
            )
        except SmsUnavailable:
            self._take_back(wish, live)
            raise

    def _take_back(self, wish: _Wish, live: _Live) -> None:
        """No route took it; of a repeated code the earlier message may still arrive."""
        challenge = live.challenge
        with suppress(CodesUnavailable):
            # Of a repeated code only the last sending is taken back, and the wait it began.
            self.codes.withdraw(wish.binding(challenge.id))
        if not live.is_repeated:
            challenge = replace(challenge, state=ChallengeState.FAILED)
        try:
            with self.register.begin() as unit:
                unit.lock(challenge.chain)
                unit.challenges.save(challenge)
                fact = Fact(
                    event=Event.CODE_NOT_SENT,
                    at=self.clock.now(),
                    actor="system",
                    details={"challenge": challenge.id, "sending": wish.sending_id},
                )
                unit.journal.append(challenge.chain, fact)
                unit.commit()
        except DocgenError as failure:
            log.warning("challenge %s failed and was not noted: %s", challenge.id, failure.code)


def _known(unit: UnitOfWork, sending_id: str) -> Challenge | None:
    """What an earlier asking has made: whether it was sent we may not know, twice we do not."""
    hops = unit.hops.of_sending(sending_id)
    known = unit.challenges.find(hops[0].challenge_id if hops else sending_id)
    if known is not None and known.state is ChallengeState.FAILED:
        raise SmsUnavailable(sending_id)
    return known


def history_of(entries: Sequence[Entry]) -> CodeHistory:
    """What a journal says of codes sent and of wrong ones typed; a sending that failed is none."""
    sent = (Event.CODE_ISSUED, Event.CODE_REPEATED)
    unsent = {_sending(e) for e in entries if e.event is Event.CODE_NOT_SENT}
    return CodeHistory(
        sent=tuple(e.at for e in entries if e.event in sent and _sending(e) not in unsent),
        failed=tuple(e.at for e in entries if e.event is Event.CODE_WRONG),
    )


def _sending(entry: Entry) -> str:
    """Which wish an entry is about: the first one of a challenge has its id."""
    return entry.details.get("sending", entry.details["challenge"])


def _told(challenge: Challenge, hop: Hop) -> Challenge:
    """The challenge as the register has it now, where nobody but this hop has told of it."""
    if hop.state is not HopState.TAKEN:
        return replace(challenge, delivery=hop.delivery)
    return replace(
        challenge,
        sent_at=hop.answered_at,
        provider=hop.provider,
        provider_message_id=hop.message_id,
        delivery=hop.delivery,
    )
