"""Making the service send: to one phone, to many, by one technician, by one program, for money."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from docgen.domain.envelope import Envelope
from docgen.domain.errors import NetworkNotAllowed, SmsRefused, SmsUncertain
from docgen.domain.sending_limits import Alert, Allowance, ConversionPolicy, Limit, SendingPolicy
from tests.attacks.field import (
    LOSSES,
    confirmed,
    guess,
    number,
    person,
    send,
    tried,
    visit,
)
from tests.contracts.races import at_once
from tests.services.redis_server import RedisServer
from tests.usecases.world import World

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def _many(here: World, count: int, *, first: int = 0) -> list[Envelope]:
    """Envelopes, each of another subscriber with another phone."""
    return [visit(here, phone=number(n), iin=person(n)) for n in range(first, first + count)]


def _watching_nobody(here: World) -> None:
    """Confirmations are not what these tests are about."""
    here.sending = replace(here.sending, conversion=ConversionPolicy(percent=0))


def _refused(outcomes: Sequence[object]) -> set[object]:
    return {each for each in outcomes if each != "done"}


# --- one phone ------------------------------------------------------------------------------


def test_a_strangers_phone_gets_five_messages_an_hour_and_ten_a_day(here: World) -> None:
    """Over however many envelopes, technicians and programs."""
    outcomes = []
    for place in range(24):
        by = {"technician": f"E-{place}", "client": f"client-{place % 7}"}
        outcomes.append(tried(partial(send, here, visit(here), **by)))
        here.clock.advance(HOUR / 8 if place < 8 else HOUR)

    assert outcomes[:9] == ["done"] * 5 + ["phone"] * 3 + ["done"]
    assert outcomes.count("done") == 10
    assert _refused(outcomes) == {"phone"}


def test_parallel_sendings_to_a_phone_are_five(anywhere: World) -> None:
    """At the same moment, each for an envelope of its own."""
    envelopes = [visit(anywhere) for _ in range(20)]

    outcomes = at_once([partial(tried, partial(send, anywhere, each)) for each in envelopes])

    assert outcomes.count("done") == len(anywhere.sms.sent) == 5
    assert _refused(outcomes) == {"phone"}


def test_parallel_clicks_for_one_envelope_send_one_message(anywhere: World) -> None:
    """The others meet the cool-down, and use up none of the phone's hour."""
    envelope = visit(anywhere)

    outcomes = at_once([partial(tried, partial(send, anywhere, envelope)) for _ in range(12)])

    assert outcomes.count("done") == len(anywhere.sms.sent) == 1
    assert _refused(outcomes) <= {"cool_down", "phone"}
    for _ in range(4):
        send(anywhere, visit(anywhere))


# --- one technician, one program, money -----------------------------------------------------


def test_the_usual_limits() -> None:
    """Those that hold where nobody has set others; the scripts below are about smaller ones."""
    usual = SendingPolicy()
    assert usual.per_technician == (
        Allowance(most=30, window=HOUR),
        Allowance(most=150, window=timedelta(days=1)),
    )
    assert usual.per_client == (Allowance(most=60, window=MINUTE),)


def test_a_technician_has_an_hour_and_a_day(here: World) -> None:
    """To whomever, by whichever program, and also where each of his codes is confirmed."""
    here.sending = replace(
        here.sending,
        per_technician=(Allowance(most=3, window=HOUR), Allowance(most=8, window=DAY)),
    )
    outcomes = []
    for place, envelope in enumerate(_many(here, 16)):
        outcomes.append(tried(partial(send, here, envelope, client=f"client-{place}")))
        if outcomes[-1] == "done":
            confirmed(here, envelope)
        here.clock.advance(MINUTE if outcomes[-1] == "done" else HOUR)

    hour = ["done"] * 3 + ["technician"]
    assert outcomes == hour * 2 + ["done"] * 2 + ["technician"] * 6
    assert tried(partial(send, here, visit(here), technician="E-2")) == "done"


def test_a_program_has_a_minute_however_many_work_with_it(here: World) -> None:
    """With an employee named or not."""
    _watching_nobody(here)
    here.sending = replace(here.sending, per_client=(Allowance(most=6, window=MINUTE),))
    envelopes = _many(here, 10)
    by = [None if n % 2 else f"E-{n}" for n in range(8)]

    outcomes = [
        tried(partial(send, here, each, technician=who))
        for each, who in zip(envelopes, by, strict=False)
    ]

    assert outcomes == ["done"] * 6 + ["client"] * 2
    assert tried(partial(send, here, envelopes[8], client="another")) == "done"
    here.clock.advance(MINUTE)
    assert tried(partial(send, here, envelopes[9])) == "done"


def test_the_days_money_is_a_hard_stop_also_for_many_at_once(anywhere: World) -> None:
    """Four messages are paid for, twelve are asked for at the same moment; somebody hears."""
    _watching_nobody(anywhere)
    anywhere.sending = replace(anywhere.sending, daily_budget_tiyn=4 * 2_000)
    envelopes = _many(anywhere, 12)

    outcomes = at_once(
        [
            partial(tried, partial(send, anywhere, each, technician=f"E-{n}"))
            for n, each in enumerate(envelopes)
        ]
    )

    assert outcomes.count("done") == len(anywhere.sms.sent) == 4
    assert _refused(outcomes) == {"budget"}
    assert Alert.BUDGET in {alert for alert, _ in anywhere.alerts.told}


def test_money_is_counted_as_it_was_paid_and_anew_each_day(
    here: World, redis_server: RedisServer
) -> None:
    """What is taken for a price gives way to the price; midnight is that of Almaty."""
    here.sending = replace(here.sending, daily_budget_tiyn=3 * 2_000)
    here.sms.cost_tiyn = 500
    envelopes = _many(here, 30)
    outcomes = [tried(partial(send, here, each)) for each in envelopes[:4]]
    assert outcomes == ["done"] * 3 + ["budget"]

    # What Redis itself does after five minutes; 1500 were paid, and two more can be paid for.
    with redis_server.client() as client:
        assert client.delete(*client.keys("*budget*:m")) == 1
    outcomes = [tried(partial(send, here, each)) for each in envelopes[4:8]]
    assert outcomes == ["done"] * 2 + ["budget"] * 2

    here.clock.advance(timedelta(hours=9, minutes=29))
    assert tried(partial(send, here, envelopes[8])) == "budget"
    here.clock.advance(MINUTE)
    assert tried(partial(send, here, envelopes[9])) == "done"


# --- where to -------------------------------------------------------------------------------


@pytest.mark.parametrize("network", ["760", "764", "785"])
def test_numbers_outside_the_allowed_networks_get_nothing(here: World, network: str) -> None:
    """A named refusal that no waiting opens, and which is not counted."""
    for place in range(20):
        envelope = visit(here, phone=number(place, network))
        with pytest.raises(NetworkNotAllowed) as refused:
            send(here, envelope)
        assert refused.value.network == network

    assert here.sms.sent == []
    assert [tried(partial(send, here, visit(here))) for _ in range(5)] == ["done"] * 5


def test_an_operator_allows_the_networks_he_pays_for(here: World) -> None:
    """One network only: the usual ones are refused then."""
    here.sending = replace(here.sending, networks=frozenset({"777"}))

    assert tried(partial(send, here, visit(here))) == "network_not_allowed"
    assert tried(partial(send, here, visit(here, phone=number(0, "777")))) == "done"


# --- conversion -----------------------------------------------------------------------------


def test_a_technician_whose_codes_nobody_types_is_stopped(here: World) -> None:
    """Ten in vain and an alert; after a quarter of an hour he may try again. Others go on."""
    envelopes = _many(here, 25)
    for each in envelopes[:10]:
        send(here, each)
    here.clock.advance(3 * MINUTE)
    outcomes = [tried(partial(send, here, each)) for each in envelopes[10:14]]

    assert outcomes == ["conversion"] * 4
    assert here.alerts.told == [(Alert.CONVERSION, each.id) for each in envelopes[10:14]]
    assert tried(partial(send, here, envelopes[14], technician="E-2")) == "conversion"
    other = visit(here, phone=number(1, "777"), iin=person(77))
    assert tried(partial(send, here, other, technician="E-2")) == "done"
    here.clock.advance(12 * MINUTE)
    assert tried(partial(send, here, envelopes[15])) == "done"


def test_a_network_is_watched_over_all_technicians(here: World) -> None:
    """Ten who send one each in vain stop it; those whose codes are typed keep it open."""
    envelopes = _many(here, 30)
    for place, each in enumerate(envelopes[:10]):
        send(here, each, technician=f"E-{place}")
        if place < 4:
            confirmed(here, each)
    here.clock.advance(3 * MINUTE)
    assert tried(partial(send, here, envelopes[10], technician="E-10")) == "done"
    here.clock.advance(3 * MINUTE)

    assert tried(partial(send, here, envelopes[11], technician="E-11")) == "conversion"


def test_codes_that_are_still_being_typed_stop_nobody(here: World) -> None:
    """Twenty in a minute, none of them over yet."""
    outcomes = [tried(partial(send, here, each)) for each in _many(here, 20)]

    assert outcomes == ["done"] * 20


# --- the main fraud -------------------------------------------------------------------------


def test_a_technicians_own_number_for_many_subscribers_waits_for_a_review(here: World) -> None:
    """The fourth within a month; each of the three goes on, and the case is told."""
    for place in range(3):
        mine = visit(here, phone=number(0), iin=person(place))
        send(here, mine, technician=f"E-{place}")
        confirmed(here, mine)
        here.clock.advance(timedelta(days=9))
    fourth = visit(here, phone=number(0), iin=person(3))

    assert tried(partial(send, here, fourth)) == "shared_phone"
    assert here.alerts.told == [(Alert.SHARED_PHONE, fourth.id)]
    assert tried(partial(send, here, visit(here, phone=number(0), iin=person(1)))) == "done"
    assert len(here.sms.sent) == 4


def test_parallel_subscribers_of_a_phone_are_three(anywhere: World) -> None:
    """Eight at the same moment: whoever is fourth is refused, though nothing is written yet."""
    anywhere.sending = replace(anywhere.sending, per_phone=(Allowance(most=100, window=HOUR),))
    envelopes = [visit(anywhere, phone=number(0), iin=person(n)) for n in range(8)]

    outcomes = at_once([partial(tried, partial(send, anywhere, each)) for each in envelopes])

    assert outcomes.count("done") == 3
    assert _refused(outcomes) == {"shared_phone"}


def test_whoever_has_looked_lifts_it_and_the_journal_says_so(here: World) -> None:
    """Three further subscribers may follow; then it waits again."""
    here.sending = replace(here.sending, per_phone=(Allowance(most=100, window=HOUR),))
    envelopes = [visit(here, phone=number(0), iin=person(n)) for n in range(7)]
    assert [tried(partial(send, here, each)) for each in envelopes[:4]][-1] == "shared_phone"
    here.clock.advance(MINUTE)

    here.lift_limit(envelopes[3].id, employee_id="CHIEF-1")

    here.clock.advance(MINUTE)
    entry = here.journal(envelopes[3].id)[-1]
    assert (entry.event, entry.actor) == ("limit_lifted", "employee:CHIEF-1")
    assert dict(entry.details) == {"limit": Limit.SHARED_PHONE}
    outcomes = [tried(partial(send, here, each)) for each in envelopes[3:]]
    assert outcomes == ["done"] * 3 + ["shared_phone"]


def test_a_burst_is_told_and_stops_nobody(here: World) -> None:
    """A technician of one visit an hour who sends eleven in one."""
    _watching_nobody(here)
    here.sending = replace(here.sending, per_technician=(Allowance(most=99, window=HOUR),))
    envelopes = _many(here, 31)
    for each in envelopes[:20]:
        send(here, each)
        here.clock.advance(HOUR)
    for each in envelopes[20:]:
        send(here, each)

    assert here.alerts.told == [(Alert.BURST, envelopes[29].id)]


# --- what counts, and what does not ---------------------------------------------------------


def test_what_no_route_took_counts_as_nothing(here: World) -> None:
    """Twenty refused messages use up neither the phone's hour nor money."""
    here.sending = replace(here.sending, daily_budget_tiyn=5 * 2_000)
    here.sms.failing = SmsRefused("down")
    envelopes = [visit(here) for _ in range(20)]
    assert {tried(partial(send, here, each)) for each in envelopes} == {"sms_unavailable"}

    here.sms.failing = None
    outcomes = [tried(partial(send, here, each)) for each in envelopes[:6]]
    assert outcomes == ["done"] * 5 + ["phone"]


def test_what_may_have_left_counts(here: World) -> None:
    """A route that does not answer is no way to send for nothing."""
    here.sms.failing = SmsUncertain("silence")
    outcomes = [tried(partial(send, here, visit(here))) for _ in range(7)]

    assert outcomes == ["done"] * 5 + ["phone"] * 2


@pytest.mark.parametrize("loss", LOSSES)
def test_a_redis_that_forgets_opens_no_limit(
    fragile: World, own_redis: RedisServer, loss: str
) -> None:
    """It is lost in the middle, again and again: phone, technician, program, people, money."""
    _watching_nobody(fragile)
    fragile.sending = replace(
        fragile.sending,
        per_phone=(Allowance(most=2, window=HOUR),),
        per_technician=(Allowance(most=2, window=HOUR),),
        per_client=(Allowance(most=2, window=MINUTE),),
        daily_budget_tiyn=3 * 2_000,
    )
    asked = {
        "technician": [(number(n), person(n), "E-1", f"a{n}") for n in range(3)],
        "phone": [(number(50), person(50), f"E-5{n}", f"b{n}") for n in range(3)],
        "client": [(number(n), person(n), f"E-{n}", "c") for n in range(10, 13)],
        "budget": [(number(n), person(n), f"E-{n}", "c") for n in range(20, 22)],
    }
    for limit, sendings in asked.items():
        outcomes = []
        for phone, iin, technician, client in sendings:
            envelope = visit(fragile, phone=phone, iin=iin)
            by = {"technician": technician, "client": client}
            outcomes.append(tried(partial(send, fragile, envelope, **by)))
            LOSSES[loss](own_redis)
        assert outcomes == ["done"] * (len(sendings) - 1) + [limit]
        fragile.clock.advance(MINUTE)


@pytest.mark.parametrize("loss", LOSSES)
def test_people_of_a_phone_are_not_forgotten_with_redis(
    fragile: World, own_redis: RedisServer, loss: str
) -> None:
    """The fourth is refused, whatever became of Redis between any two."""
    outcomes = []
    for place in range(5):
        envelope = visit(fragile, phone=number(0), iin=person(place))
        outcomes.append(tried(partial(send, fragile, envelope)))
        LOSSES[loss](own_redis)

    assert outcomes == ["done"] * 3 + ["shared_phone"] * 2


@pytest.mark.parametrize("back", [timedelta(minutes=5), HOUR, timedelta(days=2)])
def test_a_clock_set_back_opens_no_limit(here: World, back: timedelta) -> None:
    """What was counted at a later time than now counts."""
    envelopes = [visit(here) for _ in range(8)]
    for each in envelopes[:5]:
        send(here, each)

    here.clock.advance(-back)

    assert [tried(partial(send, here, each)) for each in envelopes[5:]] == ["phone"] * 3


def test_without_redis_nothing_is_sent_and_nothing_is_confirmed(
    fragile: World, own_redis: RedisServer
) -> None:
    """Limits fail closed, as codes do."""
    envelope = visit(fragile)
    own_redis.kill()

    assert tried(partial(send, fragile, envelope)) == "codes_unavailable"
    assert fragile.sms.sent == []
    own_redis.start()
    send(fragile, envelope)
    assert guess(fragile, envelope, "a", fragile.chance.given[-1]) == "right"
