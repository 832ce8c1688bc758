"""Values of an instalment agreement (point 12): the debt acknowledged, and how it is paid off.

The subscriber acknowledges the debt, its amount, the default and his fault in writing. That makes
an executive inscription possible (notariat law, 92-1(2)(2)), for the penalty too (92-1(3)), and
starts the limitation period anew (civil code, 183).
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from docgen.domain.account import Account, Traces
from docgen.domain.errors import FieldError
from docgen.domain.language import Language
from docgen.domain.signed_here import AcknowledgedDebt
from docgen.forms import schedule
from docgen.forms.debt import Debt, as_of
from docgen.forms.fields import Code, Day, Flag, LocalLine, Whole, localised
from docgen.forms.form import FormValues, Review, Words
from docgen.forms.parties import PaperReference, Representative
from docgen.forms.parts import IdentityPaper
from docgen.forms.schedule import Schedule, check_schedule, days_off, out_of_time
from docgen.texts.money import counted

MOST_MISSED_PAYMENTS = 12


class PenaltyDuring(StrEnum):
    """Whether the penalty of point 33.6 grows on while the schedule is kept."""

    STOPS = "stops"
    CONTINUES = "continues"


class Values(FormValues):
    """One agreement; `application` is how the subscriber joined the contract.

    Those it took over from earlier contracts never applied (point 5), and have none.
    `missed_payments` may be overdue at the same time before all the rest is due at once.
    `services_restored` leaves the access open while the schedule is kept; otherwise it is opened
    once everything is paid (points 31.13 and 33.5).
    """

    looks_back = True

    order_number: Code
    account_number: Code
    place: LocalLine
    application: PaperReference | None = None
    representative: Representative
    identity_paper: IdentityPaper
    debt_as_of: Day
    debt: Debt
    schedule: Schedule
    payment_channels: LocalLine
    penalty_during: PenaltyDuring
    missed_payments: Annotated[Whole, Field(ge=1, le=MOST_MISSED_PAYMENTS)]
    services_restored: Flag

    def check(self) -> Iterable[FieldError]:
        """The debt is the sum of its parts, and the schedule pays it off to the tiyn."""
        yield from self.debt.check(on=self.debt_as_of, root="/debt")
        yield from check_schedule(self.schedule, self.debt, since=self.debt_as_of)

    def amount(self) -> Decimal:
        """The whole debt."""
        return self.debt.total

    def traces(self) -> Traces:
        """The debt is acknowledged from now on."""
        return Traces(acknowledged=self.debt.total)

    def acknowledges(self) -> AcknowledgedDebt:
        """The debt, and when all of it becomes due (4.3)."""
        return AcknowledgedDebt(
            account_number=self.account_number,
            as_of=self.debt_as_of,
            total=self.debt.total,
            penalty=self.debt.penalty,
            covers=self.debt.components,
            schedule=schedule.instalments(self.schedule),
            missed_payments=self.missed_payments,
        )

    def review(self, account: Account) -> Review:  # noqa: ARG002 - the calendar is the same for all
        """Payments that are due on days off."""
        return Review(warnings=tuple(days_off(self.schedule)))

    def warn(self, today: date) -> Iterable[FieldError]:
        """A debt of a day to come, and payments that are overdue before they are agreed on."""
        return out_of_time(self.schedule, self.debt_as_of, today, stated="/debt_as_of")

    def context(self, language: Language, words: Words) -> dict[str, Any]:
        """Sums in figures and words, rows, and the clauses that were chosen."""
        application = self.application
        return {
            "account_number": self.account_number,
            "place": localised(self.place, language),
            "application": "" if application is None else application.printed(language),
            "representative": self.representative.printed(language),
            "identity_paper": self.identity_paper.printed(language),
            "debt_as_of": as_of(self.debt_as_of, language),
            "debt": self.debt.printed(language),
            "schedule": schedule.printed(self.schedule, language),
            "payment_channels": localised(self.payment_channels, language),
            "penalty_during": words(f"penalty_during.{self.penalty_during}"),
            "missed_payments": counted(self.missed_payments, language),
            "services_restored": words(_SERVICES[self.services_restored]),
        }


_SERVICES = {True: "services_restored.yes", False: "services_restored.no"}
