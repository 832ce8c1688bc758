"""The Workbooks port by openpyxl: sheets that look finished and print on A4."""

import io
from datetime import datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from docgen.domain.table import Look, Sheet, SheetColumn, Tone

_INK, _SOFT, _HEAD, _LINE = "FF12303B", "FF5B7480", "FF0B6E7F", "FFD5DEE2"
_TONES = {
    Tone.PLAIN: None, Tone.GOOD: "FFE8F5EE", Tone.WARNING: "FFFFF6E0", Tone.BAD: "FFFDECEA",
}  # fmt: skip
_FORMATS = {
    Look.TEXT: "@", Look.WHOLE: "#,##0", Look.MONEY: "#,##0.00", Look.DAY: "dd.mm.yyyy",
}  # fmt: skip
_CHOOSABLE_ROWS = 20_000
_FONT = "Noto Sans"
_MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - the format has no zone; the same bytes each time


class OpenpyxlWorkbooks:
    """A workbook of sheets; text stays text, whatever it begins with."""

    def write(self, sheets: tuple[Sheet, ...]) -> bytes:
        """The bytes of an .xlsx file."""
        book = Workbook()
        book.remove(book.active)
        book.properties.creator, book.properties.created = "Qoltanba", _MADE
        for sheet in sheets:
            _write(book.create_sheet(sheet.name), sheet)
        written = io.BytesIO()
        book.save(written)
        return written.getvalue()


def _write(page: Any, sheet: Sheet) -> None:
    page.sheet_view.showGridLines = False
    for number, line in enumerate(sheet.heading, start=1):
        cell = page.cell(row=number, column=1, value=line)
        cell.font = Font(name=_FONT, size=15 if number == 1 else 10, bold=number == 1, color=_INK)
        page.row_dimensions[number].height = 24 if number == 1 else 15
    first = len(sheet.heading) + (2 if sheet.heading else 1)
    head = _head(page, sheet.columns, first)
    for number, row in enumerate(sheet.rows, start=head + 1):
        _row(page, sheet, number, row.values, row.tone)
    for place, column in enumerate(sheet.columns, start=1):
        _column(page, column, place, head)
    page.freeze_panes = page.cell(row=head + 1, column=2 if len(sheet.columns) > 1 else 1)
    last = head + len(sheet.rows)
    if sheet.rows:
        page.auto_filter.ref = f"A{head}:{get_column_letter(len(sheet.columns))}{last}"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = f"{first}:{head}"
    page.oddFooter.center.text = "&P / &N"


def _head(page: Any, columns: tuple[SheetColumn, ...], first: int) -> int:
    """The lines of titles; the last of them is the head that rows are filtered under."""
    lines = max(len(column.titles) for column in columns)
    for line in range(lines):
        for place, column in enumerate(columns, start=1):
            text = column.titles[line] if line < len(column.titles) else ""
            cell = page.cell(row=first + line, column=place, value=text)
            main = lines == 1 or line > 0
            cell.fill = PatternFill("solid", fgColor=_HEAD if main else "FFE3EEF1")
            cell.font = Font(name=_FONT, size=9, bold=main, color="FFFFFFFF" if main else _SOFT)
            cell.alignment = Alignment(wrap_text=True, vertical="center")
        page.row_dimensions[first + line].height = 46 if lines == 1 or line > 0 else 16
    return first + lines - 1


def _row(page: Any, sheet: Sheet, number: int, values: tuple[Any, ...], tone: Tone) -> None:
    fill, edge = _TONES[tone], Side(style="thin", color=_LINE)
    for place, (column, value) in enumerate(zip(sheet.columns, values, strict=True), start=1):
        cell = page.cell(row=number, column=place)
        cell.value = float(value) if isinstance(value, Decimal) else value
        if isinstance(value, str):
            # A text that begins with `=` stays a text: nobody's name is run as a formula.
            cell.data_type = "s"
        cell.number_format = _FORMATS[column.look]
        cell.font = Font(name=_FONT, size=10, color=_INK)
        right = column.look in {Look.WHOLE, Look.MONEY}
        cell.alignment = Alignment(
            wrap_text=True, vertical="top", horizontal="right" if right else "left"
        )
        cell.border = Border(bottom=edge)
        if fill is not None:
            cell.fill = PatternFill("solid", fgColor=fill)


def _column(page: Any, column: SheetColumn, place: int, head: int) -> None:
    letter = get_column_letter(place)
    page.column_dimensions[letter].width = column.width
    page.column_dimensions[letter].number_format = _FORMATS[column.look]
    if column.choices:
        listed = ",".join(column.choices)
        chosen = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True)
        chosen.add(f"{letter}{head + 1}:{letter}{_CHOOSABLE_ROWS}")
        page.add_data_validation(chosen)
