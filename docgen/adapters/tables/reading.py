"""Workbooks (ISO/IEC 29500) by openpyxl, and CSV in the encodings that are met in Kazakhstan.

Nothing in them is run or followed; what is too large, or unpacks to too much, is not opened.
"""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path, PurePosixPath
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from docgen.domain.errors import FieldError, ValuesRejected
from docgen.domain.table import CellFault, Table, TableFile, TableRow, Value

LARGEST = 20 * 1024 * 1024
"""Bytes of a file."""
_LARGEST_UNPACKED = 200 * 1024 * 1024
_MOST_ROWS = 200_000
_MOST_COLUMNS = 200
_LONGEST_CELL = 4000
_LONGEST_NAME = 40
_CSV = "text/csv"
_OLD_EXCEL = bytes.fromhex("d0cf11e0a1b11ae1")
"""Of .xls, and of workbooks with a password."""
_LOST_LETTER = re.compile(r"[А-Яа-яЁё]\?|\?[А-Яа-яЁё]")
"""What is left of a Kazakh letter where a program saved it in an encoding that has none."""
_NOT_A_WORKBOOK = (
    InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError,
    IndexError, OSError, SyntaxError, RecursionError, NotImplementedError,
)  # fmt: skip


def _refused(code: str) -> ValuesRejected:
    return ValuesRejected((FieldError("/file", f"table_{code}"),))


def read_tables(path: Path) -> list[Table]:
    """All tables of a workbook, or of a folder of CSV files; raises ValuesRejected."""
    if path.is_dir():
        files = sorted(each for each in path.iterdir() if each.suffix.lower() == ".csv")
        if not files:
            raise _refused("no_tables")
        return [read_csv(each.stem, _content(each)) for each in files]
    content = _content(path)
    return [read_csv(path.stem, content)] if path.suffix.lower() == ".csv" else read_xlsx(content)


def read_files(files: Sequence[TableFile]) -> list[Table]:
    """All tables of what was brought: workbooks, and CSV files by name or media type.

    Raises ValuesRejected.
    """
    if sum(len(each.content) for each in files) > LARGEST:
        raise _refused("too_large")
    found: list[Table] = []
    for each in files:
        path = PurePosixPath(each.name)
        is_csv = path.suffix.lower() == ".csv"
        if is_csv or each.media_type == _CSV:
            name = path.stem if is_csv else path.name
            found.append(read_csv(name[:_LONGEST_NAME], each.content))
        else:
            found += read_xlsx(each.content)
    return found


def _content(path: Path) -> bytes:
    if path.stat().st_size > LARGEST:
        raise _refused("too_large")
    return path.read_bytes()


def read_xlsx(content: bytes) -> list[Table]:
    """The sheets of a workbook; raises ValuesRejected."""
    if len(content) > LARGEST:
        raise _refused("too_large")
    if content.startswith(_OLD_EXCEL):
        raise _refused("old_excel")
    _guard(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            return [Table(name=sheet.title, rows=tuple(_rows(sheet))) for sheet in book.worksheets]
    except _NOT_A_WORKBOOK as error:
        raise _refused("not_a_workbook") from error


def _guard(content: bytes) -> None:
    """Before anything is unpacked: how much it would be, and whether XML would define entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            listed = package.infolist()
            if sum(each.file_size for each in listed) > _LARGEST_UNPACKED:
                raise _refused("unpacks_to_too_much")
            for each in listed:
                with package.open(each) as part:
                    if b"<!" in part.read(1024).replace(b"<!--", b""):
                        raise _refused("not_a_workbook")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        raise _refused("not_a_workbook") from error


def _rows(sheet: Any) -> Iterator[TableRow]:
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > _MOST_ROWS:
            raise _refused("too_many_rows")
        read = {place: _value(cell) for place, cell in enumerate(cells[:_MOST_COLUMNS])}
        there = {place: value for place, value in read.items() if value is not None}
        if there:
            yield TableRow(number=number, cells=there)


def _value(cell: Any) -> Value | None:
    value, kind = cell.value, getattr(cell, "data_type", "n")
    if value is None:
        return None
    if kind == "f":
        return CellFault("cell_formula")
    if kind == "e":
        return CellFault("cell_error_value")
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool | int | float | date | datetime):
        return value
    return CellFault("cell_not_a_value") if isinstance(value, time) else _text(str(value))


def _text(value: str) -> str | CellFault | None:
    if len(value) > _LONGEST_CELL:
        return CellFault("cell_too_long")
    if _LOST_LETTER.search(value):
        return CellFault("cell_letters_lost")
    return value.strip() or None


def read_csv(name: str, content: bytes) -> Table:
    """A file of comma, semicolon or tab separated values; raises ValuesRejected."""
    text = _decoded(content)
    head = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=head.count)
    rows = []
    try:
        for cells in (reader := csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)):
            read = {place: _csv_value(cell) for place, cell in enumerate(cells[:_MOST_COLUMNS])}
            there = {place: value for place, value in read.items() if value is not None}
            if there:
                rows.append(TableRow(number=reader.line_num, cells=there))
            if len(rows) > _MOST_ROWS:
                raise _refused("too_many_rows")
    except csv.Error as error:
        raise _refused("not_csv") from error
    return Table(name=name, rows=tuple(rows))


def _csv_value(cell: str) -> Value | None:
    value = _text(cell)
    if isinstance(value, str) and value.startswith("="):
        return CellFault("cell_formula")
    return value


def _decoded(content: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, else KZ-1048: CP1251 with Kazakh letters."""
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refused("not_csv")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "kz1048")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused("encoding")
