"""What is owed, and how it is reckoned: the facts, the settings and the figures of a claim.

Sums are tenge with two places. Every figure can be followed: a line names its invoice, what was
paid on it and when, and each span of days with the balance, the rate and the product. What the
contract and the law leave open is a setting, and the settings travel with the result.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

TIYN = Decimal("0.01")
NOTHING = Decimal("0.00")


def to_tiyn(amount: Decimal) -> Decimal:
    """Two places, half up."""
    return amount.quantize(TIYN, rounding=ROUND_HALF_UP)


class Component(StrEnum):
    """What an invoice is for; each is recovered on its own ground."""

    SERVICES = "services"
    """Consumed services (points 17, 18 and 32.1)."""
    SUSPENSION = "suspension"
    """The monthly fee of a time in which the service was suspended for not paying (32.1)."""
    EQUIPMENT = "equipment"
    """Equipment that was not returned, at the price of the act (26, 32.10, 32.19)."""
    RENT = "rent"
    """Equipment rent that is overdue (22, 33.17)."""
    TARIFF_DIFFERENCE = "tariff_difference"
    """For the early end of a term contract (32.22)."""
    COSTS = "costs"
    """What collecting the debt has cost (20.1, 41)."""


class Ground(StrEnum):
    """By what a sum is recovered (notariat law, 92-1)."""

    PUBLIC_CONTRACT = "92-1-2-7"
    ACKNOWLEDGED = "92-1-2-2"
    PENALTY = "92-1-3"
    COURT = "court"
    """By no inscription: only in court."""


class Order(StrEnum):
    """What a payment goes to first."""

    STATUTORY = "statutory"
    """Overdue debt, penalty, costs, what is not due yet (civil code, 282(2))."""
    CONTRACT = "contract"
    """Costs, penalty, overdue debt, what is not due yet (point 20)."""


class PenaltyBasis(StrEnum):
    """What a penalty in an inscription rests on."""

    WRITTEN_ACK = "WRITTEN_ACK"
    """The debtor's written acknowledgement (notariat law, 92-1(3))."""
    CONTRACT_MECHANISM = "CONTRACT_MECHANISM"
    """Point 29 of the contract alone, which debtors object to."""


class MostDays(StrEnum):
    """How "not above 30 days for each invoice" of point 33.6 is read."""

    THIRTY_DAYS = "thirty_days"
    """As a number of days of delay."""
    MONTH = "month"
    """As the calendar month in which the delay began, and thirty days of it at most."""


class Standing(StrEnum):
    """What becomes of an invoice in the claim."""

    CLAIMED = "claimed"
    PAID = "paid"
    NOT_DUE = "not_due"
    BARRED = "barred"
    """Its limitation is over: only a court may still give it."""
    COURT = "court"
    """It has no ground of an inscription, or was set aside."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the contract and the law leave open; the defaults are the safe or the usual reading."""

    due_day: int = 25
    due_day_inclusive: bool = True
    """Whether one may still pay on the 25th itself."""
    moved_by_days_off: bool = True
    """Whether a due date on a day off moves to the next working day (civil code, 175)."""
    rate: Decimal = Decimal("0.0075")
    """Of the unpaid balance, for each day of delay (33.6)."""
    most_days: int = 30
    most_days_read_as: MostDays = MostDays.THIRTY_DAYS
    day_of_payment: bool = False
    """Whether what is paid on a day counts as unpaid on that day still."""
    penalty_on: frozenset[Component] = frozenset({Component.SERVICES})
    order: Order = Order.STATUTORY
    penalty_basis: PenaltyBasis = PenaltyBasis.WRITTEN_ACK
    limitation_years: int = 3
    payment_restarts: bool = False
    """Whether a partial payment alone starts the limitation anew (civil code, 183)."""


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """One line of what was charged; `number` tells it from others of its month."""

    month: date
    """The first day of the billing month."""
    component: Component
    number: str
    charged: Decimal
    due: date | None = None
    """The last day to pay by a separate agreement (17), moved over days off like any other."""
    set_aside: bool = False
    """Whether whoever makes the pack leaves it to the court."""


@dataclass(frozen=True, kw_only=True)
class Payment:
    """Money that came."""

    day: date
    number: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    """A paper in which the debtor writes that he owes."""

    day: date
    """When he signed it: from then on limitation runs anew (civil code, 183)."""
    as_of: date
    """Of which day's debt it speaks: what fell due later is not acknowledged."""
    total: Decimal
    document: str | None
    """The paper in the pack; without it nothing rests on the acknowledgement."""
    covers: frozenset[Component] | None = None
    """The components that it names; None where it names no parts, and speaks of all."""
    penalty: Decimal | None = None
    """The penalty that it names, which is the most to be claimed; None where it names no parts."""


@dataclass(frozen=True, kw_only=True)
class DebtFacts:
    """All that a claim is reckoned from; the order of rows means nothing."""

    as_of: date
    """The last day that counts, itself included."""
    invoices: tuple[Invoice, ...]
    payments: tuple[Payment, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()


class Part(StrEnum):
    """What a piece of a payment went to."""

    PRINCIPAL = "principal"
    PENALTY = "penalty"
    ADVANCE = "advance"
    """Nothing yet: it waits for the next invoice."""


@dataclass(frozen=True, kw_only=True)
class Allocated:
    """A piece of a payment, and where it went on which day."""

    payment: str
    paid_on: date
    day: date
    """Later than `paid_on` where it waited as an advance."""
    invoice: str | None
    part: Part
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Span:
    """Days of delay on which the same balance was unpaid."""

    first: date
    last: date
    balance: Decimal
    rate: Decimal

    @property
    def days(self) -> int:
        """Both ends included."""
        return (self.last - self.first).days + 1

    @property
    def product(self) -> Decimal:
        """Balance by days by rate, not rounded."""
        return self.balance * self.days * self.rate


@dataclass(frozen=True, kw_only=True)
class Due:
    """Until when an invoice could be paid."""

    stated: date
    """By the contract alone."""
    effective: date
    """After the move over days off; the delay begins on the next day."""


@dataclass(frozen=True, kw_only=True)
class Limitation:
    """Until when a claim can be made: without what restarted it, and with it."""

    first_end: date
    restarted_on: date | None = None
    document: str | None = None
    last_day: date
    """The one that counts: a restart counts with its document only."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One invoice in the calculation."""

    invoice: Invoice
    due: Due
    paid: Decimal
    balance: Decimal
    spans: tuple[Span, ...]
    penalty: Decimal
    """All that has grown, whether paid, claimed or left out."""
    penalty_paid: Decimal
    penalty_cap: Decimal
    """Never more than this: the overdue sum by the rate by the most days."""
    limitation: Limitation
    acknowledged_by: str | None
    """The document that acknowledges this invoice."""
    standing: Standing
    ground: Ground
    penalty_claimed: Decimal

    @property
    def days(self) -> int:
        """Days of delay that penalty was reckoned for."""
        return sum(span.days for span in self.spans)

    @property
    def claimed(self) -> Decimal:
        """What of the balance the inscription is to be about."""
        return self.balance if self.standing is Standing.CLAIMED else NOTHING


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The whole calculation; lines by due date, allocations in the order they were made."""

    as_of: date
    terms: Terms
    lines: tuple[Line, ...]
    allocations: tuple[Allocated, ...]
    charged: Decimal
    paid: Decimal
    advance: Decimal
    """Paid beyond all that was charged."""
    by_ground: dict[Ground, Decimal] = field(default_factory=dict)
    """The claimed balances and penalties by ground, and under COURT what is left out of them."""

    @property
    def principal(self) -> Decimal:
        """Claimed, consumed services."""
        return self._claimed({Component.SERVICES})

    @property
    def other(self) -> Decimal:
        """Claimed, everything that is neither consumed services nor penalty."""
        return self._claimed(set(Component) - {Component.SERVICES})

    @property
    def penalty(self) -> Decimal:
        """Claimed penalty."""
        return sum((line.penalty_claimed for line in self.lines), NOTHING)

    @property
    def total(self) -> Decimal:
        """All that is claimed."""
        return self.principal + self.other + self.penalty

    @property
    def balance(self) -> Decimal:
        """Charges that are unpaid, claimed or not, due or not."""
        return sum((line.balance for line in self.lines), NOTHING)

    def _claimed(self, components: set[Component]) -> Decimal:
        own = (line.claimed for line in self.lines if line.invoice.component in components)
        return sum(own, NOTHING)
