"""Parts that several forms print: people, services, identity papers, and rows of tables."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from docgen.domain.account import serial_key
from docgen.domain.errors import FieldError
from docgen.domain.language import Language
from docgen.forms.fields import (
    Block,
    Code,
    Day,
    Line,
    LocalLine,
    LocalText,
    finding,
    localised,
)
from docgen.forms.form import DASH
from docgen.texts import dates
from docgen.texts.phrases import say

TICKED_BOX, EMPTY_BOX = "☒", "☐"
"""Printed in Noto Sans Symbols2."""


class OperatorPerson(Block):
    """The operator's employee who makes the paper."""

    full_name: Annotated[Line, Field(max_length=180)]
    position: LocalLine
    contacts: Line
    employee_id: Code

    def printed(self, language: Language) -> dict[str, str]:
        """What the signature block shows of them."""
        return {
            "full_name": self.full_name,
            "position": localised(self.position, language),
            "contacts": self.contacts,
        }


class Service(Block):
    """A row of the services in annexes 2 and 3."""

    account_number: Code
    component_resource_number: Code
    name: LocalLine
    service_number: Code

    def printed(self, language: Language) -> dict[str, str]:
        """The row in that language."""
        return {
            "account_number": self.account_number,
            "component_resource_number": self.component_resource_number,
            "name": localised(self.name, language),
            "service_number": self.service_number,
        }


class PaperKind(StrEnum):
    """What people are identified by (decree 758 of 01.09.2023)."""

    ID_CARD = "id_card"
    PASSPORT = "passport"
    RESIDENCE_PERMIT = "residence_permit"
    STATELESS = "stateless"
    REFUGEE = "refugee"


class IdentityPaper(Block):
    """The paper a person was identified by: its particulars, never a copy of it (PDL 7(10))."""

    kind: PaperKind
    number: Code
    issued_on: Day
    issued_by: LocalLine
    valid_until: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_until is not None and self.valid_until < self.issued_on:
            raise finding("ends_before_it_begins")
        return self

    def printed(self, language: Language) -> dict[str, str]:
        """Kind in words, number, days as `30.12.2023`."""
        return {
            "kind": say(f"identity_paper.{self.kind}", language),
            "number": self.number,
            "issued_on": dates.short(self.issued_on),
            "issued_by": localised(self.issued_by, language),
            "valid_until": day_or_dash(self.valid_until),
        }


def boxes(kinds: Iterable[StrEnum], ticked: Collection[StrEnum]) -> dict[str, str]:
    """A box for each of the kinds, by its name."""
    return {each.value: TICKED_BOX if each in ticked else EMPTY_BOX for each in kinds}


def or_dashes(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> list[Mapping[str, Any]]:
    """The rows; a row of dashes where there is none.

    An empty table is printed too: the papers refer to their tables by number.
    """
    return list(rows) or [dict.fromkeys(columns, DASH)]


def numbered(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> list[Mapping[str, Any]]:
    """The same for a table whose rows have their number in order in front."""
    counted = [{"no": str(place), **row} for place, row in enumerate(rows, start=1)]
    return or_dashes(counted, ("no", *columns))


def repeated_serials(rows: Iterable[tuple[str, int, str]]) -> Iterator[FieldError]:
    """A finding for each row that repeats a serial number; rows are (table, place, serial)."""
    first: dict[str, tuple[str, int]] = {}
    for table, place, serial in rows:
        earlier = first.setdefault(serial_key(serial), (table, place))
        if earlier != (table, place):
            code = "serial_repeated" if earlier[0] == table else "serial_in_both_tables"
            params = (("row", str(place + 1)), ("earlier", str(earlier[1] + 1)))
            yield FieldError(f"/{table}/{place}/serial", code, params)


def day_or_dash(day: date | None) -> str:
    """`30.12.2023`, or a dash where there is no day."""
    return DASH if day is None else dates.short(day)


def or_dash(text: LocalText | LocalLine | None, language: Language) -> str:
    """The text, or a dash that nobody can write over."""
    return DASH if text is None else localised(text, language)
