"""Examine a case by all rules at once."""

from docgen.domain.calendar import Calendar
from docgen.domain.case import Case
from docgen.domain.debt import Claim
from docgen.domain.pack import Examination, Examined, PackFinding, Policy, weigh
from docgen.domain.pack_contents import contents
from docgen.domain.pack_debt import debts
from docgen.domain.pack_papers import Seen
from docgen.domain.pack_people import people
from docgen.domain.reckon_debt import reckon


def claim_of(case: Case, policy: Policy, calendar: Calendar) -> Claim:
    """What is claimed in that case; raises InvalidValue for rows that make no sense."""
    return reckon(case.debt, policy.terms, calendar)


def findings(of: Examined) -> tuple[PackFinding, ...]:
    """What every rule finds, in the order of rules."""
    all_found = (*people(of), *debts(of), *contents(of))
    return tuple(sorted(all_found, key=lambda each: (each.rule, each.pointer, each.what)))


def examine(
    case: Case, claim: Claim, *, policy: Policy, calendar: Calendar, seen: tuple[Seen, ...]
) -> Examination:
    """All that speaks against the pack, and what somebody answers for."""
    of = Examined(case=case, claim=claim, policy=policy, calendar=calendar, seen=seen)
    return weigh(findings(of), case)
