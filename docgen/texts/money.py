"""Amounts in tenge (KZT): two places, half up."""

from decimal import ROUND_HALF_UP, Decimal

TIYN = Decimal("0.01")
NO_BREAK_SPACE = "\u00a0"


def rounded(amount: Decimal) -> Decimal:
    """To the tiyn, half up."""
    return amount.quantize(TIYN, rounding=ROUND_HALF_UP)


def figures(amount: Decimal) -> str:
    """`12 500,75`: no-break spaces between thousands and a decimal comma, in both languages."""
    return grouped(rounded(amount), places=2)


def grouped(number: Decimal, *, places: int) -> str:
    """A number with so many decimal places, grouped by thousands."""
    return f"{number:,.{places}f}".replace(",", NO_BREAK_SPACE).replace(".", ",")


def quantity(number: Decimal) -> str:
    """`45` or `2,5`: as many decimal places as are needed, and no more."""
    plain = number.normalize()
    exponent = plain.as_tuple().exponent
    return grouped(plain, places=max(0, -exponent) if isinstance(exponent, int) else 0)
