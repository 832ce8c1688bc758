"""From a case as it is written to the facts of the domain: days, names in both languages, numbers.

Rows without a number of their own get one from what they say, so that their order means nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

from pydantic import BaseModel

from docgen.domain.case import (
    AddressFacts,
    Agreement,
    Bank,
    Branch,
    Case,
    Checked,
    Contract,
    Creditor,
    Debtor,
    Dispute,
    Fee,
    Inscription,
    Notary,
    Notice,
    OtherAccount,
    Override,
    Paper,
    PowerOfAttorney,
    Representative,
    StatedClaim,
)
from docgen.domain.debt import Acknowledgement, Invoice, Payment
from docgen.domain.language import BOTH, Language
from docgen.domain.operator import Operator
from docgen.domain.pack_papers import Slot
from docgen.forms.debtor_case import (
    AcknowledgementInput,
    CaseInput,
    CreditorInput,
    InvoiceInput,
    NoticeInput,
    PaymentInput,
    RepresentativeInput,
    read_case_input,
)
from docgen.forms.fields import BilingualLine, localised
from docgen.texts.dates import local_day

T = TypeVar("T")

_SUSPENDED = re.compile(r"suspended from ([0-9]{4}-[0-9]{2}-[0-9]{2})")
"""How the billing system remarks in an invoice's note that the service was cut off."""


def read_case(given: object, operator: Operator) -> Case:
    """The case; raises ValuesRejected with every finding about what is written wrongly."""
    case = read_case_input(given)
    numbered = list(_invoices(case.invoices))
    return Case(
        as_of=case.as_of,
        debtor=Debtor(**case.debtor.model_dump()),
        creditor=_creditor(case.creditor, operator),
        account_number=case.account_number,
        representative=_representative(case.representative),
        contract=_contract(case),
        invoices=tuple(invoice for invoice, _ in numbered),
        stated_penalties={
            invoice.number: row.penalty for invoice, row in numbered if row.penalty is not None
        },
        payments=tuple(_payments(case.payments)),
        suspended_on=case.suspended_on or _suspended(case.invoices),
        acknowledgement=_acknowledgement(case.acknowledgement, case),
        acknowledged_in=None if case.acknowledgement is None else case.acknowledgement.kind,
        agreement=_of(Agreement, case.instalment_agreement),
        notices=tuple(_notice(each) for each in case.notices),
        dispute=_dispute(case),
        checked=_of(Checked, case.checked),
        inscriptions=tuple(Inscription(**each.model_dump()) for each in case.inscriptions),
        other_accounts=tuple(OtherAccount(**each.model_dump()) for each in case.other_accounts),
        address=_of(AddressFacts, case.address),
        venue=case.venue,
        fee=_of(Fee, case.fee),
        notary=_notary(case),
        stated=StatedClaim(**case.claim.model_dump()),
        papers=tuple(Paper(**each.model_dump()) for each in case.papers),
        overrides=tuple(Override(**each.model_dump()) for each in case.overrides),
    )


def _of(kind: type[T], given: BaseModel | None) -> T | None:
    return None if given is None else kind(**given.model_dump())


def _both(text: str | BilingualLine) -> Mapping[Language, str]:
    return {language: localised(text, language) for language in BOTH}


def _creditor(given: CreditorInput, operator: Operator) -> Creditor:
    bank, branch = given.bank, given.branch
    return Creditor(
        name=operator.name,
        bin=operator.bin.value,
        address=operator.address,
        bank=None if bank is None else Bank(iban=bank.iban, bik=bank.bik, name=_both(bank.name)),
        branch=None
        if branch is None
        else Branch(name=_both(branch.name), bin=branch.bin, address=_both(branch.address)),
    )


def _representative(given: RepresentativeInput | None) -> Representative | None:
    if given is None:
        return None
    power = _of(PowerOfAttorney, given.power_of_attorney)
    return Representative(full_name=given.full_name, iin=given.iin, power_of_attorney=power)


def _contract(case: CaseInput) -> Contract | None:
    given = case.contract
    if given is None:
        return None
    return Contract(
        order=given.order,
        order_date=given.order_date,
        in_force_from=given.in_force_from,
        in_force_to=given.in_force_to,
        earlier_relations=given.earlier_relations,
        application_number=given.application.number,
        application_date=given.application.date,
    )


def _invoices(rows: Sequence[InvoiceInput]) -> Iterator[tuple[Invoice, InvoiceInput]]:
    names: Counter[str] = Counter(row.number for row in rows if row.number)
    order = sorted(rows, key=lambda row: (row.month, row.kind, row.charged, row.set_aside))
    given = {id(row): _number(f"{row.month:%Y-%m}-{row.kind}", row.number, names) for row in order}
    for row in rows:
        invoice = Invoice(
            month=row.month,
            component=row.kind,
            number=given[id(row)],
            charged=row.charged,
            due=row.due,
            set_aside=row.set_aside,
        )
        yield invoice, row


def _payments(rows: Sequence[PaymentInput]) -> Iterator[Payment]:
    names: Counter[str] = Counter(row.number for row in rows if row.number)
    for row in sorted(rows, key=lambda row: (row.date, row.amount, row.number or "")):
        number = _number(f"{row.date:%Y-%m-%d}", row.number, names)
        yield Payment(day=row.date, number=number, amount=row.amount)


def _number(by_itself: str, own: str | None, names: Counter[str]) -> str:
    """Its own number, or what it says with a count where others say the same."""
    if own is not None:
        return own
    names[by_itself] += 1
    return by_itself if names[by_itself] == 1 else f"{by_itself}-{names[by_itself]}"


def _suspended(rows: Sequence[InvoiceInput]) -> date | None:
    for row in rows:
        told = _SUSPENDED.search(row.note or "")
        if told is not None:
            return date.fromisoformat(told.group(1))
    return None


def _acknowledgement(given: AcknowledgementInput | None, case: CaseInput) -> Acknowledgement | None:
    """Its document is one of the papers, or it has none."""
    if given is None:
        return None
    papers = [paper.path for paper in case.papers if paper.slot is Slot.ACKNOWLEDGEMENT]
    wanted = given.document or next(iter(papers), None)
    return Acknowledgement(
        day=given.signed_on,
        as_of=given.debt_as_of,
        total=given.total,
        document=wanted if wanted in papers else None,
        covers=None if given.components is None else frozenset(given.components),
        penalty=given.penalty,
    )


def _notice(given: NoticeInput) -> Notice:
    return Notice(
        kind=given.kind,
        channel=given.channel,
        sent_on=_day(given.sent_at),
        result=given.result,
        result_on=None if given.result_at is None else _day(given.result_at),
    )


def _day(when: date | datetime) -> date:
    return local_day(when) if isinstance(when, datetime) else when


def _dispute(case: CaseInput) -> Dispute | None:
    if case.open_dispute is None:
        return None
    if case.dispute is None:
        return Dispute(open=case.open_dispute)
    return Dispute(
        open=case.open_dispute, closed_on=case.dispute.closed_on, agreed=case.dispute.agreed
    )


def _notary(case: CaseInput) -> Notary | None:
    given = case.notary
    if given is None:
        return None
    return Notary(
        full_name=given.full_name,
        licence_number=given.licence_number,
        licence_date=given.licence_date,
        city=_both(given.city),
    )
