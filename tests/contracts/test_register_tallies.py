"""What is counted of messages and codes, in either database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from docgen.adapters.db.register import SqlRegister
from docgen.domain.dispatch import Hop, HopState
from docgen.domain.envelope import Envelope, State
from docgen.domain.journal import Event
from docgen.domain.sending_limits import Counted, Limit, Of, Outcome, SpentMoney
from docgen.domain.subscriber import Iin, Phone
from tests.builders import NOW, challenge, envelope, fact, subscriber
from tests.contracts.sendings import hop
from tests.contracts.spending import minutes

OTHERS_IIN = Iin("850512400016")


def _add(register: SqlRegister, *hops: Hop) -> None:
    with register.begin() as unit:
        for each in hops:
            unit.hops.add(each)
        unit.commit()


@pytest.mark.parametrize(
    ("of", "name", "other"),
    [
        (Of.PHONE, "phone-1", {"subject": "phone-2"}),
        (Of.TECHNICIAN, "E-1", {"employee_id": "E-2"}),
        (Of.TECHNICIAN, "E-1", {"employee_id": None}),
        (Of.CLIENT, "field", {"client": "portal"}),
        (Of.NETWORK, "701", {"network": "777"}),
    ],
)
def test_sendings_are_counted_by_whoever_is_asked_for(
    register: SqlRegister, of: Of, name: str, other: dict[str, str]
) -> None:
    """Those of others are not, nor those at or before the moment from which it counts."""
    first, second = hop(begun_at=minutes(1)), hop(begun_at=minutes(2))
    _add(register, second, first, hop(**other, begun_at=minutes(1)), hop(begun_at=NOW))
    with register.view() as unit:
        found = unit.tallies.sendings(of, name, since=NOW)
    assert found == [
        Counted(id=first.sending, at=minutes(1)),
        Counted(id=second.sending, at=minutes(2)),
    ]


def test_a_phone_is_known_by_whatever_was_begun(register: SqlRegister) -> None:
    """However long ago, and also where every route refused it."""
    _add(register, hop(begun_at=NOW - timedelta(days=400), state=HopState.REFUSED))
    with register.view() as unit:
        assert unit.tallies.knows("phone-1")()
        assert not unit.tallies.knows("phone-2")()


def test_two_hops_of_a_sending_are_one(register: SqlRegister) -> None:
    """At the time of the first that may have left; where every route refused it is none."""
    one = hop(begun_at=minutes(1), state=HopState.REFUSED)
    again = [replace(hop(sending=one.sending, number=n), begun_at=minutes(n)) for n in (2, 3)]
    _add(register, one, *again, hop(state=HopState.REFUSED))
    with register.view() as unit:
        found = unit.tallies.sendings(Of.PHONE, "phone-1", since=minutes(-1))
    assert found == [Counted(id=one.sending, at=minutes(2))]


@pytest.mark.parametrize("state", [HopState.BEGUN, HopState.UNKNOWN, HopState.TAKEN])
def test_what_may_have_left_counts(register: SqlRegister, state: HopState) -> None:
    """Nobody knows that it did not."""
    _add(register, hop(state=state))
    with register.view() as unit:
        assert len(unit.tallies.sendings(Of.CLIENT, "field", since=minutes(-1))) == 1


def test_money_is_what_was_paid_and_else_what_is_taken_for_it(register: SqlRegister) -> None:
    """Each hop costs; a refused one costs nothing, and only the last sendings are named."""
    old = hop(cost_tiyn=1_500)
    recent = hop(begun_at=minutes(5))
    _add(
        register, old, recent, hop(state=HopState.REFUSED, cost_tiyn=0),
        hop(client="portal", cost_tiyn=7), hop(begun_at=minutes(-600), cost_tiyn=9),
        replace(hop(sending=old.sending, number=2), begun_at=NOW),
    )  # fmt: skip
    with register.view() as unit:
        found = unit.tallies.money("field", since=NOW, minute=minutes(4), each=2_000)
        none = unit.tallies.money("nobody", since=NOW, minute=NOW, each=2_000)
    assert found == SpentMoney(tiyn=1_500 + 2_000 + 2_000, includes=(recent.sending,))
    assert none == SpentMoney(tiyn=0, includes=())


def _sent(register: SqlRegister, **changes: object) -> Envelope:
    made = envelope(State.CODE_SENT, **changes)
    with register.begin() as unit:
        unit.envelopes.add(made)
        unit.commit()
    return made


def test_subscribers_of_a_phone_are_counted_once_each(register: SqlRegister) -> None:
    """With the last time; whoever was only written down, and sent nothing, is none."""
    mine, again = _sent(register), _sent(register)
    others = _sent(register, subscriber=subscriber(iin=OTHERS_IIN))
    _sent(register, subscriber=subscriber(iin=Iin("900101300007")))
    _add(
        register,
        hop(chain=mine.id, begun_at=minutes(1)),
        hop(chain=again.id, begun_at=minutes(3)),
        hop(chain=others.id, begun_at=minutes(2)),
        hop(chain="the verification of a number"),
    )
    with register.view() as unit:
        found = unit.tallies.subscribers("phone-1", since=minutes(-1))
    assert found == [(OTHERS_IIN, minutes(2)), (mine.subscriber.iin, minutes(3))]


def test_outcomes_are_of_envelopes_whose_time_is_over_or_which_are_confirmed(
    register: SqlRegister,
) -> None:
    """One that is still being typed says nothing yet; several codes of an envelope are one."""
    confirmed, lost, open_yet = _sent(register), _sent(register), _sent(register)
    with register.begin() as unit:
        for each, state in ((confirmed, "c"), (lost, "l"), (open_yet, "o")):
            # The last one was sent late.
            late = minutes(10) if state == "o" else minutes(3)
            for number in (1, 2):
                made = challenge(each, expires_at=late)
                unit.challenges.add(made)
                unit.hops.add(hop(chain=each.id, challenge_id=made.id, begun_at=minutes(number)))
            if state == "c":
                assert unit.challenges.confirm(
                    made.id, manifest_hash=each.manifest_hash, attempt_id="a", now=NOW
                )()
        unit.commit()
    with register.view() as unit:
        for of, name in ((Of.TECHNICIAN, "E-1"), (Of.NETWORK, "701")):
            found = unit.tallies.outcomes(of, name, since=NOW, before=minutes(2), now=minutes(5))()
            assert sorted(found, key=lambda each: each.is_confirmed) == [
                Outcome(begun_at=minutes(1), is_confirmed=False),
                Outcome(begun_at=minutes(1), is_confirmed=True),
            ]
            for span in ((minutes(2), minutes(4)), (NOW, minutes(0.5))):
                since, before = span
                assert not unit.tallies.outcomes(
                    of, name, since=since, before=before, now=minutes(5)
                )()
        assert not unit.tallies.outcomes(
            Of.TECHNICIAN, "E-2", since=NOW, before=minutes(2), now=minutes(5)
        )()


def test_wrong_codes_are_counted_by_phone_over_all_envelopes(register: SqlRegister) -> None:
    """Only those of codes that went to this phone, and only since then."""
    with register.begin() as unit:
        for chain, subject in (("one", "phone-1"), ("two", "phone-1"), ("three", "phone-2")):
            unit.hops.add(hop(chain=chain, subject=subject, begun_at=minutes(-2)))
            for minute in (-1, 1):
                unit.journal.append(chain, fact(Event.CODE_WRONG, at=minutes(minute)))
            unit.journal.append(chain, fact(Event.CODE_SENT, at=minutes(1)))
        unit.commit()
    with register.view() as unit:
        assert unit.tallies.wrong_codes("phone-1", since=minutes(-5))() == [
            minutes(each) for each in (-1, -1, 1, 1)
        ]
        assert unit.tallies.wrong_codes("phone-2", since=minutes(-1.5))() == [
            minutes(-1), minutes(1),
        ]  # fmt: skip
        assert unit.tallies.wrong_codes("phone-3", since=minutes(-5))() == []


def test_the_last_lift_of_a_limit_counts(register: SqlRegister) -> None:
    """Of that limit and that phone; where nobody lifted one there is none."""
    with register.begin() as unit:
        for limit, subject, minute in (
            (Limit.SHARED_PHONE, "phone-1", 1), (Limit.SHARED_PHONE, "phone-1", 3),
            (Limit.SHARED_PHONE, "phone-1", 2), (Limit.SHARED_PHONE, "phone-2", 9),
            (Limit.PHONE, "phone-1", 9),
        ):  # fmt: skip
            unit.lifts.add(limit, subject, envelope_id="one", at=minutes(minute))
        unit.commit()
    with register.view() as unit:
        assert unit.lifts.last(Limit.SHARED_PHONE, "phone-1") == minutes(3)
        assert unit.lifts.last(Limit.SHARED_PHONE, "phone-3") is None


def test_a_phone_is_no_other(register: SqlRegister) -> None:
    """Envelopes of one number, sent to under another's name, are counted by what stands there."""
    made = _sent(register, subscriber=subscriber(phone=Phone("+77015550143")))
    _add(register, hop(chain=made.id, begun_at=NOW + timedelta(seconds=1)))
    with register.view() as unit:
        assert len(unit.tallies.subscribers("phone-1", since=NOW)) == 1
        assert unit.tallies.subscribers("phone-2", since=NOW) == []
