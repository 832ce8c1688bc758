"""A message's way: one route, or the other; every hop written down; receipts whenever they come."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from docgen.adapters.db.register import SqlRegister
from docgen.domain.challenge import Challenge
from docgen.domain.dispatch import Delivery, Hop, HopState, Message, Receipt, Sending, Taken
from docgen.domain.envelope import State
from docgen.domain.errors import (
    DocgenError,
    SmsRefused,
    SmsUnavailable,
    SmsUncertain,
    Unavailable,
)
from docgen.domain.routes import Route
from docgen.ports import UnitOfWork
from docgen.usecases.dispatch_message import DispatchMessage, Way
from docgen.usecases.settle_hops import SettleHops
from docgen.usecases.take_receipt import TakeReceipt
from tests.builders import challenge, envelope, identifier, sha256
from tests.fakes import CountingChance, FakeClock, FakeSms

LIFE = timedelta(minutes=3)


@dataclass
class Desk:
    """A register with one envelope whose code is to be sent, and two routes."""

    url: str
    register: SqlRegister
    challenge: Challenge
    clock: FakeClock = field(default_factory=FakeClock)
    chance: CountingChance = field(default_factory=CountingChance)
    primary: FakeSms = field(default_factory=FakeSms)
    spare: FakeSms = field(default_factory=FakeSms)
    noted: list[Hop] = field(default_factory=list)

    @property
    def dispatch(self) -> DispatchMessage:
        """The use case; chance picks the primary as long as it is 0."""
        return DispatchMessage(
            register=self.register,
            ways=(
                Way(route=Route(name="primary", weight=90), gateway=self.primary),
                Way(route=Route(name="spare", weight=10), gateway=self.spare),
            ),
            clock=self.clock,
            chance=self.chance,
            subject_of=lambda phone: sha256(phone.value),
        )

    @property
    def take(self) -> TakeReceipt:
        """The use case."""
        return TakeReceipt(register=self.register, clock=self.clock)

    def send(self, *, avoid: str | None = None) -> Hop:
        """The code goes out."""
        return self.dispatch(
            replace(self._sending(), avoid=avoid),
            "Код 482913",
            life=LIFE,
            details={"language": "kk"},
            noted=self._note,
        )

    def _sending(self) -> Sending:
        with self.register.view() as unit:
            phone = unit.envelopes.get(self.challenge.chain).subscriber.phone
        return Sending(
            id=identifier(),
            challenge_id=self.challenge.id,
            chain=self.challenge.chain,
            phone=phone,
            client="field",
            employee_id="E-1",
        )

    def begun(self) -> Hop:
        """A hop whose route has not answered yet."""
        sending = self._sending()
        with self.register.begin() as unit:
            begun = self.dispatch.begin(unit, sending)
            unit.commit()
        assert begun.hop is not None
        return begun.hop

    def _note(self, unit: UnitOfWork, hop: Hop) -> None:
        unit.envelopes.get(hop.chain)
        self.noted.append(hop)

    @property
    def hops(self) -> list[Hop]:
        """As they are in the register."""
        with self.register.view() as unit:
            return list(unit.hops.of_challenge(self.challenge.id))

    @property
    def events(self) -> list[str]:
        """What the journal tells of the envelope."""
        with self.register.view() as unit:
            return [e.event.value for e in unit.journal.of(self.challenge.chain)]

    @property
    def delivery(self) -> Delivery:
        """How far the challenge has come."""
        with self.register.view() as unit:
            found = unit.challenges.find(self.challenge.id)
        assert found is not None
        return found.delivery


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """Over SQLite and over PostgreSQL."""
    url = request.getfixturevalue(request.param)
    register = SqlRegister(url)
    stored = envelope(State.CODE_SENT)
    sent = challenge(stored)
    with register.begin() as unit:
        unit.envelopes.add(stored)
        unit.challenges.add(sent)
        unit.commit()
    yield Desk(url=url, register=register, challenge=sent)
    register.close()


def _receipt(of: Hop, delivery: Delivery = Delivery.DELIVERED, raw: str = "DELIVRD") -> Receipt:
    assert of.message_id is not None
    return Receipt(
        route=of.route, message_id=of.message_id, delivery=delivery, raw=raw, at=of.begun_at
    )


def test_a_message_goes_by_one_route_and_the_hop_says_so(desk: Desk) -> None:
    """Provider, id, times; the other route hears nothing."""
    taken = desk.send()

    (message,) = desk.primary.sent
    assert (message.text, message.life, message.reference) == ("Код 482913", LIFE, taken.id)
    assert desk.spare.sent == []
    assert desk.hops == [taken]
    assert (taken.state, taken.provider, taken.message_id) == (
        HopState.TAKEN,
        "fake",
        "message-1",
    )
    assert desk.events == ["code_sent"]


def test_a_hop_is_written_down_before_the_route_hears_of_it(desk: Desk) -> None:
    """Whoever dies in between leaves a trace: somebody may have been sent something."""
    seen: list[HopState] = []

    class _Looking(FakeSms):
        def send(self, message: Message) -> Taken:
            seen.extend(hop.state for hop in desk.hops)
            return super().send(message)

    desk.primary = _Looking()
    desk.send()

    assert seen == [HopState.BEGUN]


def test_a_refusal_goes_to_the_spare_at_once_with_the_same_text(desk: Desk) -> None:
    """Two hops of one sending, the first refused."""
    desk.primary.failing = SmsRefused("0x58")

    taken = desk.send()

    assert [m.text for m in desk.spare.sent] == ["Код 482913"]
    refused, last = desk.hops
    assert last == taken
    assert (refused.state, refused.raw, refused.number) == (HopState.REFUSED, "0x58", 1)
    assert (taken.route, taken.number) == ("spare", 2)
    assert refused.sending == taken.sending
    assert desk.events == ["code_refused", "code_sent"]
    assert [hop.state for hop in desk.noted] == [HopState.REFUSED, HopState.TAKEN]


def test_both_down_is_told(desk: Desk) -> None:
    """Nothing was sent, and both hops say why."""
    desk.primary.failing = desk.spare.failing = SmsRefused("down")

    with pytest.raises(SmsUnavailable):
        desk.send()
    assert [hop.state for hop in desk.hops] == [HopState.REFUSED] * 2
    assert desk.events == ["code_refused"] * 2


def test_without_any_route_nothing_is_written_and_it_is_told(desk: Desk) -> None:
    """An installation that has no gateway refuses aloud."""
    nowhere = replace(desk.dispatch, ways=())
    sending = Sending(
        id="s", challenge_id=desk.challenge.id, chain=desk.challenge.chain,
        phone=envelope().subscriber.phone, client="field", employee_id=None,
    )  # fmt: skip

    with pytest.raises(SmsUnavailable):
        nowhere(sending, "Код", life=LIFE, details={}, noted=lambda *_: None)
    assert desk.hops == []


def test_an_unknown_outcome_is_never_a_loop(desk: Desk) -> None:
    """It may be on the phone already: no second route is given the code by itself."""
    desk.primary.failing = SmsUncertain("no answer")

    hop = desk.send()

    assert desk.spare.sent == []
    assert (hop.state, hop.delivery) == (HopState.UNKNOWN, Delivery.UNKNOWN)
    assert desk.events == ["code_uncertain"]


def test_a_broken_route_is_left_alone_and_tried_after_its_rest(desk: Desk) -> None:
    """Five refusals in a row; then all goes by the spare, until one message shows it works."""
    desk.primary.failing = SmsRefused("down")
    for _ in range(5):
        desk.send()
    desk.primary.failing = None

    desk.clock.advance(timedelta(seconds=60))
    desk.send()
    assert desk.primary.sent == []

    desk.clock.advance(timedelta(seconds=61))
    assert desk.send().route == "primary"
    assert desk.send().route == "primary"


def test_another_process_comes_to_the_same_opinion(desk: Desk) -> None:
    """What is known of a route is in the register: a restart forgets nothing."""
    desk.primary.failing = SmsRefused("down")
    for _ in range(5):
        desk.send()

    later = Desk(url=desk.url, register=desk.register, challenge=desk.challenge, clock=desk.clock)
    later.chance = desk.chance
    later.send()
    assert later.primary.sent == []
    assert len(later.spare.sent) == 1


def test_a_code_sent_again_goes_by_the_other_route(desk: Desk) -> None:
    """It was in vain by the first."""
    assert desk.send().route == "primary"
    assert desk.send(avoid="primary").route == "spare"


def test_a_receipt_moves_hop_challenge_and_journal(desk: Desk) -> None:
    """Once, however often it comes."""
    taken = desk.send()

    for _ in range(3):
        desk.take(_receipt(taken))

    (hop,) = desk.hops
    assert (hop.delivery, hop.delivery_raw) == (Delivery.DELIVERED, "DELIVRD")
    assert desk.delivery is Delivery.DELIVERED
    assert desk.events == ["code_sent", "code_delivered"]


def test_a_receipt_before_its_answer_is_matched_when_the_answer_comes(desk: Desk) -> None:
    """The centre is faster than its own answer."""

    class _Early(FakeSms):
        def send(self, message: Message) -> Taken:
            early = Receipt(
                route="primary", message_id="message-1", delivery=Delivery.DELIVERED,
                raw="DELIVRD", at=desk.clock.now(),
            )  # fmt: skip
            desk.take(early)
            return super().send(message)

    desk.primary = _Early()
    desk.send()

    assert desk.delivery is Delivery.DELIVERED
    assert desk.events == ["code_sent", "code_delivered"]


def test_a_receipt_that_came_while_its_answer_was_written_is_matched(desk: Desk) -> None:
    """Neither saw the other's part before both were lasting: the receipt is looked up once more."""
    begun = desk.begun()
    answered = begun.taken(Taken(provider="fake", message_id="m-7"), at=desk.clock.now())

    def answer() -> None:
        with desk.register.begin() as unit:
            unit.hops.save(answered)
            unit.commit()

    TakeReceipt(register=_Meanwhile(desk.register, answer), clock=desk.clock)(_receipt(answered))

    assert [hop.delivery for hop in desk.hops] == [Delivery.DELIVERED]
    assert desk.delivery is Delivery.DELIVERED
    assert desk.events == ["code_delivered"]


def test_a_receipt_that_is_not_recorded_is_not_kept(desk: Desk) -> None:
    """Whoever brought it hears so and brings it again; then it is told once."""
    taken = desk.send()
    with desk.register.begin() as unit:
        unit.lock(desk.challenge.chain)
        impatient = SqlRegister(desk.url, patience=timedelta(milliseconds=50))
        with pytest.raises(Unavailable):
            TakeReceipt(register=impatient, clock=desk.clock)(_receipt(taken))
        impatient.close()
    with desk.register.view() as unit:
        assert unit.hops.heard(taken.route, "message-1", since=taken.begun_at) == []

    desk.take(_receipt(taken))
    assert desk.events == ["code_sent", "code_delivered"]


def test_a_delivered_code_stays_so_whatever_becomes_of_the_next_message(desk: Desk) -> None:
    """The second is on its way, or was given up: the first has come."""
    desk.take(_receipt(desk.send()))
    desk.clock.advance(timedelta(minutes=1))
    second = desk.send(avoid="primary")
    assert desk.delivery is Delivery.DELIVERED

    desk.take(replace(_receipt(second, Delivery.FAILED, "EXPIRED"), at=desk.clock.now()))
    assert [hop.delivery for hop in desk.hops] == [Delivery.DELIVERED, Delivery.FAILED]
    assert desk.delivery is Delivery.DELIVERED


def test_a_message_that_was_given_up_is_told(desk: Desk) -> None:
    """The phone does not exist, or was off for too long."""
    desk.take(_receipt(desk.send(), Delivery.FAILED, "UNDELIV 001"))

    assert desk.delivery is Delivery.FAILED
    assert desk.events == ["code_sent", "code_undelivered"]


def test_a_delivery_by_either_route_counts(desk: Desk) -> None:
    """The first was given up, the second arrived."""
    first = desk.send()
    desk.take(_receipt(first, Delivery.FAILED, "EXPIRED"))
    second = desk.send(avoid="primary")
    assert second.message_id == first.message_id
    desk.take(_receipt(second))

    assert [hop.delivery for hop in desk.hops] == [Delivery.FAILED, Delivery.DELIVERED]
    assert desk.delivery is Delivery.DELIVERED


def test_a_word_about_an_older_message_is_not_taken_for_a_new_one(desk: Desk) -> None:
    """A centre that was set up anew gives the same ids again; its new word counts."""
    first = desk.send()
    desk.take(_receipt(first))
    desk.clock.advance(timedelta(minutes=2))
    desk.primary = FakeSms()

    second = desk.send()
    assert second.message_id == first.message_id
    assert [hop.delivery for hop in desk.hops] == [Delivery.DELIVERED, Delivery.UNDERWAY]

    desk.clock.advance(timedelta(seconds=3))
    desk.take(_receipt(second))
    assert [hop.delivery for hop in desk.hops] == [Delivery.DELIVERED] * 2


def test_a_receipt_of_a_message_nobody_sent_is_kept_and_changes_nothing(desk: Desk) -> None:
    """It may be the answer's forerunner, or somebody else's."""
    stray = Receipt(
        route="primary", message_id="never", delivery=Delivery.DELIVERED, raw="X",
        at=desk.clock.now(),
    )  # fmt: skip
    desk.take(stray)

    with desk.register.view() as unit:
        assert unit.hops.heard("primary", "never", since=stray.at) == [stray]
    assert desk.events == []


def test_a_hop_whose_sender_died_becomes_unknown(desk: Desk) -> None:
    """After a minute nobody can say any more whether the message left; it is told once."""

    class _Dying(FakeSms):
        def send(self, message: Message) -> Taken:
            raise _Killed(message.reference)

    desk.primary = _Dying()
    with pytest.raises(_Killed):
        desk.send()
    settle = SettleHops(register=desk.register, clock=desk.clock)
    assert settle() == 0

    desk.clock.advance(timedelta(seconds=61))
    assert settle() >= 1
    assert settle() == 0
    assert [hop.state for hop in desk.hops] == [HopState.UNKNOWN]
    assert desk.events == ["code_uncertain"]
    assert desk.delivery is Delivery.UNKNOWN


def test_what_could_not_be_noted_does_not_look_like_a_failure_to_send(desk: Desk) -> None:
    """The message has left; the sweep will find the hop without its answer."""

    def failing(_unit: UnitOfWork, _hop: Hop) -> None:
        raise _Full

    sending = Sending(
        id="s", challenge_id=desk.challenge.id, chain=desk.challenge.chain,
        phone=envelope().subscriber.phone, client="field", employee_id=None,
    )  # fmt: skip
    hop = desk.dispatch(sending, "Код", life=LIFE, details={}, noted=failing)

    assert hop.state is HopState.TAKEN
    assert [each.state for each in desk.hops] == [HopState.BEGUN]


@dataclass
class _Meanwhile:
    """A register in which something happens just before it is looked at."""

    register: SqlRegister
    happens: Callable[[], None]

    def begin(self) -> AbstractContextManager[UnitOfWork]:
        """As it is."""
        return self.register.begin()

    def view(self) -> AbstractContextManager[UnitOfWork]:
        """After that."""
        self.happens()
        return self.register.view()

    def hold(self, envelope_id: str) -> AbstractContextManager[bool]:
        """As it is."""
        return self.register.hold(envelope_id)

    def ping(self) -> None:
        """As it is."""
        self.register.ping()


class _Killed(BaseException):
    """As SIGKILL."""


class _Full(DocgenError):
    """The disk is."""
