"""What SMSC.kz is told, and how its words are understood."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from docgen.adapters.sms.smsc_kz import STATUSES, SmscKzCalls
from docgen.domain.dispatch import AskedOf, Delivery
from docgen.domain.errors import SignatureWrong, SmsRefused, SmsUnavailable, SmsUncertain
from tests.builders import NOW
from tests.contracts.sms_routes import PHONE, TEXT, Line, line, message
from tests.fakes import FakeClock
from tests.services import http_stand_in as says
from tests.services.sms_providers import KEY, SmscKzStandIn

SECRET = "between us and them"  # noqa: S105 - a test's
CALLS = SmscKzCalls(secret=SECRET, clock=FakeClock())
CALL = {"id": "01JDSEN0000000000000000001", "phone": PHONE.value[1:], "status": "1"}


def _state(route: Line, state: int) -> None:
    assert isinstance(route.provider, SmscKzStandIn)
    route.provider.state = state


def test_a_message_is_sent_as_the_provider_wants_it() -> None:
    """In UTF-8, with the plus that keeps the number as it is, our id, its life and its price."""
    with line("smsc_kz", sender="TELECOM") as route:
        taken = route.gateway.send(message())

        (post,) = route.stand_in.posts
    assert (post.method, post.address) == ("POST", "/sys/send.php")
    assert post.form == {
        "apikey": KEY, "charset": "utf-8", "fmt": "3", "phones": "+77015550142", "mes": TEXT,
        "id": message().reference, "valid": "00:03", "cost": "2", "sender": "TELECOM",
    }  # fmt: skip
    assert (taken.provider, taken.message_id, taken.raw) == (
        "smsc_kz", message().reference, "parts 1"
    )  # fmt: skip
    assert taken.cost_tiyn == 1850


@pytest.mark.parametrize(
    ("life", "valid"),
    [(timedelta(seconds=20), "00:01"), (timedelta(minutes=90), "01:30"), (timedelta(9), "24:00")],
)
def test_a_life_is_told_in_the_providers_bounds(life: timedelta, valid: str) -> None:
    """From a minute to a day."""
    with line("smsc_kz") as route:
        route.gateway.send(replace(message(), life=life))

        assert route.stand_in.posts[0].form["valid"] == valid
        assert "sender" not in route.stand_in.posts[0].form


@pytest.mark.parametrize(
    ("cost", "tiyn"), [("0", 0), (7, 700), (None, None), ("NaN", None), ("-1", None), ("x", None)]
)
def test_a_price_is_believed_only_where_it_is_one(cost: object, tiyn: int | None) -> None:
    """In tenge, as the account is kept."""
    with line("smsc_kz") as route:
        route.provider.broken = says.told({"id": "7", "cnt": 1, "cost": cost})

        assert route.gateway.send(message()).cost_tiyn == tiyn


def test_the_same_message_twice_is_refused_by_the_provider() -> None:
    """Within a minute he takes no second one, so ours was not taken."""
    with line("smsc_kz") as route:
        route.gateway.send(message())
        with pytest.raises(SmsRefused, match="error 9"):
            route.gateway.send(message())


def test_a_doubt_tells_the_id_that_the_message_would_have() -> None:
    """It is ours, so a receipt may yet tell that it left."""
    with line("smsc_kz") as route:
        route.provider.broken = says.cut()
        with pytest.raises(SmsUncertain) as caught:
            route.gateway.send(message())

    assert caught.value.message_id == message().reference


@pytest.mark.parametrize(("status", "delivery"), STATUSES.items())
def test_each_documented_state_is_understood(status: str, delivery: Delivery) -> None:
    """The same whether it is asked for or told."""
    with line("smsc_kz") as route:
        route.gateway.send(message())
        _state(route, int(status))
        (receipt,) = route.gateway.ask([AskedOf(message_id=message().reference, phone=PHONE)])
    called = CALLS.read(_signed("md5", status=status))

    assert receipt == called
    assert (receipt.delivery, receipt.raw, receipt.at) == (delivery, f"status {status}", NOW)


def test_states_are_asked_for_by_phone() -> None:
    """Whose phone is not known cannot be asked about; an unknown message is told as such."""
    with line("smsc_kz") as route:
        told = route.gateway.ask(
            [AskedOf(message_id="m-1"), AskedOf(message_id="m-2", phone=PHONE)]
        )

        (post,) = route.stand_in.posts
    assert [(each.message_id, each.raw) for each in told] == [("m-2", "status -3")]
    assert post.address == "/sys/status.php"
    assert (post.form["id"], post.form["phone"]) == ("m-2", PHONE.value)


@pytest.mark.parametrize("how", ["error", "cut", "503", "new state"])
def test_without_an_answer_nothing_is_known_of_states(how: str) -> None:
    """It is asked again later; a state nobody has told us of is no receipt."""
    asked = [AskedOf(message_id="m-1", phone=PHONE)]
    answers = {
        "error": says.told({"error": "no", "error_code": 4}),
        "cut": says.cut(),
        "503": says.status("503 Service Unavailable"),
        "new state": says.told({"status": 77}),
    }
    with line("smsc_kz") as route:
        route.provider.broken = answers[how]
        if how == "new state":
            assert route.gateway.ask(asked) == []
            return
        with pytest.raises(SmsUnavailable):
            route.gateway.ask(asked)


def _signed(name: str, **changes: str) -> dict[str, str]:
    call = CALL | changes
    signed = f"{call['id']}:{call['phone']}:{call['status']}:{SECRET}".encode()
    return call | {name: hashlib.new(name, signed).hexdigest()}


@pytest.mark.parametrize("name", ["md5", "sha1"])
def test_a_signed_call_is_a_receipt(name: str) -> None:
    """By either sum, in either case."""
    call = _signed(name)
    receipt = CALLS.read(call | {name: call[name].upper()})

    assert receipt is not None
    assert (receipt.route, receipt.message_id) == ("smsc_kz", CALL["id"])
    assert receipt.delivery is Delivery.DELIVERED


def test_both_sums_must_not_disagree() -> None:
    """Where the stronger one is there, it alone counts."""
    with pytest.raises(SignatureWrong):
        CALLS.read(_signed("md5") | {"sha1": "0" * 40})


@given(
    name=st.sampled_from(["md5", "sha1"]),
    part=st.sampled_from(["id", "phone", "status", "signature"]),
    value=st.text(max_size=64),
)
def test_a_changed_call_is_no_receipt(name: str, part: str, value: str) -> None:
    """Whatever part is changed, into whatever: the signature covers all that we believe."""
    call = _signed(name)
    changed = name if part == "signature" else part
    assume(value.lower() != call[changed].lower())

    with pytest.raises(SignatureWrong):
        CALLS.read(call | {changed: value})


def test_a_signed_word_without_meaning_is_no_receipt() -> None:
    """A state that came into being after us."""
    assert CALLS.read(_signed("sha1", status="77")) is None


def test_the_secret_is_shown_by_nothing() -> None:
    """Neither by `repr` nor by the refusal."""
    with pytest.raises(SignatureWrong) as caught:
        CALLS.read(CALL)

    assert SECRET not in f"{CALLS!r}{caught.value!r}"
    assert PHONE.value[2:] not in repr(caught.value)
