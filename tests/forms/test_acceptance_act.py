"""Annex 3: what its values must be, and what its template sees."""

from collections.abc import Mapping
from typing import Any

import pytest

from docgen.domain.language import Language
from docgen.forms.identity import read_subscriber
from tests.forms.reading import context, found
from tests.forms.samples import act, act_request

NBSP = "\u00a0"


def _found(values: dict[str, Any]) -> dict[str, str]:
    return found(act(), values)


def _context(values: Mapping[str, Any], language: Language) -> dict[str, Any]:
    return context(act(), values, language, person=act_request()["subscriber"])


def test_totals_are_computed_to_the_tiyn() -> None:
    """Each row is quantity times price, each total the sum of its rows."""
    context = _context(act_request()["values"], Language.KK)

    assert [row["total"] for row in context["works"]] == [
        f"6{NBSP}500,00", f"2{NBSP}501,00", f"2{NBSP}399,97",
    ]  # fmt: skip
    assert context["works_total"] == f"11{NBSP}400,97"
    assert context["materials_total"] == f"2{NBSP}250,00"


@pytest.mark.parametrize(
    ("language", "kind", "mode", "unit", "internet", "complaint"),
    [
        (Language.KK, "Розетка орнату", "жалға алу", "метр", "бар", "жоқ"),
        (Language.RU, "Установка розетки", "аренда", "метр", "есть", "нет"),
    ],
)
def test_each_half_sees_values_in_its_own_language(
    language: Language, kind: str, mode: str, unit: str, internet: str, complaint: str
) -> None:
    """Free text, enums and yes/no are worded for the language of the half."""
    context = _context(act_request()["values"], language)

    assert context["works"][2]["kind"] == kind
    assert context["equipment"][0]["kind"].endswith(mode)
    assert context["materials"][0]["unit"] == unit
    assert context["internet_access"] == internet
    assert context["complaint"] == complaint


def test_one_text_serves_both_languages() -> None:
    """A plain string is shown as it is in either half."""
    values = act_request()["values"]

    names = {_context(values, lang)["materials"][1]["name"] for lang in Language}

    assert names == {"Коннектор SC/APC"}


def test_an_empty_table_prints_a_row_of_dashes() -> None:
    """Tables are referred to by number, so none is dropped."""
    values = act_request()["values"] | {"works": [], "equipment": [], "materials": []}
    context = _context(values, Language.RU)

    for table in ("works", "equipment", "materials"):
        assert [set(row.values()) for row in context[table]] == [{"—"}]
    assert context["works_total"] == "0,00"


def test_the_identity_comes_from_the_subscriber_block_only() -> None:
    """The values neither have nor accept an IIN or a name."""
    context = _context(act_request()["values"], Language.KK)

    assert context["subscriber"]["full_name"] == "Әбдіқадырова Гүлсім Өмірзаққызы"
    assert context["subscriber"]["iin"] == "900101412304"
    assert _found(act_request()["values"] | {"iin": "900101412304"}) == {"/iin": "unknown_field"}


@pytest.mark.parametrize(
    ("field", "value", "findings"),
    [
        ("services", [], {"/services": "too_short"}),
        ("connected_on", "20.11.2026", {"/connected_on": "not_a_date"}),
        ("internet_access", "maybe", {"/internet_access": "wrong_type"}),
        ("complaint", "жазба\x00", {"/complaint": "unprintable"}),
        ("complaint", "жақсы 😀", {"/complaint": "unprintable"}),
        ("order_number", "1\n2", {"/order_number": "several_lines"}),
        ("order_number", " ", {"/order_number": "required"}),
        ("complaint", {"kk": "жоқ"}, {"/complaint/ru": "required"}),
    ],
)
def test_a_bad_value_is_named_by_its_place(
    field: str, value: object, findings: dict[str, str]
) -> None:
    """Pointer and code say what to mend."""
    assert _found(act_request()["values"] | {field: value}) == findings


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"quantity": "0"}, "/works/1/quantity", "not_above"),
        ({"quantity": "NaN"}, "/works/1/quantity", "not_a_number"),
        ({"unit_price": "-1"}, "/works/1/unit_price", "too_small"),
        ({"unit_price": "1.234"}, "/works/1/unit_price", "too_many_decimals"),
        ({"total": "2501.01"}, "/works/1", "total_wrong"),
    ],
)
def test_a_bad_row_is_named_by_its_number(change: dict[str, str], pointer: str, code: str) -> None:
    """A wrong quantity, price or given total is refused, never corrected in silence."""
    values = act_request()["values"]
    values["works"][1] |= change

    assert _found(values) == {pointer: code}


def test_all_findings_come_at_once() -> None:
    """A tired technician mends everything in one go."""
    values = act_request()["values"]
    del values["operator_person"]
    values["works"][0]["quantity"] = "x"
    values["materials"][0] |= {"unit": "verst", "above_norm": "-1"}

    assert set(_found(values)) == {
        "/operator_person", "/works/0/quantity", "/materials/0/unit", "/materials/0/above_norm",
    }  # fmt: skip


def test_a_serial_number_stands_once_in_an_act() -> None:
    """Two devices cannot share a serial, in whatever case it is written."""
    values = act_request()["values"]
    values["equipment"][1]["serial"] = values["equipment"][0]["serial"].lower()

    assert _found(values) == {"/equipment/1/serial": "serial_repeated"}


def test_no_more_may_be_beyond_the_norm_than_was_used() -> None:
    """The part beyond the norm is a part of the total."""
    values = act_request()["values"]
    values["materials"][0]["above_norm"] = "46"

    assert _found(values) == {"/materials/0": "above_total"}


def test_the_schema_and_the_example_agree() -> None:
    """What `docgen forms example` prints is accepted, and the schema describes it."""
    form = act()
    schema = form.json_schema()

    form.read(form.example["values"])
    read_subscriber(form.example["subscriber"])
    assert set(form.example["values"]) <= set(schema["properties"])
    assert schema["additionalProperties"] is False


def test_no_value_can_be_laid_out_as_another_part_of_the_paper() -> None:
    """Gaps collapse in free text, and positions, kinds and names are single lines."""
    values = act_request()["values"]
    values["complaint"] = "жоқ" + "\n" * 40 + "Абонент қол қойды" + "\u00a0" * 90 + "."
    assert _context(values, Language.KK)["complaint"] == "жоқ\nАбонент қол қойды ."

    values["operator_person"]["position"]["ru"] = "монтёр\nПодпись абонента"
    assert _found(values) == {"/operator_person/position/ru": "several_lines"}
