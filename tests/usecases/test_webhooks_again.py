"""Webhooks: told again, shared out, forgotten, and each its owner's alone."""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from docgen.domain.copy import Copy, CopyPolicy, CopyWay
from docgen.domain.errors import FieldError, NotFound, ValuesRejected, WebhookNotFound
from docgen.domain.webhook import (
    DeliveryState,
    Topic,
    Untold,
    Webhook,
    WebhookState,
)
from docgen.ports import UnitOfWork
from docgen.usecases.change_webhook import WebhookChange
from docgen.usecases.create_webhook import MOST_OF_AN_OWNER, CreateWebhook
from docgen.usecases.deliver_webhooks import OF_EACH, Claimed
from docgen.usecases.remove_webhook import RemoveWebhook
from docgen.usecases.tell_news import TellNews
from docgen.usecases.void import Void
from tests.api.portal import loopback_posting
from tests.services.receiver import ACCEPTED, Received
from tests.usecases.telling import CALLER, POLICY, Desk, telling, visit
from tests.usecases.world import World


@pytest.fixture
def desk(anywhere: World) -> Iterator[Desk]:
    """Over SQLite and over PostgreSQL."""
    with telling(anywhere) as built:
        yield built


def test_what_was_missed_can_be_told_again(desk: Desk) -> None:
    """All of a stretch of time, under the ids and with the bytes of the first time."""
    webhook = desk.webhook()
    begin = desk.world.clock.now()
    visit(desk)
    desk.told()
    first = {r.headers["webhook-id"]: r.body for r in desk.receiver.received}
    desk.change(webhook.id, WebhookChange(state=WebhookState.DISABLED), caller=CALLER)
    desk.world.created()
    desk.told()
    with pytest.raises(ValuesRejected):
        desk.redeliver.between(webhook.id, begin, begin + timedelta(days=1), caller=CALLER)
    desk.change(webhook.id, WebhookChange(state=WebhookState.ACTIVE), caller=CALLER)

    owed = desk.redeliver.between(webhook.id, begin, begin + timedelta(days=1), caller=CALLER)
    desk.receiver.received.clear()
    desk.told()

    again = {r.headers["webhook-id"]: r.body for r in desk.receiver.received}
    assert owed == len(again) == 6
    assert first.items() <= again.items()


def test_one_message_can_be_told_again(desk: Desk) -> None:
    """By its id; one that never was told is not found."""
    webhook = desk.webhook(Topic.ENVELOPE_CREATED)
    desk.world.created()
    desk.told()
    (request,) = desk.receiver.received

    assert desk.redeliver.one(webhook.id, request.headers["webhook-id"], caller=CALLER) == 1
    assert len(desk.told()) == 2
    with pytest.raises(NotFound):
        desk.redeliver.one(webhook.id, "evt_x_1", caller=CALLER)


def test_a_webhook_is_its_owners_alone(desk: Desk) -> None:
    """To others it does not exist."""
    webhook = desk.webhook()
    other = replace(CALLER, owner="somebody else")
    remove = RemoveWebhook(register=desk.world.register)

    with pytest.raises(WebhookNotFound):
        desk.change.rotate(webhook.id, "r-1", caller=other)
    with pytest.raises(WebhookNotFound):
        remove(webhook.id, caller=other)
    with pytest.raises(WebhookNotFound):
        desk.redeliver.one(webhook.id, "evt_x_1", caller=other)
    with pytest.raises(WebhookNotFound):
        desk.change.rotate(webhook.id, "r-1", caller=replace(CALLER, region="far away"))


def test_an_owner_has_so_many_webhooks_and_no_more(desk: Desk) -> None:
    """One who loses ids does not make them without end; others have room for their own."""
    for _ in range(MOST_OF_AN_OWNER):
        desk.webhook()

    with pytest.raises(ValuesRejected) as caught:
        desk.webhook()
    limit = (("limit", str(MOST_OF_AN_OWNER)),)
    assert caught.value.errors == (FieldError("", "too_many_webhooks", limit),)
    assert desk.webhook(caller=replace(CALLER, owner="somebody else"))


def test_whoever_comes_at_the_same_moment_for_the_last_place_waits(desk: Desk) -> None:
    """Webhooks that are made at once are no more than those one by one."""
    first, *_ = (desk.webhook() for _ in range(MOST_OF_AN_OWNER - 1))
    with ThreadPoolExecutor(1) as another:
        with desk.world.register.begin() as unit:
            unit.webhooks.lock(CALLER.owner)
            assert len(unit.webhooks.of(CALLER.owner)) == MOST_OF_AN_OWNER - 1
            late = another.submit(desk.webhook)
            with pytest.raises(TimeoutError):
                late.result(0.5)
            unit.webhooks.add(replace(first, id="the last"))
            unit.commit()
        with pytest.raises(ValuesRejected):
            late.result(20)


def test_the_same_creation_again_makes_no_second_one(desk: Desk) -> None:
    """A repeated request finds the first."""
    webhook = desk.webhook()
    create = CreateWebhook(
        register=desk.world.register, sender=loopback_posting(), clock=desk.world.clock
    )
    again = create(webhook.id, caller=CALLER, url=webhook.url, topics=frozenset(), description="")

    assert again == webhook


def test_a_removed_webhook_is_owed_nothing(desk: Desk) -> None:
    """Its deliveries go with it, whoever is at them."""
    webhook = desk.webhook()
    desk.world.created()
    desk.publish()
    RemoveWebhook(register=desk.world.register)(webhook.id, caller=CALLER)

    assert desk.told() == []


def test_a_deliverer_who_dies_loses_nothing(desk: Desk) -> None:
    """What he had taken is due again when his lease is over."""
    webhook = desk.webhook(Topic.ENVELOPE_CREATED)
    desk.world.created()
    desk.publish()
    now = desk.world.clock.now()
    with desk.world.register.begin() as unit:
        (taken,) = unit.deliveries.claim(now, until=now + POLICY.lease, each=4, limit=16)
        unit.commit()
    assert taken.webhook_id == webhook.id

    assert desk.told() == []
    desk.world.clock.advance(POLICY.lease)
    assert desk.told() == ["envelope.created"]


def test_many_deliverers_at_once_tell_each_message_once(desk: Desk) -> None:
    """Workers share the work; a slow receiver is not asked by all of them."""
    desk.webhook(Topic.ENVELOPE_CREATED)
    for _ in range(12):
        desk.world.created()
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _: desk.publish(), range(4)))
        for _ in range(6):
            list(workers.map(lambda _: desk.deliver(), range(4)))

    ids = [each.headers["webhook-id"] for each in desk.receiver.received]
    assert len(ids) == len(set(ids)) == 12


def _deliver_many(desk: Desk, *, quick: float) -> int:
    """As many as one receiver is told at a time."""
    desk.webhook(Topic.ENVELOPE_CREATED)
    for _ in range(OF_EACH):
        desk.world.created()
    while desk.publish():
        pass
    return replace(desk.deliver, quick=quick)()


def test_a_quick_receiver_is_told_all_over_one_connection(desk: Desk) -> None:
    """One after another, as one thread does it."""
    desk.receiver.keeps = True
    assert _deliver_many(desk, quick=20) == OF_EACH
    assert (len(desk.receiver.received), desk.receiver.connections) == (OF_EACH, 1)


def test_what_takes_its_time_is_told_at_once(desk: Desk) -> None:
    """A slow receiver makes nobody wait for all its answers, one after another."""
    at_once, most = 0, 0
    counting = threading.Lock()

    def slowly(_: Received) -> bytes:
        nonlocal at_once, most
        with counting:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.5)
        with counting:
            at_once -= 1
        return ACCEPTED

    desk.receiver.answer_to = slowly
    assert _deliver_many(desk, quick=0.05) == OF_EACH
    ids = {each.headers["webhook-id"] for each in desk.receiver.received}
    assert (len(desk.receiver.received), len(ids)) == (OF_EACH, OF_EACH)
    assert most >= OF_EACH - 1


def test_a_webhook_with_much_owed_leaves_room_for_others(desk: Desk) -> None:
    """Four of each at a time, however much is due."""
    busy = desk.webhook(Topic.ENVELOPE_CREATED)
    for _ in range(10):
        desk.world.created()
    calm = desk.webhook(Topic.ENVELOPE_VOID)
    void = Void(register=desk.world.register, clock=desk.world.clock)
    void(desk.world.created().id, reason="Қате", actor="client:field")
    while desk.publish():
        pass

    now = desk.world.clock.now()
    with desk.world.register.begin() as unit:
        taken = unit.deliveries.claim(now, until=now + POLICY.lease, each=4, limit=16)
    by_webhook = [each.webhook_id for each in taken]
    assert by_webhook.count(busy.id) == 4
    assert by_webhook.count(calm.id) == 1


def test_the_log_is_forgotten_after_a_month_but_nothing_owed_is(desk: Desk) -> None:
    """Only what is over."""
    webhook = desk.webhook(Topic.ENVELOPE_CREATED)
    desk.world.created()
    desk.told()
    desk.receiver.answer(500)
    desk.world.created()
    desk.told()

    with desk.world.register.begin() as unit:
        assert unit.deliveries.purge(desk.world.clock.now() + timedelta(seconds=1)) == 1
        unit.commit()
    assert [each.state for each in desk.deliveries(webhook)] == [DeliveryState.OWED]


@dataclass
class _Noted:
    """Notes which rounds have asked for what."""

    desk: Desk
    done: list[str] = field(default_factory=list)
    given: list[Copy] = field(default_factory=list)

    def telling(self) -> TellNews:
        """Over the desk's own use cases."""
        desk = self.desk
        return TellNews(
            register=desk.world.register, clock=desk.world.clock, publish=self._publish,
            claim=self._claim, deliver=desk.deliver.tell, claim_copies=self._claim_copies,
            give_copies=self.given.extend,
        )  # fmt: skip

    def _publish(self, unit: UnitOfWork, untold: Untold) -> None:
        self.done.append("publish")
        self.desk.publish.within(unit, untold)

    def _claim(self, unit: UnitOfWork, known: Sequence[Webhook]) -> Claimed:
        self.done.append("claim")
        return self.desk.deliver.claim(unit, known)

    def _claim_copies(self, unit: UnitOfWork) -> Sequence[Copy]:
        self.done.append("copies")
        now = self.desk.world.clock.now()
        return unit.copies.claim(now, until=now + POLICY.lease, most=CopyPolicy().at_once)


def test_a_round_does_only_what_there_is_to_do(desk: Desk) -> None:
    """News is published and delivered in one round; the next one looks and leaves all alone."""
    desk.webhook()
    noted = _Noted(desk)
    tell = noted.telling()
    visit(desk)

    assert [tell(), tell()] == [False, False]
    assert noted.done == ["publish", "claim"]
    assert desk.receiver.received


def test_what_is_published_is_claimed_with_it(desk: Desk) -> None:
    """Another worker that looks in between finds neither news nor anything due."""
    webhook = desk.webhook(Topic.ENVELOPE_CREATED)
    desk.world.created()
    seen: list[int] = []

    def deliver(due: Claimed) -> None:
        seen.extend([len(due), desk.publish(), desk.deliver()])
        desk.deliver.tell(due)

    TellNews(
        register=desk.world.register, clock=desk.world.clock, publish=desk.publish.within,
        claim=desk.deliver.claim, deliver=deliver, claim_copies=lambda _unit: (),
        give_copies=lambda _copies: None,
    )()  # fmt: skip

    assert seen == [1, 0, 0]
    assert [each.state for each in desk.deliveries(webhook)] == [DeliveryState.DELIVERED]


def test_a_copy_is_claimed_and_given_in_the_round_of_its_news(desk: Desk) -> None:
    """In the same transaction; alone, too, and the next round leaves it to whoever has it."""
    envelope = desk.world.created()
    noted = _Noted(desk)
    for way in CopyWay:
        with desk.world.register.begin() as unit:
            unit.copies.add(Copy(envelope_id=envelope.id, way=way, next_at=desk.world.clock.now()))
            unit.commit()
        noted.telling()()
    noted.telling()()

    assert noted.done == ["publish", "claim", "copies", "copies"]
    assert [copy.way for copy in noted.given] == list(CopyWay)


def test_due_tries_are_made_where_nothing_is_new(desk: Desk) -> None:
    """What failed is told in the round in which its time has come."""
    desk.webhook(Topic.ENVELOPE_CREATED)
    noted = _Noted(desk)
    desk.receiver.answer(500)
    desk.world.created()
    noted.telling()()
    desk.world.clock.advance(timedelta(hours=1))
    noted.telling()()

    assert noted.done == ["publish", "claim", "claim"]
    assert len(desk.receiver.received) == 2


def test_a_full_round_is_followed_by_the_next_at_once(desk: Desk) -> None:
    """There may be more than it could; after another one it may rest."""
    desk.webhook(Topic.ENVELOPE_CREATED)
    for _ in range(OF_EACH + 1):
        desk.world.created()
    tell = _Noted(desk).telling()

    assert [tell(), tell()] == [True, False]
    assert len(desk.receiver.received) == OF_EACH + 1
