"""Webhooks over HTTP: set up, signed, looked at, told again."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifying
from werkzeug.test import TestResponse

from docgen.adapters.clock import SystemClock
from docgen.bootstrap.webhooks import secrets_of
from docgen.domain.caller import Scope
from docgen.usecases.deliver_webhooks import DeliverWebhooks
from docgen.usecases.publish_news import PublishNews
from tests.api.portal import Portal, loopback_posting
from tests.api.watch import refused
from tests.services.receiver import Receiver, receiver

WEBHOOKS = "/v1/webhooks"


@pytest.fixture
def there() -> Iterator[Receiver]:
    """A receiver on loopback."""
    with receiver() as listening:
        yield listening


def _created(here: Portal, there: Receiver, **more: object) -> dict[str, Any]:
    answer = here.program.post(WEBHOOKS, {"url": there.url} | more)
    assert answer.status_code == 201
    made: dict[str, Any] = answer.get_json()
    assert answer.headers["Location"] == made["link"]
    return made


def _tell(here: Portal) -> None:
    over = here.world
    publish = PublishNews(register=over.register, clock=over.clock)
    deliver = DeliverWebhooks(
        register=over.register, sender=loopback_posting(), secret_of=secrets_of(b"s" * 32),
        clock=over.clock, chance=over.chance,
    )  # fmt: skip
    while publish():
        pass
    while deliver():
        pass


def _errors(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422
    return [(each["pointer"], each["code"]) for each in answer.get_json()["errors"]]


def test_a_webhook_is_made_told_and_looked_at(here: Portal, there: Receiver) -> None:
    """The secret from its own address verifies what arrives; the log shows it."""
    made = _created(here, there, topics=["envelope.created"], description="Жеке кабинет")
    here.created()
    _tell(here)

    secret = here.program.get(f"{made['link']}/secret").get_json()["secret"]
    (request,) = there.received
    assert secret == f"whsec_{base64.b64encode(secrets_of(b's' * 32)(made['id'], 1)).decode()}"
    stamp = {"webhook-timestamp": request.headers["webhook-timestamp"]}
    signed = Verifying(secret).sign(
        request.headers["webhook-id"], here.world.clock.now(), request.body.decode()
    )
    assert signed in request.headers["webhook-signature"].split()
    assert stamp["webhook-timestamp"] == str(int(here.world.clock.now().timestamp()))

    log = here.program.get(f"{made['link']}/deliveries").get_json()
    (delivery,) = log["deliveries"]
    assert delivery["message_id"] == request.headers["webhook-id"]
    assert (delivery["state"], delivery["tries"][0]["status"]) == ("delivered", 204)
    assert delivery["body"].encode() == request.body
    assert log["next"] is None


def test_the_secret_is_told_at_its_own_address_only(here: Portal, there: Receiver) -> None:
    """So no stored answer holds it, and no list."""
    made = _created(here, there)
    secret = here.program.get(f"{made['link']}/secret")

    assert secret.headers["Cache-Control"] == "no-store"
    told = secret.get_json()["secret"]
    for path in (WEBHOOKS, made["link"], f"{made['link']}/deliveries"):
        assert told not in here.program.get(path).get_data(as_text=True)


def test_the_same_creation_under_the_same_key_makes_one(here: Portal, there: Receiver) -> None:
    """A lost answer costs nothing."""
    first = here.program.post(WEBHOOKS, {"url": there.url}, once="once")
    again = here.program.post(WEBHOOKS, {"url": there.url}, once="once")

    assert first.get_json() == again.get_json()
    assert len(here.program.get(WEBHOOKS).get_json()["webhooks"]) == 1


def test_a_webhook_is_changed_and_switched_off_and_on(here: Portal, there: Receiver) -> None:
    """What is not named stays as it is."""
    made = _created(here, there, description="бірінші")
    off = {"topics": ["code.sent"], "state": "disabled"}
    changed = here.program.ask("PATCH", made["link"], json=off).get_json()

    assert (changed["topics"], changed["state"]) == (["code.sent"], "disabled")
    assert changed["disabled_because"] == "by hand"
    assert (changed["url"], changed["description"]) == (made["url"], "бірінші")
    on = here.program.ask("PATCH", made["link"], json={"state": "active"}).get_json()
    assert (on["state"], on["disabled_because"]) == ("active", None)


def test_a_rotated_secret_is_another_one(here: Portal, there: Receiver) -> None:
    """The address of the secret tells the new one."""
    made = _created(here, there)
    path = f"{made['link']}/secret"
    before = here.program.get(path).get_json()

    rotated = here.program.ask("POST", path).get_json()

    assert rotated != before
    assert here.program.get(path).get_json() == rotated


def test_a_repeated_rotation_gets_the_same_secret(anywhere: Portal, there: Receiver) -> None:
    """A lost answer breaks no receiver; another rotation in between changes nothing about it."""
    anywhere.world.clock.moment = SystemClock().now()
    made = _created(anywhere, there, topics=["envelope.created"])
    path = f"{made['link']}/secret"
    first = anywhere.program.post(path, None, once="k-1")
    second = anywhere.program.post(path, None, once="k-2")
    again = anywhere.program.post(path, None, once="k-1")

    assert first.get_json() == again.get_json() != second.get_json()
    assert (again.status_code, again.headers["Cache-Control"]) == (200, "no-store")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert anywhere.program.get(path).get_json() == second.get_json()
    anywhere.created()
    _tell(anywhere)
    (request,) = there.received
    for answer in (first, second):
        Verifying(answer.get_json()["secret"]).verify(request.body, request.headers)


def test_a_rotation_that_is_told_again_leaves_no_secret_behind(
    here: Portal, there: Receiver
) -> None:
    """What is kept of it, is which generation it made."""
    made = _created(here, there)
    path = f"{made['link']}/secret"
    secret = here.program.post(path, None, once="k-1").get_json()["secret"]

    with here.world.register.view() as unit:
        assert here.program.kept is not None
        kept = unit.asked.get(here.program.kept.caller.asks_as, "k-1").answer
    assert kept is not None
    assert json.loads(json.loads(kept)["body"]) == {"generation": 2}
    assert secret not in kept


def test_the_secret_of_a_webhook_that_is_gone_is_not_told_again(
    here: Portal, there: Receiver
) -> None:
    """Whoever does not see the webhook is told nothing of it, whatever was kept."""
    made = _created(here, there)
    path = f"{made['link']}/secret"
    here.program.post(path, None, once="k-1")

    assert here.program.ask("DELETE", made["link"]).status_code == 200
    assert here.program.post(path, None, once="k-1").status_code == 404


def test_a_fifth_secret_within_a_day_is_refused(here: Portal, there: Receiver) -> None:
    """429 by name: none of those before may fall silent."""
    made = _created(here, there)
    path = f"{made['link']}/secret"
    answers = [here.program.ask("POST", path) for _ in range(5)]

    assert [each.status_code for each in answers] == [200] * 4 + [429]
    told = refused(answers[-1], 429, "limit_reached")
    assert (told["limit"], told["retry_after"]) == ("rotations", 24 * 60 * 60)


def test_a_repeated_change_or_redelivery_has_one_effect(here: Portal, there: Receiver) -> None:
    """Under its key each is answered as before, though somebody else has changed it meanwhile."""
    made = _created(here, there, topics=["envelope.created"])
    here.created()
    _tell(here)
    again = {"message_id": there.received[0].headers["webhook-id"]}
    changes = {"off": {"state": "disabled"}, "on": {"state": "active"}}

    def patched(key: str) -> TestResponse:
        headers = {"Idempotency-Key": key}
        return here.program.ask("PATCH", made["link"], json=changes[key], headers=headers)

    first, _, last = patched("off"), patched("on"), patched("off")
    assert first.get_data() == last.get_data()
    assert here.program.get(made["link"]).get_json()["state"] == "active"
    for _ in range(2):
        answer = here.program.post(f"{made['link']}/redeliver", again, once="k-1")
        assert (answer.status_code, answer.get_json()) == (202, {"owed": 1})
        _tell(here)
    assert len(there.received) == 2


def test_a_removed_webhook_is_gone(here: Portal, there: Receiver) -> None:
    """And with it what it was told."""
    made = _created(here, there)

    assert here.program.ask("DELETE", made["link"]).get_json() == {"id": made["id"]}
    for path in (made["link"], f"{made['link']}/secret", f"{made['link']}/deliveries"):
        answer = here.program.get(path)
        assert (answer.status_code, answer.get_json()["code"]) == (404, "webhook_not_found")
    assert here.program.ask("DELETE", made["link"]).status_code == 404


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({}, ("/url", "required")),
        ({"url": "http://10.0.0.1/"}, ("/url", "address_not_allowed")),
        ({"url": "ftp://127.0.0.1/"}, ("/url", "not_an_address")),
        ({"url": "https://user:pw@127.0.0.1/"}, ("/url", "not_an_address")),
        ({"url": "x", "topics": ["envelope.eaten"]}, ("/topics/0", "not_in_list")),
        ({"url": "x", "secret": "mine"}, ("/secret", "unknown_field")),
    ],
)
def test_a_wrong_webhook_is_refused_by_name(
    here: Portal, body: dict[str, Any], found: tuple[str, str]
) -> None:
    """Each with a pointer and words in both languages."""
    assert found in _errors(here.program.post(WEBHOOKS, body))


def test_log_pages_follow_one_another(here: Portal, there: Receiver) -> None:
    """By cursor, and by state."""
    made = _created(here, there, topics=["envelope.created"])
    for _ in range(3):
        here.created()
    _tell(here)
    first = here.program.get(f"{made['link']}/deliveries?limit=2").get_json()
    second = here.program.get(
        f"{made['link']}/deliveries?limit=2&cursor={first['next']}"
    ).get_json()

    ids = [each["message_id"] for page in (first, second) for each in page["deliveries"]]
    assert len(ids) == len(set(ids)) == 3
    assert second["next"] is None
    assert here.program.get(f"{made['link']}/deliveries?state=owed").get_json()["deliveries"] == []


def test_telling_again_needs_one_message_or_a_stretch_of_time(
    here: Portal, there: Receiver
) -> None:
    """Not both, and not half of it."""
    made = _created(here, there, topics=["envelope.created"])
    here.created()
    _tell(here)
    path = f"{made['link']}/redeliver"
    stretch = {"from": "2020-01-01T00:00:00+05:00", "before": "2099-01-01T00:00:00+05:00"}
    message = {"message_id": there.received[0].headers["webhook-id"]}

    for body in ({}, stretch | message, {"from": stretch["from"]}):
        assert _errors(here.program.post(path, body, once=None)) == [("", "either_or")]
    for body in (stretch, message):
        answer = here.program.post(path, body, once=None)
        assert (answer.status_code, answer.get_json()) == (202, {"owed": 1})
        _tell(here)
    assert len({(r.headers["webhook-id"], r.body) for r in there.received}) == 1
    assert len(there.received) == 3
    swapped = {"from": stretch["before"], "before": stretch["from"]}
    assert _errors(here.program.post(path, swapped, once=None)) == [("/before", "not_after_begin")]
    unknown = here.program.post(path, {"message_id": "evt_x_1"}, once=None)
    assert unknown.status_code == 404


def test_webhooks_of_others_do_not_exist(here: Portal, there: Receiver) -> None:
    """Another owner's, and another region's."""
    made = _created(here, there)
    other = here.issued(owner="somebody else", scopes=frozenset(Scope))

    assert other.get(WEBHOOKS).get_json() == {"webhooks": []}
    for method, path in (
        ("GET", ""), ("DELETE", ""), ("GET", "/secret"), ("POST", "/secret"),
        ("GET", "/deliveries"),
    ):  # fmt: skip
        assert other.ask(method, f"{made['link']}{path}").status_code == 404
    patched = other.ask("PATCH", made["link"], json={"state": "disabled"})
    assert patched.status_code == 404
    assert json.loads(here.program.get(made["link"]).get_data())["state"] == "active"
