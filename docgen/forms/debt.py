"""A debt by its parts, as instalment agreements and their addenda acknowledge it.

The parts stay apart, since each is recovered on its own ground: consumed services by a public
contract, the rest only by the debtor's acknowledgement (notariat law, 92-1(2) and (3)).
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from docgen.domain.debt import Component
from docgen.domain.errors import FieldError
from docgen.domain.language import Language
from docgen.forms.fields import Block, Day, LocalLine, Money, finding, localised
from docgen.forms.form import DASH
from docgen.texts import dates
from docgen.texts.money import figures, in_words

Owed = Annotated[Money, Field(gt=0)]
"""Tenge that are really owed."""


class ServicesDebt(Block):
    """What is owed for the services of a period (points 17 and 32.1)."""

    amount: Owed
    period_from: Day
    period_to: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.period_to < self.period_from:
            raise finding("ends_before_it_begins")
        return self


class OtherDebt(Block):
    """Anything else that is owed, such as the difference of tariffs of point 32.22."""

    amount: Owed
    what: LocalLine


class Debt(Block):
    """A debt by its parts; `total` is given too, and must be their sum."""

    services: ServicesDebt | None = None
    penalty: Money = Decimal(0)
    equipment: Money = Decimal(0)
    other: OtherDebt | None = None
    total: Owed

    @property
    def principal(self) -> Decimal:
        """What a schedule pays off in its column of the principal: services, and anything else."""
        return sum((part.amount for part in (self.services, self.other) if part), Decimal(0))

    def check(self, *, on: date, root: str) -> Iterator[FieldError]:
        """The parts make the total, and the services were rendered by the day of the debt."""
        expected = self.principal + self.penalty + self.equipment
        if self.total != expected:
            yield FieldError(f"{root}/total", "parts_sum_wrong", (("expected", figures(expected)),))
        if self.services is not None and self.services.period_to > on:
            params = (("day", dates.short(on)),)
            yield FieldError(f"{root}/services/period_to", "after_debt_day", params)

    @property
    def components(self) -> frozenset[Component]:
        """What it names. What else is owed is told in free text: nothing may rest on that alone."""
        named = {
            Component.SERVICES: self.services is not None,
            Component.EQUIPMENT: self.equipment > 0,
        }
        return frozenset(component for component, owed in named.items() if owed)

    def printed(self, language: Language) -> dict[str, dict[str, str]]:
        """Each part and the total in figures and words, with dashes for what is not owed."""
        return {
            "services": {"period": _period(self.services)} | _part(self.services, language),
            "penalty": money(self.penalty, language),
            "equipment": money(self.equipment, language),
            "other": {"what": _what(self.other, language)} | _part(self.other, language),
            "total": money(self.total, language),
        }


def money(amount: Decimal, language: Language) -> dict[str, str]:
    """An amount in figures and words; dashes for none, so that nobody can write one in."""
    if amount == 0:
        return {"amount": DASH, "words": DASH}
    return {"amount": figures(amount), "words": in_words(amount, language)}


def as_of(day: date, language: Language) -> str:
    """The day a debt stood at: `2026 жылғы 24 қарашадағы`, `24 ноября 2026 года`.

    Before `жағдай бойынша`, and after `по состоянию на`.
    """
    return dates.of(day, language) if language is Language.KK else dates.on(day, language)


def _part(part: ServicesDebt | OtherDebt | None, language: Language) -> dict[str, str]:
    return money(Decimal(0) if part is None else part.amount, language)


def _period(services: ServicesDebt | None) -> str:
    if services is None:
        return DASH
    return dates.span(services.period_from, services.period_to)


def _what(other: OtherDebt | None, language: Language) -> str:
    return DASH if other is None else localised(other.what, language)
