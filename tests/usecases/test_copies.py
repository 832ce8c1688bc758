"""The subscriber's copy: owed with the seal, given after it, never twice where that is known."""

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from docgen.domain.copy import CopyPolicy, CopyState, CopyWay
from docgen.domain.envelope import Envelope
from docgen.domain.errors import (
    DocgenError,
    MailRefused,
    MailUnavailable,
    SmsRefused,
    SmsUncertain,
)
from docgen.domain.journal import Event
from docgen.domain.sending_limits import Of, SendingPolicy
from docgen.ports_of_copies import Letter
from docgen.usecases.deliver_copies import DeliverCopies
from docgen.usecases.find_stuck import FindStuck
from docgen.usecases.issue_ticket import IssueTicket
from docgen.usecases.open_ticket import OpenTicket
from docgen.usecases.seal_envelope import SealEnvelope
from tests.fakes import FakeJobs
from tests.usecases.world import TECHNICIAN, World, attempt, request

POLICY = CopyPolicy(ways=frozenset(CopyWay))
_DAY = timedelta(days=1)


@dataclass
class FakeMailer:
    """Keeps what it is given; raises `failing` instead while that is set."""

    letters: list[Letter] = field(default_factory=list)
    failing: DocgenError | None = None

    def send(self, letter: Letter) -> str:
        """Take the letter."""
        if self.failing is not None:
            raise self.failing
        self.letters.append(letter)
        return f"<{letter.reference}@tests>"


@dataclass
class Desk:
    """A world whose seal owes copies."""

    world: World
    mailer: FakeMailer = field(default_factory=FakeMailer)
    email: str | None = "a.testov@example.kz"

    def sealed(self, *, documents: int = 1) -> Envelope:
        """An envelope, sealed with its copies owed."""
        here = self.world
        here.jobs = None
        wanted = request(documents=documents)
        person: Any = wanted.subscriber
        envelope = here.create(replace(wanted, subscriber=person | {"email": self.email}))
        here.send(envelope.id, language=envelope.documents[0].languages[0], asked_by=TECHNICIAN)
        here.jobs = FakeJobs()
        here.confirm(envelope.id, attempt(here.chance.given[-1]))
        seal: SealEnvelope = replace(here.seal, copies=POLICY)
        seal(envelope.id)
        here.sms.sent.clear()
        return here.envelope(envelope.id)

    def deliver(self) -> int:
        """One round."""
        return self.delivering()

    @property
    def delivering(self) -> DeliverCopies:
        """The use case."""
        here = self.world
        return DeliverCopies(
            register=here.register, blobs=here.blobs, dispatch=here.dispatch,
            limit_sending=here.limit_sending, mailer=self.mailer, clock=here.clock,
            issue_ticket=IssueTicket(
                register=here.register, clock=here.clock, chance=here.chance
            ),
            policy=POLICY, link_life=14 * _DAY, public_url="https://q.kz",
        )  # fmt: skip

    def later(self) -> None:
        """Beyond every wait and lease."""
        self.world.clock.advance(_DAY)

    def states(self, envelope: Envelope) -> dict[str, CopyState]:
        """How far each copy has come."""
        with self.world.register.view() as unit:
            return {copy.way.value: copy.state for copy in unit.copies.of(envelope.id)}

    def told(self, envelope: Envelope) -> list[tuple[str, str | None]]:
        """What the journal says of copies: event and way."""
        entries = self.world.journal(envelope.id)
        copies = [e for e in entries if e.event.value.startswith("copy_")]
        return [(e.event.value, e.details.get("way")) for e in copies]


@pytest.fixture
def desk(here: World) -> Desk:
    """Over SQLite."""
    return Desk(here)


@pytest.fixture
def desks(anywhere: World) -> Desk:
    """Over SQLite and over PostgreSQL."""
    return Desk(anywhere)


def test_after_the_seal_a_link_goes_by_sms_and_the_files_by_e_mail(desks: Desk) -> None:
    """In the language he agreed in, once, whatever else happens later."""
    envelope = desks.sealed(documents=2)

    assert desks.deliver() == 2
    desks.later()
    assert desks.deliver() == 0

    (message,), (letter,) = desks.world.sms.sent, desks.mailer.letters
    assert message.text.startswith("Қол қойылған құжаттарыңыз: https://q.kz/sign/#")
    assert len(message.text) <= 70
    assert (letter.to, letter.language) == ("a.testov@example.kz", "kk")
    assert [each.content for each in letter.attachments] == [
        desks.world.blobs.get(d.sealed.sha256) for d in envelope.documents if d.sealed
    ]
    assert all(document.number in letter.text for document in envelope.documents)
    assert set(desks.states(envelope).values()) == {CopyState.SENT}
    assert sorted(desks.told(envelope)) == [("copy_sent", "email"), ("copy_sent", "sms")]


def test_the_link_opens_the_sealed_papers(desk: Desk) -> None:
    """Behind the proof, for the days that are set; the journal holds its hash's ticket alone."""
    envelope = desk.sealed()
    desk.deliver()
    (token,) = re.findall("#(.+)$", desk.world.sms.sent[0].text)
    here = desk.world

    here.clock.advance(13 * _DAY)
    opened = OpenTicket(register=here.register, clock=here.clock, chance=here.chance)(token)

    assert opened.ticket.envelope_id == envelope.id
    assert opened.ticket.wants_proof
    assert token not in str(here.journal(envelope.id))
    assert token not in repr(here.sms.sent)


def test_copies_are_owed_in_the_transaction_of_the_seal(desk: Desk) -> None:
    """Whoever dies right after it has lost nothing; without an address there is no letter."""
    assert set(desk.states(desk.sealed()).values()) == {CopyState.OWED}
    desk.email = None

    assert desk.states(desk.sealed()) == {"sms": CopyState.OWED}


def test_a_dead_mail_server_loses_nothing(desks: Desk) -> None:
    """For a week it is tried, told of once, and then the letter goes, under the same id."""
    envelope = desks.sealed()
    desks.mailer.failing = MailUnavailable("ConnectionRefusedError")
    desks.deliver()
    for _ in range(7):
        desks.later()
        desks.deliver()
    assert desks.told(envelope).count(("copy_waits", "email")) == 1

    desks.mailer.failing = None
    desks.later()
    desks.deliver()

    assert [letter.reference for letter in desks.mailer.letters] == [f"{envelope.id}-email"]
    assert desks.states(envelope)["email"] is CopyState.SENT


def test_a_mailbox_that_is_none_is_not_tried_again(desk: Desk) -> None:
    """Refused for good, and told so."""
    envelope = desk.sealed()
    desk.mailer.failing = MailRefused("status 550")
    desk.deliver()
    desk.mailer.failing = None
    desk.later()
    desk.deliver()

    assert desk.mailer.letters == []
    assert ("copy_refused", "email") in desk.told(envelope)


def test_a_message_that_no_route_took_goes_later_with_a_link_of_its_own(desk: Desk) -> None:
    """Waiting ever longer, without an end."""
    envelope = desk.sealed()
    desk.world.sms.failing = SmsRefused("down")
    for _ in range(4):
        desk.deliver()
        desk.later()
    desk.world.sms.failing = None
    desk.deliver()

    assert len(desk.world.sms.sent) == 1
    assert desk.states(envelope)["sms"] is CopyState.SENT


def test_a_message_in_doubt_is_not_sent_a_second_time(desk: Desk) -> None:
    """It may be on the phone already; the journal says what is not known."""
    envelope = desk.sealed()
    desk.world.sms.failing = SmsUncertain("no answer")
    desk.deliver()
    desk.world.sms.failing = None
    desk.later()
    desk.deliver()

    assert desk.world.sms.sent == []
    assert desk.states(envelope)["sms"] is CopyState.UNCERTAIN
    assert ("copy_uncertain", "sms") in desk.told(envelope)


class _Killed(BaseException):
    """As SIGKILL."""


def test_whoever_died_handing_a_message_over_has_it_sent_by_nobody_again(desk: Desk) -> None:
    """The hop was written before: what became of it nobody knows."""
    envelope = desk.sealed()
    sms: Any = desk.world.sms
    sms.failing = _Killed()
    with pytest.raises(_Killed):
        desk.deliver()
    sms.failing = None
    desk.later()
    desk.deliver()

    assert sms.sent == []
    assert desk.states(envelope)["sms"] is CopyState.UNCERTAIN
    assert len(_links(desk, envelope)) == 1


def _links(desk: Desk, envelope: Envelope) -> list[str]:
    entries = desk.world.journal(envelope.id)
    return [e.event.value for e in entries if e.event is Event.TICKET_ISSUED]


def test_whoever_comes_too_late_for_its_lease_sends_no_second_message(desk: Desk) -> None:
    """Another one has taken the copy meanwhile, and its message is on its way."""
    desk.email = None
    envelope = desk.sealed()
    here = desk.world
    late = desk.delivering
    with here.register.begin() as unit:
        due = late.claim(unit)
        unit.commit()
    desk.later()
    desk.deliver()

    late.give(due)

    assert len(here.sms.sent) == 1
    assert desk.states(envelope)["sms"] is CopyState.SENT
    assert len(_links(desk, envelope)) == 1


def test_a_copy_costs_its_programs_money_and_takes_nobodys_codes(desk: Desk) -> None:
    """The day's budget stops it until the next day; the phone may get as many codes."""
    envelope = desk.sealed()
    here = desk.world
    here.sending = SendingPolicy(daily_budget_tiyn=3_000)
    desk.deliver()
    assert here.sms.sent == []
    assert ("copy_waits", "sms") in desk.told(envelope)

    desk.later()
    desk.deliver()

    assert len(here.sms.sent) == 1
    with here.register.view() as unit:
        phone = here.dispatch.subject_of(envelope.subscriber.phone)
        since = here.clock.now() - 30 * _DAY
        assert len(unit.tallies.sendings(Of.PHONE, phone, since=since)) == 1
        assert len(unit.tallies.sendings(Of.CLIENT, envelope.client, since=since)) == 2


def test_a_copy_that_is_owed_too_long_stands_still(desks: Desk) -> None:
    """With its way and what hinders it, until it has gone."""
    find = FindStuck(register=desks.world.register, clock=desks.world.clock)
    envelope = desks.sealed()
    desks.mailer.failing = MailUnavailable("ConnectionRefusedError")
    desks.deliver()
    desks.later()

    (stuck,) = find(older_than=timedelta(minutes=5))
    assert (stuck.envelope_id, stuck.state) == (f"{envelope.id}-email", CopyState.OWED)
    assert (stuck.age, stuck.reason) == (_DAY, "mail_unavailable")

    desks.mailer.failing = None
    desks.deliver()
    assert find(older_than=timedelta(minutes=5)) == []
