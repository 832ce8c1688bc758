"""Rules about what is claimed: N04–N06, N10–N18, N25–N27, N30."""

from collections.abc import Iterator
from decimal import Decimal

from docgen.domain.case import AgreementState, InscriptionState, Venue
from docgen.domain.debt import NOTHING, Component, Ground, Line, Order, PenaltyBasis, Standing
from docgen.domain.debt import to_tiyn as _to_tiyn
from docgen.domain.pack import Examined, PackFinding, found
from docgen.domain.pack_rules import Severity


def debts(of: Examined) -> Iterator[PackFinding]:
    """All that these rules find."""
    for place, line in enumerate(of.claim.lines):
        pointer = f"/invoices/{_position(of, line, place)}"
        yield from _term(line, pointer)
        yield from _penalty(of, line, pointer)
        yield from _component(line, pointer)
    yield from _signed_here(of)
    yield from _penalty_basis(of)
    yield from _venue(of)
    yield from _sums(of)
    yield from _circumstances(of)
    yield from _earlier(of)


def _position(of: Examined, line: Line, place: int) -> int:
    """Where the invoice stands in the case; lines are in another order."""
    numbers = [invoice.number for invoice in of.case.invoices]
    return numbers.index(line.invoice.number) if line.invoice.number in numbers else place


def _term(line: Line, pointer: str) -> Iterator[PackFinding]:
    """N04, N05, N06: due, not barred, and what has started the term anew."""
    if line.invoice.set_aside:
        return
    if line.standing is Standing.NOT_DUE:
        yield found("N04", "not_due", pointer, due=line.due.effective)
    if line.standing is Standing.BARRED:
        yield found("N05", "barred", pointer, ended=line.limitation.last_day)
    limitation = line.limitation
    if limitation.restarted_on is not None:
        what = "restarted" if limitation.document else "not_used"
        yield found(
            "N06", what, pointer,
            on=limitation.restarted_on, first_end=limitation.first_end, end=limitation.last_day,
        )  # fmt: skip


def _signed_here(of: Examined) -> Iterator[PackFinding]:
    """N06: what the service has found signed by the debtor, and where."""
    for number, envelope in of.case.signed_here:
        yield found("N06", "signed_here", "/acknowledgement", number=number, envelope=envelope)


def _penalty(of: Examined, line: Line, pointer: str) -> Iterator[PackFinding]:
    """N10, N30: never more than the contract allows, nor than is fair."""
    stated = of.case.stated_penalties.get(line.invoice.number)
    if stated is not None and stated > line.penalty:
        yield found("N10", "too_much", f"{pointer}/penalty", stated=stated, most=line.penalty)
    penalty = line.penalty if stated is None else max(stated, line.penalty)
    if penalty > _to_tiyn(line.invoice.charged * of.policy.fair_share):
        yield found("N30", "unfair", pointer, percent=_percent(of.policy.fair_share))


def _percent(share: Decimal) -> str:
    return f"{share * 100:.0f}"


def _component(line: Line, pointer: str) -> Iterator[PackFinding]:
    """N13: outside consumed services an acknowledgement is needed."""
    own = line.invoice.component
    if own is Component.SERVICES or line.invoice.set_aside or not line.balance:
        return
    if own is Component.COSTS:
        yield found("N13", "costs", pointer)
    elif line.acknowledged_by is None and line.standing is not Standing.NOT_DUE:
        yield found("N13", own.value, pointer)


def _penalty_basis(of: Examined) -> Iterator[PackFinding]:
    """N11, N12: a penalty rests on a paper, or somebody answers for the contract's mechanism."""
    claim, stated = of.claim, of.case.stated.penalty
    wanted = bool(stated) or any(of.case.stated_penalties.values())
    grown = sum((line.penalty - line.penalty_paid for line in claim.lines), NOTHING)
    if claim.terms.penalty_basis is PenaltyBasis.CONTRACT_MECHANISM:
        if claim.penalty:
            yield found("N12", "mechanism", "", penalty=claim.penalty)
        return
    acknowledged = any(line.acknowledged_by for line in claim.lines)
    if wanted and not acknowledged:
        yield found("N11", "no_acknowledgement", "/acknowledgement")
    elif grown > claim.penalty:
        left = grown - claim.penalty
        yield found("N11", "left_out", "", severity=Severity.NOTE, penalty=left)


def _venue(of: Examined) -> Iterator[PackFinding]:
    """N14, N15: where it may be made depends on what is claimed."""
    if of.case.venue is not Venue.OPERATOR_LOCATION:
        return
    if of.grounds <= {Ground.ACKNOWLEDGED, Ground.PENALTY} and Ground.ACKNOWLEDGED in of.grounds:
        yield found("N15", "operator", "/venue")
    else:
        yield found("N14", "operator", "/venue")


def _sums(of: Examined) -> Iterator[PackFinding]:
    """N16, N25: what others say of the sums is what was reckoned; and it is worth the fee."""
    claim, stated = of.claim, of.case.stated
    for name in ("principal", "penalty", "other", "total"):
        said, reckoned = getattr(stated, name), getattr(claim, name)
        if said is not None and said != reckoned:
            yield found("N16", name, f"/claim/{name}", stated=said, reckoned=reckoned)
    order = "contract" if claim.terms.order is Order.CONTRACT else "statutory"
    yield found("N16", order, "", severity=Severity.NOTE)
    if not claim.total:
        yield found("N25", "nothing", "/invoices", severity=Severity.BLOCK)
    elif claim.total < of.policy.smallest_claim:
        least = of.policy.smallest_claim
        yield found("N25", "small", "/invoices", total=claim.total, least=least)


def _circumstances(of: Examined) -> Iterator[PackFinding]:
    """N17, N18, N27: money elsewhere, an agreement that is kept, a service that was suspended."""
    for place, account in enumerate(of.case.other_accounts):
        if account.prepayment > 0:
            yield found("N17", "prepayment", f"/other_accounts/{place}", amount=account.prepayment)
    agreement = of.case.agreement
    if agreement is not None and agreement.state is AgreementState.IN_FORCE:
        yield found("N18", "in_force", "/instalment_agreement", number=agreement.number)
    suspended = of.case.suspended_on
    if suspended is None:
        return
    for line in of.claim.lines:
        month = line.invoice.month
        if line.claimed and (month.year, month.month) == (suspended.year, suspended.month):
            yield found("N27", "suspended", "/suspended_on", day=suspended)
            return


def _earlier(of: Examined) -> Iterator[PackFinding]:
    """N26: one inscription for one debt; after an objection there is the court only."""
    months = [line.invoice.month for line in of.claim.lines if line.claimed]
    for place, earlier in enumerate(of.case.inscriptions):
        touched = any(earlier.period_from <= month <= earlier.period_to for month in months)
        pointer = f"/inscriptions/{place}"
        if not touched:
            continue
        if earlier.state is InscriptionState.CANCELLED and earlier.on_objection:
            yield found("N26", "objected", pointer, number=earlier.number)
        elif earlier.state is not InscriptionState.CANCELLED:
            yield found("N26", earlier.state.value, pointer, number=earlier.number)
