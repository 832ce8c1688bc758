"""Describe a checked case as JSON values: findings in both languages, every figure by itself."""

from collections.abc import Sequence
from typing import Any

from docgen.domain.debt import Claim, Line, Terms
from docgen.domain.language import BOTH
from docgen.domain.pack import Answered, PackFinding
from docgen.texts.pack import sentence, source
from docgen.usecases.check_pack import CheckedPack


def describe(checked: CheckedPack) -> dict[str, Any]:
    """Whether the pack may be made and why not, the calculation, and by which readings."""
    examination = checked.examination
    return {
        "ready": examination.ready,
        "blocks": _findings(examination.blocks),
        "warnings": _findings(examination.open_warnings),
        "answered": [_answered(each) for each in examination.answered],
        "notes": _findings(examination.notes),
        "claim": describe_claim(checked.claim),
        "signed_here": [
            {"document": number, "envelope": envelope}
            for number, envelope in checked.case.signed_here
        ],
        "calendar": {
            str(year): checked.calendar.source(year).value for year in _years(checked.claim)
        },
        "papers": [
            {"slot": seen.slot.value, "path": seen.path, "sha256": paper.sha256,
             "found": seen.form.value, "pages": seen.pages, "verdict": seen.verdict,
             "cms": seen.detached,
             "month": None if paper.month is None else f"{paper.month:%Y-%m}"}
            for paper, seen in zip(checked.case.papers, checked.seen, strict=True)
        ],
    }  # fmt: skip


def describe_claim(claim: Claim) -> dict[str, Any]:
    """The calculation: sums as text with two places, so that no reader rounds them."""
    return {
        "as_of": claim.as_of.isoformat(),
        "principal": str(claim.principal),
        "other": str(claim.other),
        "penalty": str(claim.penalty),
        "total": str(claim.total),
        "charged": str(claim.charged),
        "paid": str(claim.paid),
        "advance": str(claim.advance),
        "by_ground": {ground.value: str(amount) for ground, amount in claim.by_ground.items()},
        "readings": _readings(claim.terms),
        "lines": [_line(line) for line in claim.lines],
        "allocations": [
            {"payment": each.payment, "paid_on": each.paid_on.isoformat(),
             "day": each.day.isoformat(), "invoice": each.invoice, "part": each.part.value,
             "amount": str(each.amount)}
            for each in claim.allocations
        ],
    }  # fmt: skip


def describe_finding(finding: PackFinding) -> dict[str, Any]:
    """One finding, with its source and how sure that is."""
    return {
        "rule": finding.rule,
        "what": finding.what,
        "severity": finding.severity.value,
        "pointer": finding.pointer,
        "source": {language.value: source(finding.of, language) for language in BOTH},
        "to_confirm_by_a_lawyer": finding.of.to_confirm,
        "message": {language.value: sentence(finding, language) for language in BOTH},
    }


def _findings(found: Sequence[PackFinding]) -> list[dict[str, Any]]:
    return [describe_finding(each) for each in found]


def _answered(answered: Answered) -> dict[str, Any]:
    return describe_finding(answered.finding) | {"by": answered.by, "reason": answered.reason}


def _readings(terms: Terms) -> dict[str, Any]:
    """What the contract and the law leave open, and how it was read here."""
    return {
        "due_day": terms.due_day,
        "due_day_inclusive": terms.due_day_inclusive,
        "moved_by_days_off": terms.moved_by_days_off,
        "rate": str(terms.rate),
        "most_days": terms.most_days,
        "most_days_read_as": terms.most_days_read_as.value,
        "day_of_payment": terms.day_of_payment,
        "penalty_on": sorted(component.value for component in terms.penalty_on),
        "payment_order": terms.order.value,
        "penalty_basis": terms.penalty_basis.value,
        "limitation_years": terms.limitation_years,
        "payment_restarts": terms.payment_restarts,
    }


def _line(line: Line) -> dict[str, Any]:
    limitation = line.limitation
    restarted = limitation.restarted_on
    return {
        "invoice": line.invoice.number,
        "month": f"{line.invoice.month:%Y-%m}",
        "component": line.invoice.component.value,
        "charged": str(line.invoice.charged),
        "due": line.due.effective.isoformat(),
        "due_stated": line.due.stated.isoformat(),
        "paid": str(line.paid),
        "balance": str(line.balance),
        "days": line.days,
        "spans": [
            {"from": span.first.isoformat(), "to": span.last.isoformat(), "days": span.days,
             "balance": str(span.balance), "rate": str(span.rate), "product": str(span.product)}
            for span in line.spans
        ],
        "penalty": str(line.penalty),
        "penalty_cap": str(line.penalty_cap),
        "penalty_paid": str(line.penalty_paid),
        "penalty_claimed": str(line.penalty_claimed),
        "claimed": str(line.claimed),
        "limitation": {
            "first_end": limitation.first_end.isoformat(),
            "restarted_on": None if restarted is None else restarted.isoformat(),
            "document": limitation.document,
            "last_day": limitation.last_day.isoformat(),
        },
        "acknowledged_by": line.acknowledged_by,
        "standing": line.standing.value,
        "ground": line.ground.value,
    }  # fmt: skip


def _years(claim: Claim) -> list[int]:
    """Of due dates: where a year is estimated, so is a due date in it."""
    return sorted({line.due.effective.year for line in claim.lines})
