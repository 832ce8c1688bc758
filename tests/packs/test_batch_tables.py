"""Tables of debtors: every error at once and at its cell, whatever program wrote them."""

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from docgen.adapters.tables.reading import read_csv, read_tables, read_xlsx
from docgen.adapters.tables.workbooks import OpenpyxlWorkbooks
from docgen.domain.errors import ValuesRejected
from docgen.domain.language import BOTH
from docgen.domain.table import Sheet, SheetColumn, SheetRow, cell_name
from docgen.forms.batch_columns import DEBTORS, ROWS, Column, Kind
from docgen.forms.batch_tables import read_batch
from docgen.forms.batch_template import template
from docgen.forms.batch_values import as_json
from docgen.texts.phrases import phrases
from tests.packs.tables import Tables, csv_folder, tables, workbook


def _cases(given: Tables, tmp_path: Path) -> list[dict[str, Any]]:
    return [case.given for case in read_batch(read_tables(workbook(tmp_path / "t.xlsx", given)))]


def _errors(read: Any) -> dict[str, str]:
    with pytest.raises(ValuesRejected) as refused:
        read()
    return {error.pointer: error.code for error in refused.value.errors}


def test_a_workbook_and_a_folder_say_the_same(tmp_path: Path) -> None:
    """Semicolons with a mark, commas without, tabs in UTF-16: whatever Excel has saved."""
    made = tables(2)
    made["overrides"][1][3] = "Маусым айының төлемі 15 күнге есептелген"
    wanted = _cases(made, tmp_path)
    for number, (encoding, delimiter) in enumerate(
        (("utf-8-sig", ";"), ("utf-8", ","), ("utf-16", "\t"), ("kz1048", ";"))
    ):
        folder = csv_folder(tmp_path / str(number), made, encoding=encoding, delimiter=delimiter)
        read = [case.given for case in read_batch(read_tables(folder))]
        assert read == wanted


def test_a_case_is_put_together(tmp_path: Path) -> None:
    """Its own row, what all share, and its rows of the other tables; its own word goes first."""
    made = tables(2)
    made["debtors"][0].append("notary.full_name")
    made["debtors"][2].append("Серікова Айгүл Маратқызы")

    first, second = _cases(made, tmp_path)

    assert first["account_number"] == "580098700001"
    assert first["creditor"]["bank"]["name"]["kk"] == "«Үлгі Банк» акционерлік қоғамы"
    assert [each["charged"] for each in first["invoices"]][:2] == ["7490.00", "7490.00"]
    assert first["notary"]["full_name"] != second["notary"]["full_name"]


def test_every_error_is_told_at_its_cell(tmp_path: Path) -> None:
    """Of all tables, at once: what cells are, what the schema says of them, and whose rows."""
    made = tables(2)
    made["debtors"][1][1] = "20.13.2026"
    made["debtors"].append(["D-00001"])
    made["invoices"][1][3] = "=7490+1"
    made["invoices"][2][3] = "-5"
    made["payments"][1][0] = "D-77777"
    made["notices"][1][2] = "pigeon"
    made["debtors"][0][2] = "acount"
    made["weather"] = [["day"]]

    first = _errors(lambda: _cases(made, tmp_path))

    assert first == {
        "/weather": "table_unknown", "/debtors/C1": "column_unknown", "/debtors/A4": "named_twice",
        "/invoices/D2": "cell_formula", "/payments/A2": "case_unknown",
    }  # fmt: skip


def test_what_the_schema_refuses_is_told_at_its_cell(tmp_path: Path) -> None:
    """A day that is none, a charge below nothing, a choice that is not offered."""
    made = tables(2)
    made["debtors"][1][1] = "20.13.2026"
    made["invoices"][2][3] = "-5"
    made["notices"][1][2] = "pigeon"
    del made["papers"]
    cases = read_batch(read_tables(workbook(tmp_path / "t.xlsx", made)))

    found = {error.pointer: error.code for case in cases for error in case.errors()}

    assert found == {
        "/debtors/B2": "not_a_date", "/invoices/D3": "too_small", "/notices/C2": "not_in_list",
    }  # fmt: skip


_WRITTEN: list[tuple[Kind, Any, Any]] = [
    (Kind.IIN, 10512312310, "010512312310"),
    (Kind.IIN, "850512 312310", "850512312310"),
    (Kind.TEXT, 580098765432.0, "580098765432"),
    (Kind.DAY, datetime(2026, 3, 5), "2026-03-05"),  # noqa: DTZ001 - as tables have it
    (Kind.DAY, "5.3.2026", "2026-03-05"),
    (Kind.MONTH, datetime(2026, 3, 1), "2026-03"),  # noqa: DTZ001
    (Kind.MONTH, "03.2026", "2026-03"),
    (Kind.MONTH, "01.03.2026", "2026-03"),
    (Kind.MOMENT, datetime(2026, 3, 5, 10, 15), "2026-03-05T10:15:00+05:00"),  # noqa: DTZ001
    (Kind.MOMENT, "05.03.2026", "2026-03-05"),
    (Kind.MONEY, "7 490,00 ₸", "7490.00"),
    (Kind.MONEY, 7490, "7490"),
    (Kind.MONEY, 0.1 + 0.2, "0.30"),
    (Kind.MONEY, 12.345, "12.345"),
    (Kind.FLAG, "Жоқ", False),
    (Kind.FLAG, True, True),
]


@pytest.mark.parametrize(("kind", "written", "read"), _WRITTEN)
def test_what_people_write_is_understood(kind: Kind, written: Any, read: Any) -> None:
    """As programs of tables keep it, and as it is written in Kazakhstan; nothing is rounded."""
    assert as_json(Column(key="x", kind=kind), written) == read


@pytest.mark.parametrize("language", BOTH)
def test_choices_are_known_by_their_words(language: Any) -> None:
    """In both languages, in any case of letters."""
    column = next(each for each in ROWS["invoices"] if each.key == "kind")

    assert as_json(column, phrases(language)["pack.component.services"].upper()) == "services"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("case;debtor.surname\r\nD-1;?ожахметов\r\n".encode("cp1251"), "cell_letters_lost"),
        (b"case;debtor.iin\r\nD-1;8,50512E+11\r\n", "cell_scientific"),
        (b"case;debtor.name\r\nD-1;=HYPERLINK(1)\r\n", "cell_formula"),
    ],
)
def test_what_a_program_has_spoilt_is_not_guessed(content: bytes, code: str) -> None:
    """Lost letters, lost digits and formulas are told where they stand."""
    errors = _errors(lambda: read_batch([read_csv("debtors", content)]))

    assert errors == {"/debtors/B2": code}


def _bomb() -> bytes:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package,
        package.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(220):
            part.write(bytes(1024 * 1024))
    return made.getvalue()


def _entities() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        package.writestr("xl/workbook.xml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>')
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (_bomb(), "table_unpacks_to_too_much"),
        (_entities(), "table_not_a_workbook"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "table_old_excel"),
        (b"PK\x03\x04 and then nothing", "table_not_a_workbook"),
        (bytes(21 * 1024 * 1024), "table_too_large"),
    ],
    ids=["bomb", "entities", "old", "broken", "large"],
)
def test_what_is_no_workbook_is_refused(content: bytes, code: str) -> None:
    """Before anything of it is unpacked."""
    assert _errors(lambda: read_xlsx(content)) == {"/file": code}


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_refused(content: bytes) -> None:
    """Never anything else."""
    for read in (read_xlsx, lambda each: read_csv("debtors", each)):
        try:
            read(content)
        except ValuesRejected:
            continue


@given(st.integers(0, 800), st.integers(1, 100_000))
def test_cells_are_named_as_tables_name_them(column: int, row: int) -> None:
    """By letters and a number."""
    assert cell_name(column, row) == f"{get_column_letter(column + 1)}{row}"


def test_the_template_is_read_as_an_empty_batch(tmp_path: Path) -> None:
    """Its keys are known, its titles are remarks; a row that is filled in is a case."""
    file = tmp_path / "template.xlsx"
    file.write_bytes(OpenpyxlWorkbooks().write(template()))
    assert _errors(lambda: read_batch(read_tables(file))) == {"/debtors": "table_empty"}

    book = load_workbook(file)
    book["debtors"].append(["D-1", "20.11.2026"])
    book["common"]["B3"] = "HSBKKZKX"
    book.save(file)
    (case,) = read_batch(read_tables(file))

    assert [cell.value for cell in book["debtors"][1]] == [each.key for each in DEBTORS]
    assert case.given["as_of"] == "2026-11-20"


def test_names_are_never_formulas() -> None:
    """What begins with an equals sign is text in a workbook of ours."""
    sheet = Sheet(
        name="s", columns=(SheetColumn(titles=("t",)),), rows=[SheetRow(values=("=1+1",))]
    )
    book = load_workbook(io.BytesIO(OpenpyxlWorkbooks().write((sheet,))))

    assert book["s"]["A2"].data_type == "s"
