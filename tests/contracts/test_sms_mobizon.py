"""What Mobizon is told, and how its words are understood."""

from dataclasses import replace
from datetime import timedelta

import pytest

from docgen.adapters.sms.mobizon import STATUSES
from docgen.domain.dispatch import AskedOf, Delivery
from docgen.domain.errors import SmsRefused, SmsUnavailable
from tests.builders import NOW
from tests.contracts.sms_routes import TEXT, Line, line, message
from tests.services import http_stand_in as says
from tests.services.sms_providers import KEY, MobizonStandIn


def _provider(route: Line) -> MobizonStandIn:
    assert isinstance(route.provider, MobizonStandIn)
    return route.provider


def test_a_message_is_sent_as_the_provider_wants_it() -> None:
    """Digits only, the key among the rest and not in the address."""
    with line("mobizon", sender="TELECOM") as route:
        taken = route.gateway.send(message())

        (post,) = route.stand_in.posts
    assert (post.method, post.address) == ("POST", "/service/Message/SendSmsMessage")
    assert post.form == {
        "apiKey": KEY, "api": "v1", "output": "json", "recipient": "77015550142", "text": TEXT,
        "params[validity]": "60", "from": "TELECOM",
    }  # fmt: skip
    assert (taken.provider, taken.message_id, taken.raw) == ("mobizon", "169275418", "sent")
    assert taken.cost_tiyn is None


@pytest.mark.parametrize(
    ("life", "minutes"), [(timedelta(minutes=90), "90"), (timedelta(9), "1440")]
)
def test_a_life_is_told_in_the_providers_bounds(life: timedelta, minutes: str) -> None:
    """From an hour, which a code does not live, to a day."""
    with line("mobizon") as route:
        route.gateway.send(replace(message(), life=life))

        assert route.stand_in.posts[0].form["params[validity]"] == minutes
        assert "from" not in route.stand_in.posts[0].form


@pytest.mark.parametrize(("campaign", "raw"), [(1, "awaits moderation"), (5, "status 5")])
def test_what_waits_for_moderation_is_taken_and_says_so(campaign: int, raw: str) -> None:
    """It may come too late: the text is to be agreed beforehand."""
    with line("mobizon") as route:
        _provider(route).campaign = campaign

        assert route.gateway.send(message()).raw == raw


def test_a_wrong_key_is_a_refusal() -> None:
    """The spare has the message."""
    with line("mobizon") as route:
        route.provider.broken = says.told({"code": 8, "data": "", "message": KEY})
        with pytest.raises(SmsRefused, match="code 8 login"):
            route.gateway.send(message())


@pytest.mark.parametrize(("status", "delivery"), STATUSES.items())
def test_each_documented_state_is_understood(status: str, delivery: Delivery) -> None:
    """With the moment we heard of it."""
    with line("mobizon") as route:
        taken = route.gateway.send(message())
        _provider(route).state = status
        (receipt,) = route.gateway.ask([AskedOf(message_id=taken.message_id)])

    assert (receipt.route, receipt.message_id) == ("mobizon", taken.message_id)
    assert (receipt.delivery, receipt.raw, receipt.at) == (delivery, status, NOW)


def test_many_are_asked_about_at_once() -> None:
    """In one request; what the provider does not know or we do not understand is left out."""
    with line("mobizon") as route:
        taken = [route.gateway.send(message()) for _ in range(3)]
        asked = [AskedOf(message_id=each.message_id) for each in taken]
        told = route.gateway.ask([*asked, AskedOf(message_id="1")])
        assert [each.message_id for each in told] == [each.message_id for each in taken]
        assert len(route.stand_in.posts) == 4

        for strange in ("LOST", None, ["NEW"], 7):
            _provider(route).state = strange
            assert route.gateway.ask(asked) == []


@pytest.mark.parametrize(
    "data", [None, "", {}, [1, None, "x", [], {"id": 1}, {"status": "DELIVRD"}]]
)
def test_a_shape_nobody_promised_is_no_receipt(data: object) -> None:
    """Nor is it a fault of ours."""
    with line("mobizon") as route:
        route.provider.broken = says.told({"code": 0, "data": data})
        if data == [1, None, "x", [], {"id": 1}, {"status": "DELIVRD"}]:
            assert route.gateway.ask([AskedOf(message_id="1")]) == []
        else:
            with pytest.raises(SmsUnavailable):
                route.gateway.ask([AskedOf(message_id="1")])


@pytest.mark.parametrize("how", ["code 30", "cut", "http 503"])
def test_without_an_answer_nothing_is_known_of_states(how: str) -> None:
    """It is asked again later."""
    answers = {
        "code 30": says.told({"code": 30, "data": "", "message": "slower"}),
        "cut": says.cut(),
        "http 503": says.status("503 Service Unavailable"),
    }
    with line("mobizon") as route:
        route.provider.broken = answers[how]
        with pytest.raises(SmsUnavailable):
            route.gateway.ask([AskedOf(message_id="1")])
