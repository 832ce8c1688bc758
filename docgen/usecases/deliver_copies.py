"""Give the subscriber his copy: a link by SMS, the sealed files by e-mail."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta

from docgen.domain.copy import Copy, CopyPolicy, CopyState, CopyWay
from docgen.domain.dispatch import Hop, HopState, Purpose, Sending
from docgen.domain.envelope import Envelope
from docgen.domain.errors import (
    DocgenError,
    LimitReached,
    MailRefused,
    MailUnavailable,
    SmsUnavailable,
    Unavailable,
)
from docgen.domain.journal import Event, Fact, says
from docgen.domain.language import Language
from docgen.domain.ticket import TicketKind
from docgen.ports import Blobs, Clock, Register, UnitOfWork
from docgen.ports_of_copies import Attachment, Letter, Mailer
from docgen.texts.phrases import say
from docgen.texts.sms import copy_message
from docgen.usecases.dispatch_message import Begun, DispatchMessage
from docgen.usecases.issue_ticket import IssueTicket
from docgen.usecases.limit_sending import LimitSending

_SETTLED = {
    HopState.TAKEN: CopyState.SENT,
    HopState.UNKNOWN: CopyState.UNCERTAIN,
    HopState.BEGUN: CopyState.UNCERTAIN,
}
log = logging.getLogger(__name__)


def _one_for_each() -> Mapping[CopyWay, Executor]:
    return {way: ThreadPoolExecutor(1, f"copies-{way}") for way in CopyWay}


@dataclass(frozen=True, kw_only=True)
class DeliverCopies:
    """Owed since the seal, and tried until it is known what became of them, however old.

    A message of which nobody knows whether it left is not sent a second time; a letter is, under
    the same Message-ID, by which mailboxes know a doubled one.
    """

    register: Register
    blobs: Blobs
    dispatch: DispatchMessage
    limit_sending: LimitSending
    issue_ticket: IssueTicket
    mailer: Mailer | None
    clock: Clock
    policy: CopyPolicy
    link_life: timedelta
    public_url: str

    threads: Mapping[CopyWay, Executor] = field(default_factory=_one_for_each)
    """A dead mail server holds up no message."""
    freed: threading.Event = field(default_factory=threading.Event)
    """Set whenever all that was taken of a way is given."""
    _going: dict[CopyWay, Future[None]] = field(default_factory=dict, init=False)
    _closing: threading.Event = field(default_factory=threading.Event, init=False)

    def __call__(self) -> int:
        """How many were tried, of each way as many as are taken at once."""
        with self.register.begin() as unit:
            due = self.claim(unit)
            unit.commit()
        self.give(due)
        for given in self._going.values():
            given.result()
        return len(due)

    def claim(self, unit: UnitOfWork) -> Sequence[Copy]:
        """What is due, kept from others; to be given as soon as that is committed.

        Nothing of a way of which something is still being given: it would wait with its lease.
        """
        most = {way: most for way, most in self.policy.at_once.items() if not self._is_going(way)}
        if not most:
            return ()
        now = self.clock.now()
        return unit.copies.claim(now, until=now + self.policy.lease, most=most)

    def give(self, due: Sequence[Copy]) -> None:
        """Each way in a thread of its own, one after another there; nobody waits for it."""
        for way in CopyWay:
            its = [copy for copy in due if copy.way is way]
            if its:
                self._going[way] = self.threads[way].submit(self._give, its)
                self._going[way].add_done_callback(lambda _given: self.freed.set())

    def are_more(self, taken: Sequence[Copy]) -> bool:
        """Whether more may be due than a claim has taken; `freed` says when it can be taken."""
        if not taken:
            return any(map(self._is_going, CopyWay))
        ways = Counter(copy.way for copy in taken)
        return any(ways[way] >= most for way, most in self.policy.at_once.items())

    def close(self) -> None:
        """Finish what is begun; what was only taken is due to others at once."""
        self._closing.set()
        for each in self.threads.values():
            each.shutdown()

    def _is_going(self, way: CopyWay) -> bool:
        return way in self._going and not self._going[way].done()

    def _give(self, due: Sequence[Copy]) -> None:
        for place, copy in enumerate(due):
            if self.clock.now() + self.policy.longest > copy.next_at:
                # Its lease, and theirs, would end before it: they come again by themselves.
                log.warning("%d copies wait: those before them took long", len(due) - place)
                return
            if self._closing.is_set():
                self._leave(due[place:])
                return
            self._guarded(copy)

    def _leave(self, due: Sequence[Copy]) -> None:
        now = self.clock.now()
        try:
            with self.register.begin() as unit:
                for copy in due:
                    unit.copies.save(replace(copy, next_at=now))
                unit.commit()
        except DocgenError as failure:
            log.warning("%d copies wait for their lease: %s", len(due), failure.code)

    def _guarded(self, copy: Copy) -> None:
        """Whatever goes wrong with one, the next has its turn; the lease brings it back."""
        try:
            self._deliver(copy)
        except DocgenError as failure:
            log.warning("copy %s waits: %s", copy.id, failure.code)
        except Exception:
            log.exception("copy %s failed", copy.id)

    def _deliver(self, copy: Copy) -> None:
        with self.register.view() as unit:
            envelope = unit.envelopes.get(copy.envelope_id)
        send: Callable[[Copy, Envelope], None] = (
            self._send_link if copy.way is CopyWay.SMS else self._send_letter
        )
        try:
            send(copy, envelope)
        except (LimitReached, Unavailable) as failure:
            self._postpone(copy, failure)

    # --- by SMS -------------------------------------------------------------------------

    def _send_link(self, copy: Copy, envelope: Envelope) -> None:
        sending = Sending(
            id=copy.id,
            challenge_id=copy.id,
            chain=envelope.id,
            phone=envelope.subscriber.phone,
            client=envelope.client,
            employee_id=None,
            purpose=Purpose.COPY,
        )
        self.limit_sending.pay(sending)
        try:
            linked = self._link(copy, envelope, sending)
            if linked is None:
                # It stays paid, once for all its tries.
                return
            link, begun = linked
            self.dispatch(
                sending,
                copy_message(link=link, language=_language(envelope)),
                life=self.link_life,
                details={"way": copy.way.value},
                noted=lambda unit, hop: _note_hop(unit, copy, hop),
                begun=begun,
            )
        except SmsUnavailable:
            self.limit_sending.give_back(sending)
            raise

    def _link(self, copy: Copy, envelope: Envelope, sending: Sending) -> tuple[str, Begun] | None:
        """A new one at each try: of the ones before only hashes are left.

        None where an earlier message has left, or may have: then that settles the copy. What is
        sealed stays what it is: only its chain is locked, and nothing read again.
        """
        with self.register.begin() as unit:
            unit.lock(envelope.id)
            hops = unit.hops.of_sending(sending.id)
            known = _known(hops)
            if known is not None:
                unit.copies.save(copy.settled(known))
                unit.commit()
                return None
            issued = self.issue_ticket.within(
                unit,
                envelope,
                kind=TicketKind.LINK,
                client=envelope.client,
                actor="system",
                life=self.link_life,
            )
            begun = self.dispatch.begin(unit, sending, before=len(hops))
            unit.commit()
        return f"{self.public_url}/sign/#{issued.token}", begun

    # --- by e-mail ----------------------------------------------------------------------

    def _send_letter(self, copy: Copy, envelope: Envelope) -> None:
        if self.mailer is None:
            raise MailUnavailable("no server is set")
        try:
            message = self.mailer.send(self._letter(copy, envelope))
        except MailRefused as refusal:
            told = {"way": copy.way.value, "status": refusal.raw}
            self._settle(copy, CopyState.REFUSED, Event.COPY_REFUSED, told)
            return
        told = {"way": copy.way.value, "message": message}
        self._settle(copy, CopyState.SENT, Event.COPY_SENT, told)

    def _letter(self, copy: Copy, envelope: Envelope) -> Letter:
        language, order = _language(envelope), envelope.reference.order_number
        numbers = "\n".join(document.number for document in envelope.documents)
        return Letter(
            to=envelope.subscriber.email or "",
            subject=say("copy.subject", language, order=order),
            text=say("copy.text", language, numbers=numbers, url=f"{self.public_url}/verify"),
            language=language.value,
            reference=copy.id,
            attachments=tuple(
                Attachment(name=f"{d.number}.pdf", content=self.blobs.get(d.sealed.sha256))
                for d in envelope.documents
                if d.sealed is not None
            ),
        )

    # --- what came of it ----------------------------------------------------------------

    def _settle(self, copy: Copy, state: CopyState, event: Event, told: dict[str, str]) -> None:
        with self.register.begin() as unit:
            unit.lock(copy.envelope_id)
            unit.copies.save(copy.settled(state))
            fact = Fact(event=event, at=self.clock.now(), actor="system", details=told)
            unit.journal.append(copy.envelope_id, fact)
            unit.commit()

    def _postpone(self, copy: Copy, failure: DocgenError) -> None:
        """Say once what it waits for, however often it is tried."""
        now = self.clock.now()
        details = {"way": copy.way.value, "error": failure.code}
        fact = Fact(event=Event.COPY_WAITS, at=now, actor="system", details=details)
        log.warning("copy %s waits: %s", copy.id, failure.code)
        with self.register.begin() as unit:
            unit.lock(copy.envelope_id)
            unit.copies.save(copy.postponed(now, self.policy))
            if not any(says(entry, fact) for entry in unit.journal.of(copy.envelope_id)):
                unit.journal.append(copy.envelope_id, fact)
            unit.commit()


def _known(hops: Sequence[Hop]) -> CopyState | None:
    """What an earlier message is known to have come to, where its end was not written down."""
    states = {hop.state for hop in hops}
    return next((_SETTLED[state] for state in _SETTLED if state in states), None)


def _note_hop(unit: UnitOfWork, copy: Copy, hop: Hop) -> None:
    """In the transaction that says what came of a hop; a refused one is tried by another route."""
    if hop.state in _SETTLED:
        unit.copies.save(copy.settled(_SETTLED[hop.state]))


def _language(envelope: Envelope) -> Language:
    """In which he agreed."""
    if envelope.consent is None:
        return envelope.documents[0].languages[0]
    return envelope.consent.text.language
