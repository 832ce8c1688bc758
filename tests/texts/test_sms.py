"""The message with a code: one segment, whatever it is for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.domain.language import BOTH, Language
from docgen.forms.catalogue import Catalogue
from docgen.texts.sms import (
    ORDER_UNITS,
    SEGMENT,
    host_budget,
    phone_message,
    signing_message,
    units,
)

KINDS = [(language, form.word("sms", language)) for form in Catalogue() for language in Language]
BUDGET = host_budget(KINDS)
WARNINGS = {Language.KK: "өгде адам", Language.RU: "осторонни"}


@pytest.mark.parametrize(("language", "kind"), KINDS)
def test_the_worst_case_is_one_segment(language: Language, kind: str) -> None:
    """The longest host that is allowed, an order number longer than is shown, every form."""
    text = signing_message(
        code="482913", kinds=[kind], order="1-20481773300042", host="w" * BUDGET, language=language
    )

    assert units(text) <= SEGMENT
    assert kind in text
    assert WARNINGS[language] in text


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("host", ["q.kz", "esign.kz", "w" * BUDGET])
def test_every_message_ends_with_the_line_for_the_phone(language: Language, host: str) -> None:
    """`@host #code` alone on the last line, and the code before anything else that has digits."""
    signing = signing_message(
        code="482913", kinds=["акт"], order="1-204817733", host=host, language=language
    )
    phone = phone_message(code="482913", host=host, language=language)

    for text in (signing, phone):
        assert units(text) <= SEGMENT
        assert text.splitlines()[-1] == f"@{host} #482913"
        assert text.index("482913") < text.index("\n")
        assert WARNINGS[language] in text


@pytest.mark.parametrize("language", BOTH)
def test_a_short_host_leaves_room_for_more_words(language: Language) -> None:
    """The fullest wording that fits is taken."""
    short = signing_message(code="482913", kinds=["акт"], order="7", host="q.kz", language=language)

    assert {"kk": "тапсырыс 7", "ru": "заказ 7"}[language] in short


def test_a_host_beyond_the_budget_is_told() -> None:
    """One character more, and the longest message would not fit."""
    language, kind = max(KINDS, key=lambda each: len(each[1]))
    with pytest.raises(ValueError, match="host"):
        signing_message(
            code="482913", kinds=[kind], order="1" * ORDER_UNITS, host="w" * 40, language=language
        )
    assert BUDGET < 40


def test_the_budget_admits_the_demo_and_a_short_domain() -> None:
    """`127.0.0.1` is nine characters."""
    assert BUDGET == 9


def test_two_papers_are_named_with_their_order() -> None:
    """As long as there is room for all."""
    text = signing_message(
        code="482913", kinds=["акт", "акт"], order="1-204817733", host="q.kz", language=Language.KK
    )

    assert text.splitlines()[0] == "Код 482913: акт ×2 1-204817733"


def test_sooner_than_a_paper_the_order_is_left_out() -> None:
    """Whoever signs wants to know what."""
    text = signing_message(
        code="482913", kinds=["келісім", "акт", "өтініш"], order="1-204817733", host="esign.kz",
        language=Language.KK,
    )  # fmt: skip

    assert text.splitlines()[0] == "482913: келісім, акт, өтініш"


@pytest.mark.parametrize("language", BOTH)
@given(places=st.lists(st.integers(0, len(list(Catalogue())) - 1), min_size=2, max_size=20))
def test_of_many_papers_the_first_are_named_and_the_rest_counted(
    language: Language, places: list[int]
) -> None:
    """One segment however many there are, under the longest host; none is left out."""
    kinds = [form.word("sms", language) for form in Catalogue()]
    papers = [kinds[place] for place in places]
    text = signing_message(
        code="482913", kinds=papers, order="1-204817733", host="w" * BUDGET, language=language
    )

    assert units(text) <= SEGMENT
    assert papers[0] in text
    assert WARNINGS[language] in text
    named, _, rest = (
        text.splitlines()[0].partition(": ")[2].removesuffix(" 1-204817733").partition(" +")
    )
    told = sum(int(each.partition(" ×")[2] or 1) for each in named.split(", "))
    assert told + int(rest or 0) == len(papers)


@given(
    order=st.text(alphabet="0123456789-/АБ", min_size=1, max_size=40),
    place=st.integers(0, len(KINDS) - 1),
    size=st.integers(1, BUDGET),
)
def test_any_order_number_is_shown_by_its_end(order: str, place: int, size: int) -> None:
    """Whole up to eleven characters; of a longer one the last ten."""
    language, kind = KINDS[place]
    text = signing_message(
        code="000000", kinds=[kind], order=order, host="w" * size, language=language
    )

    assert units(text) <= SEGMENT
    assert (order if len(order) <= ORDER_UNITS else f"…{order[-10:]}") in text
