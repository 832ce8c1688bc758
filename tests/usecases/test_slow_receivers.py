"""Receivers that take their time: they hold their own places, and hold up nobody else."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from ipaddress import ip_network

import pytest

from docgen.adapters.webhooks.addresses import Guard
from docgen.adapters.webhooks.posting import HttpPosting
from docgen.domain.webhook import DeliveryState, Topic, Webhook
from docgen.usecases.deliver_webhooks import OF_EACH, Claimed, DeliverWebhooks
from docgen.usecases.tell_news import TellNews
from tests.services.own_certificate import system_trust
from tests.services.receiver import ACCEPTED, Received, Receiver, receiver
from tests.usecases.counted import CountedRegister
from tests.usecases.telling import POLICY, Desk, telling
from tests.usecases.world import World

_MANY = 3 * OF_EACH
_PATIENCE = 30.0
"""Seconds for an answer."""
_SOON = 15.0
"""Far less: whoever waits for one slow answer is too late."""


@dataclass
class Slow:
    """A receiver that answers only when it is let."""

    listening: Receiver
    asked: list[str] = field(default_factory=list)
    let: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def answer(self, request: Received) -> bytes:
        """Once it is let."""
        self.asked.append(request.headers["webhook-id"])
        self.let.acquire(timeout=_PATIENCE)
        return ACCEPTED


@dataclass
class Scene:
    """A worker's telling; one receiver is quick, another slow, and both are owed the same."""

    desk: Desk
    slow: Slow
    deliver: DeliverWebhooks
    slow_one: Webhook
    quick_one: Webhook

    @property
    def tell(self) -> TellNews:
        """As a worker has it."""
        return TellNews(
            register=self.desk.world.register, clock=self.desk.world.clock,
            publish=self.desk.publish.within, claim=self.deliver.claim, deliver=self.deliver.tell,
            claim_copies=lambda _unit: (), give_copies=lambda _copies: None,
            more_deliveries=self.deliver.are_more, freed=self.deliver.freed, patience=0.1,
        )  # fmt: skip

    def another(self) -> DeliverWebhooks:
        """Another worker's."""
        return _patient(self.desk)

    def happen(self, times: int) -> None:
        """So much that both are to hear of."""
        for _ in range(times):
            self.desk.world.created()

    def states(self, webhook: Webhook) -> Counter[DeliveryState]:
        """How many of its deliveries have come how far."""
        return Counter(each.state for each in self.desk.deliveries(webhook))


def _patient(desk: Desk) -> DeliverWebhooks:
    sender = HttpPosting(
        Guard((ip_network("127.0.0.0/8"),)), patience=_PATIENCE, tls=system_trust()
    )
    return replace(desk.deliver, sender=sender)


@pytest.fixture
def scene(anywhere: World) -> Iterator[Scene]:
    """Over SQLite and over PostgreSQL."""
    with telling(anywhere) as desk, receiver() as listening:
        slow = Slow(listening)
        listening.answer_to = slow.answer
        deliver = _patient(desk)
        slow_one = desk.webhook(Topic.ENVELOPE_CREATED, url=listening.url)
        quick_one = desk.webhook(Topic.ENVELOPE_CREATED)
        yield Scene(desk, slow, deliver, slow_one, quick_one)
        slow.let.release(1000)
        deliver.threads.shutdown()


def _soon(happened: Callable[[], bool]) -> bool:
    ends = time.monotonic() + _SOON
    while time.monotonic() < ends and not happened():
        time.sleep(0.01)
    return happened()


def test_a_slow_receiver_makes_nobody_else_wait(scene: Scene) -> None:
    """All that another is owed is told and noted before the first slow answer comes."""
    scene.happen(_MANY)

    assert _soon(lambda: scene.tell() and len(scene.desk.receiver.received) == _MANY)

    assert scene.states(scene.quick_one) == {DeliveryState.DELIVERED: _MANY}
    assert scene.states(scene.slow_one) == {DeliveryState.OWED: _MANY}


def test_a_slow_receiver_has_its_places_and_no_more(scene: Scene) -> None:
    """However many rounds follow each other meanwhile."""
    scene.happen(_MANY)
    for _ in range(6):
        scene.tell()

    assert _soon(lambda: len(scene.slow.asked) == OF_EACH)
    scene.tell()
    assert len(set(scene.slow.asked)) == len(scene.slow.asked) == OF_EACH


def test_a_slow_answer_is_noted_when_it_comes_and_its_place_is_filled(scene: Scene) -> None:
    """By the next message to the same receiver, in the next round."""
    scene.happen(_MANY)
    scene.tell()
    assert _soon(lambda: len(scene.slow.asked) == OF_EACH)

    scene.slow.let.release()

    delivered = {DeliveryState.DELIVERED: 1, DeliveryState.OWED: _MANY - 1}
    assert _soon(lambda: scene.states(scene.slow_one) == delivered)
    assert _soon(lambda: scene.tell() and len(scene.slow.asked) > OF_EACH)
    assert len(scene.slow.asked) == OF_EACH + 1


def test_whoever_waits_for_a_place_hears_of_it_at_once(scene: Scene) -> None:
    """A round that could not take all ends with the first place that is given back."""
    scene.happen(_MANY)
    scene.tell()
    tell = replace(scene.tell, patience=2 * _PATIENCE)
    assert _soon(lambda: len(scene.slow.asked) == OF_EACH)
    while len(scene.desk.receiver.received) < _MANY:
        assert tell()

    # Now and then one: the first may be given back before the round has begun.
    for place in range(OF_EACH):
        threading.Timer(0.5 * (place + 1), scene.slow.let.release).start()
    begun = time.monotonic()
    assert tell()

    assert time.monotonic() - begun < _SOON


def test_news_is_told_while_a_receiver_is_slow(scene: Scene) -> None:
    """Of what happens later as well."""
    scene.happen(OF_EACH)
    scene.tell()
    scene.happen(1)

    assert _soon(lambda: scene.tell() and len(scene.desk.receiver.received) == OF_EACH + 1)


def test_whoever_ends_has_everything_answered_and_noted_that_was_begun(scene: Scene) -> None:
    """Nothing is left to its lease."""
    scene.happen(OF_EACH)
    scene.tell()
    threading.Timer(0.3, scene.slow.let.release, [OF_EACH]).start()

    scene.deliver.threads.shutdown()

    assert scene.states(scene.slow_one) == {DeliveryState.DELIVERED: OF_EACH}


def test_what_is_on_its_way_is_tried_by_nobody_else(scene: Scene) -> None:
    """Not by other workers, nor by this one, while its lease runs; and afterwards once."""
    scene.happen(_MANY)
    others = [scene.another() for _ in range(2)]
    scene.tell()
    with ThreadPoolExecutor(2) as workers:
        for _ in range(2):
            list(workers.map(lambda each: each.tell(_claimed(scene, each)), others))
            scene.tell()
    scene.slow.let.release(1000)
    for each in (scene.deliver, *others):
        each.threads.shutdown()

    assert len(set(scene.slow.asked)) == len(scene.slow.asked) == _MANY
    assert scene.states(scene.slow_one) == {DeliveryState.DELIVERED: _MANY}


def _claimed(scene: Scene, deliver: DeliverWebhooks) -> Claimed:
    with scene.desk.world.register.begin() as unit:
        due = deliver.claim(unit)
        unit.commit()
    return due


def test_what_was_begun_by_whoever_died_comes_again_after_its_lease(scene: Scene) -> None:
    """And not before, while somebody may still be at it."""
    scene.happen(1)
    scene.tell()
    assert _soon(lambda: len(scene.slow.asked) == 1)
    another = scene.another()
    assert _claimed(scene, another) == []

    scene.desk.world.clock.advance(POLICY.lease + timedelta(seconds=1))

    assert len(_claimed(scene, another)) == 1


def test_slow_answers_that_come_together_cost_few_units(
    here: World, counted: CountedRegister
) -> None:
    """Whoever notes takes along what came while another noted."""
    with telling(here) as desk, receiver() as listening:
        slow = Slow(listening)
        listening.answer_to = slow.answer
        deliver = _patient(desk)
        desk.webhook(Topic.ENVELOPE_CREATED, url=listening.url)
        for _ in range(OF_EACH):
            here.created()
        while desk.publish():
            pass
        with here.register.begin() as unit:
            due = deliver.claim(unit)
            unit.commit()
        deliver.tell(due)
        counted.writes = 0
        with here.register.begin():
            # Nobody else can write meanwhile: the first answer waits, and the others behind it.
            slow.let.release(OF_EACH)
            assert _soon(lambda: len(slow.asked) == OF_EACH)
            time.sleep(0.5)
        deliver.threads.shutdown()

    assert counted.writes - 1 <= 2
