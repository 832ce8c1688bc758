"""Amounts in tenge (KZT): two places, half up."""

from decimal import ROUND_HALF_UP, Decimal

from num2words import num2words

from docgen.domain.language import Language

TIYN = Decimal("0.01")
NO_BREAK_SPACE = "\u00a0"
_SPOKEN = {Language.KK: "kz", Language.RU: "ru"}
"""What num2words calls them."""


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


def in_words(amount: Decimal, language: Language) -> str:
    """`он екі мың бес жүз теңге 75 тиын`, `двенадцать тысяч пятьсот тенге 75 тиынов`."""
    # an int would be read as tiyn, so that 100 tenge would become one
    exact = rounded(Decimal(amount))
    words = num2words(
        exact, lang=_SPOKEN[language], to="currency", currency="KZT", separator="", cents=False
    )
    return str(words)


def counted(number: int, language: Language) -> str:
    """A number as the contract writes numbers: `2 (екі)`, `2 (два)`."""
    return f"{number} ({num2words(number, lang=_SPOKEN[language])})"


def spelled_out(amount: Decimal, language: Language) -> str:
    """Figures and words: `12 500,75 (двенадцать тысяч пятьсот тенге 75 тиынов)`."""
    return f"{figures(amount)} ({in_words(amount, language)})"
