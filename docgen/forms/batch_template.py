"""The workbook that a collection department fills in: every table, its columns and an example."""

from collections.abc import Sequence

from docgen.domain.language import BOTH
from docgen.domain.table import Look, Sheet, SheetColumn, SheetRow
from docgen.forms.batch_columns import CASE, COMMON, DEBTORS, ROWS, Column, Kind
from docgen.forms.batch_summary import both
from docgen.texts.phrases import phrases, say

_LOOKS = {Kind.DAY: Look.DAY, Kind.MONEY: Look.MONEY}
_WIDTHS = {Kind.DAY: 13, Kind.MONTH: 12, Kind.MONEY: 15, Kind.FLAG: 12}
_LISTED_BY_NAME = 255
"""Letters that a list of choices may have in a cell's rule."""


def template() -> tuple[Sheet, ...]:
    """The sheets, `help` first."""
    tables = {"debtors": DEBTORS, **ROWS}
    return (
        _help(),
        _table("debtors", DEBTORS),
        _common(),
        *(_table(name, columns) for name, columns in tables.items() if name != "debtors"),
    )


def _help() -> Sheet:
    rows = [
        SheetRow(values=tuple(say(f"batch.help.{name}", language) for language in BOTH))
        for name in ("tables", "cases", "common", "papers", "remarks", "values", "csv")
    ]
    for name, columns in (("debtors", DEBTORS), *ROWS.items()):
        rows += [_choices(name, each) for each in columns if each.choices]
    return Sheet(
        name="help",
        heading=(both("title.template").replace("\n", " · "),),
        columns=tuple(
            SheetColumn(titles=(say("batch.head.help", each),), width=76) for each in BOTH
        ),
        rows=rows,
    )


def _choices(table: str, column: Column) -> SheetRow:
    told = []
    for language in BOTH:
        words = phrases(language)
        listed = [
            f"{each} – {words[f'{column.words}.{each}']}" if column.words else each
            for each in column.choices
        ]
        told.append(f"{table} / {column.key}:\n" + "\n".join(listed))
    return SheetRow(values=tuple(told))


def _table(name: str, columns: Sequence[Column]) -> Sheet:
    shown = tuple(
        SheetColumn(
            titles=(each.key, title(each)),
            width=_WIDTHS.get(each.kind, 22),
            look=_LOOKS.get(each.kind, Look.TEXT),
            choices=_listed(each),
        )
        for each in columns
    )
    return Sheet(name=name, columns=shown)


def title(column: Column) -> str:
    """What a column is called by people; rows of it are remarks, as the mark says."""
    mark = "# " if column.key == CASE else ""
    return mark + both(f"column.{column.key}")


def _listed(column: Column) -> tuple[str, ...]:
    if column.kind is Kind.FLAG:
        return ("иә", "жоқ", "да", "нет")
    fits = len(",".join(column.choices)) <= _LISTED_BY_NAME
    return column.choices if fits else ()


def _common() -> Sheet:
    rows = [
        SheetRow(values=(each.key, None, both(f"column.{each.key}").replace("\n", " · ")))
        for each in COMMON
    ]
    return Sheet(
        name="common",
        columns=(
            SheetColumn(titles=("key",), width=44),
            SheetColumn(titles=(both("head.value"),), width=48),
            SheetColumn(titles=(both("head.meaning"),), width=70),
        ),
        rows=rows,
    )
