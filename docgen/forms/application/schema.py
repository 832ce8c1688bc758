"""Values of annex 1: what a subscriber applies for by joining the public contract (point 3).

The contract names the form and does not print it; what it must hold follows from points 3, 6, 8 to
11, 16, 19, 21 to 23, 28, 30, 31.7, 31.19, 32.11, 32.20, 32.21, 33.9, 33.16, 33.17 and 34.7.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, model_validator

from docgen.domain.account import Account
from docgen.domain.consent import WayOfSigning
from docgen.domain.errors import FieldError
from docgen.domain.language import Language
from docgen.domain.subscriber import IdentityDocument
from docgen.forms.application.consents import Answer, Consents
from docgen.forms.fields import (
    Block,
    Code,
    Day,
    Flag,
    KazakhIban,
    LocalLine,
    Money,
    Quantity,
    finding,
    localised,
)
from docgen.forms.form import DASH, MOST_ROWS, FormValues, Review, Words
from docgen.forms.identity import KazakhPhone, printed_phone
from docgen.forms.parts import (
    IdentityPaper,
    OperatorPerson,
    boxes,
    day_or_dash,
    numbered,
    or_dash,
)
from docgen.texts import dates
from docgen.texts.money import figures, quantity
from docgen.texts.phrases import say


class RequestKind(StrEnum):
    """What is applied for (points 8, 9, 27 and 32.11)."""

    NEW = "new"
    ADD_SERVICE = "add_service"
    CHANGE_TARIFF = "change_tariff"
    RELOCATE = "relocate"
    REREGISTER = "reregister"
    OTHER = "other"


class PaymentMethod(StrEnum):
    """How services are paid for (points 10, 16, 17 and 21)."""

    CREDIT = "credit"
    ADVANCE = "advance"


class InvoiceChannel(StrEnum):
    """By what way invoices come (point 19)."""

    CABINET = "cabinet"
    MOBILE_APP = "mobile_app"
    SMS = "sms"
    MESSENGER = "messenger"
    EMAIL = "email"
    PAPER = "paper"


class EquipmentMode(StrEnum):
    """On whose equipment the services come (points 22, 31.19 and 33.17)."""

    RENT = "rent"
    FREE_USE = "free_use"
    PURCHASE = "purchase"
    OWN = "own"


class Service(Block):
    """A service applied for, at the tariffs of the plan (point 6); fees for one, tenge."""

    name: LocalLine
    tariff_plan: LocalLine
    component_resource_number: Code | None = None
    service_number: Code | None = None
    quantity: Quantity = Decimal(1)
    monthly_fee: Money
    one_off_fee: Money = Decimal(0)

    def printed(self, language: Language) -> dict[str, str]:
        """The row in that language."""
        return {
            "name": localised(self.name, language),
            "tariff_plan": localised(self.tariff_plan, language),
            "component_resource_number": self.component_resource_number or DASH,
            "service_number": self.service_number or DASH,
            "quantity": quantity(self.quantity),
            "monthly_fee": figures(self.monthly_fee),
            "one_off_fee": figures(self.one_off_fee),
        }


class ThirdPartyService(Block):
    """A service of somebody else, on that supplier's terms (points 23 and 33.10)."""

    name: LocalLine
    supplier: LocalLine
    monthly_fee: Money

    def printed(self, language: Language) -> dict[str, str]:
        """The row in that language."""
        return {
            "name": localised(self.name, language),
            "supplier": localised(self.supplier, language),
            "monthly_fee": figures(self.monthly_fee),
        }


class GuaranteedPeriod(Block):
    """The period of a fixed-term contract (points 32.22 and 33.16)."""

    begins_on: Day
    ends_on: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_on < self.begins_on:
            raise finding("ends_before_it_begins")
        return self


class Values(FormValues):
    """One application."""

    looks_back = True

    request_kind: RequestKind
    request_details: LocalLine | None = None
    account_number: Code | None = None
    identity_paper: IdentityPaper
    identity_source: IdentityDocument
    contact_phone: KazakhPhone | None = None
    desired_on: Day | None = None
    services: Annotated[tuple[Service, ...], Field(min_length=1, max_length=MOST_ROWS)]
    third_party_services: Annotated[tuple[ThirdPartyService, ...], Field(max_length=MOST_ROWS)] = ()
    payment_method: PaymentMethod
    invoice_channels: Annotated[
        tuple[InvoiceChannel, ...], Field(min_length=1, max_length=len(InvoiceChannel))
    ]
    refund_iban: KazakhIban | None = None
    equipment_mode: EquipmentMode
    rent_fee: Money | None = None
    self_install: Flag = False
    guaranteed_period: GuaranteedPeriod | None = None
    trial_until: Day | None = None
    privileges: LocalLine | None = None
    exclude_from_directory: Flag = False
    refuse_sms: Flag = False
    consents: Consents
    operator_person: OperatorPerson

    def check(self) -> Iterable[FieldError]:
        """Rent has a fee and nothing else has; "other" is explained; no channel is named twice."""
        rents = self.equipment_mode is EquipmentMode.RENT
        if rents != (self.rent_fee is not None):
            yield FieldError("/rent_fee", "required" if rents else "not_with_this_mode")
        if self.request_kind is RequestKind.OTHER and self.request_details is None:
            yield FieldError("/request_details", "required")
        for place, channel in enumerate(self.invoice_channels):
            if channel in self.invoice_channels[:place]:
                yield FieldError(f"/invoice_channels/{place}", "named_twice")
        yield from self.consents.check()

    @classmethod
    def refused_ways(cls, kept: Mapping[str, Any]) -> frozenset[WayOfSigning]:
        """No code is sent to whoever does not want to sign by one."""
        if _Kept.model_validate(kept).consents.sms_signature.given:
            return frozenset()
        return frozenset({WayOfSigning.SMS_CODE})

    def review(self, account: Account) -> Review:
        """Who owes joins nothing new (point 8.5): a warning, since debts are settled elsewhere."""
        if account.acknowledged <= 0:
            return Review()
        params = (("amount", figures(account.acknowledged)),)
        return Review(warnings=(FieldError("", "debt_open", params),))

    def context(self, language: Language, words: Words) -> dict[str, Any]:
        """Rows, totals, boxes and words as the template prints them."""
        return {
            "request_kind": words(f"kinds.{self.request_kind}"),
            "request_details": or_dash(self.request_details, language),
            "account_number": self.account_number or DASH,
            "identity_paper": self.identity_paper.printed(language),
            "identity_source": say(f"identity_document.{self.identity_source}", language),
            "contact_phone": DASH
            if self.contact_phone is None
            else printed_phone(self.contact_phone),
            "desired_on": day_or_dash(self.desired_on),
            "services": numbered([row.printed(language) for row in self.services], ()),
            "monthly_total": figures(_sum(s.quantity * s.monthly_fee for s in self.services)),
            "one_off_total": figures(_sum(s.quantity * s.one_off_fee for s in self.services)),
            "third_party_services": numbered(
                [row.printed(language) for row in self.third_party_services], _THIRD_PARTY
            ),
            "payment_method": boxes(PaymentMethod, {self.payment_method}),
            "invoice_channels": boxes(InvoiceChannel, self.invoice_channels),
            "refund_iban": self.refund_iban or DASH,
            "equipment_mode": boxes(EquipmentMode, {self.equipment_mode}),
            "rent_fee": DASH if self.rent_fee is None else figures(self.rent_fee),
            "guaranteed_period": _period(self.guaranteed_period),
            "trial_until": day_or_dash(self.trial_until),
            "privileges": or_dash(self.privileges, language),
            "operator_person": self.operator_person.printed(language),
        } | self._answers(words)

    def _answers(self, words: Words) -> dict[str, Any]:
        return {
            "self_install": words(_YES_NO[self.self_install]),
            "exclude_from_directory": words(_YES_NO[self.exclude_from_directory]),
            "refuse_sms": words(_YES_NO[self.refuse_sms]),
            "consents": self.consents.printed(words),
        }


class _Answers(BaseModel):
    """Of the consents the one that says how the paper may be signed."""

    sms_signature: Answer


class _Kept(BaseModel):
    """Of a kept application what says how it may be signed."""

    consents: _Answers


_YES_NO = {True: "yes", False: "no"}
_THIRD_PARTY = ("name", "supplier", "monthly_fee")


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


def _period(period: GuaranteedPeriod | None) -> str:
    if period is None:
        return DASH
    return dates.span(period.begins_on, period.ends_on)
