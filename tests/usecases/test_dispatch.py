"""A message's way: one route, or the other; every hop written down."""

from dataclasses import replace
from datetime import timedelta

import pytest

from docgen.domain.dispatch import Delivery, Hop, HopState, Message, Sending, Taken
from docgen.domain.errors import (
    DocgenError,
    SmsRefused,
    SmsUnavailable,
    SmsUncertain,
)
from docgen.ports import UnitOfWork
from docgen.usecases.settle_hops import SettleHops
from tests.builders import envelope
from tests.fakes import FakeSms
from tests.usecases.desk import LIFE, Desk


def test_a_message_goes_by_one_route_and_the_hop_says_so(desk: Desk) -> None:
    """Provider, id, times; the other route hears nothing."""
    taken = desk.send()

    (message,) = desk.primary.sent
    assert (message.text, message.life, message.reference) == ("Код 482913", LIFE, taken.id)
    assert desk.spare.sent == []
    assert desk.hops == [taken]
    assert (taken.state, taken.provider, taken.message_id) == (
        HopState.TAKEN,
        "fake",
        "message-1",
    )
    assert desk.events == ["code_sent"]


def test_a_hop_is_written_down_before_the_route_hears_of_it(desk: Desk) -> None:
    """Whoever dies in between leaves a trace: somebody may have been sent something."""
    seen: list[HopState] = []

    class _Looking(FakeSms):
        def send(self, message: Message) -> Taken:
            seen.extend(hop.state for hop in desk.hops)
            return super().send(message)

    desk.primary = _Looking()
    desk.send()

    assert seen == [HopState.BEGUN]


def test_a_refusal_goes_to_the_spare_at_once_with_the_same_text(desk: Desk) -> None:
    """Two hops of one sending, the first refused."""
    desk.primary.failing = SmsRefused("0x58")

    taken = desk.send()

    assert [m.text for m in desk.spare.sent] == ["Код 482913"]
    refused, last = desk.hops
    assert last == taken
    assert (refused.state, refused.raw, refused.number) == (HopState.REFUSED, "0x58", 1)
    assert (taken.route, taken.number) == ("spare", 2)
    assert refused.sending == taken.sending
    assert desk.events == ["code_refused", "code_sent"]
    assert [hop.state for hop in desk.noted] == [HopState.REFUSED, HopState.TAKEN]


def test_both_down_is_told(desk: Desk) -> None:
    """Nothing was sent, and both hops say why."""
    desk.primary.failing = desk.spare.failing = SmsRefused("down")

    with pytest.raises(SmsUnavailable):
        desk.send()
    assert [hop.state for hop in desk.hops] == [HopState.REFUSED] * 2
    assert desk.events == ["code_refused"] * 2


def test_without_any_route_nothing_is_written_and_it_is_told(desk: Desk) -> None:
    """An installation that has no gateway refuses aloud."""
    nowhere = replace(desk.dispatch, ways=())
    sending = Sending(
        id="s", challenge_id=desk.challenge.id, chain=desk.challenge.chain,
        phone=envelope().subscriber.phone, client="field", employee_id=None,
    )  # fmt: skip

    with pytest.raises(SmsUnavailable):
        nowhere(sending, "Код", life=LIFE, details={}, noted=lambda *_: None)
    assert desk.hops == []


def test_an_unknown_outcome_is_never_a_loop(desk: Desk) -> None:
    """It may be on the phone already: no second route is given the code by itself."""
    desk.primary.failing = SmsUncertain("no answer")

    hop = desk.send()

    assert desk.spare.sent == []
    assert (hop.state, hop.delivery) == (HopState.UNKNOWN, Delivery.UNKNOWN)
    assert desk.events == ["code_uncertain"]


def test_a_broken_route_is_left_alone_and_tried_after_its_rest(desk: Desk) -> None:
    """Five refusals in a row; then all goes by the spare, until one message shows it works."""
    desk.primary.failing = SmsRefused("down")
    for _ in range(5):
        desk.send()
    desk.primary.failing = None

    desk.clock.advance(timedelta(seconds=60))
    desk.send()
    assert desk.primary.sent == []

    desk.clock.advance(timedelta(seconds=61))
    assert desk.send().route == "primary"
    assert desk.send().route == "primary"


def test_another_process_comes_to_the_same_opinion(desk: Desk) -> None:
    """What is known of a route is in the register: a restart forgets nothing."""
    desk.primary.failing = SmsRefused("down")
    for _ in range(5):
        desk.send()

    later = Desk(url=desk.url, register=desk.register, challenge=desk.challenge, clock=desk.clock)
    later.chance = desk.chance
    later.send()
    assert later.primary.sent == []
    assert len(later.spare.sent) == 1


def test_a_code_sent_again_goes_by_the_other_route(desk: Desk) -> None:
    """It was in vain by the first."""
    assert desk.send().route == "primary"
    assert desk.send(avoid="primary").route == "spare"


def test_a_hop_whose_sender_died_becomes_unknown(desk: Desk) -> None:
    """After a minute nobody can say any more whether the message left; it is told once."""

    class _Dying(FakeSms):
        def send(self, message: Message) -> Taken:
            raise _Killed(message.reference)

    desk.primary = _Dying()
    with pytest.raises(_Killed):
        desk.send()
    settle = SettleHops(register=desk.register, clock=desk.clock)
    assert settle() == 0

    desk.clock.advance(timedelta(seconds=61))
    assert settle() >= 1
    assert settle() == 0
    assert [hop.state for hop in desk.hops] == [HopState.UNKNOWN]
    assert desk.events == ["code_uncertain"]
    assert desk.delivery is Delivery.UNKNOWN


def test_what_could_not_be_noted_does_not_look_like_a_failure_to_send(desk: Desk) -> None:
    """The message has left; the sweep will find the hop without its answer."""

    def failing(_unit: UnitOfWork, _hop: Hop) -> None:
        raise _Full

    sending = Sending(
        id="s", challenge_id=desk.challenge.id, chain=desk.challenge.chain,
        phone=envelope().subscriber.phone, client="field", employee_id=None,
    )  # fmt: skip
    hop = desk.dispatch(sending, "Код", life=LIFE, details={}, noted=failing)

    assert hop.state is HopState.TAKEN
    assert [each.state for each in desk.hops] == [HopState.BEGUN]


class _Killed(BaseException):
    """As SIGKILL."""


class _Full(DocgenError):
    """The disk is."""
