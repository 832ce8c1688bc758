"""What is shown of a receiver's answer: words and lines, and no number of somebody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.adapters.webhooks.posting import plain_words

_letters = st.text(alphabet=st.characters(exclude_categories=["N"]), max_size=50)
_gaps = st.sampled_from(
    ["", " ", "-", ".", "/", "_", ", ", ") (", " - ", "\t\n", " " * 9, "\u00a0", "\u2011",
     "\u200b" * 9, "%20", "%C2%A0", "&nbsp;", "\\u00a0"]
)  # fmt: skip


@st.composite
def _spaced(draw: st.DrawFn) -> tuple[str, str]:
    """A number as somebody may write it, and its digits."""
    groups = draw(st.lists(st.text("0123456789", min_size=1, max_size=4), min_size=6, max_size=12))
    written = groups[0] + "".join(draw(_gaps) + group for group in groups[1:])
    return written, "".join(groups)


@given(before=_letters, number=_spaced(), after=_letters)
def test_no_number_of_somebody_is_shown(before: str, number: tuple[str, str], after: str) -> None:
    """However its digits are spaced, and whatever stands around it: not half of it is left."""
    written, digits = number
    shown = plain_words(before + written + after)

    assert sum(c.isdigit() for c in shown) < len(digits) / 2


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ('{"phone": "+7 701 555 01 42"}', '{"phone": "+***"}'),
        ("ЖСН 9001 0141 2304 қате", "ЖСН *** қате"),
        ("8 (701) 555-01-42 is unknown", "*** is unknown"),
        ("70&nbsp;15 55&nbsp;01 42", "***"),
        ("code 12 34 56", "code ***"),
        ("id=a1b2c3d4e5f6", "***"),
    ],
)
def test_spaced_numbers_are_hidden(answer: str, shown: str) -> None:
    """Telephones, IINs and codes that a receiver tells back."""
    assert plain_words(answer) == shown


@pytest.mark.parametrize(
    "answer",
    [
        "line 12, column 345: expected 6 rows, got 78",
        "at hooks.js:120:7 (main.js:12:1), called from app.js:45",
        "500 Internal Server Error",
        "try again in 30 s (12:05)",
    ],
)
def test_plain_numbers_are_shown(answer: str) -> None:
    """Those of lines and statuses, by which somebody finds what is wrong."""
    assert plain_words(answer) == answer


@given(st.text(max_size=300))
def test_any_answer_can_be_shown(text: str) -> None:
    """Nothing in it is obeyed by a terminal, and no long number is left."""
    shown = plain_words(text)

    assert shown.isprintable()
