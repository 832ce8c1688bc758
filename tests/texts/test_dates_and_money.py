"""Dates, times and amounts as the papers print them."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.domain.language import Language
from docgen.texts import dates, money

NBSP = "\u00a0"


def test_formal_dates_follow_the_contract() -> None:
    """The contract writes `2023 жылғы «30» желтоқсан`; the translation `«30» декабря 2023 года`."""
    day = date(2023, 12, 30)

    assert dates.formal(day, Language.KK) == "2023 жылғы «30» желтоқсан"
    assert dates.formal(day, Language.RU) == "«30» декабря 2023 года"


def test_every_month_has_its_own_name() -> None:
    """Twelve different names in each language."""
    for language in Language:
        assert len({dates.formal(date(2026, m, 1), language) for m in range(1, 13)}) == 12


def test_a_printed_time_names_its_zone() -> None:
    """UTC is shown as local time of Kazakhstan, with the offset beside it."""
    assert (
        dates.moment(datetime(2026, 11, 20, 19, 30, 5, tzinfo=UTC)) == "21.11.2026 00:30:05 (UTC+5)"
    )
    assert dates.local_day(datetime(2026, 11, 20, 19, 30, tzinfo=UTC)) == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("amount", "printed"),
    [
        ("12500.75", f"12{NBSP}500,75"),
        ("0", "0,00"),
        ("1234567.5", f"1{NBSP}234{NBSP}567,50"),
        ("0.005", "0,01"),
        ("2.675", "2,68"),
    ],
)
def test_money_prints_with_two_places_rounded_half_up(amount: str, printed: str) -> None:
    """No-break spaces between thousands, a comma, half a tiyn goes up."""
    assert money.figures(Decimal(amount)) == printed


@pytest.mark.parametrize(("number", "printed"), [("45", "45"), ("2.50", "2,5"), ("100", "100")])
def test_quantities_print_only_the_places_they_need(number: str, printed: str) -> None:
    """Trailing zeros are not shown, and tens are not turned into exponents."""
    assert money.quantity(Decimal(number)) == printed


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_money_survives_printing(amount: Decimal) -> None:
    """What is printed is the amount, digit for digit."""
    assert Decimal(money.figures(amount).replace(NBSP, "").replace(",", ".")) == amount


@pytest.mark.parametrize(
    ("amount", "kk", "ru"),
    [
        ("0", "нөл теңге 00 тиын", "ноль тенге 00 тиынов"),
        ("0.01", "нөл теңге 01 тиын", "ноль тенге 01 тиын"),
        ("1", "бір теңге 00 тиын", "один тенге 00 тиынов"),
        ("11.12", "он бір теңге 12 тиын", "одиннадцать тенге 12 тиынов"),
        ("21.21", "жиырма бір теңге 21 тиын", "двадцать один тенге 21 тиын"),
        ("100", "жүз теңге 00 тиын", "сто тенге 00 тиынов"),
        ("2002.02", "екі мың екі теңге 02 тиын", "две тысячи два тенге 02 тиына"),
        (
            "12500.75",
            "он екі мың бес жүз теңге 75 тиын",
            "двенадцать тысяч пятьсот тенге 75 тиынов",
        ),
        ("1000000.05", "бір миллион теңге 05 тиын", "один миллион тенге 05 тиынов"),
    ],
)
def test_amounts_are_said_in_words(amount: str, kk: str, ru: str) -> None:
    """Tenge in words and tiyn in figures; whole sums are tenge, and never a hundredth of them."""
    assert money.in_words(Decimal(amount), Language.KK) == kk
    assert money.in_words(Decimal(amount), Language.RU) == ru


@pytest.mark.parametrize("language", list(Language))
@given(tenge=st.integers(0, 10**9), tiyn=st.integers(0, 99), other=st.integers(0, 10**9))
def test_no_two_sums_are_said_alike(language: Language, tenge: int, tiyn: int, other: int) -> None:
    """Words tell every sum from every other, and end in its tiyn."""
    said = money.in_words(tenge + Decimal(tiyn) / 100, language)

    assert re.search(rf"те[ңн]ге {tiyn:02} тиын(а|ов)?$", said)
    assert (said == money.in_words(other + Decimal(tiyn) / 100, language)) == (tenge == other)


def test_a_sum_is_spelled_out_in_figures_and_words() -> None:
    """As contracts write sums."""
    spelled = money.spelled_out(Decimal("12500.75"), Language.RU)

    assert spelled == f"12{NBSP}500,75 (двенадцать тысяч пятьсот тенге 75 тиынов)"


@pytest.mark.parametrize(
    ("day", "language", "on", "of", "since", "until"),
    [
        (
            date(2023, 12, 30), Language.KK, "2023 жылғы 30 желтоқсанда",
            "2023 жылғы 30 желтоқсандағы", "2023 жылғы 30 желтоқсаннан",
            "2023 жылғы 30 желтоқсанға",
        ),
        (
            date(2026, 9, 2), Language.KK, "2026 жылғы 2 қыркүйекте",
            "2026 жылғы 2 қыркүйектегі", "2026 жылғы 2 қыркүйектен", "2026 жылғы 2 қыркүйекке",
        ),
        (
            date(2026, 9, 2), Language.RU, "2 сентября 2026 года",
            "от 2 сентября 2026 года", "со 2 сентября 2026 года", "до 2 сентября 2026 года",
        ),
    ],
)  # fmt: skip
def test_a_day_takes_the_ending_of_its_sentence(
    day: date, language: Language, on: str, of: str, since: str, until: str
) -> None:
    """On it, of it, from it, to it: Kazakh months take the suffix of their vowels and consonant."""
    assert dates.on(day, language) == on
    assert dates.of(day, language) == of
    assert dates.since(day, language) == since
    assert dates.until(day, language) == until


@pytest.mark.parametrize("month", range(1, 13))
def test_every_kazakh_month_has_its_four_endings(month: int) -> None:
    """-да/-де/-та/-те, -ғы/-гі, -дан/-ден/-тан/-тен/-нан/-нен, -ға/-ге/-қа/-ке."""
    day = date(2026, month, 1)

    assert dates.on(day, Language.KK)[-2:] in {"да", "де", "та", "те"}
    assert dates.of(day, Language.KK)[-2:] in {"ғы", "гі"}
    assert dates.since(day, Language.KK)[-3:] in {"дан", "ден", "тан", "тен", "нан", "нен"}
    assert dates.until(day, Language.KK)[-2:] in {"ға", "ге", "қа", "ке"}
