"""IIN and BIN: twelve digits under a control digit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.domain.errors import InvalidIdNumber
from docgen.domain.subscriber import Bin, Iin, control_digit


@pytest.mark.parametrize("number", ["900101300007", "850512456785", "900101412304"])
def test_first_pass_numbers_are_accepted(number: str) -> None:
    """A number whose first weighted sum gives a digit is valid."""
    assert Iin(number).value == number


@pytest.mark.parametrize("number", ["900101300811", "900101300823"])
def test_second_pass_numbers_are_accepted(number: str) -> None:
    """Where the first sum gives ten, the second weights decide."""
    assert Iin(number).value == number


def test_a_number_that_is_never_issued_is_refused() -> None:
    """Where both sums give ten there is no control digit at all."""
    with pytest.raises(InvalidIdNumber):
        control_digit("90010130080")


@pytest.mark.parametrize("number", ["941240000193", "170641020490"])
def test_the_operators_own_bins_are_valid(number: str) -> None:
    """The BINs in part 8 of the contract pass."""
    assert Bin(number).value == number


@pytest.mark.parametrize(
    "number",
    [
        "",
        "90010130000",
        "9001013000070",
        "90010130000a",
        "９００１０１３００００７",
        "900101300008",
    ],
)
def test_anything_else_is_refused(number: str) -> None:
    """Wrong length, other characters, full-width digits or a wrong control digit."""
    with pytest.raises(InvalidIdNumber) as caught:
        Iin(number)

    assert not number or number not in str(caught.value)


@given(st.text("0123456789", min_size=11, max_size=11), st.integers(1, 9))
def test_any_single_change_of_the_control_digit_is_noticed(first: str, shift: int) -> None:
    """Exactly one last digit fits eleven given ones."""
    try:
        right = control_digit(first)
    except InvalidIdNumber:
        return
    assert Iin(f"{first}{right}")

    with pytest.raises(InvalidIdNumber):
        Iin(f"{first}{(right + shift) % 10}")


def test_an_iin_shows_itself_masked_only() -> None:
    """Neither the mask nor the representation gives the number away."""
    iin = Iin("900101300007")

    assert iin.masked() == "9001******07"
    assert "900101300007" not in repr(iin)
