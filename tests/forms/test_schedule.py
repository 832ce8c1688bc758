"""The schedule of payments: it pays off the debt to the tiyn, or the row is named."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from docgen.domain.language import Language
from docgen.forms import schedule
from docgen.forms.schedule import LONGEST_MONTHS, MOST_PAYMENTS, Payment
from docgen.texts.money import counted
from tests.forms.instalments import agreement
from tests.forms.reading import example, found

_AS_OF = date(2026, 11, 24)
_PARTS = ("principal", "penalty", "equipment")
_LAST_FIT = 1096
"""Days in 36 months from then."""
_tiyn = st.integers(min_value=0, max_value=10**9)
_splits = st.lists(st.tuples(_tiyn, _tiyn, _tiyn).filter(any), min_size=1, max_size=MOST_PAYMENTS)


def _money(tiyn: int) -> str:
    return f"{Decimal(tiyn) / 100:.2f}"


def _days(count: int) -> st.SearchStrategy[list[int]]:
    days = st.integers(min_value=1, max_value=_LAST_FIT)
    return st.lists(days, min_size=count, max_size=count, unique=True).map(sorted)


def _values(split: list[tuple[int, int, int]], days: list[int]) -> dict[str, Any]:
    """An agreement about that debt, its parts split over those days after the day of the debt."""
    principal, penalty, equipment = (sum(column) for column in zip(*split, strict=True))
    owed = principal + penalty + equipment
    period = {"period_from": "2026-04-01", "period_to": "2026-10-31"}
    debt = {
        "services": {"amount": _money(principal), **period} if principal else None,
        "penalty": _money(penalty),
        "equipment": _money(equipment),
        "total": _money(owed),
    }
    rows = []
    for parts, day in zip(split, days, strict=True):
        owed -= sum(parts)
        rows.append(
            dict(zip(_PARTS, map(_money, parts), strict=True))
            | {"due_on": (_AS_OF + timedelta(days=day)).isoformat()}
            | {"amount": _money(sum(parts)), "balance": _money(owed)}
        )
    return example(agreement()) | {"debt": debt, "schedule": rows}


@st.composite
def _agreements(draw: st.DrawFn) -> dict[str, Any]:
    split = draw(_splits)
    return _values(split, draw(_days(len(split))))


@given(values=_agreements())
def test_any_split_of_a_debt_that_sums_is_accepted(values: dict[str, Any]) -> None:
    """However a debt is split into payments, a schedule that comes out even is a schedule."""
    agreement().read(values)


@given(values=_agreements(), data=st.data())
def test_one_changed_tiyn_anywhere_is_refused_and_the_row_named(
    values: dict[str, Any], data: st.DataObject
) -> None:
    """No sum is off by a hundredth of a tenge, and whoever made the row is told which it is."""
    place = data.draw(st.integers(min_value=0, max_value=len(values["schedule"]) - 1))
    column = data.draw(st.sampled_from([*_PARTS, "amount", "balance"]))
    row = values["schedule"][place]
    changed = Decimal(row[column]) + data.draw(st.sampled_from([Decimal("0.01"), Decimal("-0.01")]))
    assume(changed >= 0)
    row[column] = str(changed)

    assert any(pointer.startswith(f"/schedule/{place}/") for pointer in found(agreement(), values))


@given(values=_agreements(), tiyn=st.sampled_from(["0.01", "-0.01"]))
def test_a_debt_off_by_a_tiyn_is_refused(values: dict[str, Any], tiyn: str) -> None:
    """The total is the sum of its parts, and the schedule pays off nothing else."""
    total = Decimal(values["debt"]["total"]) + Decimal(tiyn)
    assume(total > 0)
    values["debt"]["total"] = str(total)

    assert found(agreement(), values)["/debt/total"] == "parts_sum_wrong"


@pytest.mark.parametrize(
    ("row", "change", "findings"),
    [
        (1, {"amount": "18400.01"}, {
            "/schedule/1/amount": "row_sum_wrong", "/schedule/1/balance": "balance_wrong"}),
        (1, {"balance": "73692.18"}, {
            "/schedule/1/balance": "balance_wrong", "/schedule/2/balance": "balance_wrong"}),
        (5, {"balance": "0.01"}, {"/schedule/5/balance": "balance_wrong"}),
        (2, {"penalty": "2399.99", "equipment": "4000.01"}, {
            "/schedule/5/penalty": "column_sum_wrong",
            "/schedule/5/equipment": "column_sum_wrong"}),
        (3, {"due_on": "2027-02-19"}, {"/schedule/3/due_on": "not_after_previous"}),
        (0, {"due_on": "2026-11-24"}, {"/schedule/0/due_on": "not_after_debt_day"}),
        (5, {"due_on": "2029-11-25"}, {"/schedule/5/due_on": "too_far_off"}),
        (5, {"due_on": "9999-12-31"}, {"/schedule/5/due_on": "not_a_date"}),
        (4, {"principal": "0", "penalty": "0", "equipment": "0", "amount": "0"}, {
            "/schedule/4/amount": "not_above"}),
        (4, {"amount": "-1"}, {"/schedule/4/amount": "too_small"}),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named(row: int, change: dict[str, str], findings: dict[str, str]) -> None:
    """Sums, balances and days are refused where they are wrong, and never mended in silence."""
    values = example(agreement())
    values["schedule"][row] |= change

    assert found(agreement(), values) == findings


def test_a_schedule_that_leaves_a_balance_is_refused() -> None:
    """Its last row pays off the rest."""
    values = example(agreement())
    values["schedule"].pop()

    assert found(agreement(), values)["/schedule/4/balance"] == "balance_left"


def test_the_last_day_that_still_fits_is_accepted() -> None:
    """Three years to the day after the day of the debt."""
    values = example(agreement())
    values["schedule"][-1]["due_on"] = "2029-11-24"

    assert LONGEST_MONTHS == 36
    agreement().read(values)


@pytest.mark.parametrize(
    ("count", "code"), [(0, "too_short"), (61, "too_long"), (1000, "too_long")]
)
def test_a_schedule_has_one_to_sixty_payments(count: int, code: str) -> None:
    """More or fewer are one finding about the table."""
    values = example(agreement())
    values["schedule"] = values["schedule"][:1] * count

    assert found(agreement(), values) == {"/schedule": code}


def test_other_debts_are_paid_off_as_principal() -> None:
    """The contract's columns have none for them, so they add to what services cost."""
    values = example(agreement())
    values["debt"]["other"] = None
    values["debt"]["total"] = "101492.17"

    assert found(agreement(), values)["/schedule/5/principal"] == "column_sum_wrong"


def test_a_payment_on_a_day_off_is_a_warning_that_names_the_next_working_day() -> None:
    """Independence Day of 2026 is a Wednesday, and 19 December a Saturday."""
    rows = [
        Payment(due_on=date(2026, 12, day), amount=Decimal(1), balance=Decimal(0))
        for day in (15, 16, 19)
    ]

    warned = list(schedule.days_off(rows))

    assert [(w.pointer, w.code) for w in warned] == [
        ("/schedule/1/due_on", "not_a_working_day"), ("/schedule/2/due_on", "not_a_working_day"),
    ]  # fmt: skip
    assert dict(warned[0].params) == {"row": "2", "day": "16.12.2026", "next": "17.12.2026"}
    assert dict(warned[1].params) == {"row": "3", "day": "19.12.2026", "next": "21.12.2026"}


@pytest.mark.parametrize(
    ("number", "kk", "ru"),
    [(1, "1 (бір)", "1 (один)"), (2, "2 (екі)", "2 (два)"), (60, "60 (алпыс)", "60 (шестьдесят)")],
)
def test_numbers_are_counted_as_the_contract_counts_them(number: int, kk: str, ru: str) -> None:
    """In figures, and in words within brackets."""
    assert counted(number, Language.KK) == kk
    assert counted(number, Language.RU) == ru
