"""What may become of a notary pack: the table of moves, and the terms that run."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.domain.errors import PackMoveNotAllowed, ValuesRejected
from docgen.domain.pack_deadlines import Due, deadlines, require_true
from docgen.domain.pack_record import BoundVolume, Pack
from docgen.domain.pack_states import (
    FACTS,
    FOR_THE_COURT,
    MADE_HERE,
    MOVES,
    WITH_INSCRIPTION,
    Outcome,
    PackState,
    next_states,
)
from tests.domain.calendar_by_hand import by_hand

_NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
_TODAY = date(2026, 12, 30)
_WORDS = {"number": "4821", "reason": "оплачено", "recipient": "нотариус", "how": "курьер"}
_STATES = st.sampled_from(list(PackState))


def _pack(state: PackState = PackState.SEALED) -> Pack:
    return Pack(
        id="NP-2026-7K3M9QF2TZ", owner="o", client="c", input_sha256="a" * 64,
        case_sha256="b" * 64, checked_sha256="c" * 64, state=state, account_number="77",
        debtor="Ким", as_of=date(2026, 11, 20), total=Decimal("10.00"), created_at=_NOW,
        changed_at=_NOW, limitation_ends=date(2029, 10, 5),
        bound=BoundVolume(sha256="d" * 64, pages=1, manifest_sha256="e" * 64),
    )  # fmt: skip


def _told(state: PackState, on: date) -> Outcome:
    words = {name: _WORDS[name] for name in FACTS[state]}
    return Outcome(state=state, on=on, at=_NOW, by="employee:E-1", **words)


def _led_to(*states: tuple[PackState, date]) -> Pack:
    pack = _pack()
    for state, on in states:
        pack = pack.became(_told(state, on))
    return pack


@given(st.lists(_STATES, max_size=12))
def test_nothing_but_the_table_changes_a_state(wanted: list[PackState]) -> None:
    """Whatever is told in whatever order: each state was reached from one that leads to it."""
    pack = _pack()
    for state in wanted:
        before = pack.state
        if before in MOVES[state]:
            pack = pack.became(Outcome(state=state, on=_TODAY, at=_NOW, by="e"))
            assert pack.state is state
        else:
            with pytest.raises(PackMoveNotAllowed):
                pack.became(Outcome(state=state, on=_TODAY, at=_NOW, by="e"))
            assert pack.state is before


@given(_STATES)
def test_what_may_be_told_is_what_the_table_allows(state: PackState) -> None:
    """And nothing that comes about by ourselves."""
    allowed = set(next_states(state))

    assert allowed == {to for to, before in MOVES.items() if state in before} - MADE_HERE


def test_an_objection_leads_to_the_court_and_nowhere_else() -> None:
    """No way back to an inscription."""
    reached, left = set(), {PackState.OBJECTED}
    while left:
        state = left.pop()
        reached.add(state)
        left |= set(next_states(state)) - reached

    assert reached == FOR_THE_COURT
    assert not reached & WITH_INSCRIPTION


@given(st.dates(date(2026, 11, 21), date(2026, 12, 29)))
def test_the_term_of_objection_is_ten_working_days(received: date) -> None:
    """It ends on a working day, ten of them after the copy came; only then it may be issued."""
    calendar = by_hand()
    pack = _led_to(
        (PackState.SUBMITTED, date(2026, 11, 20)), (PackState.MADE, date(2026, 11, 20)),
        (PackState.COPY_SENT, date(2026, 11, 20)), (PackState.COPY_RECEIVED, received),
    )  # fmt: skip
    ends = next(each.on for each in deadlines(pack, calendar) if each.due is Due.OBJECTION)

    between = [received + timedelta(days=n) for n in range(1, (ends - received).days + 1)]
    assert sum(map(calendar.is_working, between)) == 10
    assert calendar.is_working(ends)
    far = ends + timedelta(days=30)
    with pytest.raises(ValuesRejected):
        require_true(pack, _told(PackState.ISSUED, ends), today=far, calendar=calendar)
    later = _told(PackState.ISSUED, ends + timedelta(days=1))
    require_true(pack, later, today=far, calendar=calendar)


@pytest.mark.parametrize(
    ("way", "due"),
    [
        ([], {Due.LIMITATION: date(2029, 10, 5)}),
        ([(PackState.SUBMITTED, date(2026, 11, 23))], {Due.REFUSAL: date(2026, 12, 3)}),
        (
            [(PackState.SUBMITTED, date(2026, 11, 23)), (PackState.MADE, date(2026, 11, 27))],
            {Due.COPY: date(2026, 11, 30), Due.ENFORCEMENT: date(2029, 11, 27)},
        ),
    ],
)
def test_what_runs_in_each_state(way: list[tuple[PackState, date]], due: dict[Due, date]) -> None:
    """Limitation until it is handed over; then the notary's terms, and three years to enforce."""
    assert {each.due: each.on for each in deadlines(_led_to(*way), by_hand())} == due


def test_an_inscription_expires_after_three_years() -> None:
    """Not a day earlier."""
    pack = _led_to((PackState.SUBMITTED, date(2026, 11, 23)), (PackState.MADE, date(2026, 11, 27)))
    far = date(2030, 1, 1)

    with pytest.raises(ValuesRejected):
        require_true(
            pack, _told(PackState.EXPIRED, date(2029, 11, 27)), today=far, calendar=by_hand()
        )
    require_true(pack, _told(PackState.EXPIRED, date(2029, 11, 28)), today=far, calendar=by_hand())
