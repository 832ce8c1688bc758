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
from docgen.usecases.check_number import CheckNumber, below, fact_of
from docgen.usecases.dispatch_message import DispatchMessage
from docgen.usecases.find_matter import FindMatter, Matter, binding
from docgen.usecases.limit_sending import LimitSending

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

    def sending(self, live: "_Live | None" = None) -> Sending:
        """As limits and routes know it; before there is a code, under an id of its own."""
        return Sending(
            id=self.sending_id,
            challenge_id=self.sending_id if live is None else live.challenge.id,
            chain=self.matter.id,
            phone=self.matter.phone,
            client=self.asked_by.client,
            # A test says nothing of how an employee sends.
            employee_id=None if self.matter.phone.is_test else self.asked_by.employee_id,
            avoid=None if live is None else live.avoid,
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
        with self.register.view() as unit:
            known = None if sending_id is None else _known(unit, sending_id)
            if known is not None:
                return known
            matter = self.find(unit, chain)
            latest = unit.challenges.latest(chain)
            hops = () if latest is None else tuple(unit.hops.of_challenge(latest.id))
        matter.require_in_time(Verb.SEND_CODE, self.clock.now())
        matter.require_way()
        wish = _Wish(
            matter=matter,
            language=language,
            asked_by=asked_by,
            sending_id=sending_id or self.chance.identifier(),
        )
        return self._sent(wish, latest, hops)

    def _sent(self, wish: _Wish, latest: Challenge | None, hops: tuple[Hop, ...]) -> Challenge:
        """Counted first, so that the directory is asked no more often than codes may be sent."""
        self.limit_sending(wish.sending())
        try:
            number = self._checked(wish.matter)
            live = self._repeated(wish, number, latest, hops) or self._issued(wish, number)
            self._send(wish, live)
        except DocgenError:
            self.limit_sending.give_back(wish.sending())
            raise
        with self.register.view() as unit:
            return unit.challenges.find(live.challenge.id) or live.challenge

    # --- the number ---------------------------------------------------------------------

    def _checked(self, matter: Matter) -> NumberReport:
        """What is known of the number; raises what forbids to send it a code, written down once."""
        number = self.check(matter.phone, matter.iin, owner=matter.owner)
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

    def _repeated(
        self, wish: _Wish, number: NumberReport, latest: Challenge | None, hops: tuple[Hop, ...]
    ) -> _Live | None:
        """The live code, where it has long enough to live."""
        now = self.clock.now()
        if latest is None or latest.state is not ChallengeState.SENT or not hops:
            return None
        if latest.expires_at - now <= self.policy.same_code:
            return None
        try:
            resent = self._resent(wish, latest, now)
        except CodeGone:
            return None
        challenge = replace(latest, resend_at=resent.resend_at)
        self._note_repeated(wish, number, challenge)
        avoid = hops[-1].route
        return _Live(challenge=challenge, code=resent.code, avoid=avoid, is_repeated=True)

    def _resent(self, wish: _Wish, challenge: Challenge, now: datetime) -> Resent:
        bound = wish.binding(challenge.id)
        try:
            return self.codes.resend(bound, policy=self.policy, now=now)
        except CodesForgotten:
            self._remind(wish.matter, bound)
            raise CodeGone("expired") from None

    def _note_repeated(self, wish: _Wish, number: NumberReport, challenge: Challenge) -> None:
        details = {"challenge": challenge.id, "sending": wish.sending_id}
        with self.register.begin() as unit:
            now = self.clock.now()
            self.find(unit, challenge.chain).require_in_time(Verb.SEND_CODE, now)
            unit.challenges.save(challenge)
            self._note_number(unit, wish.matter, number)
            actor = wish.asked_by.actor
            fact = Fact(event=Event.CODE_REPEATED, at=now, actor=actor, details=details)
            unit.journal.append(challenge.chain, fact)
            unit.commit()

    # --- a new code ---------------------------------------------------------------------

    def _issued(self, wish: _Wish, number: NumberReport) -> _Live:
        """Write the challenge down before anything leaves for the phone."""
        digits, is_test = self.policy.digits, wish.matter.phone.is_test
        code = for_tests.code(digits) if is_test else self.chance.code(digits)
        now = self.clock.now()
        bound = wish.binding(wish.sending_id)
        try:
            issued = self._kept(wish.matter, bound, code, now)
            challenge = self._challenge(bound, issued, wish.matter.id, now=now)
            self._record(wish, number, challenge)
        except LimitReached:
            raise
        except DocgenError:
            # Also where the answer was lost: the code may be there, and must not start a wait.
            with suppress(CodesUnavailable):
                self.codes.withdraw(bound)
            raise
        return _Live(challenge=challenge, code=code)

    def _kept(self, matter: Matter, bound: Binding, code: str, now: datetime) -> Issued:
        try:
            return self.codes.issue(bound, code, policy=self.policy, now=now)
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

    def _record(self, wish: _Wish, number: NumberReport, challenge: Challenge) -> None:
        with self.register.begin() as unit:
            matter = self.find(unit, challenge.chain)
            matter.require_in_time(Verb.SEND_CODE, challenge.issued_at)
            unit.challenges.add(challenge)
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
            unit.commit()

    # --- on its way ---------------------------------------------------------------------

    def _send(self, wish: _Wish, live: _Live) -> None:
        challenge, matter = live.challenge, wish.matter
        try:
            self.dispatch(
                wish.sending(live),
                matter.text(code=live.code, host=self.host, language=wish.language),
                life=challenge.expires_at - self.clock.now(),
                details={"language": wish.language.value},
                noted=_note_hop,
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


def _note_hop(unit: UnitOfWork, hop: Hop) -> None:
    """The challenge knows by whom its code has gone last."""
    challenge = unit.challenges.find(hop.challenge_id)
    if challenge is None or hop.state is not HopState.TAKEN:
        return
    told = replace(
        challenge,
        sent_at=hop.answered_at,
        provider=hop.provider,
        provider_message_id=hop.message_id,
    )
    unit.challenges.save(told)
