"""Words that several papers of a pack share: who, by what power, on which ground, how reckoned."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from docgen.domain.calendar import Calendar, CalendarSource
from docgen.domain.case import Case, Creditor, Representative, Venue
from docgen.domain.debt import Claim, Component, Ground, Line, Order, Standing, Terms
from docgen.domain.language import Language
from docgen.texts import dates
from docgen.texts.money import figures, grouped, in_words, quantity
from docgen.texts.phrases import say

DASH = "—"


def month(day: date) -> str:
    """`03.2026`, the same in both languages."""
    return f"{day:%m.%Y}"


def known(value: str | None) -> str:
    """The value; a dash, so that nobody can write one in."""
    return value or DASH


def day_or_dash(day: date | None) -> str:
    """A day in figures."""
    return DASH if day is None else dates.short(day)


def tenge(amount: Decimal, language: Language) -> str:
    """`18 215,00 тенге`."""
    return say("pack.paper.tenge", language, amount=figures(amount))


def creditor(given: Creditor, language: Language) -> dict[str, str]:
    """Name, BIN and seat."""
    return {
        "name": given.name[language],
        "bin": given.bin,
        "address": given.address[language],
    }


def bank(given: Creditor, language: Language) -> str:
    """Where money goes."""
    if given.bank is None:
        return DASH
    name = given.bank.name[language]
    return say("pack.paper.bank", language, iban=given.bank.iban, bik=given.bank.bik, name=name)


def branch(given: Creditor, language: Language) -> str:
    """The branch that acts, if one does."""
    acting = given.branch
    if acting is None:
        return say("pack.paper.head_office", language)
    return say(
        "pack.paper.branch",
        language,
        name=acting.name[language],
        bin=acting.bin,
        address=acting.address[language],
    )


def representative(given: Representative | None, language: Language) -> dict[str, str]:
    """Who signs, and by what power."""
    if given is None:
        return {"full_name": DASH, "power": DASH}
    return {"full_name": given.full_name, "power": _power(given, language)}


def _power(given: Representative, language: Language) -> str:
    power = given.power_of_attorney
    if power is None:
        return DASH
    return say(
        "pack.paper.power",
        language,
        number=power.number,
        issued=dates.short(power.issued_on),
        until=dates.short(power.valid_until),
    )


def notary(case: Case, language: Language) -> str:
    """To whom the application goes."""
    given = case.notary
    if given is None:
        return say("pack.paper.notary_unnamed", language)
    return say(
        "pack.paper.notary",
        language,
        name=given.full_name,
        number=given.licence_number,
        on=dates.short(given.licence_date),
        city=given.city[language],
    )


def venue(case: Case, language: Language) -> str:
    """Where the inscription is asked for, with the address."""
    if case.venue is None:
        return DASH
    address = {
        Venue.REGISTRATION: case.debtor.registration_address,
        Venue.RESIDENCE: case.debtor.residence_address,
        Venue.REAL_ESTATE: DASH,
        Venue.OPERATOR_LOCATION: case.creditor.address[language],
    }[case.venue]
    return say(f"pack.venue.{case.venue}", language, address=known(address))


def contract(case: Case, language: Language) -> Mapping[str, str]:
    """By which order the contract was approved, and how the debtor joined."""
    given = case.contract
    if given is None:
        return {"order": DASH, "application": DASH}
    joined = DASH
    if given.application_number and given.application_date:
        on = dates.of(given.application_date, language)
        joined = say("pack.paper.application", language, number=given.application_number, on=on)
    on = dates.of(given.order_date, language)
    return {
        "order": say("pack.paper.order", language, order=given.order, on=on),
        "application": joined,
    }


def parts(claim: Claim, language: Language) -> list[dict[str, str]]:
    """What is claimed, by ground; a row of dashes for nothing."""
    grounds = (
        ("principal", Ground.PUBLIC_CONTRACT, claim.principal),
        ("other", Ground.ACKNOWLEDGED, claim.other),
        ("penalty", Ground.PENALTY, claim.penalty),
    )
    claimed = [each for each in grounds if each[2]]
    return [
        {
            "no": str(number),
            "what": say(f"pack.part.{what}", language),
            "ground": say(f"pack.ground.{ground}", language),
            "amount": figures(amount),
        }
        for number, (what, ground, amount) in enumerate(claimed, start=1)
    ] or [dict.fromkeys(("no", "what", "ground", "amount"), DASH)]


def unrounded(product: Decimal) -> str:
    """All its places, and two at least."""
    exponent = product.normalize().as_tuple().exponent
    return grouped(product, places=max(2, -exponent) if isinstance(exponent, int) else 2)


def component(of: Component, language: Language) -> str:
    """What an invoice is for."""
    return say(f"pack.component.{of}", language)


def overdue(claim: Claim) -> list[Line]:
    """What a letter to the debtor speaks of: overdue, unpaid or with penalty, not barred."""
    silent = {Standing.NOT_DUE, Standing.BARRED}
    return [line for line in claim.lines if line.standing not in silent and line.balance]


def percent(rate: Decimal) -> str:
    """`0,75`."""
    return quantity(rate * 100)


def readings(terms: Terms, calendar: Calendar, claim: Claim, language: Language) -> str:
    """How the calculation was made, sentence by sentence."""
    years = sorted({line.due.effective.year for line in claim.lines})
    estimated = [year for year in years if calendar.source(year) is CalendarSource.ESTIMATED]
    keys = (
        "due",
        f"inclusive_{terms.due_day_inclusive}",
        f"moved_{terms.moved_by_days_off}",
        "rate",
        terms.most_days_read_as.value,
        f"payment_day_{terms.day_of_payment}",
        "contract" if terms.order is Order.CONTRACT else "statutory",
        "estimated" if estimated else "official",
    )
    words = {
        "rate": percent(terms.rate),
        "days": terms.most_days,
        "years": ", ".join(map(str, estimated)),
    }
    return " ".join(say(f"pack.reading.{key.lower()}", language, **words) for key in keys)


def words(amount: Decimal, language: Language) -> str:
    """An amount in words."""
    return in_words(amount, language)
