"""Values of annex 4: the subscriber refuses services, all or some of them (points 13 and 32.14)."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from docgen.domain.account import Account
from docgen.domain.errors import FieldError
from docgen.domain.language import Language
from docgen.forms.fields import Block, Code, Day, LocalLine, LocalText, localised
from docgen.forms.form import DASH, MOST_ROWS, FormValues, Review, Words
from docgen.forms.identity import KazakhPhone, printed_phone
from docgen.forms.parts import IdentityPaper, OperatorPerson, boxes, or_dash
from docgen.texts import dates
from docgen.texts.money import figures


class Reason(StrEnum):
    """Why services are refused, in the order of the contract: one column, then the other."""

    SERVICE_QUALITY = "service_quality"
    CARE_QUALITY = "care_quality"
    OTHER_TECHNOLOGY = "other_technology"
    TARIFF_PLAN = "tariff_plan"
    MOVING = "moving"
    DEATH = "death"
    FORCE_MAJEURE = "force_majeure"
    FINANCIAL = "financial"
    TENANT_LEFT = "tenant_left"
    REREGISTRATION = "reregistration"


class PointAddress(Block):
    """Where the services are connected.

    City, settlement and street are written with what they are: `Астана қ.`, `Абай даңғылы`.
    """

    city: LocalLine
    settlement: LocalLine | None = None
    street: LocalLine
    house: Code
    block: Code | None = None
    flat: Code | None = None

    def printed(self, language: Language, words: Words) -> str:
        """One line, in the order of the contract."""
        named = (self.city, self.settlement, self.street)
        parts = [localised(part, language) for part in named if part is not None]
        counted = (("house", self.house), ("block", self.block), ("flat", self.flat))
        parts += [words(f"address.{key}").format(no=no) for key, no in counted if no is not None]
        return ", ".join(parts)


class Values(FormValues):
    """One application."""

    looks_back = True

    order_number: Code
    account_number: Code
    identity_paper: IdentityPaper
    contact_phone: KazakhPhone | None = None
    point_address: PointAddress
    services: Annotated[tuple[LocalLine, ...], Field(min_length=1, max_length=MOST_ROWS)]
    removal_date: Day
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1, max_length=len(Reason))]
    reason_text: LocalText | None = None
    access_ends_on: Day
    operator_person: OperatorPerson

    def check(self) -> Iterable[FieldError]:
        """No reason is named twice; access ends with the removal or after it."""
        for place, reason in enumerate(self.reasons):
            if reason in self.reasons[:place]:
                yield FieldError(f"/reasons/{place}", "named_twice")
        if self.access_ends_on < self.removal_date:
            removal = (("day", dates.short(self.removal_date)),)
            yield FieldError("/access_ends_on", "before_removal", removal)

    def review(self, account: Account) -> Review:
        """Debts are to be paid and equipment returned before (points 13 and 32.14): warnings."""
        warnings: list[FieldError] = []
        if account.acknowledged > 0:
            owed = (("amount", figures(account.acknowledged)),)
            warnings.append(FieldError("", "debt_open", owed))
        if account.held:
            warnings.append(_held(account))
        return Review(warnings=tuple(warnings))

    def context(self, language: Language, words: Words) -> dict[str, Any]:
        """What is refused, where, when and why, as the template prints it."""
        phone = self.contact_phone
        return {
            "account_number": self.account_number,
            "identity_paper": self.identity_paper.printed(language),
            "contact_phone": DASH if phone is None else printed_phone(phone),
            "point_address": self.point_address.printed(language, words),
            "services": [{"name": localised(name, language)} for name in self.services],
            "removal_date": dates.short(self.removal_date),
            "reasons": boxes(Reason, self.reasons),
            "reason_text": or_dash(self.reason_text, language),
            "access_ends_on": dates.on(self.access_ends_on, language),
            "operator_person": self.operator_person.printed(language),
        }


def _held(account: Account) -> FieldError:
    """Serials as they stand in the acts that handed them out, and these acts."""
    serials = sorted(account.held)
    acts = sorted({account.handed_out[serial] for serial in serials})
    params = (
        ("count", str(len(serials))),
        ("serials", ", ".join(account.spelled[serial] for serial in serials)),
        ("acts", ", ".join(acts)),
    )
    return FieldError("", "equipment_held", params)
