"""Acknowledgements that the debtor signed through this service, and what a case gains by them.

The debtor acknowledges the debt, its amount and his fault in writing (the contract, 12): a ground
of its own (notariat law, 92-1(2)(2)), what a penalty rests on (92-1(3)), and the start of a new
limitation (civil code, 183).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from docgen.domain.case import AckKind, Agreement, AgreementState, Case, Paper
from docgen.domain.debt import NOTHING, Acknowledgement, Component
from docgen.domain.pack_papers import Slot


@dataclass(frozen=True, kw_only=True)
class Instalment:
    """A payment that was agreed on, and the last day for it."""

    due_on: date
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class AcknowledgedDebt:
    """What a form says the debtor acknowledges, and how it is to be paid off."""

    account_number: str
    as_of: date
    """The day at whose end the debt stood so."""
    total: Decimal
    penalty: Decimal
    covers: frozenset[Component]
    schedule: tuple[Instalment, ...] = ()
    missed_payments: int | None = None
    """How many overdue instalments make all of it due; None where an earlier paper says it."""


@dataclass(frozen=True, kw_only=True)
class SignedHere:
    """One sealed paper of the register in which the debtor acknowledges."""

    envelope_id: str
    document_number: str
    signed_on: date
    debt: AcknowledgedDebt
    sha256: str
    """Of the sealed file."""
    detached_sha256: str = ""
    """Of the national signature beside it, where there is one."""

    @property
    def path(self) -> str:
        """By which the case names it; no folder of a case has it."""
        return f"signed here/{self.document_number}.pdf"

    @property
    def paper(self) -> Paper:
        """As one of the case's papers."""
        return Paper(slot=Slot.ACKNOWLEDGEMENT, path=self.path, sha256=self.sha256)

    @property
    def acknowledgement(self) -> Acknowledgement:
        """As the calculation takes it."""
        return Acknowledgement(
            day=self.signed_on,
            as_of=self.debt.as_of,
            total=self.debt.total,
            document=self.path,
            covers=self.debt.covers,
            penalty=self.debt.penalty,
        )


def resting_on(case: Case, signed: Sequence[SignedHere]) -> Case:
    """The case with those papers, the newest leading; with none of them it stays as it is."""
    if not signed:
        return case
    ordered = sorted(signed, key=lambda each: (each.signed_on, each.document_number))
    *earlier, newest = ordered
    return replace(
        case,
        acknowledgement=newest.acknowledgement,
        acknowledged_in=AckKind.INSTALMENT_AGREEMENT,
        earlier_acknowledgements=tuple(each.acknowledgement for each in earlier),
        agreement=case.agreement or agreed(ordered, case),
        papers=(*case.papers, *(each.paper for each in ordered)),
        signed_here=tuple((each.document_number, each.envelope_id) for each in ordered),
    )


def agreed(signed: Sequence[SignedHere], case: Case) -> Agreement:
    """Where the newest schedule stands by the case's payments: what came since pays it off first.

    The day on which an instalment is due is no day of delay (civil code, 172).
    """
    newest, debt = signed[-1], signed[-1].debt
    named = [each.debt.missed_payments for each in signed if each.debt.missed_payments]
    came = (each.amount for each in case.payments if each.day > debt.as_of)
    left, missed = sum(came, NOTHING), 0
    for instalment in debt.schedule:
        left -= instalment.amount
        missed += left < 0 and instalment.due_on < case.as_of
    over = all(each.due_on < case.as_of for each in debt.schedule)
    state = AgreementState.IN_FORCE
    if left >= 0:
        state = AgreementState.COMPLETED
    elif missed and (over or (named and missed >= named[-1])):
        state = AgreementState.DEFAULTED
    return Agreement(number=newest.document_number, signed_on=newest.signed_on, state=state)
