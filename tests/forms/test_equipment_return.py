"""Annex 2: what its values must be, what it changes in an account, what its template sees."""

import copy
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from docgen.domain.account import Account, Traces
from docgen.domain.errors import FieldError
from docgen.domain.language import Language
from docgen.forms.catalogue import Catalogue
from docgen.forms.form import Form, Review
from docgen.forms.identity import read_subscriber
from docgen.texts.phrases import say
from tests.forms.reading import context, errors, found

NBSP = "\u00a0"
DAY = date(2026, 11, 25)
ONT, BOX = "4857544300000002", "DV8919-26-000345"


def _form() -> Form:
    return Catalogue().get("equipment_return")


def _values(**changes: Any) -> dict[str, Any]:
    """The example, a whole terminal and a set-top box in part; no act of elsewhere is named."""
    values = copy.deepcopy(dict(_form().example["values"]))
    values["incomplete"][0]["handed_out_by"] = None
    return values | changes


def _errors(values: dict[str, Any]) -> tuple[FieldError, ...]:
    return errors(_form(), values)


def _found(values: dict[str, Any]) -> dict[str, str]:
    return found(_form(), values)


def _context(values: Mapping[str, Any], language: Language) -> dict[str, Any]:
    return context(_form(), values, language)


def _review(values: Mapping[str, Any], account: Account) -> Review:
    return _form().read(values).review(account)


def _account(*serials: str) -> Account:
    """An account to which one act has handed these devices out."""
    return Account().after(Traces(handed_out=serials), number="A3-2026-000007")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.KK, ("Теледидар приставкасы", "қайтару", "қашықтан басқару пульті жоқ",
                       f"{BOX}\n№ A3-2024-000118\nакт")),
        (Language.RU, ("Телевизионная приставка", "возврат", "нет пульта управления",
                       f"{BOX}\nакт\n№ A3-2024-000118")),
    ],
)  # fmt: skip
def test_each_half_speaks_its_own_language(language: Language, said: tuple[str, ...]) -> None:
    """Free text, kinds of return and the act of elsewhere are worded for the language."""
    (row,) = _context(_form().example["values"], language)["incomplete"]

    assert (row["kind"], row["return_kind"], row["completeness"], row["serial"]) == said


def test_the_total_is_the_sum_of_compensations() -> None:
    """It is computed to the tiyn, and is the amount that the act is about."""
    values = _values(total=None)
    more = {"serial": "S-2", "compensation": "10000.05"}
    values["incomplete"].append(values["incomplete"][0] | more)

    assert _context(values, Language.KK)["total"] == f"12{NBSP}500,05"
    assert _form().read(values).amount() == Decimal("12500.05")


def test_a_given_total_must_be_that_sum() -> None:
    """A wrong one is refused with the right one named, never corrected in silence."""
    (error,) = _errors(_values(total="2500.01"))

    assert error == FieldError("/values/total", "sum_wrong", (("sum", f"2{NBSP}500,00"),))


def test_nothing_is_at_stake_where_nothing_is_compensated() -> None:
    """Devices that come back complete cost the subscriber nothing."""
    assert _form().read(_values(incomplete=[], total=None)).amount() is None


@pytest.mark.parametrize("table", ["complete", "incomplete"])
def test_an_empty_table_prints_a_row_of_dashes_under_an_empty_box(table: str) -> None:
    """The contract prints both tables, and ticks what applies."""
    context = _context(_values(**{table: []}, total=None), Language.RU)
    other = {"complete": "incomplete", "incomplete": "complete"}[table]

    assert [set(row.values()) for row in context[table]] == [{"—"}]
    assert context[f"{table}_box"] == "☐"
    assert context[f"{other}_box"] == "☒"


def test_an_act_returns_something() -> None:
    """Two empty tables are no act."""
    assert _found(_values(complete=[], incomplete=[], total=None)) == {"": "nothing_returned"}


def test_no_device_costs_more_than_its_price() -> None:
    """The price in the act of acceptance bounds what is compensated, row by row."""
    values = _values(total=None)
    dear = {"serial": "S-2", "compensation": "18500.01"}
    values["incomplete"].append(values["incomplete"][0] | dear)
    (error,) = _errors(values)

    assert (error.pointer, error.code) == ("/values/incomplete/1/compensation", "above_price")
    assert dict(error.params) == {"row": "2", "limit": f"18{NBSP}500,00"}


def test_a_serial_number_stands_once_in_a_table() -> None:
    """In whatever case it is written."""
    values = _values()
    values["complete"].append(values["complete"][0] | {"serial": " 48575443 00000002 "})

    assert _found(values) == {"/complete/1/serial": "serial_repeated"}


def test_a_serial_number_stands_in_one_of_the_tables() -> None:
    """A device comes back complete or it does not; the row of the first table is named."""
    values = _values()
    values["complete"].insert(0, values["complete"][0] | {"serial": "OTHER"})
    values["incomplete"][0]["serial"] = ONT
    (error,) = _errors(values)

    assert (error.pointer, error.code) == ("/values/incomplete/0/serial", "serial_in_both_tables")
    assert dict(error.params) == {"row": "1", "earlier": "2"}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("services", [], "too_short"),
        ("returned_on", "25.11.2026", "not_a_date"),
        ("order_number", " ", "required"),
        ("iin", "850512456785", "unknown_field"),
    ],
)
def test_a_bad_value_is_named_by_its_place(field: str, value: object, code: str) -> None:
    """Pointer and code say what to mend; identity is none of the values."""
    assert _found(_values(**{field: value})) == {f"/{field}": code}


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("return_kind", "gift", "not_in_list"),
        ("completeness", "жоқ\nжоқ", "several_lines"),
        ("compensation", None, "not_a_number"),
    ],
)
def test_a_bad_row_is_named_by_its_number(column: str, value: object, code: str) -> None:
    """So is the column."""
    values = _values()
    values["incomplete"][0][column] = value

    assert _found(values) == {f"/incomplete/0/{column}": code}


@pytest.mark.parametrize("table", ["services", "complete", "incomplete"])
def test_a_table_has_at_most_a_thousand_rows(table: str) -> None:
    """More are a mistake of some program."""
    values = _values()

    assert _found(values | {table: values[table] * 1001}) == {f"/{table}": "too_long"}


def test_all_devices_are_off_the_hands_of_the_subscriber() -> None:
    """Given back whole, incomplete, or paid for as lost: none is held any more."""
    values = _values()
    values["incomplete"][0]["return_kind"] = "loss"
    traces = _form().read(values).traces()

    assert traces.taken_back == (ONT, BOX)
    assert _account(ONT, BOX, "OTHER").after(traces, number="A2").held == {"other"}


def test_what_was_handed_out_comes_back_without_a_word() -> None:
    """Serials are compared without case and gaps."""
    assert _review(_values(), _account(ONT, "dv8919-26-000345")) == Review()


def test_a_device_that_no_act_handed_out_is_refused() -> None:
    """The service knows an act of the account, and this serial is not in it (point 32.10)."""
    review = _review(_values(), _account(ONT))

    assert review.errors == (
        FieldError("/incomplete/0/serial", "serial_not_handed_out", (("row", "1"),)),
    )
    assert review.warnings == ()


def test_an_act_of_elsewhere_may_have_handed_it_out() -> None:
    """Its number in the row is enough."""
    assert _review(_form().example["values"], _account(ONT)) == Review()


def test_of_an_unknown_account_nothing_is_said() -> None:
    """Old subscribers have acts on paper only."""
    assert _review(_values(), Account()) == Review()


def test_a_second_return_is_a_warning_that_names_the_act() -> None:
    """Whoever makes the act may know why, and goes on."""
    account = _account(ONT, BOX).after(Traces(taken_back=(ONT,)), number="A2-2026-000001")
    review = _review(_values(), account)

    params = (("row", "1"), ("act", "A3-2026-000007"))
    assert review.warnings == (FieldError("/complete/0/serial", "serial_already_returned", params),)
    assert review.errors == ()


@pytest.mark.parametrize("language", list(Language))
def test_every_finding_is_a_whole_sentence(language: Language) -> None:
    """The numbers that a finding carries fill the places of its sentence."""
    values = _values(total="1")
    values["incomplete"][0] |= {"serial": ONT, "compensation": "99999"}
    account = _account("OTHER", BOX).after(Traces(taken_back=(BOX,)), number="A2-2026-000001")
    review = _review(_values(), account)
    found = (*_errors(values), *review.errors, *review.warnings)

    assert len(found) == 5
    for each in found:
        sentence = say(f"field.{each.code}", language, **dict(each.params))
        assert all(value in sentence for _, value in each.params)


def test_the_example_is_accepted() -> None:
    """What `docgen forms example` prints can be sent as it is."""
    _form().read(_form().example["values"])
    read_subscriber(_form().example["subscriber"])
