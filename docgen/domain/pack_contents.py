"""Rules about letters and papers: N07–N09, N21, N22, N29, P01–P03."""

from collections.abc import Iterator
from datetime import date, timedelta

from docgen.domain.calendar import month_end
from docgen.domain.case import NoticeKind, Paper
from docgen.domain.pack import Examined, PackFinding, found
from docgen.domain.pack_papers import CHECKLIST, PLACES, Form, Place, Seen, Slot, Wanted

_SIGNED_AT_LEAST = (Slot.APPLICATION, Slot.ACCEPTANCE_ACT)


def contents(of: Examined) -> Iterator[PackFinding]:
    """All that these rules find."""
    yield from _dispute(of)
    yield from _claim_letter(of)
    yield from _papers(of)
    yield from _files(of)
    yield from _edition(of)


def _dispute(of: Examined) -> Iterator[PackFinding]:
    """N07: what is disputed is not undisputed."""
    dispute, wait = of.case.dispute, timedelta(days=of.policy.dispute_days)
    if dispute is None:
        yield found("N07", "not_checked", "/open_dispute")
    elif dispute.open:
        yield found("N07", "open", "/open_dispute")
    elif dispute.closed_on is not None and not dispute.agreed:
        until = dispute.closed_on + wait
        if of.case.as_of <= until:
            yield found("N07", "wait", "/open_dispute", until=until)


def _claim_letter(of: Examined) -> Iterator[PackFinding]:
    """N08, N09: it was sent, it counts as received, and the time to answer is over."""
    letters = [each for each in of.case.notices if each.kind is NoticeKind.CLAIM_LETTER]
    if not letters:
        yield found("N08", "not_sent", "/notices")
        return
    received = [each.received_on for each in letters if each.received_on is not None]
    if not received:
        yield found("N09", "not_received", "/notices")
        return
    until = min(received) + timedelta(days=of.policy.response_days)
    if of.case.as_of <= until:
        yield found("N08", "wait", "/notices", until=until)


def claimed_months(of: Examined) -> list[date]:
    """The months of what is claimed, each once, in order."""
    return sorted({line.invoice.month for line in of.claim.lines if line.claimed})


def _wanted(of: Examined, place: Place) -> bool:
    acknowledged = any(line.acknowledged_by for line in of.claim.lines)
    return {
        Wanted.MADE: False,
        Wanted.ALWAYS: True,
        Wanted.MONTHLY: True,
        Wanted.ACKNOWLEDGED: acknowledged or of.case.acknowledgement is not None,
        Wanted.EQUIPMENT: of.claims_equipment,
        Wanted.AGREED: of.case.agreement is not None,
        Wanted.NEVER: False,
        Wanted.OPTIONAL: False,
    }[place.wanted]


def _papers(of: Examined) -> Iterator[PackFinding]:
    """P01, N21: what has to be there, and what the debtor has signed."""
    there = {seen.slot for seen in of.seen if seen.form is not Form.ABSENT}
    for place in CHECKLIST:
        if not _wanted(of, place) or place.wanted is Wanted.MONTHLY:
            continue
        if place.slot not in there:
            rule = "N21" if place.slot in _SIGNED_AT_LEAST else "P01"
            yield found(rule, "missing", f"/papers/{place.slot}", slot=place.slot, no=place.number)
    invoiced = {
        (paper.month.year, paper.month.month)
        for paper in of.case.papers
        if paper.slot == Slot.INVOICE and paper.month is not None
    }
    for month in claimed_months(of):
        if (month.year, month.month) not in invoiced:
            yield found("P01", "no_invoice", f"/papers/{Slot.INVOICE}", month=f"{month:%m.%Y}")
    if of.case.acknowledgement is not None and of.case.acknowledgement.document is None:
        yield found("P01", "no_acknowledgement", "/acknowledgement/document")


def _files(of: Examined) -> Iterator[PackFinding]:
    """N21, N22, P02, P03: each file that is there."""
    for place, (paper, seen) in enumerate(zip(of.case.papers, of.seen, strict=True)):
        pointer = f"/papers/{place}"
        if seen.slot is Slot.IDENTITY_COPY:
            yield found("P02", "identity_copy", pointer)
        elif not seen.there:
            yield found("N22", seen.form.value, pointer, path=seen.path)
        elif PLACES[seen.slot].signed:
            yield from _signature(paper, seen, pointer)


def _signature(paper: Paper, seen: Seen, pointer: str) -> Iterator[PackFinding]:
    if seen.form is Form.UNSEALED and paper.original is None:
        yield found("N21", "not_signed", pointer, slot=seen.slot)
    if seen.form is Form.GOOD and seen.verdict and not seen.detached:
        yield found("P03", "no_cms", pointer, slot=seen.slot)


def _edition(of: Examined) -> Iterator[PackFinding]:
    """N29: the contract's edition was in force in the months that are claimed."""
    contract, months = of.case.contract, claimed_months(of)
    if contract is None or not months:
        return
    first, last = months[0], month_end(months[-1])
    if first < contract.in_force_from and not contract.earlier_relations:
        yield found("N29", "later", "/contract/in_force_from", day=contract.in_force_from)
    if contract.in_force_to is not None and contract.in_force_to < last:
        yield found("N29", "earlier", "/contract/in_force_to", day=contract.in_force_to)
