"""Tables as people hand them over, and sheets as they are given back: no library of theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True)
class CellFault:
    """What a cell holds instead of a value: a code of the texts, `field.CODE`."""

    code: str


Value = str | int | float | bool | date | datetime | Decimal | CellFault
"""What stands in a cell."""


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """One row; `cells` by column, from 0, without the empty ones."""

    number: int
    """As the program of tables counts it, from 1."""
    cells: Mapping[int, Value]


@dataclass(frozen=True, kw_only=True)
class Table:
    """One sheet of a workbook, or one file of a folder."""

    name: str
    rows: Sequence[TableRow]


@dataclass(frozen=True, kw_only=True)
class TableFile:
    """A file of tables as it was brought: a workbook, or a CSV that its name says the table of."""

    name: str
    """As whoever brought it calls it; it is not trusted with anything but that."""
    media_type: str = ""
    content: bytes


def cell_name(column: int, row: int) -> str:
    """`C14` for column 2 of row 14."""
    letters, left = "", column + 1
    while left:
        left, place = divmod(left - 1, 26)
        letters = chr(ord("A") + place) + letters
    return f"{letters}{row}"


class Look(StrEnum):
    """How a column of a sheet is shown."""

    TEXT = "text"
    WHOLE = "whole"
    MONEY = "money"
    DAY = "day"


class Tone(StrEnum):
    """What a row is to the reader."""

    PLAIN = "plain"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, kw_only=True)
class SheetColumn:
    """One column: what stands above it, how wide it is in characters, what may be chosen."""

    titles: tuple[str, ...]
    """One line of the head each."""
    width: int = 14
    look: Look = Look.TEXT
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SheetRow:
    """Values from the left."""

    values: tuple[str | int | Decimal | date | None, ...]
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A page of a workbook."""

    name: str
    heading: tuple[str, ...] = ()
    columns: tuple[SheetColumn, ...]
    rows: Sequence[SheetRow] = field(default_factory=tuple)
