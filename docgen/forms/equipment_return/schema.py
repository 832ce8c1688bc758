"""Values of annex 2: equipment comes back on the day of refusal or switch-off (point 32.10)."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from docgen.domain.account import Account, Traces, serial_key
from docgen.domain.errors import FieldError
from docgen.domain.language import Language
from docgen.forms.fields import Block, Code, Day, LocalLine, Money, localised
from docgen.forms.form import MOST_ROWS, FormValues, Review, Words
from docgen.forms.parts import (
    EMPTY_BOX,
    TICKED_BOX,
    OperatorPerson,
    Service,
    numbered,
    or_dashes,
    repeated_serials,
)
from docgen.texts import dates
from docgen.texts.money import figures


class ReturnKind(StrEnum):
    """What becomes of a device that does not come back complete (points 26 and 32.10)."""

    RETURN = "return"
    REPLACEMENT = "replacement"
    LOSS = "loss"
    DAMAGE = "damage"


class Device(Block):
    """A row of the first table: a device given back with all its parts.

    `handed_out_by` is the number of the act that handed it out, where this service has not made it.
    """

    kind: LocalLine
    model: Code
    serial: Code
    price: Money
    handed_out_by: Code | None = None

    def printed(self, language: Language, words: Words) -> dict[str, str]:
        """The row in that language; an act of elsewhere is named below the serial number."""
        serial = self.serial
        if self.handed_out_by is not None:
            serial += "\n" + words("handed_out_by").format(number=self.handed_out_by)
        return {
            "kind": localised(self.kind, language),
            "model": self.model,
            "serial": serial,
            "price": figures(self.price),
        }


class IncompleteDevice(Device):
    """A row of the second table: what is missing or spoilt, and what is paid for it."""

    return_kind: ReturnKind
    completeness: LocalLine
    compensation: Money

    def printed(self, language: Language, words: Words) -> dict[str, str]:
        """The row in that language."""
        return super().printed(language, words) | {
            "return_kind": words(f"return_kinds.{self.return_kind}"),
            "completeness": localised(self.completeness, language),
            "compensation": figures(self.compensation),
        }


class Values(FormValues):
    """The act of one return; `total`, where given, must be the sum of the compensations."""

    looks_back = True

    order_number: Code
    returned_on: Day
    services: Annotated[tuple[Service, ...], Field(min_length=1, max_length=MOST_ROWS)]
    complete: Annotated[tuple[Device, ...], Field(max_length=MOST_ROWS)] = ()
    incomplete: Annotated[tuple[IncompleteDevice, ...], Field(max_length=MOST_ROWS)] = ()
    total: Money | None = None
    operator_person: OperatorPerson

    def check(self) -> Iterable[FieldError]:
        """Something is returned, each device once, and none costs more than its price."""
        if not self.complete and not self.incomplete:
            yield FieldError("", "nothing_returned")
        yield from repeated_serials(
            (table, place, row.serial) for table, place, row in self._rows()
        )
        for place, row in enumerate(self.incomplete):
            if row.compensation > row.price:
                params = (("row", str(place + 1)), ("limit", figures(row.price)))
                yield FieldError(f"/incomplete/{place}/compensation", "above_price", params)
        for table, place, device in self._rows():
            if device.handed_out_by is not None and not serial_key(device.handed_out_by):
                yield FieldError(f"/{table}/{place}/handed_out_by", "invalid")
        if self.total is not None and self.total != self._compensations():
            yield FieldError("/total", "sum_wrong", (("sum", figures(self._compensations())),))

    def amount(self) -> Decimal | None:
        """The compensations together; nothing is at stake where all came back complete."""
        return self._compensations() or None

    def traces(self) -> Traces:
        """Every device of the act is off the subscriber's hands: given back or paid for."""
        return Traces(taken_back=tuple(row.serial for _, _, row in self._rows()))

    def review(self, account: Account) -> Review:
        """Only what an act of the account handed out can come back, and only once (point 32.10).

        Of an account without such acts the service knows nothing, and says nothing.
        """
        errors: list[FieldError] = []
        warnings: list[FieldError] = []
        for table, place, row in self._rows():
            pointer, number = f"/{table}/{place}/serial", ("row", str(place + 1))
            act = account.handed_out.get(serial_key(row.serial))
            if act is None and account.handed_out and row.handed_out_by is None:
                errors.append(FieldError(pointer, "serial_not_handed_out", (number,)))
            if act is not None and serial_key(row.serial) not in account.held:
                params = (number, ("act", act))
                warnings.append(FieldError(pointer, "serial_already_returned", params))
        return Review(errors=tuple(errors), warnings=tuple(warnings))

    def context(self, language: Language, words: Words) -> dict[str, Any]:
        """Both tables of devices, a box ticked for each that has any, and the total."""
        return {
            "returned_on": dates.short(self.returned_on),
            "services": [row.printed(language) for row in self.services],
            "complete_box": _box(self.complete),
            "complete": numbered(
                [row.printed(language, words) for row in self.complete], _COMPLETE
            ),
            "incomplete_box": _box(self.incomplete),
            "incomplete": or_dashes(
                [row.printed(language, words) for row in self.incomplete], _INCOMPLETE
            ),
            "total": figures(self._compensations()),
            "operator_person": self.operator_person.printed(language),
        }

    def _compensations(self) -> Decimal:
        return sum((row.compensation for row in self.incomplete), Decimal(0))

    def _rows(self) -> Iterator[tuple[str, int, Device]]:
        for place, row in enumerate(self.complete):
            yield "complete", place, row
        for place, device in enumerate(self.incomplete):
            yield "incomplete", place, device


_COMPLETE = ("kind", "model", "serial", "price")
_INCOMPLETE = (*_COMPLETE, "return_kind", "completeness", "compensation")


def _box(rows: tuple[Device, ...]) -> str:
    return TICKED_BOX if rows else EMPTY_BOX
