"""What is owed: cases reckoned by hand, and what holds of every claim."""

import tomllib
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.domain.debt import (
    NOTHING,
    Acknowledgement,
    Claim,
    Component,
    DebtFacts,
    Invoice,
    Line,
    MostDays,
    Order,
    Part,
    Payment,
    PenaltyBasis,
    Standing,
    Terms,
    to_tiyn,
)
from docgen.domain.errors import InvalidValue, Misconfigured
from docgen.domain.reckon_debt import reckon
from tests.domain.calendar_by_hand import by_hand

_CASES = tomllib.loads((Path(__file__).parent / "debt_cases.toml").read_text("utf-8"))["case"]
_CALENDAR = by_hand()
_READ = {"order": Order, "most_days_read_as": MostDays, "penalty_basis": PenaltyBasis}


def _invoice(text: str, number: int) -> Invoice:
    month, component, charged, *rest = text.split()
    due = date.fromisoformat(rest[rest.index("due") + 1]) if "due" in rest else None
    return Invoice(
        month=date.fromisoformat(f"{month}-01"),
        component=Component(component),
        number=str(number),
        charged=Decimal(charged),
        due=due,
        set_aside="aside" in rest,
    )


def _payment(text: str, number: int) -> Payment:
    day, amount = text.split()
    return Payment(day=date.fromisoformat(day), number=str(number), amount=Decimal(amount))


def _paper(text: str, number: int) -> Acknowledgement:
    day, _, as_of, *rest = text.split()
    named = dict(zip(rest[::2], rest[1::2], strict=False))
    return Acknowledgement(
        day=date.fromisoformat(day),
        as_of=date.fromisoformat(as_of),
        total=Decimal(1),
        document=None if "missing" in rest else f"paper-{number}",
        covers=frozenset({Component(named["covers"])}) if "covers" in named else None,
        penalty=Decimal(named["penalty"]) if "penalty" in named else None,
    )


def _facts(case: dict[str, Any]) -> DebtFacts:
    return DebtFacts(
        as_of=case["as_of"],
        invoices=tuple(_invoice(text, n) for n, text in enumerate(case["invoices"])),
        payments=tuple(_payment(text, n) for n, text in enumerate(case.get("payments", ()))),
        acknowledgements=tuple(_paper(text, n) for n, text in enumerate(case.get("papers", ()))),
    )


def _terms(case: dict[str, Any]) -> Terms:
    read: dict[str, Any] = {
        name: _READ[name](value) if name in _READ else value
        for name, value in case.get("terms", {}).items()
    }
    return Terms(**read)


def _written(line: Line) -> str:
    """A line as the table writes it."""
    working = " + ".join(f"{span.days} x {span.balance:.2f}" for span in line.spans)
    cells = (
        line.due.effective.isoformat(), working, f"{line.penalty:.2f}",
        f"{line.penalty_paid:.2f}", f"{line.balance:.2f}", line.standing,
    )  # fmt: skip
    return " | ".join(cells).replace("|  |", "| |")


@pytest.mark.parametrize("case", _CASES, ids=[case["name"] for case in _CASES])
def test_a_case_reckoned_by_hand(case: dict[str, Any]) -> None:
    """Due day, each span of days and balance, penalty, what is left and claimed: exact."""
    claim = reckon(_facts(case), _terms(case), by_hand(*case.get("worked", ())))

    assert [_written(line) for line in claim.lines] == case["lines"]
    assert claim.advance == Decimal(case.get("advance", "0.00"))
    if "ends" in case:
        ends = [(line.limitation.first_end, line.limitation.last_day) for line in claim.lines]
        assert [f"{first} {last}" for first, last in ends] == case["ends"]
    if "claimed" in case:
        claimed = f"{claim.principal:.2f} {claim.other:.2f} {claim.penalty:.2f}"
        assert claimed == case["claimed"]


@pytest.mark.parametrize("case", _CASES, ids=[case["name"] for case in _CASES])
def test_the_working_of_a_case_makes_its_penalty(case: dict[str, Any]) -> None:
    """The table itself is right: its products, added and rounded once, are its figure."""
    for line in case["lines"]:
        _, working, penalty, *_ = (cell.strip() for cell in line.split("|"))
        products = [piece.split(" x ") for piece in working.split(" + ") if piece]
        total = sum((int(d) * Decimal(b) * Decimal("0.0075") for d, b in products), Decimal(0))
        assert to_tiyn(total) == Decimal(penalty)


def test_there_are_cases_enough() -> None:
    """Sixty is the least that the table holds."""
    assert len(_CASES) >= 60


def test_every_setting_is_used_by_a_case() -> None:
    """A reading that no case has is a reading that nobody has checked."""
    used = {name for case in _CASES for name in case.get("terms", {})}
    fixed = {"due_day", "rate", "most_days", "limitation_years", "penalty_on"}

    assert {field.name for field in fields(Terms)} == used | fixed


def test_an_acknowledgement_without_its_paper_is_shown() -> None:
    """Both dates stay: the end that counts, and the day that would have restarted it."""
    case = next(each for each in _CASES if "paper is missing" in each["name"])
    limitation = reckon(_facts(case), Terms(), _CALENDAR).lines[0].limitation

    assert limitation.restarted_on == date(2025, 6, 10)
    assert limitation.document is None
    assert limitation.last_day == limitation.first_end


def test_a_year_without_a_calendar_is_told() -> None:
    """No due date is guessed."""
    facts = DebtFacts(as_of=date(2045, 1, 1), invoices=(_invoice("2044-04 services 1.00", 0),))

    with pytest.raises(Misconfigured):
        reckon(facts, Terms(), _CALENDAR)


@pytest.mark.parametrize(
    "facts",
    [
        DebtFacts(as_of=date(2026, 6, 1), invoices=(_invoice("2026-04 services 0.00", 0),)),
        DebtFacts(as_of=date(2026, 6, 1), invoices=(_invoice("2026-04 services 1.005", 0),)),
        DebtFacts(as_of=date(2026, 6, 1), invoices=(_invoice("2026-04 services 1.00", 0),) * 2),
        DebtFacts(as_of=date(2026, 6, 1), invoices=(), payments=(_payment("2026-06-02 1.00", 0),)),
    ],
    ids=["nothing charged", "half a tiyn", "one number twice", "paid in the future"],
)
def test_rows_that_make_no_sense_are_refused(facts: DebtFacts) -> None:
    """A tiyn that nobody can explain gets into no claim."""
    with pytest.raises(InvalidValue):
        reckon(facts, Terms(), _CALENDAR)


# --- what holds of every claim ----------------------------------------------------------------

_FIRST, _LAST = date(2023, 1, 1), date(2027, 12, 31)
_DAYS = st.dates(_FIRST, _LAST)
_AMOUNTS = st.integers(1, 5_000_000).map(lambda tiyn: Decimal(tiyn) / 100)


@st.composite
def _any_facts(draw: st.DrawFn) -> DebtFacts:
    as_of = draw(st.dates(date(2024, 6, 1), _LAST))
    rows = draw(
        st.lists(st.tuples(_DAYS, st.sampled_from(Component), _AMOUNTS, st.booleans()), max_size=8)
    )
    invoices = tuple(
        Invoice(
            month=day.replace(day=1), component=component, number=str(n), charged=charged,
            set_aside=aside and n == 0,
        )
        for n, (day, component, charged, aside) in enumerate(rows)
    )  # fmt: skip
    paid = draw(st.lists(st.tuples(st.dates(_FIRST, as_of), _AMOUNTS), max_size=8))
    payments = tuple(Payment(day=d, number=f"p{n}", amount=a) for n, (d, a) in enumerate(paid))
    signed = draw(st.lists(st.tuples(st.dates(_FIRST, as_of), st.booleans()), max_size=2))
    papers = tuple(
        Acknowledgement(day=d, as_of=d, total=Decimal(1), document=f"a{n}" if there else None)
        for n, (d, there) in enumerate(signed)
    )
    return DebtFacts(as_of=as_of, invoices=invoices, payments=payments, acknowledgements=papers)


_ANY_TERMS = st.builds(
    Terms,
    order=st.sampled_from(Order),
    day_of_payment=st.booleans(),
    moved_by_days_off=st.booleans(),
    due_day_inclusive=st.booleans(),
    most_days_read_as=st.sampled_from(MostDays),
    payment_restarts=st.booleans(),
    penalty_basis=st.sampled_from(PenaltyBasis),
    penalty_on=st.sampled_from([frozenset({Component.SERVICES}), frozenset(Component)]),
)


def _unordered(claim: Claim) -> tuple[object, ...]:
    return (claim.lines, claim.allocations, claim.by_ground, claim.total, claim.advance)


@settings(max_examples=150, deadline=None)
@given(_any_facts(), _ANY_TERMS)
def test_no_tiyn_appears_or_vanishes(facts: DebtFacts, terms: Terms) -> None:
    """Charges are paid or unpaid; payments are debt, penalty or advance; grounds hold the rest."""
    claim = reckon(facts, terms, _CALENDAR)
    pieces = [piece.amount for piece in claim.allocations]
    penalties = sum((line.penalty_paid for line in claim.lines), NOTHING)

    assert claim.charged == claim.balance + sum((line.paid for line in claim.lines), NOTHING)
    assert claim.paid == sum(pieces, NOTHING)
    assert claim.paid == claim.charged - claim.balance + penalties + claim.advance
    for payment in facts.payments:
        own = [piece.amount for piece in claim.allocations if piece.payment == payment.number]
        assert sum(own, NOTHING) == payment.amount
    due = [line for line in claim.lines if line.standing is not Standing.NOT_DUE]
    grown = sum((line.penalty - line.penalty_paid for line in claim.lines), NOTHING)
    assert sum(claim.by_ground.values()) == sum((line.balance for line in due), NOTHING) + grown
    assert claim.total == claim.principal + claim.other + claim.penalty


@settings(max_examples=150, deadline=None)
@given(_any_facts(), _ANY_TERMS)
def test_penalty_never_exceeds_its_cap(facts: DebtFacts, terms: Terms) -> None:
    """For no invoice, and never more than 22.5 % of what was charged."""
    for line in reckon(facts, terms, _CALENDAR).lines:
        assert NOTHING <= line.penalty_paid <= line.penalty <= line.penalty_cap
        assert line.penalty_cap <= to_tiyn(line.invoice.charged * Decimal("0.225"))
        assert line.days <= 30
        assert NOTHING <= line.penalty_claimed <= line.penalty - line.penalty_paid
        assert line.standing is not Standing.BARRED or not line.penalty_claimed


@settings(max_examples=150, deadline=None)
@given(_any_facts(), _ANY_TERMS, st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(facts: DebtFacts, terms: Terms, chance: Any) -> None:
    """The same claim to the last allocation."""
    other = replace(
        facts,
        invoices=tuple(chance.sample(facts.invoices, len(facts.invoices))),
        payments=tuple(chance.sample(facts.payments, len(facts.payments))),
        acknowledgements=tuple(chance.sample(facts.acknowledgements, len(facts.acknowledgements))),
    )

    assert _unordered(reckon(other, terms, _CALENDAR)) == _unordered(
        reckon(facts, terms, _CALENDAR)
    )


@settings(max_examples=200, deadline=None)
@given(_any_facts(), _ANY_TERMS, st.data())
def test_more_payment_never_means_more_penalty(
    facts: DebtFacts, terms: Terms, data: st.DataObject
) -> None:
    """Whenever it comes, and whatever it goes to first; nor more debt."""
    day = data.draw(st.dates(_FIRST, facts.as_of))
    more = Payment(day=day, number="more", amount=data.draw(_AMOUNTS))
    before = reckon(facts, terms, _CALENDAR)
    after = reckon(replace(facts, payments=(*facts.payments, more)), terms, _CALENDAR)

    for had, has in zip(before.lines, after.lines, strict=True):
        assert has.penalty <= had.penalty
        assert has.balance <= had.balance or terms.order is Order.STATUTORY
    assert after.balance <= before.balance


@settings(max_examples=100, deadline=None)
@given(_any_facts(), _ANY_TERMS)
def test_every_figure_can_be_followed(facts: DebtFacts, terms: Terms) -> None:
    """Spans lie in the delay, one after the other, and make the penalty; pieces make the paid."""
    claim = reckon(facts, terms, _CALENDAR)
    for line in claim.lines:
        last = line.due.effective
        for span in line.spans:
            assert last < span.first <= span.last <= facts.as_of
            assert NOTHING < span.balance <= line.invoice.charged
            last = span.last
        assert line.penalty == to_tiyn(sum((span.product for span in line.spans), NOTHING))
        own = [
            piece.amount
            for piece in claim.allocations
            if piece.invoice == line.invoice.number and piece.part is Part.PRINCIPAL
        ]
        assert sum(own, NOTHING) == line.paid
        assert line.limitation.last_day >= line.limitation.first_end
        assert facts.as_of - line.due.effective < timedelta(days=9999)
