"""Reckons a claim: penalty, limitation and ground of each invoice, and what is claimed of it."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from docgen.domain.calendar import Calendar, plus_years
from docgen.domain.debt import (
    NOTHING,
    Acknowledgement,
    Allocated,
    Claim,
    Component,
    DebtFacts,
    Due,
    Ground,
    Invoice,
    Limitation,
    Line,
    Part,
    PenaltyBasis,
    Standing,
    Terms,
    to_tiyn,
)
from docgen.domain.debt_ledger import Account, Ledger


def reckon(facts: DebtFacts, terms: Terms, calendar: Calendar) -> Claim:
    """The whole calculation; raises InvalidValue for rows that make no sense.

    Raises Misconfigured where the calendar does not hold a year that is needed.
    """
    ledger = Ledger(facts, terms, calendar)
    papers = sorted(facts.acknowledgements, key=lambda each: (each.day, each.document or ""))
    named = {each.document: each.penalty for each in papers if each.penalty is not None}
    lines = []
    for account in ledger.accounts:
        line = _line(account, facts=facts, terms=terms, papers=papers, named=named)
        if line.acknowledged_by in named:
            named[line.acknowledged_by] -= line.penalty_claimed
        lines.append(line)
    waiting = [
        Allocated(
            payment=payment.number, paid_on=payment.day, day=facts.as_of,
            invoice=None, part=Part.ADVANCE, amount=left,
        )
        for payment, left in ledger.advances
    ]  # fmt: skip
    return Claim(
        as_of=facts.as_of,
        terms=terms,
        lines=tuple(lines),
        allocations=(*ledger.allocated, *waiting),
        charged=_sum(invoice.charged for invoice in facts.invoices),
        paid=_sum(payment.amount for payment in facts.payments),
        advance=_sum(left for _, left in ledger.advances),
        by_ground=_by_ground(lines),
    )


def _line(
    account: Account,
    *,
    facts: DebtFacts,
    terms: Terms,
    papers: Sequence[Acknowledgement],
    named: dict[str | None, Decimal],
) -> Line:
    invoice, due = account.invoice, account.due
    limitation = limitation_of(account, terms=terms, papers=papers)
    paper = _acknowledged_by(invoice, due, papers)
    standing = _standing(account, limitation, paper=paper, as_of=facts.as_of)
    most = None if paper is None else named.get(paper)
    return Line(
        invoice=invoice,
        due=due,
        paid=account.paid,
        balance=account.unpaid,
        spans=tuple(account.spans),
        penalty=account.penalty,
        penalty_paid=account.penalty_paid,
        penalty_cap=to_tiyn(account.overdue_sum * terms.rate * terms.most_days),
        limitation=limitation,
        acknowledged_by=paper,
        standing=standing,
        ground=_ground(invoice, standing),
        penalty_claimed=_claimed(account, standing, paper=paper, terms=terms, most=most),
    )


def limitation_of(
    account: Account, *, terms: Terms, papers: Sequence[Acknowledgement]
) -> Limitation:
    """Three years from the due date, anew from each act of acknowledgement (178, 180, 183).

    An act after the end brings nothing back. One whose paper is not there is shown, not used.
    """
    due = account.due.effective
    end = first_end = plus_years(due, terms.limitation_years)
    acts: list[tuple[date, str | None]] = [
        (paper.day, paper.document)
        for paper in papers
        if _covers(paper, account.invoice, account.due)
    ]
    if terms.payment_restarts:
        acts += [(day, payment) for day, payment in account.paid_on if day > due]
    restarted_on: date | None = None
    document: str | None = None
    for day, paper in sorted(acts, key=lambda each: (each[0], each[1] or "")):
        if not due < day <= end:
            continue
        restarted_on, document = day, paper
        if paper is not None:
            end = plus_years(day, terms.limitation_years)
    return Limitation(
        first_end=first_end, restarted_on=restarted_on, document=document, last_day=end
    )


def _covers(paper: Acknowledgement, invoice: Invoice, due: Due) -> bool:
    """Whether the debtor writes of this invoice: it was overdue on the day he speaks of."""
    named = paper.covers is None or invoice.component in paper.covers
    return named and due.effective < paper.as_of


def _acknowledged_by(invoice: Invoice, due: Due, papers: Sequence[Acknowledgement]) -> str | None:
    """The newest paper in the pack that does."""
    papers = [each for each in papers if each.document and _covers(each, invoice, due)]
    return papers[-1].document if papers else None


def _standing(
    account: Account, limitation: Limitation, *, paper: str | None, as_of: date
) -> Standing:
    component = account.invoice.component
    if account.invoice.set_aside or component is Component.COSTS:
        return Standing.COURT
    if as_of <= account.due.effective:
        return Standing.NOT_DUE
    if as_of > limitation.last_day:
        return Standing.BARRED
    if component is not Component.SERVICES and paper is None:
        return Standing.COURT
    return Standing.CLAIMED if account.unpaid else Standing.PAID


def _ground(invoice: Invoice, standing: Standing) -> Ground:
    if standing in {Standing.COURT, Standing.BARRED}:
        return Ground.COURT
    if invoice.component is Component.SERVICES:
        return Ground.PUBLIC_CONTRACT
    return Ground.ACKNOWLEDGED


def _claimed(
    account: Account, standing: Standing, *, paper: str | None, terms: Terms, most: Decimal | None
) -> Decimal:
    """The open penalty, where something allows to claim it (notariat law, 92-1(3))."""
    if standing not in {Standing.CLAIMED, Standing.PAID}:
        return NOTHING
    open_penalty = account.penalty - account.penalty_paid
    if terms.penalty_basis is PenaltyBasis.CONTRACT_MECHANISM:
        return open_penalty
    if paper is None:
        return NOTHING
    return open_penalty if most is None else min(open_penalty, most)


def _by_ground(lines: Sequence[Line]) -> dict[Ground, Decimal]:
    """Every unpaid tiyn that was due, and every open penalty, under one ground each."""
    sums = dict.fromkeys(Ground, NOTHING)
    for line in lines:
        if line.standing is not Standing.NOT_DUE:
            sums[line.ground] += line.balance
        sums[Ground.PENALTY] += line.penalty_claimed
        sums[Ground.COURT] += line.penalty - line.penalty_paid - line.penalty_claimed
    return sums


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, NOTHING)
