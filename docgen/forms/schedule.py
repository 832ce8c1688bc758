"""A schedule of payments by which a debt is paid off, and the rules between its rows.

Wrong sums are refused and never corrected: what the subscriber signs is what the caller wrote.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any

from pydantic import Field

from docgen.domain.errors import FieldError
from docgen.domain.language import Language
from docgen.domain.signed_here import Instalment
from docgen.forms.debt import Debt, Owed
from docgen.forms.fields import Block, Day, Money
from docgen.forms.working_days import is_working, next_working
from docgen.texts import dates
from docgen.texts.money import counted, figures, in_words

MOST_PAYMENTS = 60
"""Rows that still are a schedule one can keep to."""
LONGEST_MONTHS = 36
"""The last payment comes within the general limitation period of three years (civil code, 178)."""


class Payment(Block):
    """A row of the schedule; `balance` is what is owed after it.

    The contract's columns have none for other debts: they are paid off as principal.
    """

    due_on: Day
    principal: Money = Decimal(0)
    penalty: Money = Decimal(0)
    equipment: Money = Decimal(0)
    amount: Owed
    balance: Money


Schedule = Annotated[tuple[Payment, ...], Field(min_length=1, max_length=MOST_PAYMENTS)]
"""The payments of a debt, the earliest first."""


def check_schedule(rows: Sequence[Payment], debt: Debt, *, since: date) -> Iterator[FieldError]:
    """What is wrong with a schedule that pays off the debt as it stood on the day `since`."""
    yield from _days(rows, since)
    yield from _sums(rows)
    yield from _balances(rows, debt.total)
    yield from _columns(rows, debt)


def days_off(rows: Sequence[Payment]) -> Iterator[FieldError]:
    """A warning for each payment due on a day off, with the working day that could be meant."""
    for place, row in enumerate(rows):
        if not is_working(row.due_on):
            params = {
                "day": dates.short(row.due_on),
                "next": dates.short(next_working(row.due_on)),
            }
            yield _found(place, "due_on", "not_a_working_day", **params)


def out_of_time(
    rows: Sequence[Payment], debt_day: date, today: date, *, stated: str
) -> Iterator[FieldError]:
    """Warnings: the debt stands at a later day than today's, payments at earlier ones."""
    if debt_day > today:
        yield FieldError(stated, "after_today", (("day", dates.short(today)),))
    for place, row in enumerate(rows):
        if row.due_on < today:
            yield _found(place, "due_on", "due_before_today", day=dates.short(today))


def instalments(rows: Sequence[Payment]) -> tuple[Instalment, ...]:
    """As the rules of packs know them."""
    return tuple(Instalment(due_on=row.due_on, amount=row.amount) for row in rows)


def printed(rows: Sequence[Payment], language: Language) -> dict[str, Any]:
    """Rows, totals of the columns, and the total in words."""
    total = _sum(rows, "amount")
    return {
        "count": counted(len(rows), language),
        "payments": [_printed(place, row) for place, row in enumerate(rows, start=1)],
        "principal": figures(_sum(rows, "principal")),
        "penalty": figures(_sum(rows, "penalty")),
        "equipment": figures(_sum(rows, "equipment")),
        "total": figures(total),
        "total_words": in_words(total, language),
    }


def _days(rows: Sequence[Payment], since: date) -> Iterator[FieldError]:
    if rows[0].due_on <= since:
        yield _found(0, "due_on", "not_after_debt_day", day=dates.short(since))
    for place, (earlier, row) in enumerate(pairwise(rows), start=1):
        if row.due_on <= earlier.due_on:
            yield _found(place, "due_on", "not_after_previous")
    for place, row in enumerate(rows):
        if _too_far(row.due_on, since):
            yield _found(place, "due_on", "too_far_off", months=str(LONGEST_MONTHS))


def _too_far(due_on: date, since: date) -> bool:
    months = 12 * (due_on.year - since.year) + due_on.month - since.month
    return (months, due_on.day) > (LONGEST_MONTHS, since.day)


def _sums(rows: Sequence[Payment]) -> Iterator[FieldError]:
    for place, row in enumerate(rows):
        expected = row.principal + row.penalty + row.equipment
        if row.amount != expected:
            yield _found(place, "amount", "row_sum_wrong", expected=figures(expected))


def _balances(rows: Sequence[Payment], total: Decimal) -> Iterator[FieldError]:
    before = total
    for place, row in enumerate(rows):
        expected = before - row.amount
        if row.balance != expected:
            yield _found(place, "balance", "balance_wrong", expected=figures(expected))
        elif row is rows[-1] and row.balance != 0:
            yield _found(place, "balance", "balance_left")
        before = row.balance


def _columns(rows: Sequence[Payment], debt: Debt) -> Iterator[FieldError]:
    """The last row is named: it is there that a column has to come out even."""
    owed = {"principal": debt.principal, "penalty": debt.penalty, "equipment": debt.equipment}
    for column, expected in owed.items():
        if _sum(rows, column) != expected:
            params = {"sum": figures(_sum(rows, column)), "expected": figures(expected)}
            yield _found(len(rows) - 1, column, "column_sum_wrong", **params)


def _sum(rows: Sequence[Payment], column: str) -> Decimal:
    return sum((getattr(row, column) for row in rows), Decimal(0))


def _found(place: int, column: str, code: str, **params: str) -> FieldError:
    return FieldError(
        f"/schedule/{place}/{column}", code, (("row", str(place + 1)), *params.items())
    )


def _printed(number: int, row: Payment) -> dict[str, str]:
    return {
        "no": str(number),
        "due_on": dates.short(row.due_on),
        "principal": figures(row.principal),
        "penalty": figures(row.penalty),
        "equipment": figures(row.equipment),
        "amount": figures(row.amount),
        "balance": figures(row.balance),
    }
