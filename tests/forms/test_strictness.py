"""What is not quite a value of its kind is refused, and quickly."""

import itertools
import json
import time
import unicodedata
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from docgen.domain.errors import ValuesRejected
from docgen.forms.catalogue import Catalogue
from docgen.forms.fields import _PRINTED, Money, Quantity, QuantityOrZero
from docgen.forms.identity import read_subscriber
from tests.forms.reading import example, found
from tests.forms.samples import act_request


@pytest.mark.parametrize(
    ("code", "field"),
    [("instalment_agreement", "missed_payments"), ("instalment_addendum", "version")],
)
@pytest.mark.parametrize("number", ["1e-20000000", "1e20000000", "1.0", "1e0"])
def test_a_whole_number_is_written_as_one(code: str, field: str, number: str) -> None:
    """JSON's other numbers are refused at once, however far their point is moved."""
    form = Catalogue().get(code)
    values = example(form) | {field: json.loads(number, parse_float=Decimal)}
    began = time.process_time()

    assert found(form, values) == {f"/{field}": "wrong_type"}
    assert time.process_time() - began < 1


@pytest.mark.parametrize("answer", ["no", "off", "t", 0, 1, Decimal("1e-1000"), "true"])
def test_yes_and_no_are_true_and_false(answer: object) -> None:
    """Whoever binds himself to something does not do it by a word that means it."""
    form = Catalogue().get("instalment_agreement")

    assert found(form, example(form) | {"services_restored": answer}) == {
        "/services_restored": "wrong_type"
    }


@pytest.mark.parametrize(
    "day", ["1735689600", "2026-13-01", "0001-01-01", "9999-12-31", "2026-1-1"]
)
def test_a_day_is_one_of_our_times(day: str) -> None:
    """In four, two and two digits, and of a year that somebody remembers."""
    form = Catalogue().get("acceptance_act")

    values = act_request()["values"] | {"connected_on": day}
    assert found(form, values) == {"/connected_on": "not_a_date"}


def _person(**changes: Any) -> dict[str, str]:
    with pytest.raises(ValuesRejected) as caught:
        read_subscriber({**act_request()["subscriber"], **changes})
    return {error.pointer: error.code for error in caught.value.errors}


@pytest.mark.parametrize("name", ["850512456785", "Серік 87015550142", "—", "..."])
def test_a_name_is_made_of_letters(name: str) -> None:
    """It is told to many, so that no number may hide in it."""
    assert _person(surname=name) == {"/subscriber/surname": "name_invalid"}


@pytest.mark.parametrize("name", ["Нұрлан", "Анна-Мария", "О'Коннор", "Ибн Сина", "Jr."])
def test_names_of_many_kinds_are_names(name: str) -> None:
    """Hyphens, apostrophes, gaps and dots belong to them."""
    assert read_subscriber({**act_request()["subscriber"], "name": name}).name == name


@pytest.mark.parametrize(
    "address", ["a@b.c,evil@x.y", "a@@x.y", '"><x>@x.y', "a@x", "a b@x.y", "@x.y"]
)
def test_an_email_is_one_address(address: str) -> None:
    """Letters to it count as received when they are sent (point 33.7)."""
    assert _person(email=address) == {"/subscriber/email": "email_invalid"}


@pytest.mark.parametrize(
    ("clause", "text", "pointer", "code"),
    [
        ("1.2", "Жаңа мәтін.", "clause", "clause_not_changed"),
        ("2", "Жаңа мәтін.", "clause", "clause_not_changed"),
        ("4.3", "Жаңа мәтін.\n4.4. Айыппұл 50 %.", "text", "clause_breaks_out"),
        ("4.3", "Төленеді.» 4.4-тармақ: «алып тасталсын", "text", "clause_breaks_out"),
        ("4.3", "«Ашық тырнақша", "text", "clause_breaks_out"),
    ],
)
def test_a_changed_clause_stays_within_itself(
    clause: str, text: str, pointer: str, code: str
) -> None:
    """It neither touches the debt and its schedule nor prints what looks like another clause."""
    form = Catalogue().get("instalment_addendum")
    values = example(form) | {"changed_clauses": [{"clause": clause, "text": text}]}

    assert found(form, values) == {f"/changed_clauses/0/{pointer}": code}


def test_ways_of_paying_are_one_line() -> None:
    """Lines of their own would look like clauses of the lawyers."""
    form = Catalogue().get("instalment_agreement")
    values = example(form) | {"payment_channels": "Сайт.\n3.2. Айыппұл 50 %."}

    assert found(form, values) == {"/payment_channels": "several_lines"}


@pytest.mark.parametrize("act", ["-", "—", "..."])
def test_an_older_act_has_a_number(act: str) -> None:
    """A dash does not say who handed the device out."""
    form = Catalogue().get("equipment_return")
    values = example(form)
    values["complete"][0]["handed_out_by"] = act

    assert found(form, values) == {"/complete/0/handed_out_by": "invalid"}


def _read(kind: Any, number: object) -> str:
    """The number as it is kept, or what is wrong with it."""
    try:
        return repr(TypeAdapter(kind).validate_python(number))
    except ValidationError as error:
        return str([(each["type"], each.get("ctx")) for each in error.errors()])


@pytest.mark.parametrize(
    "kind", [Money, Quantity, QuantityOrZero], ids=["money", "quantity", "quantity_or_zero"]
)
@given(st.from_regex(r"-?[0-9]{1,14}(\.[0-9]{0,5})?", fullmatch=True))
def test_a_number_written_plainly_is_checked_no_less(kind: Any, written: str) -> None:
    """It is kept or refused as the same number is that does not come as a text."""
    assert _read(kind, written) == _read(kind, Decimal(written))


def test_what_is_printed_is_composed_as_it_stands() -> None:
    """No two signs of those that are printed make another one: such a text needs no composing."""
    signs = [chr(sign) for low, high in _PRINTED for sign in range(low, high + 1)]
    pairs = "\0".join(map("".join, itertools.product(signs, signs)))

    assert unicodedata.normalize("NFC", pairs) == pairs
