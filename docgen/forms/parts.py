"""Parts that several forms print: people, services, identity papers, and rows of tables."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from docgen.domain.account import serial_key
from docgen.domain.errors import FieldError
from docgen.domain.language import Language
from docgen.forms.fields import Block, Code, Line, LocalLine, LocalText, localised
from docgen.forms.form import DASH

MOST_ROWS = 100
"""Rows a table of a paper may have."""


class OperatorPerson(Block):
    """The operator's employee who makes the paper."""

    full_name: Line
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


def numbered(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> list[Mapping[str, Any]]:
    """The rows with their numbers in order; a row of dashes where there is none.

    An empty table is printed too: the papers refer to their tables by number.
    """
    if not rows:
        return [dict.fromkeys(("no", *columns), DASH)]
    return [{"no": str(place), **row} for place, row in enumerate(rows, start=1)]


def repeated_serials(serials: Sequence[str], table: str) -> Iterator[FieldError]:
    """A finding for each row of the table that repeats the serial number of an earlier one."""
    first: dict[str, int] = {}
    for place, serial in enumerate(serials):
        earlier = first.setdefault(serial_key(serial), place)
        if earlier != place:
            params = (("row", str(place + 1)), ("earlier", str(earlier + 1)))
            yield FieldError(f"/{table}/{place}/serial", "serial_repeated", params)


def or_dash(text: LocalText | None, language: Language) -> str:
    """The text, or a dash that nobody can write over."""
    return DASH if text is None else localised(text, language)
