"""Values of every form, made larger, emptier and stranger than the examples."""

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from docgen.domain.errors import ValuesRejected
from docgen.forms.form import Form

Path = tuple[str | int, ...]
PROBE = "Сынақ Ә"
LONG_NAME = {"surname": "Ұ" * 40, "name": "Ә" * 40, "patronymic": "Қ" * 40}
"""Of 120 letters, the widest there are."""


def example(form: Form) -> dict[str, Any]:
    """A copy of the example's values."""
    return copy.deepcopy(dict(form.example["values"]))


def tables(values: Mapping[str, Any]) -> Iterator[str]:
    """Names of the fields that are lists of rows."""
    for name, value in values.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield name


def with_rows(form: Form, count: int) -> dict[str, Any]:
    """The example with so many rows in every table."""
    values = example(form)
    for name in list(tables(values)):
        rows = values[name]
        values[name] = [_row(rows[place % len(rows)], name, place) for place in range(count)]
    return _AGREEING.get(form.code, _as_it_is)(values)


def _row(row: Mapping[str, Any], table: str, place: int) -> dict[str, Any]:
    made = copy.deepcopy(dict(row))
    own = {"serial": f"SN-{table[:4]}-{place:04}", "clause": f"{place // 9 + 3}.{place % 9 + 1}"}
    made |= {name: own[name] for name in own.keys() & made.keys()}
    return made


def without_rows(form: Form) -> dict[str, Any]:
    """The example with every table empty that may be, and everything left out that may be."""
    values = example(form)
    for name in list(values):
        emptiers: tuple[object, ...] = ([], None)
        for emptier in emptiers:
            tried = values | {name: emptier}
            with suppress(ValuesRejected):
                form.read(tried)
                values = tried
                break
    return values


def free_texts(form: Form) -> list[Path]:
    """Places of the example where any text is accepted."""
    return [path for path in _texts(form.example["values"]) if _accepts(form, path)]


def _texts(value: object, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, str):
        yield path
    items: Any = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        items = enumerate(value)
    for key, each in items:
        yield from _texts(each, (*path, key))


def _accepts(form: Form, path: Path) -> bool:
    try:
        form.read(put(example(form), {path: PROBE}))
    except ValuesRejected:
        return False
    return True


def put(values: dict[str, Any], texts: Mapping[Path, str]) -> dict[str, Any]:
    """The values with those texts in those places."""
    for path, text in texts.items():
        place: Any = values
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = text
    return values


def _as_it_is(values: dict[str, Any]) -> dict[str, Any]:
    return values


def _without_total(values: dict[str, Any]) -> dict[str, Any]:
    return values | {"total": None}


def _scheduled(values: dict[str, Any]) -> dict[str, Any]:
    """The debt in as many payments as there are rows, every 26 days: 40 of them fit the horizon."""
    debt = values.get("debt") or values["remaining"]
    day = date.fromisoformat(values.get("debt_as_of") or values["as_of"])
    other = Decimal(debt["other"]["amount"]) if debt["other"] else Decimal(0)
    owed = {
        "principal": Decimal(debt["services"]["amount"]) + other,
        "penalty": Decimal(debt["penalty"]),
        "equipment": Decimal(debt["equipment"]),
    }
    balance = sum(owed.values(), Decimal(0))
    rows = []
    for left in range(len(values["schedule"]), 0, -1):
        paid = {name: (amount / left).quantize(Decimal("0.01")) for name, amount in owed.items()}
        owed = {name: amount - paid[name] for name, amount in owed.items()}
        amount = sum(paid.values(), Decimal(0))
        balance, day = balance - amount, day + timedelta(days=26)
        row = {**paid, "amount": amount, "balance": balance}
        rows.append({"due_on": day.isoformat(), **{name: f"{each}" for name, each in row.items()}})
    return values | {"schedule": rows}


def _amended(values: dict[str, Any]) -> dict[str, Any]:
    """A table of clauses is shorter than one of payments, unless it is meant to be too long."""
    clauses = values["changed_clauses"]
    most = len(clauses) if len(clauses) > _MOST_ROWS else _MOST_CLAUSES
    return _scheduled(values) | {"changed_clauses": clauses[:most]}


_MOST_ROWS, _MOST_CLAUSES = 100, 20
_AGREEING: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "equipment_return": _without_total,
    "instalment_agreement": _scheduled,
    "instalment_addendum": _amended,
}
"""What follows from the number of rows, by form."""
