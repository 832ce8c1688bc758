"""Phones of Kazakhstan in E.164."""

import pytest

from docgen.domain.errors import InvalidPhone
from docgen.domain.subscriber import Phone


def test_a_phone_prints_grouped_and_masked() -> None:
    """Papers show it whole in groups, evidence shows network and last two digits."""
    phone = Phone("+77015550142")

    assert phone.printed() == "+7 701 555 01 42"
    assert phone.masked() == "+7 701 ***-**-42"
    assert "5550142" not in repr(phone)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "87015550142",
        "+79261234567",
        "+7701555014",
        "+770155501422",
        "+7701555014a",
        "+17015550142",
    ],
)
def test_other_numbers_are_refused(number: str) -> None:
    """Russian, short, long and unparsed numbers are not E.164 of Kazakhstan."""
    with pytest.raises(InvalidPhone):
        Phone(number)
