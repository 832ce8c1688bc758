"""News of envelopes: told to whoever wants it, the same bytes until they are taken."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from docgen.domain.errors import LimitReached
from docgen.domain.webhook import (
    DeliveryState,
    Topic,
    WebhookState,
)
from docgen.usecases.find_stuck import FindStuck
from tests.services.receiver import ACCEPTED
from tests.usecases.telling import CALLER, POLICY, Desk, telling, visit
from tests.usecases.world import World, request


@pytest.fixture
def desk(anywhere: World) -> Iterator[Desk]:
    """Over SQLite and over PostgreSQL."""
    with telling(anywhere) as built:
        yield built


def test_every_step_of_a_visit_is_told_once(desk: Desk) -> None:
    """In the order it happened, each under an id of its own."""
    desk.webhook()
    envelope_id = visit(desk)

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

    (received,) = desk.receiver.received
    assert desk.verify(webhook, received)["type"] == "envelope.created"
    with pytest.raises(Exception, match="No matching signature"):
        desk.verify(webhook, replace(received, body=received.body.replace(b"created", b"altered")))


def test_nothing_of_the_person_is_told(desk: Desk) -> None:
    """Ids by which a program finds its own things."""
    desk.webhook()
    person = desk.world.envelope(visit(desk)).subscriber
    desk.told()

    everything = b"".join(each.body for each in desk.receiver.received).decode()
    for secret in (person.phone.value[2:], person.iin.value, person.surname, person.name):
        assert secret not in everything


def test_a_webhook_hears_what_it_asked_for(desk: Desk) -> None:
    """Topics, owner and region."""
    desk.webhook(Topic.CODE_SENT)
    desk.webhook(caller=replace(CALLER, owner="somebody else"))
    desk.webhook(caller=replace(CALLER, region="far away"))
    visit(desk)

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


def test_only_webhooks_that_could_see_it_hear_of_a_disabled_one(desk: Desk) -> None:
    """Those of another region do not, nor is anybody told the query, which may hold a secret."""
    almaty, astana = (replace(CALLER, region=region) for region in ("almaty", "astana"))
    of_almaty = desk.webhook(caller=almaty, url=f"{desk.receiver.url}&token=S3CRET")
    topic = Topic.WEBHOOK_DISABLED
    hearing = [desk.webhook(topic), desk.webhook(topic, caller=almaty)]
    deaf = [desk.webhook(topic, caller=astana)]
    deaf.append(desk.webhook(topic, caller=replace(CALLER, owner="somebody else")))
    gone = b"HTTP/1.1 410 x\r\nContent-Length: 0\r\n\r\n"
    desk.receiver.answer_to = lambda asked: gone if "S3CRET" in asked.path else ACCEPTED
    desk.world.create(replace(request(), region="almaty"))
    desk.told()
    assert desk.seen(of_almaty).disabled_because == "gone"

    with desk.world.register.view() as unit:
        told = {
            each.id: unit.deliveries.of(each.id, state=None, after=None, limit=10)
            for each in (*hearing, *deaf)
        }
    assert [len(told[each.id]) for each in (*hearing, *deaf)] == [1, 1, 0, 0]
    (notice,) = told[hearing[0].id]
    assert json.loads(notice.body)["data"] == {
        "webhook_id": of_almaty.id, "url": desk.receiver.url.split("?")[0], "because": "gone",
    }  # fmt: skip


def test_a_webhook_of_all_regions_is_no_business_of_one_regions(desk: Desk) -> None:
    """What it cannot see it does not hear of."""
    everywhere = desk.webhook()
    regional = desk.webhook(Topic.WEBHOOK_DISABLED, caller=replace(CALLER, region="almaty"))
    desk.receiver.answer(410)
    desk.world.created()
    desk.told()

    assert desk.seen(everywhere).disabled_because == "gone"
    assert desk.deliveries(regional) == []


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


def test_a_webhook_that_nothing_reaches_stands_still(desk: Desk) -> None:
    """Since when, and what its receiver answered last."""
    find = FindStuck(register=desk.world.register, clock=desk.world.clock)
    webhook = desk.webhook()
    desk.receiver.answer(503)
    desk.world.created()
    desk.told()
    desk.world.clock.advance(timedelta(hours=1))

    (stuck,) = find(older_than=timedelta(minutes=5))
    assert (stuck.envelope_id, stuck.reason) == (webhook.id, "status_503")
    assert stuck.age == timedelta(hours=1)

    desk.receiver.answer(200)
    desk.told()
    assert find(older_than=timedelta(minutes=5)) == []


def test_each_secret_that_was_replaced_signs_on_for_a_day(desk: Desk) -> None:
    """A receiver changes over when it likes, however many rotations there were."""
    webhook = desk.webhook(Topic.ENVELOPE_CREATED)
    for hour in range(3):
        assert desk.change.rotate(webhook.id, f"r-{hour}", caller=CALLER) == hour + 2
        desk.world.clock.advance(timedelta(hours=1))
    desk.world.clock.moment -= timedelta(hours=3)
    desk.world.created()
    desk.told()
    (received,) = desk.receiver.received

    for generation in (1, 2, 3, 4):
        assert desk.verify(webhook, received, generation)["type"] == "envelope.created"
    later = desk.world.clock.now() + POLICY.overlap
    assert desk.seen(webhook).generations(later, overlap=POLICY.overlap) == (4, 3, 2)
    later += timedelta(hours=2)
    assert desk.seen(webhook).generations(later, overlap=POLICY.overlap) == (4,)


def test_a_rotation_that_is_told_again_makes_no_second_secret(desk: Desk) -> None:
    """Somebody died before he could answer; another rotation came in between."""
    webhook = desk.webhook()
    made = [
        desk.change.rotate(webhook.id, rotation, caller=CALLER)
        for rotation in ("r-1", "r-2", "r-1", "r-2")
    ]

    assert made == [2, 3, 2, 3]
    assert desk.seen(webhook).generation == 3


def test_no_secret_falls_silent_before_its_time(desk: Desk) -> None:
    """One rotation more is refused until the oldest secret has signed for its day."""
    webhook, begin = desk.webhook(), desk.world.clock.now()
    for place in range(POLICY.signing_on):
        desk.change.rotate(webhook.id, f"r-{place}", caller=CALLER)
        desk.world.clock.advance(timedelta(hours=1))

    with pytest.raises(LimitReached) as caught:
        desk.change.rotate(webhook.id, "one more", caller=CALLER)
    assert desk.world.clock.now() + caught.value.retry_after == begin + POLICY.overlap
    desk.world.clock.advance(caught.value.retry_after)
    assert desk.change.rotate(webhook.id, "one more", caller=CALLER) == POLICY.signing_on + 2
    now, seen = desk.world.clock.now(), desk.seen(webhook)
    assert seen.generations(now, overlap=POLICY.overlap) == (6, 5, 4, 3, 2)
    assert seen.rotated_at == now
