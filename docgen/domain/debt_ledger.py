"""The ledger of an account: what each payment went to, and what grew on each invoice until then.

It goes from day to day on which something happens. An invoice is there from the first day of the
month after its own (or from its due date, where that is earlier); money that comes before waits
as an advance. Rows are put into one order first, so that the order they came in means nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from docgen.domain.calendar import Calendar, month_end, plus_months
from docgen.domain.debt import (
    NOTHING,
    Allocated,
    Component,
    DebtFacts,
    Due,
    Invoice,
    MostDays,
    Order,
    Part,
    Payment,
    Span,
    Terms,
    to_tiyn,
)
from docgen.domain.errors import InvalidValue

_ONE_DAY = timedelta(days=1)


def due_of(invoice: Invoice, terms: Terms, calendar: Calendar) -> Due:
    """Until when it could be paid (point 17; civil code, 175)."""
    stated = invoice.due or plus_months(invoice.month, 1, on=terms.due_day)
    if invoice.due is None and not terms.due_day_inclusive:
        stated -= _ONE_DAY
    effective = calendar.on_or_after(stated) if terms.moved_by_days_off else stated
    return Due(stated=stated, effective=effective)


@dataclass
class Account:
    """One invoice while the ledger is gone through."""

    invoice: Invoice
    due: Due
    terms: Terms
    unpaid: Decimal = NOTHING
    paid: Decimal = NOTHING
    penalty_paid: Decimal = NOTHING
    overdue_sum: Decimal = NOTHING
    """What was unpaid when the delay began."""
    spans: list[Span] = field(default_factory=list)
    paid_on: list[tuple[date, str]] = field(default_factory=list)
    """When something of the principal was paid, and by which payment."""

    def __post_init__(self) -> None:
        self.unpaid = self.invoice.charged
        self._reckoned = self.due.effective

    @property
    def issued(self) -> date:
        """From which day on it can be paid."""
        return min(plus_months(self.invoice.month, 1, on=1), self.due.effective)

    @property
    def place(self) -> tuple[date, date, str, str, Decimal]:
        """Older debts come first; nothing depends on the order of rows."""
        invoice = self.invoice
        due = self.due.effective
        return (due, invoice.month, invoice.component.value, invoice.number, invoice.charged)

    @property
    def last_penalty_day(self) -> date:
        """The last day that penalty may be reckoned for."""
        first = self.due.effective + _ONE_DAY
        last = first + timedelta(days=self.terms.most_days - 1)
        if self.terms.most_days_read_as is MostDays.MONTH:
            return min(last, month_end(first))
        return last

    @property
    def penalty(self) -> Decimal:
        """All that has grown so far, rounded once."""
        return to_tiyn(sum((span.product for span in self.spans), NOTHING))

    def grow(self, through: date) -> None:
        """Reckon penalty through that day at the present balance."""
        first, last = self._reckoned + _ONE_DAY, min(through, self.last_penalty_day)
        if first > last or self.invoice.component not in self.terms.penalty_on:
            return
        if not self.overdue_sum:
            self.overdue_sum = self.unpaid
        self._reckoned = last
        if self.unpaid:
            self._add(Span(first=first, last=last, balance=self.unpaid, rate=self.terms.rate))

    def _add(self, span: Span) -> None:
        before = self.spans[-1] if self.spans else None
        if before is not None and before.balance == span.balance:
            self.spans[-1] = Span(
                first=before.first, last=span.last, balance=span.balance, rate=span.rate
            )
        else:
            self.spans.append(span)


@dataclass
class Ledger:
    """Goes through all payments once; then `accounts`, `allocated` and `advances` tell the rest."""

    facts: DebtFacts
    terms: Terms
    calendar: Calendar
    accounts: list[Account] = field(init=False)
    allocated: list[Allocated] = field(default_factory=list)
    advances: list[tuple[Payment, Decimal]] = field(default_factory=list)
    """Payments of which something is left."""

    def __post_init__(self) -> None:
        _require_sound(self.facts)
        accounts = [
            Account(invoice, due_of(invoice, self.terms, self.calendar), self.terms)
            for invoice in self.facts.invoices
        ]
        self.accounts = sorted(accounts, key=lambda each: each.place)
        for day in self._days():
            self._grow(day if self.terms.day_of_payment else day - _ONE_DAY)
            waiting = [*self.advances, *((p, p.amount) for p in self._payments(day))]
            self.advances = [
                (payment, left)
                for payment, amount in waiting
                if (left := self._spend(payment, amount, day))
            ]
        self._grow(self.facts.as_of)

    def _days(self) -> Sequence[date]:
        """Days on which money came, or something that waiting money could go to."""
        days = {payment.day for payment in self.facts.payments}
        days |= {account.issued for account in self.accounts}
        return sorted(day for day in days if day <= self.facts.as_of)

    def _payments(self, day: date) -> Sequence[Payment]:
        on_day = [payment for payment in self.facts.payments if payment.day == day]
        return sorted(on_day, key=lambda each: (each.number, each.amount))

    def _grow(self, through: date) -> None:
        for account in self.accounts:
            account.grow(through)

    def _spend(self, payment: Payment, amount: Decimal, day: date) -> Decimal:
        """What is left of it after everything that it can go to."""
        for account, part in self._order(day):
            owed = account.unpaid if part is Part.PRINCIPAL else _open_penalty(account)
            piece = min(owed, amount)
            if piece:
                self._allocate(account, part, payment, piece, day)
                amount -= piece
        return amount

    def _order(self, day: date) -> Iterator[tuple[Account, Part]]:
        there = [account for account in self.accounts if account.issued <= day]
        costs = [(each, Part.PRINCIPAL) for each in there if _of_costs(each)]
        debts = [each for each in there if not _of_costs(each)]
        overdue = [(each, Part.PRINCIPAL) for each in debts if each.due.effective < day]
        current = [(each, Part.PRINCIPAL) for each in debts if each.due.effective >= day]
        penalties = [(each, Part.PENALTY) for each in debts]
        if self.terms.order is Order.CONTRACT:
            return iter([*costs, *penalties, *overdue, *current])
        return iter([*overdue, *penalties, *costs, *current])

    def _allocate(
        self, account: Account, part: Part, payment: Payment, piece: Decimal, day: date
    ) -> None:
        if part is Part.PENALTY:
            account.penalty_paid += piece
        else:
            account.unpaid -= piece
            account.paid += piece
            account.paid_on.append((day, payment.number))
        self.allocated.append(
            Allocated(
                payment=payment.number, paid_on=payment.day, day=day,
                invoice=account.invoice.number, part=part, amount=piece,
            )
        )  # fmt: skip


def _open_penalty(account: Account) -> Decimal:
    return account.penalty - account.penalty_paid


def _of_costs(account: Account) -> bool:
    return account.invoice.component is Component.COSTS


def _require_sound(facts: DebtFacts) -> None:
    """Nothing that would let a tiyn appear or vanish."""
    amounts = [invoice.charged for invoice in facts.invoices]
    amounts += [payment.amount for payment in facts.payments]
    if any(amount <= 0 or to_tiyn(amount) != amount for amount in amounts):
        raise InvalidValue("amounts are above zero and have two places")
    if any(payment.day > facts.as_of for payment in facts.payments):
        raise InvalidValue("a payment after the day of the calculation")
    numbers = [invoice.number for invoice in facts.invoices]
    if len(set(numbers)) != len(numbers):
        raise InvalidValue("two invoices of one number")
