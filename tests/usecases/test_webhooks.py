"""News of envelopes: told to whoever wants it, the same bytes until they are taken."""

import base64
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifying

from docgen.adapters.clock import SystemClock
from docgen.bootstrap.webhooks import secrets_of
from docgen.domain.caller import Caller, Scope
from docgen.domain.errors import NotFound, ValuesRejected, WebhookNotFound
from docgen.domain.language import Language
from docgen.domain.webhook import (
    Delivery,
    DeliveryState,
    Topic,
    Webhook,
    WebhookPolicy,
    WebhookState,
)
from docgen.usecases.change_webhook import ChangeWebhook, WebhookChange
from docgen.usecases.create_webhook import MOST_OF_AN_OWNER, CreateWebhook
from docgen.usecases.deliver_webhooks import DeliverWebhooks
from docgen.usecases.publish_news import PublishNews
from docgen.usecases.redeliver import Redeliver
from docgen.usecases.remove_webhook import RemoveWebhook
from docgen.usecases.show_webhooks import ShowWebhooks
from docgen.usecases.void import Void
from tests.api.portal import loopback_posting
from tests.services.receiver import Received, Receiver, receiver
from tests.usecases.world import TECHNICIAN, World

POLICY = WebhookPolicy()
CALLER = Caller(
    key_id="k", client="portal", owner="operator", region=None,
    scopes=frozenset({Scope.WEBHOOKS_MANAGE}),
)  # fmt: skip


@dataclass
class Desk:
    """A world whose news goes to a receiver."""

    world: World
    receiver: Receiver
    secret_of: Any = field(default_factory=lambda: secrets_of(b"k" * 32))

    def webhook(self, *topics: Topic, caller: Caller = CALLER, url: str | None = None) -> Webhook:
        """A new one."""
        create = CreateWebhook(
            register=self.world.register, sender=loopback_posting(), clock=self.world.clock
        )
        return create(
            self.world.chance.identifier(), caller=caller, url=url or self.receiver.url,
            topics=frozenset(topics), description="",
        )  # fmt: skip

    @property
    def deliver(self) -> DeliverWebhooks:
        """The use case."""
        return DeliverWebhooks(
            register=self.world.register, sender=loopback_posting(), secret_of=self.secret_of,
            clock=self.world.clock, chance=self.world.chance, policy=POLICY,
        )  # fmt: skip

    @property
    def publish(self) -> PublishNews:
        """The use case."""
        return PublishNews(register=self.world.register, clock=self.world.clock)

    @property
    def change(self) -> ChangeWebhook:
        """The use case."""
        return ChangeWebhook(
            register=self.world.register, sender=loopback_posting(), clock=self.world.clock
        )

    @property
    def redeliver(self) -> Redeliver:
        """The use case."""
        return Redeliver(register=self.world.register, clock=self.world.clock)

    def told(self) -> list[str]:
        """All that is due is told; types of what the receiver has, in the order it came."""
        while self.publish():
            pass
        while self.deliver():
            pass
        return [json.loads(each.body)["type"] for each in self.receiver.received]

    def deliveries(self, webhook: Webhook) -> list[Delivery]:
        """What it was told, the newest first."""
        show = ShowWebhooks(register=self.world.register)
        found = show.deliveries(webhook.id, caller=CALLER, state=None, after=None, limit=1000)
        return list(found)

    def seen(self, webhook: Webhook) -> Webhook:
        """As it is now."""
        return ShowWebhooks(register=self.world.register).one(webhook.id, caller=CALLER)

    def verify(self, webhook: Webhook, request: Received, generation: int = 1) -> Any:
        """What a receiver reads by the library of the standard."""
        secret = base64.b64encode(self.secret_of(webhook.id, generation)).decode()
        return Verifying(f"whsec_{secret}").verify(request.body, request.headers)


@pytest.fixture
def desk(anywhere: World) -> Iterator[Desk]:
    """Over SQLite and over PostgreSQL; the clock is right, since receivers look at the time."""
    anywhere.clock.moment = SystemClock().now()
    with receiver() as listening:
        yield Desk(anywhere, listening)


def _visit(desk: Desk) -> str:
    envelope = desk.world.created()
    desk.world.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)
    return envelope.id


def test_every_step_of_a_visit_is_told_once(desk: Desk) -> None:
    """In the order it happened, each under an id of its own."""
    desk.webhook()
    envelope_id = _visit(desk)

    assert sorted(desk.told()) == [
        "code.sent", "envelope.code_sent", "envelope.created", "envelope.ready",
    ]  # fmt: skip
    told = [json.loads(each.body) for each in desk.receiver.received]
    assert {each["data"]["envelope_id"] for each in told} == {envelope_id}
    assert sorted(each["data"]["sequence"] for each in told) == [1, 2, 3, 4]
    assert len({each.headers["webhook-id"] for each in desk.receiver.received}) == 4
    assert len(desk.told()) == 4


def test_the_library_of_the_standard_verifies_what_is_told(desk: Desk) -> None:
    """Id, time, body and signature fit together, and no other body does."""
    webhook = desk.webhook(Topic.ENVELOPE_CREATED)
    desk.world.created()
    desk.told()

    (request,) = desk.receiver.received
    assert desk.verify(webhook, request)["type"] == "envelope.created"
    with pytest.raises(Exception, match="No matching signature"):
        desk.verify(webhook, replace(request, body=request.body.replace(b"created", b"altered")))


def test_nothing_of_the_person_is_told(desk: Desk) -> None:
    """Ids by which a program finds its own things."""
    desk.webhook()
    person = desk.world.envelope(_visit(desk)).subscriber
    desk.told()

    everything = b"".join(each.body for each in desk.receiver.received).decode()
    for secret in (person.phone.value[2:], person.iin.value, person.surname, person.name):
        assert secret not in everything


def test_a_webhook_hears_what_it_asked_for(desk: Desk) -> None:
    """Topics, owner and region."""
    desk.webhook(Topic.CODE_SENT)
    desk.webhook(caller=replace(CALLER, owner="somebody else"))
    desk.webhook(caller=replace(CALLER, region="far away"))
    _visit(desk)

    assert desk.told() == ["code.sent"]


def test_what_happened_before_is_not_told_by_itself(desk: Desk) -> None:
    """A new webhook is not flooded with the past."""
    desk.world.created()
    desk.told()
    desk.webhook()

    assert desk.told() == []


def test_a_refused_message_comes_again_to_the_byte(desk: Desk) -> None:
    """Same id, same body, a new time and signature; after the waits of the standard."""
    webhook = desk.webhook(Topic.ENVELOPE_CREATED)
    desk.receiver.answer(500, "not now")
    desk.world.created()
    desk.told()
    assert len(desk.receiver.received) == 1

    for place, wait in enumerate(POLICY.waits[:3]):
        desk.world.clock.advance(wait - timedelta(seconds=1))
        assert len(desk.told()) == place + 1
        desk.world.clock.advance(timedelta(seconds=1))
        assert len(desk.told()) == place + 2

    bodies = {each.body for each in desk.receiver.received}
    ids = {each.headers["webhook-id"] for each in desk.receiver.received}
    assert (len(bodies), len(ids)) == (1, 1)
    (delivery,) = desk.deliveries(webhook)
    assert [each.status for each in delivery.tries] == [500] * 4
    assert delivery.tries[0].answer == "not now"


def test_a_message_is_given_up_after_the_last_wait(desk: Desk) -> None:
    """It stays in the log, and can be asked for."""
    webhook = desk.webhook(Topic.ENVELOPE_CREATED)
    desk.receiver.answer(503)
    desk.world.created()
    desk.told()
    for wait in POLICY.waits:
        desk.world.clock.advance(wait + wait / 5)
        desk.told()

    assert desk.deliveries(webhook)[0].state is DeliveryState.GIVEN_UP
    assert len(desk.receiver.received) == len(POLICY.waits) + 1


def test_a_webhook_that_fails_for_days_is_disabled_and_others_hear_of_it(desk: Desk) -> None:
    """Nobody is told for ever what he does not take; its owner's other programs learn why."""
    failing = desk.webhook(Topic.ENVELOPE_CREATED, url="http://127.0.0.1:9/nobody")
    other = desk.webhook(Topic.WEBHOOK_DISABLED)
    desk.world.created()
    desk.told()
    assert desk.seen(failing).failing_since is not None

    for _ in range(12):
        desk.world.clock.advance(timedelta(hours=12))
        desk.world.created()
        desk.told()

    seen = desk.seen(failing)
    assert (seen.state, seen.disabled_because) == (WebhookState.DISABLED, "failing")
    assert [each.topic for each in desk.deliveries(other)] == [Topic.WEBHOOK_DISABLED]
    assert "webhook.disabled" in desk.told()


def test_gone_means_gone(desk: Desk) -> None:
    """410 disables at once (Standard Webhooks)."""
    webhook = desk.webhook()
    desk.receiver.answer(410)
    desk.world.created()
    desk.told()

    assert desk.seen(webhook).disabled_because == "gone"


def test_success_forgives(desk: Desk) -> None:
    """One delivery, and the days of failing begin anew."""
    webhook = desk.webhook()
    desk.receiver.answer(500)
    desk.world.created()
    desk.told()
    desk.receiver.answer(200)
    desk.world.clock.advance(timedelta(hours=1))
    desk.told()

    assert desk.seen(webhook).failing_since is None


def test_after_a_rotation_both_secrets_sign_for_a_day(desk: Desk) -> None:
    """A receiver changes over when it likes."""
    webhook = desk.webhook(Topic.ENVELOPE_CREATED)
    rotated = desk.change.rotate(webhook.id, caller=CALLER)
    desk.world.created()
    desk.told()
    (request,) = desk.receiver.received

    assert rotated.generation == 2
    for generation in (1, 2):
        assert desk.verify(webhook, request, generation)["type"] == "envelope.created"

    assert rotated.generations(
        desk.world.clock.now() + timedelta(hours=25), overlap=POLICY.overlap
    ) == (2,)


def test_what_was_missed_can_be_told_again(desk: Desk) -> None:
    """All of a stretch of time, under the ids and with the bytes of the first time."""
    webhook = desk.webhook()
    begin = desk.world.clock.now()
    _visit(desk)
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
        desk.change.rotate(webhook.id, caller=other)
    with pytest.raises(WebhookNotFound):
        remove(webhook.id, caller=other)
    with pytest.raises(WebhookNotFound):
        desk.redeliver.one(webhook.id, "evt_x_1", caller=other)
    with pytest.raises(WebhookNotFound):
        desk.change.rotate(webhook.id, caller=replace(CALLER, region="far away"))


def test_an_owner_has_so_many_webhooks_and_no_more(desk: Desk) -> None:
    """One who loses ids does not make them without end."""
    for _ in range(MOST_OF_AN_OWNER):
        desk.webhook()

    with pytest.raises(ValuesRejected):
        desk.webhook()


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
