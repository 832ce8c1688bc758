"""Values of an addendum to an instalment agreement (point 12): the rest, and its new schedule.

The schedule before it is superseded and never edited; the rest is acknowledged again, for the
same reasons as the debt in the agreement.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from docgen.domain.account import Account, Traces
from docgen.domain.errors import FieldError
from docgen.domain.language import Language
from docgen.domain.signed_here import AcknowledgedDebt
from docgen.forms import schedule
from docgen.forms.debt import Debt, Owed, as_of, money
from docgen.forms.fields import Block, Code, Day, LocalLine, LocalText, Money, Whole, localised
from docgen.forms.form import FormValues, Review, Words
from docgen.forms.parties import PaperReference, Representative
from docgen.forms.parts import IdentityPaper
from docgen.forms.schedule import Schedule, check_schedule, days_off, out_of_time
from docgen.texts import dates
from docgen.texts.money import figures

MOST_CHANGED_CLAUSES = 20
MOST_ADDENDA = 99
_NOT_CHANGED = {"1", "2"}
"""The debt with its acknowledgement, and the schedule: the addendum itself has them anew."""

ClauseNumber = Annotated[Code, Field(pattern=r"^[1-9][0-9]?(\.[1-9][0-9]?){0,2}$")]
"""A clause of the agreement: `3` or `4.3`."""


class ChangedClause(Block):
    """A clause of the agreement as it reads from now on."""

    clause: ClauseNumber
    text: LocalText


class Values(FormValues):
    """One addendum; `version` is its place among the addenda of the agreement, from 1.

    `paid_so_far` and `accrued_since` count from the agreement, whose debt was `agreement_total`.
    """

    looks_back = True

    order_number: Code
    account_number: Code
    place: LocalLine
    agreement: PaperReference
    version: Annotated[Whole, Field(ge=1, le=MOST_ADDENDA)]
    reason: LocalLine
    agreement_total: Owed
    paid_so_far: Money
    accrued_since: Money = Decimal(0)
    as_of: Day
    remaining: Debt
    changed_clauses: Annotated[
        tuple[ChangedClause, ...], Field(max_length=MOST_CHANGED_CLAUSES)
    ] = ()
    schedule: Schedule
    representative: Representative
    identity_paper: IdentityPaper

    def check(self) -> Iterable[FieldError]:
        """The rest follows from the agreement's debt, and the new schedule pays it off."""
        if self.as_of < self.agreement.signed_on:
            params = (("day", dates.short(self.agreement.signed_on)),)
            yield FieldError("/as_of", "before_agreement", params)
        yield from self._rest()
        yield from self.remaining.check(on=self.as_of, root="/remaining")
        yield from self._clauses()
        yield from check_schedule(self.schedule, self.remaining, since=self.as_of)

    def _rest(self) -> Iterator[FieldError]:
        expected = self.agreement_total + self.accrued_since - self.paid_so_far
        if self.remaining.total != expected:
            params = (("expected", figures(expected)),)
            yield FieldError("/remaining/total", "remainder_wrong", params)

    def _clauses(self) -> Iterator[FieldError]:
        numbers = [each.clause for each in self.changed_clauses]
        for place, number in enumerate(numbers):
            if number in numbers[:place]:
                yield FieldError(f"/changed_clauses/{place}/clause", "named_twice")
            if number.split(".")[0] in _NOT_CHANGED:
                yield FieldError(f"/changed_clauses/{place}/clause", "clause_not_changed")
        for place, each in enumerate(self.changed_clauses):
            if not all(_stays_in_its_quotes(localised(each.text, lang)) for lang in Language):
                yield FieldError(f"/changed_clauses/{place}/text", "clause_breaks_out")

    def amount(self) -> Decimal:
        """The whole rest."""
        return self.remaining.total

    def traces(self) -> Traces:
        """The rest is acknowledged, instead of what was before."""
        return Traces(acknowledged=self.remaining.total)

    def acknowledges(self) -> AcknowledgedDebt:
        """The rest; when all of it becomes due is said in the agreement."""
        return AcknowledgedDebt(
            account_number=self.account_number,
            as_of=self.as_of,
            total=self.remaining.total,
            penalty=self.remaining.penalty,
            covers=self.remaining.components,
            schedule=schedule.instalments(self.schedule),
        )

    def review(self, account: Account) -> Review:
        """Payments due on days off, and a rest above what was acknowledged and has accrued."""
        warnings = list(days_off(self.schedule))
        known = account.acknowledged + self.accrued_since
        if account.acknowledged > 0 and self.remaining.total > known:
            params = (("known", figures(known)),)
            warnings.append(FieldError("/remaining/total", "debt_above_acknowledged", params))
        return Review(warnings=tuple(warnings))

    def warn(self, today: date) -> Iterable[FieldError]:
        """A rest of a day to come, and payments that are overdue before they are agreed on."""
        return out_of_time(self.schedule, self.as_of, today, stated="/as_of")

    def context(self, language: Language, words: Words) -> dict[str, Any]:  # noqa: ARG002 - all words are in the template
        """Sums in figures and words, the changed clauses, and the new schedule."""
        return {
            "account_number": self.account_number,
            "place": localised(self.place, language),
            "agreement": self.agreement.printed(language),
            "version": str(self.version),
            "reason": localised(self.reason, language),
            "agreement_total": money(self.agreement_total, language),
            "paid_so_far": money(self.paid_so_far, language),
            "accrued_since": money(self.accrued_since, language),
            "as_of": as_of(self.as_of, language),
            "remaining": self.remaining.printed(language),
            "changed_clauses": [
                {"clause": each.clause, "text": localised(each.text, language)}
                for each in self.changed_clauses
            ],
            "schedule": schedule.printed(self.schedule, language),
            "representative": self.representative.printed(language),
            "identity_paper": self.identity_paper.printed(language),
        }


def _stays_in_its_quotes(text: str) -> bool:
    """Printed between «», it must not look like a clause, or an end, that is not its own."""
    depth = 0
    for character in text:
        depth += {"«": 1, "»": -1}.get(character, 0)
        if depth < 0 or character == "\n":
            return False
    return depth == 0
