"""What webhooks are owed: many at a time, each once."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from docgen.adapters.db.register import SqlRegister
from docgen.domain.copy import Copy, CopyWay
from docgen.domain.envelope import Envelope
from docgen.domain.journal import Event, Fact
from docgen.domain.webhook import Delivery, DeliveryState, Topic, Try, Webhook

NOW = datetime(2026, 11, 28, 9, 15, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
_BOTH = ("W1", "W2")


def _webhook(identifier: str) -> Webhook:
    return Webhook(
        id=identifier, owner="operator", region=None, client="portal", url="https://shop.example/",
        topics=frozenset({Topic.ENVELOPE_SEALED}), description="", created_at=NOW,
    )  # fmt: skip


def _delivery(message: str, webhook: str = "W1") -> Delivery:
    return Delivery(
        webhook_id=webhook, message_id=message, topic=Topic.ENVELOPE_SEALED, body='{"a":1}',
        happened_at=NOW, next_at=NOW,
    )  # fmt: skip


@pytest.fixture
def hooked(register: SqlRegister) -> SqlRegister:
    """A register with two webhooks."""
    with register.begin() as unit:
        for identifier in _BOTH:
            unit.webhooks.add(_webhook(identifier))
        unit.commit()
    return register


def _all(register: SqlRegister, webhook: str = "W1") -> list[Delivery]:
    with register.view() as unit:
        return list(unit.deliveries.of(webhook, state=None, after=None, limit=10))


def test_what_is_owed_already_stays_as_it_is(hooked: SqlRegister) -> None:
    """Many are owed at once; a message that is known for a webhook is not owed anew."""
    told = replace(_delivery("evt_1"), state=DeliveryState.DELIVERED, failures=2)
    with hooked.begin() as unit:
        unit.deliveries.owe([])
        unit.deliveries.owe([told])
        unit.deliveries.owe([_delivery("evt_1"), _delivery("evt_2"), _delivery("evt_1", "W2")])
        unit.commit()

    assert _all(hooked) == [_delivery("evt_2"), told]
    assert _all(hooked, "W2") == [_delivery("evt_1", "W2")]


def test_what_came_of_many_tries_is_stored_at_once(hooked: SqlRegister) -> None:
    """Each its own; one whose webhook is gone meanwhile stores nothing."""
    attempt = Try(at=NOW, status=204, error=None, took_ms=7, answer="рақмет")
    first, second = (
        replace(_delivery(name), state=DeliveryState.DELIVERED, tries=(attempt,) * tries)
        for name, tries in (("evt_1", 1), ("evt_2", 2))
    )
    with hooked.begin() as unit:
        unit.deliveries.owe([_delivery("evt_1"), _delivery("evt_2"), _delivery("evt_3")])
        unit.deliveries.save()
        unit.deliveries.save(first, second, _delivery("evt_1", "W3"))
        unit.commit()

    assert _all(hooked) == [_delivery("evt_3"), second, first]


def test_deliveries_are_listed_by_when_it_happened(hooked: SqlRegister) -> None:
    """The newest first, whatever the ids; of one moment, the eleventh entry before the fourth."""
    moments = {"evt_A_4": 2, "evt_A_11": 2, "evt_B_9": 3, "evt_C_1": 1, "evt_A_12": 4}
    with hooked.begin() as unit:
        unit.deliveries.owe([
            replace(_delivery(name), happened_at=NOW + timedelta(seconds=seconds))
            for name, seconds in moments.items()
        ])  # fmt: skip
        unit.deliveries.owe([_delivery("evt_A_4", "W2")])
        unit.commit()

    in_order = ["evt_A_12", "evt_B_9", "evt_A_11", "evt_A_4", "evt_C_1"]
    assert [each.message_id for each in _all(hooked)] == in_order


def test_a_page_of_deliveries_goes_on_where_the_one_before_ended(hooked: SqlRegister) -> None:
    """Also where many happened in one moment, more come meanwhile, and one is told again."""
    names = [f"evt_A_{place}" for place in range(1, 13)]
    later = replace(_delivery("evt_A_13"), happened_at=LATER)
    found: list[str] = []
    with hooked.begin() as unit:
        unit.deliveries.owe([_delivery(name) for name in names])
        while page := unit.deliveries.of(
            "W1", state=None, after=found[-1] if found else None, limit=5
        ):
            found += [each.message_id for each in page]
            unit.deliveries.owe([later])
            unit.deliveries.save(page[0].asked_anew(LATER))

        assert found == names[::-1]
        assert unit.deliveries.of("W1", state=None, after="evt_forgotten_1", limit=5) == []


def test_all_that_is_taken_is_kept_from_others(hooked: SqlRegister) -> None:
    """Until the moment that was named, of every webhook."""
    with hooked.begin() as unit:
        unit.deliveries.owe([_delivery("evt_1"), _delivery("evt_2"), _delivery("evt_1", "W2")])
        taken = unit.deliveries.claim(NOW, until=LATER, each=8, limit=32)
        unit.commit()
    assert len(taken) == 3

    with hooked.begin() as unit:
        assert unit.deliveries.claim(NOW, until=LATER, each=8, limit=32) == []
        assert len(unit.deliveries.claim(LATER, until=LATER, each=8, limit=32)) == 3


def test_a_webhook_that_is_forgiven_fails_no_more(hooked: SqlRegister) -> None:
    """One that is disabled stays as it is, and of one that is gone nothing is said."""
    failing = replace(_webhook("W1"), failing_since=NOW)
    disabled = replace(_webhook("W2"), failing_since=NOW).disabled("failing")
    with hooked.begin() as unit:
        unit.webhooks.save(failing)
        unit.webhooks.save(disabled)
        for name in ("W1", "W2", "W3"):
            unit.webhooks.forgive(name)
        unit.commit()

    with hooked.view() as unit:
        assert unit.webhooks.get("W1") == _webhook("W1")
        assert unit.webhooks.get("W2") == disabled


def test_of_webhooks_that_fail_those_count_that_are_told_still(hooked: SqlRegister) -> None:
    """Whoever they are of; the one that has failed for the longest comes first."""
    with hooked.begin() as unit:
        unit.webhooks.save(replace(_webhook("W1"), failing_since=NOW))
        unit.webhooks.save(replace(_webhook("W2"), failing_since=NOW - timedelta(hours=1)))
        unit.webhooks.add(replace(_webhook("W3"), failing_since=NOW).disabled("gone"))
        unit.webhooks.add(_webhook("W4"))
        unit.commit()

    with hooked.view() as unit:
        assert [each.id for each in unit.webhooks.failing()] == ["W2", "W1"]


def test_what_has_waited_longest_is_taken_first(hooked: SqlRegister) -> None:
    """So many of each webhook, and so many in all; the rest stays due."""
    waiting = {"evt_1": ("W1", 1), "evt_2": ("W1", 3), "evt_3": ("W1", 2), "evt_4": ("W2", 0)}
    with hooked.begin() as unit:
        unit.deliveries.owe([
            replace(_delivery(name, webhook), next_at=NOW - timedelta(seconds=seconds))
            for name, (webhook, seconds) in waiting.items()
        ])  # fmt: skip
        two = unit.deliveries.claim(NOW, until=LATER, each=8, limit=2)
        one_of_each = unit.deliveries.claim(NOW, until=LATER, each=1, limit=8)

    assert [delivery.message_id for delivery in two] == ["evt_2", "evt_3"]
    assert [delivery.message_id for delivery in one_of_each] == ["evt_1", "evt_4"]


def test_of_a_busy_webhook_so_many_fewer_are_taken(hooked: SqlRegister) -> None:
    """As it has places left; others have their own."""
    names = [f"evt_{number}" for number in range(4)]
    with hooked.begin() as unit:
        unit.deliveries.owe([_delivery(name, webhook) for name in names for webhook in _BOTH])
        taken = unit.deliveries.claim(NOW, until=LATER, each=3, limit=32, busy={"W1": 2})
        full = unit.deliveries.claim(NOW, until=LATER, each=3, limit=32, busy={"W1": 3, "W2": 3})
        few = unit.deliveries.claim(NOW, until=LATER, each=3, limit=2, busy={"W1": 1})

    assert Counter(each.webhook_id for each in taken) == {"W1": 1, "W2": 3}
    assert full == []
    assert Counter(each.webhook_id for each in few) == {"W1": 1, "W2": 1}


def test_what_is_owed_to_a_busy_webhook_hides_nothing_of_others(hooked: SqlRegister) -> None:
    """However much it is, and however long it has waited."""
    longer = NOW - timedelta(hours=1)
    with hooked.begin() as unit:
        unit.deliveries.owe([
            replace(_delivery(f"evt_{number}"), next_at=longer) for number in range(100)
        ])  # fmt: skip
        unit.deliveries.owe([_delivery("evt_1", "W2")])
        taken = unit.deliveries.claim(NOW, until=LATER, each=2, limit=4, busy={"W1": 1})

    assert Counter(each.webhook_id for each in taken) == {"W1": 1, "W2": 1}


def test_what_is_owed_to_a_webhook_waits_for_nobody_who_notes(wired: SqlRegister) -> None:
    """Both go on at once, to several webhooks in any order, and neither ends the other."""
    with wired.begin() as unit:
        unit.webhooks.add(_webhook("W1"))
        unit.commit()
    with wired.begin() as noting, wired.begin() as owing:
        noting.webhooks.forgive("W1")
        noting.webhooks.get("W1")
        owing.deliveries.owe([_delivery("evt_1")])
        owing.commit()
        noting.commit()

    assert _all(wired) == [_delivery("evt_1")]


def test_copies_are_taken_by_their_ways(hooked: SqlRegister, stored: Envelope) -> None:
    """So many of each, however long another has waited; they say until when they are kept."""
    copies = {
        way: Copy(envelope_id=stored.id, way=way, next_at=NOW - timedelta(minutes=minutes))
        for minutes, way in enumerate(CopyWay)
    }
    with hooked.begin() as unit:
        for copy in copies.values():
            unit.copies.add(copy)
        nothing = unit.copies.claim(NOW, until=LATER, most=dict.fromkeys(CopyWay, 0))
        message = unit.copies.claim(NOW, until=LATER, most={CopyWay.SMS: 8})
        both = unit.copies.claim(NOW, until=LATER, most=dict.fromkeys(CopyWay, 8))

    assert nothing == []
    assert message == [replace(copies[CopyWay.SMS], next_at=LATER)]
    assert both == [replace(copies[CopyWay.EMAIL], next_at=LATER)]


def test_webhooks_are_looked_at_together(hooked: SqlRegister) -> None:
    """Those that there are."""
    with hooked.view() as unit:
        found = unit.webhooks.look({"W1", "W2", "W3"})

    assert sorted(each.id for each in found) == ["W1", "W2"]
    assert _webhook("W1") in found


def test_a_look_that_finds_something_to_tell_brings_the_webhooks(
    hooked: SqlRegister, stored: Envelope
) -> None:
    """News, or a delivery that is due; a copy is told by other ways."""
    fact = Fact(event=Event.SEALED, at=NOW, actor="system", details={})
    with hooked.begin() as unit:
        unit.copies.add(Copy(envelope_id=stored.id, way=CopyWay.SMS, next_at=NOW))
        copy = unit.news.look(NOW, limit=10)
        unit.journal.append(stored.id, fact)
        news = unit.news.look(NOW, limit=10)
        unit.news.told(news.news)
        unit.deliveries.owe([_delivery("evt_1")])
        due = unit.news.look(NOW, limit=10)

    assert copy.webhooks == []
    assert news.webhooks == due.webhooks == [_webhook("W1"), _webhook("W2")]


def test_an_outline_says_whose_an_envelope_is_and_what_it_holds(
    register: SqlRegister, stored: Envelope
) -> None:
    """As the envelope has it; of one that is not there nothing is said."""
    with register.view() as unit:
        found = unit.news.outlines({stored.id, "E-none"})

    (outline,) = found.values()
    assert found == {stored.id: outline}
    assert (outline.owner, outline.region) == (stored.owner, stored.reference.region)
    assert outline.order_number == stored.reference.order_number
    assert outline.account_number == stored.reference.account_number
    assert outline.is_test is stored.is_test
    assert list(map(dict, outline.documents)) == [
        {"id": d.id, "number": d.number, "form": d.form} for d in stored.documents
    ]


@pytest.mark.parametrize("kind", ["deliveries", "copies"])
def test_one_look_tells_what_is_due(hooked: SqlRegister, stored: Envelope, kind: str) -> None:
    """Of each kind by itself, and nothing that is over."""
    with hooked.begin() as unit:
        unit.deliveries.owe([replace(_delivery("evt_2"), state=DeliveryState.DELIVERED)])
        if kind == "copies":
            unit.copies.add(Copy(envelope_id=stored.id, way=CopyWay.SMS, next_at=NOW))
        else:
            unit.deliveries.owe([_delivery("evt_1")])
        unit.commit()

    with hooked.view() as unit:
        before = unit.news.look(NOW - timedelta(seconds=1), limit=10)
        now = unit.news.look(NOW, limit=10)

    assert (before.deliveries, before.copies) == (False, False)
    assert (now.deliveries, now.copies) == (kind == "deliveries", kind == "copies")


def test_news_is_what_somebody_may_hear_of(hooked: SqlRegister, stored: Envelope) -> None:
    """The oldest first; what has no topic is none, and what was told is none any more."""
    events = (Event.CONFIRMED, Event.TICKET_ISSUED, Event.SEALED, Event.COPY_SENT)
    with hooked.begin() as unit:
        unit.news.told(unit.news.look(NOW, limit=10).news)
        for event in events:
            fact = Fact(event=event, at=NOW, actor="system", details={})
            unit.journal.append(stored.id, fact)
        unit.commit()

    with hooked.begin() as unit:
        news = unit.news.look(NOW, limit=10).news
        first = unit.news.look(NOW, limit=1).news
        unit.news.told(first)
        left = unit.news.look(NOW, limit=10).news

    assert [entry.event for entry in news] == [Event.CONFIRMED, Event.SEALED]
    assert (first, left) == (news[:1], news[1:])
