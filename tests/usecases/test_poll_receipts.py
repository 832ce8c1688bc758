"""Asking providers what became of messages: in time, ever rarer, by one process."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from docgen.adapters.db.register import SqlRegister
from docgen.domain.dispatch import Delivery, Hop, Taken
from docgen.domain.envelope import State
from docgen.domain.errors import SmsUnavailable
from docgen.usecases.poll_receipts import HOLD, PollReceipts
from docgen.usecases.take_receipt import TakeReceipt
from tests.builders import NOW, challenge, envelope, hop, identifier, receipt
from tests.fakes import FakeClock, FakeReceipts


@dataclass
class Post:
    """A register with messages under way, and two providers that can be asked."""

    register: SqlRegister
    clock: FakeClock = field(default_factory=FakeClock)
    primary: FakeReceipts = field(default_factory=FakeReceipts)
    spare: FakeReceipts = field(default_factory=lambda: FakeReceipts(pace=timedelta(seconds=30)))
    asked_at: dict[str, datetime] = field(default_factory=dict)

    @property
    def poll(self) -> PollReceipts:
        """The use case."""
        return PollReceipts(
            register=self.register,
            sources={"primary": self.primary, "spare": self.spare},
            take_receipt=TakeReceipt(register=self.register, clock=self.clock),
            clock=self.clock,
        )

    def taken(self, message_id: str, *, route: str = "primary") -> Hop:
        """A message of an envelope of its own that the route took now."""
        of = envelope(State.READY)
        sent = challenge(of)
        made = hop(route=route, chain=of.id, challenge_id=sent.id, begun_at=self.clock.now()).taken(
            Taken(provider=route, message_id=message_id), at=self.clock.now()
        )
        with self.register.begin() as unit:
            unit.envelopes.add(of)
            unit.challenges.add(sent)
            unit.hops.add(made)
            unit.commit()
        return made

    def after(self, **time: float) -> None:
        """A round, when some time has passed."""
        self.clock.advance(timedelta(**time))
        self.poll.round(self.asked_at)

    def now(self, of: Hop) -> Hop:
        """As it is in the register."""
        with self.register.view() as unit:
            (found,) = unit.hops.of_challenge(of.challenge_id)
        return found


@pytest.fixture
def post(sqlite_url: str) -> Iterator[Post]:
    """Over SQLite."""
    built = Post(SqlRegister(sqlite_url))
    yield built
    built.register.close()


def _ids(source: FakeReceipts) -> list[list[str]]:
    return [[each.message_id for each in asked] for asked in source.asked]


def test_a_receipt_that_is_asked_for_reaches_hop_challenge_and_journal(post: Post) -> None:
    """As one that a provider brings by himself."""
    sent = post.taken("m-1")
    post.primary.told["m-1"] = receipt(sent)
    post.after(seconds=4)

    with post.register.view() as unit:
        found = unit.challenges.find(sent.challenge_id)
        events = [entry.event.value for entry in unit.journal.of(sent.chain)]
    assert post.now(sent).delivery is Delivery.DELIVERED
    assert found is not None
    assert found.delivery is Delivery.DELIVERED
    assert events == ["code_delivered"]


def test_who_has_arrived_or_failed_is_not_asked_about(post: Post) -> None:
    """Only those whose end nobody has told."""
    done, failed, open_ = (post.taken(name) for name in ("m-1", "m-2", "m-3"))
    post.primary.told |= {
        "m-1": receipt(done),
        "m-2": receipt(failed, Delivery.FAILED),
        "m-3": receipt(open_, Delivery.UNDERWAY),
    }
    post.after(seconds=4)
    post.primary.asked.clear()
    post.after(seconds=4)

    assert _ids(post.primary) == [["m-3"]]


def test_a_word_that_says_nothing_new_is_not_written_down(post: Post) -> None:
    """Every four seconds it would be another row for nobody."""
    sent = post.taken("m-1")
    post.primary.told["m-1"] = receipt(sent, Delivery.UNDERWAY, raw="ENQUEUD")
    post.after(seconds=4)

    with post.register.view() as unit:
        assert unit.hops.heard("primary", "m-1", since=NOW) == []


def test_a_doubt_is_asked_about_where_its_id_is_known(post: Post) -> None:
    """The provider may say that it left after all."""
    doubt = post.taken("m-1")
    unknown = doubt.uncertain("answer cut off", at=post.clock.now(), message_id="m-1")
    with post.register.begin() as unit:
        unit.hops.save(unknown)
        unit.commit()
    post.primary.told["m-1"] = receipt(doubt, Delivery.UNDERWAY)
    post.after(seconds=4)

    assert post.now(doubt).delivery is Delivery.UNDERWAY


def test_each_provider_is_asked_at_its_own_pace_and_in_parts(post: Post) -> None:
    """As often and about as many at once as it allows, the newest first."""
    for number in range(3):
        post.taken(f"m-{number}")
        post.clock.advance(timedelta(seconds=1))
    post.taken("s-1", route="spare")
    for _ in range(10):
        post.after(seconds=4)

    assert _ids(post.primary)[:2] == [["m-2", "m-1"], ["m-0"]]
    assert len(post.primary.asked) == 20
    assert _ids(post.spare) == [["s-1"]]


def test_the_older_the_message_the_rarer_the_question_and_after_a_day_none(post: Post) -> None:
    """Every four seconds while a code lives, by a tenth of its age later."""
    post.taken("m-1")
    counts = []
    for _ in range(6):
        before = len(post.primary.asked)
        for _ in range(900):
            post.after(seconds=4)
        counts.append(len(post.primary.asked) - before)
    post.clock.advance(timedelta(days=1))
    asked = len(post.primary.asked)
    post.after(seconds=4)

    assert 30 < counts[0] < 60
    assert counts == sorted(counts, reverse=True)
    assert 0 < counts[-1] <= 3
    assert len(post.primary.asked) == asked
    assert post.asked_at == {}


def test_a_provider_is_told_the_phone_where_the_envelope_is_there(post: Post) -> None:
    """Some know a message by nothing else; the hop itself does not hold it."""
    sent = post.taken("m-1")
    with post.register.begin() as unit:
        unit.hops.add(hop(begun_at=NOW).taken(Taken(provider="primary", message_id="m-2"), at=NOW))
        unit.commit()
    post.after(seconds=4)

    phones = {each.message_id: each.phone for asked in post.primary.asked for each in asked}
    with post.register.view() as unit:
        assert phones == {"m-1": unit.envelopes.get(sent.chain).subscriber.phone, "m-2": None}


def test_a_provider_that_does_not_answer_holds_up_no_other(post: Post) -> None:
    """It is asked again in the next round."""
    post.taken("m-1")
    sent = post.taken("s-1", route="spare")
    post.primary.failing = SmsUnavailable("http 503")
    post.spare.told["s-1"] = receipt(sent)
    post.after(seconds=30)
    post.after(seconds=30)

    assert post.now(sent).delivery is Delivery.DELIVERED
    assert _ids(post.primary) == [["m-1"], ["m-1"]]


def test_one_process_asks_for_all(post: Post) -> None:
    """The others come back at once, and take over when it has gone."""
    post.taken("m-1")
    post.clock.advance(timedelta(seconds=4))
    pauses: list[float] = []
    with post.register.hold(HOLD) as ours:
        assert ours
        post.poll(until=lambda: False, pause=pauses.append)
    assert (post.primary.asked, pauses) == ([], [])

    post.poll(until=lambda: len(pauses) == 3, pause=pauses.append)

    assert _ids(post.primary) == [["m-1"]]
    assert pauses == [4.0] * 3


def test_whoever_is_told_to_stop_asks_nobody_more(post: Post) -> None:
    """Not even the rest of a round."""
    for number in range(6):
        post.taken(f"m-{identifier()}-{number}")
    post.clock.advance(timedelta(seconds=4))
    post.poll.round({}, until=lambda: bool(post.primary.asked))

    assert len(post.primary.asked) == 1
