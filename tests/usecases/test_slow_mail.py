"""Copies where a mail server is silent: letters wait, and nothing else does."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from docgen.domain.copy import Copy, CopyState, CopyWay
from docgen.domain.envelope import Envelope
from docgen.domain.webhook import Topic
from docgen.ports_of_copies import Letter
from docgen.settings import Settings
from docgen.usecases.deliver_copies import DeliverCopies
from docgen.usecases.tell_news import TellNews
from tests.usecases.counted import CountedRegister
from tests.usecases.telling import telling
from tests.usecases.test_copies import POLICY, Desk
from tests.usecases.world import World

_SOON = 15.0
_LETTERS = POLICY.at_once[CopyWay.EMAIL]


@dataclass
class SilentMailer:
    """Takes a letter only when it is let; `patience` seconds later at the latest."""

    asked: list[str] = field(default_factory=list)
    let: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    patience: float = 30.0
    meanwhile: Callable[[], None] = lambda: None
    """What happens while a letter is being handed over."""

    def send(self, letter: Letter) -> str:
        """Once it is let."""
        self.asked.append(letter.reference)
        self.meanwhile()
        self.let.acquire(timeout=self.patience)
        return f"<{letter.reference}@tests>"


@dataclass
class Scene:
    """A worker's copies, over a desk whose mail server is silent."""

    desk: Desk
    mailer: SilentMailer
    copies: DeliverCopies

    def owed(self, way: CopyWay, times: int) -> list[Envelope]:
        """So many envelopes of which such a copy is owed."""
        here = self.desk.world
        made = [here.created() for _ in range(times)]
        with here.register.begin() as unit:
            for envelope in made:
                copy = Copy(envelope_id=envelope.id, way=way, next_at=here.clock.now())
                unit.copies.add(copy)
            unit.commit()
        return made

    def claim(self) -> list[Copy]:
        """What is taken now."""
        with self.desk.world.register.begin() as unit:
            due = self.copies.claim(unit)
            unit.commit()
        return list(due)

    def states(self, made: list[Envelope]) -> Counter[CopyState]:
        """How many of them have come how far."""
        with self.desk.world.register.view() as unit:
            return Counter(copy.state for each in made for copy in unit.copies.of(each.id))


@pytest.fixture
def scene(anywhere: World) -> Iterator[Scene]:
    """Over SQLite and over PostgreSQL."""
    mailer = SilentMailer()
    desk = Desk(anywhere)
    copies = replace(desk.delivering, mailer=mailer)
    yield Scene(desk, mailer, copies)
    mailer.let.release(1000)
    copies.close()


def _soon(happened: Callable[[], bool]) -> bool:
    ends = time.monotonic() + _SOON
    while time.monotonic() < ends and not happened():
        time.sleep(0.01)
    return happened()


def test_a_silent_mail_server_holds_up_no_webhook(scene: Scene) -> None:
    """News is told by rounds that begin and end while letters wait."""
    here = scene.desk.world
    with telling(here) as hooks:
        hooks.webhook(Topic.ENVELOPE_CREATED)
        tell = TellNews(
            register=here.register, clock=here.clock, publish=hooks.publish.within,
            claim=hooks.deliver.claim, deliver=hooks.deliver.tell,
            claim_copies=scene.copies.claim, give_copies=scene.copies.give,
            more_copies=scene.copies.are_more, freed=scene.copies.freed, patience=0.1,
        )  # fmt: skip
        letters = scene.owed(CopyWay.EMAIL, 2 * _LETTERS)
        begun = time.monotonic()
        tell()
        assert _soon(lambda: len(scene.mailer.asked) == 1)
        here.created()
        tell()

        assert len(hooks.receiver.received) == len(letters) + 1
        assert time.monotonic() - begun < _SOON
        assert scene.states(letters) == {CopyState.OWED: len(letters)}


def test_a_silent_mail_server_holds_up_no_message(scene: Scene) -> None:
    """Nor do letters that have waited longer, however many."""
    letters = scene.owed(CopyWay.EMAIL, 2 * _LETTERS)
    scene.copies.give(scene.claim())
    assert _soon(lambda: len(scene.mailer.asked) == 1)
    scene.desk.world.clock.advance(timedelta(seconds=1))
    messages = scene.owed(CopyWay.SMS, 2)

    scene.copies.give(scene.claim())

    assert _soon(lambda: scene.states(messages) == {CopyState.SENT: 2})
    assert scene.states(letters) == {CopyState.OWED: len(letters)}


def test_no_letter_is_taken_while_others_are_on_their_way(scene: Scene) -> None:
    """It would wait for its turn with its lease; whoever waits hears when it can be taken."""
    scene.owed(CopyWay.EMAIL, 2 * _LETTERS)
    first = scene.claim()
    scene.copies.give(first)
    scene.copies.freed.clear()

    assert (len(first), scene.claim()) == (_LETTERS, [])
    assert scene.copies.are_more(first)
    assert scene.copies.are_more([])
    scene.mailer.let.release(_LETTERS)

    assert scene.copies.freed.wait(_SOON)
    assert len(scene.claim()) == _LETTERS


def test_no_letter_is_begun_whose_lease_may_end_before_it(scene: Scene) -> None:
    """Another worker could be at it then: it comes again when its lease is over."""
    letters = scene.owed(CopyWay.EMAIL, _LETTERS)
    slow = timedelta(minutes=2)
    scene.mailer.meanwhile = lambda: scene.desk.world.clock.advance(slow)
    scene.mailer.let.release(1000)

    scene.copies()
    in_time = (POLICY.lease - POLICY.longest) // slow + 1
    assert len(scene.mailer.asked) == in_time < _LETTERS
    scene.mailer.meanwhile = lambda: None
    scene.desk.world.clock.advance(POLICY.lease)
    scene.copies()

    assert len(set(scene.mailer.asked)) == len(scene.mailer.asked) == _LETTERS
    assert scene.states(letters) == {CopyState.SENT: _LETTERS}


def test_letters_that_are_taken_together_are_given_within_their_lease() -> None:
    """However patient the settings may be with each."""
    (longest,) = (
        each.le for each in type(Settings().mail).model_fields["patience"].metadata
        if hasattr(each, "le")
    )  # fmt: skip

    assert timedelta(seconds=longest) < POLICY.longest
    assert (_LETTERS - 1) * timedelta(seconds=longest) + POLICY.longest <= POLICY.lease


def test_whoever_ends_finishes_a_letter_and_leaves_the_others(scene: Scene) -> None:
    """They are due to the next worker at once, and none of them is sent twice."""
    letters = scene.owed(CopyWay.EMAIL, _LETTERS)
    scene.copies.give(scene.claim())
    assert _soon(lambda: len(scene.mailer.asked) == 1)
    threading.Timer(0.3, scene.mailer.let.release, [_LETTERS]).start()

    scene.copies.close()

    assert scene.states(letters) == {CopyState.SENT: 1, CopyState.OWED: _LETTERS - 1}
    next_one = replace(scene.copies, threads=scene.desk.delivering.threads)
    assert next_one() == _LETTERS - 1
    assert len(set(scene.mailer.asked)) == len(scene.mailer.asked) == _LETTERS


def test_copies_are_given_by_few_units(here: World, counted: CountedRegister) -> None:
    """As many as if they were given by whoever tells."""
    desk = Desk(here)
    envelope = desk.sealed()
    counted.views = counted.writes = 0

    assert desk.deliver() == 2

    # A claim; of the message its link and its hop, of the letter its end; each reads its envelope.
    assert (counted.views, counted.writes) == (2, 4)
    assert set(desk.states(envelope).values()) == {CopyState.SENT}
