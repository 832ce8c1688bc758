"""Values of annex 3; its equipment price is the recoverable value (points 32.10 and 32.19)."""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from docgen.domain.account import Traces
from docgen.domain.errors import FieldError
from docgen.domain.language import Language
from docgen.forms.fields import (
    Block,
    Code,
    Day,
    Flag,
    LocalLine,
    LocalText,
    Money,
    Quantity,
    QuantityOrZero,
    finding,
    localised,
)
from docgen.forms.form import MOST_ROWS, FormValues, Words
from docgen.forms.parts import (
    OperatorPerson,
    Service,
    numbered,
    or_dash,
    repeated_serials,
)
from docgen.texts import dates
from docgen.texts.money import figures, quantity, rounded


class EquipmentMode(StrEnum):
    """On what terms the subscriber holds the equipment (points 22, 31.19 and 33.17)."""

    RENT = "rent"
    FREE_USE = "free_use"
    PURCHASE = "purchase"


class Unit(StrEnum):
    """Units of consumables."""

    METRE = "metre"
    PIECE = "piece"
    SET = "set"
    PACK = "pack"
    KILOGRAM = "kilogram"
    LITRE = "litre"


class Work(Block):
    """A row of table 3: a work done; `total`, where given, must be quantity times price."""

    kind: LocalLine
    quantity: Quantity
    unit_price: Money
    total: Money | None = None

    @property
    def amount(self) -> Decimal:
        """Quantity times unit price, to the tiyn."""
        return rounded(self.quantity * self.unit_price)

    @model_validator(mode="after")
    def _total_agrees(self) -> Self:
        if self.total is not None and self.total != self.amount:
            raise finding("total_wrong")
        return self


class Equipment(Block):
    """A row of table 4: a device handed over."""

    kind: LocalLine
    model: Code
    serial: Code
    price: Money
    mode: EquipmentMode


class Material(Block):
    """A row of table 5: what was used up, and how much of it beyond the norm."""

    name: LocalLine
    unit: Unit
    total: Quantity
    above_norm: QuantityOrZero
    to_pay: Money

    @model_validator(mode="after")
    def _within_total(self) -> Self:
        if self.above_norm > self.total:
            raise finding("above_total")
        return self


class Values(FormValues):
    """The act of one visit."""

    order_number: Code
    connected_on: Day
    services: Annotated[tuple[Service, ...], Field(min_length=1, max_length=MOST_ROWS)]
    works: Annotated[tuple[Work, ...], Field(max_length=MOST_ROWS)] = ()
    equipment: Annotated[tuple[Equipment, ...], Field(max_length=MOST_ROWS)] = ()
    materials: Annotated[tuple[Material, ...], Field(max_length=MOST_ROWS)] = ()
    complaint: LocalText | None = None
    internet_access: Flag
    not_connected_reason: LocalText | None = None
    operator_person: OperatorPerson

    def check(self) -> Iterable[FieldError]:
        """A serial number stands once in an act."""
        return repeated_serials(
            ("equipment", place, each.serial) for place, each in enumerate(self.equipment)
        )

    def traces(self) -> Traces:
        """The equipment that the subscriber holds from now on, unless he has bought it."""
        lent = (each for each in self.equipment if each.mode is not EquipmentMode.PURCHASE)
        return Traces(handed_out=tuple(each.serial for each in lent))

    def context(self, language: Language, words: Words) -> dict[str, Any]:
        """Rows and totals of the five tables as the template prints them."""
        return {
            "connected_on": dates.short(self.connected_on),
            "services": [row.printed(language) for row in self.services],
            "works": numbered([_work(row, language) for row in self.works], _WORK),
            "works_total": figures(sum((row.amount for row in self.works), Decimal(0))),
            "equipment": numbered(
                [_equipment(row, language, words) for row in self.equipment], _EQUIPMENT
            ),
            "materials": numbered(
                [_material(row, language, words) for row in self.materials], _MATERIAL
            ),
            "materials_total": figures(sum((row.to_pay for row in self.materials), Decimal(0))),
            "complaint": _or_none(self.complaint, language, words),
            "internet_access": words("internet.yes" if self.internet_access else "internet.no"),
            "not_connected_reason": or_dash(self.not_connected_reason, language),
            "operator_person": self.operator_person.printed(language),
        }


_WORK = ("kind", "quantity", "unit_price", "total")
_EQUIPMENT = ("kind", "model", "serial", "price")
_MATERIAL = ("name", "unit", "total", "above_norm", "to_pay")


def _work(row: Work, language: Language) -> dict[str, str]:
    return {
        "kind": localised(row.kind, language),
        "quantity": quantity(row.quantity),
        "unit_price": figures(row.unit_price),
        "total": figures(row.amount),
    }


def _equipment(row: Equipment, language: Language, words: Words) -> dict[str, str]:
    return {
        "kind": f"{localised(row.kind, language)}, {words(f'modes.{row.mode}')}",
        "model": row.model,
        "serial": row.serial,
        "price": figures(row.price),
    }


def _material(row: Material, language: Language, words: Words) -> dict[str, str]:
    return {
        "name": localised(row.name, language),
        "unit": words(f"units.{row.unit}"),
        "total": quantity(row.total),
        "above_norm": quantity(row.above_norm),
        "to_pay": figures(row.to_pay),
    }


def _or_none(text: LocalText | None, language: Language, words: Words) -> str:
    return words("none") if text is None else localised(text, language)
