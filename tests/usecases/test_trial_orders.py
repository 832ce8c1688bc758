"""Orders to try templates with: four for each, always the same, in the range of what may come."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from docgen.adapters.rendering.fill import fill
from docgen.adapters.rendering.templates import TemplateShelf
from docgen.domain.errors import FormNotFound, ValuesRejected
from docgen.domain.language import BOTH, Language
from docgen.forms import protocol
from docgen.forms.catalogue import Catalogue
from docgen.settings import BESIDE_THE_PACKAGES
from docgen.usecases.trial_orders import ROWS, TrialOrders, with_rows
from tests.builders import operator

FORMS = Catalogue()
TEMPLATES = [
    *protocol.TEMPLATES,
    *(form.template(edition) for form in FORMS for edition in form.editions),
]
each_template = pytest.mark.parametrize("name", TEMPLATES)


@pytest.fixture
def trials() -> TrialOrders:
    """Over the built-in forms."""
    return TrialOrders(FORMS, operator())


def texts(value: object) -> Iterator[str]:
    """Every string in what a template sees."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


def tables(value: object) -> Iterator[list[Mapping[str, Any]]]:
    """Every list of rows in what a template sees."""
    if isinstance(value, list):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from tables(each)


@each_template
def test_there_are_four_for_every_template(trials: TrialOrders, name: str) -> None:
    """Of that template, in the languages asked for and in their order, and none like another."""
    orders = trials.for_template(name, (Language.RU, Language.KK))

    assert len(orders) == 3 + len(ROWS)
    assert all(order.template == name for order in orders)
    assert all(tuple(order.contexts) == (Language.RU, Language.KK) for order in orders)
    assert all(one.contexts != other.contexts for one in orders for other in orders if one != other)


@each_template
def test_the_same_ones_come_every_time(trials: TrialOrders, name: str) -> None:
    """Number, token, code and time are fixed, so that their papers can be compared."""
    assert trials.for_template(name, BOTH) == trials.for_template(name, BOTH)
    assert len({(order.made_at, order.qr) for order in trials.for_template(name, BOTH)}) == 1


@each_template
def test_the_templates_take_them_all(trials: TrialOrders, name: str) -> None:
    """Nothing is missing, and nothing breaks the Word file."""
    compiled = TemplateShelf(BESIDE_THE_PACKAGES).get(name, BOTH).compiled

    assert all(fill(compiled, order, None).docx for order in trials.for_template(name, BOTH))


def test_the_second_leaves_out_what_may_be_left_out(trials: TrialOrders) -> None:
    """Empty tables print dashes, one row stays where one must; and it is a specimen."""
    seen = trials.for_template("acceptance_act", BOTH)[1].contexts[Language.KK]

    assert [set(seen[name][0].values()) for name in ("works", "equipment", "materials")] == [
        {"—"}, {"—"}, {"—"},
    ]  # fmt: skip
    assert len(seen["services"]) == 1
    assert seen["subscriber"]["patronymic"] == "—"
    assert seen["specimen"]


@each_template
def test_some_have_few_or_many_rows_in_every_table(trials: TrialOrders, name: str) -> None:
    """Also where the form would want their sums to agree; no row is like another."""
    for count, order in zip(ROWS, trials.for_template(name, BOTH)[2:], strict=False):
        for seen in order.contexts.values():
            for table in tables(seen):
                assert len(table) == count
                assert all(row not in table[:place] for place, row in enumerate(table))


def test_rows_are_counted_on() -> None:
    """A column of 1, 2, … does not begin anew where the rows do, and other figures stay."""
    rows = [{"no": "1", "kind": "кабель", "price": "5,00"}, {"no": "2", "kind": "—", "price": "—"}]

    made = with_rows({"works": rows, "total": "5,00"}, 3)

    assert made == {
        "works": [*rows, {"no": "3", "kind": "кабель 3", "price": "5,00"}],
        "total": "5,00",
    }


@each_template
def test_the_last_has_the_strangest_texts(trials: TrialOrders, name: str) -> None:
    """Signs that mean something to XML, the sign of the tenge, double spaces, 40-letter words."""
    for seen in trials.for_template(name, BOTH)[-1].contexts.values():
        read = list(texts(seen))
        for strange in ('<&>"', "₸", "  "):
            assert any(strange in text for text in read)
        assert any(len(word) == 40 for text in read for word in text.split())


@pytest.mark.parametrize("name", ["acceptance_act", "service_refusal", *protocol.TEMPLATES])
def test_the_last_has_several_lines_where_a_paper_may(trials: TrialOrders, name: str) -> None:
    """A complaint, a reason or a consent runs over lines."""
    seen = trials.for_template(name, BOTH)[-1].contexts[Language.RU]

    assert any("\n" in text for text in texts(seen))


@pytest.mark.parametrize("name", ["no_such_form", "papers/other", "editions/1999-01/application"])
def test_a_template_of_no_form_has_none(trials: TrialOrders, name: str) -> None:
    """It is not found by name."""
    with pytest.raises(FormNotFound):
        trials.for_template(name, BOTH)


def test_a_language_cannot_be_tried_twice(trials: TrialOrders) -> None:
    """The form refuses what it would refuse of a caller."""
    with pytest.raises(ValuesRejected):
        trials.for_template("application", (Language.KK, Language.KK))
