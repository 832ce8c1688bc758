"""Any valid values render, and any text comes back from the paper as it went in."""

import re

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from docgen.domain.language import Language
from docgen.usecases.render_specimen import RenderSpecimen
from tests.papers.conftest import FORMS, paper
from tests.papers.reading import squeezed, text
from tests.papers.values import Path, example, free_texts, put

KAZAKH = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
LETTERS = KAZAKH + KAZAKH.upper() + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
SIGNS = " .,;:!?()[]{}<>&%$#@*+-=_/\\|'\"«»“”„‘’–—…№₸€•†‰™©®°±×÷{}"
_LONGEST = 40
_NOT_PRINTED = {"employee_id"}
"""Kept for the register: the paper shows the employee by name."""
TEXTS = st.text(st.sampled_from(LETTERS + SIGNS), min_size=1, max_size=_LONGEST).filter(
    lambda drawn: any(character.isalnum() for character in drawn)
)


@pytest.mark.parametrize("code", FORMS)
@settings(
    max_examples=12,
    deadline=None,
    # a finding is told as it was drawn: making it smaller takes hundreds of papers
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_what_went_in_comes_out(specimen: RenderSpecimen, code: str, data: st.DataObject) -> None:
    """Letters, digits, signs and what looks like tags are printed as they were given."""
    form = specimen.forms.get(code)
    language = data.draw(st.sampled_from(list(Language)))
    places = [path for path in free_texts(form) if path[-1] not in _NOT_PRINTED]
    drawn: dict[Path, str] = {path: data.draw(TEXTS) for path in places}
    # a clause is printed between quotation marks, and must not end them
    clauses = [path for path in places if "changed_clauses" in path]
    drawn |= {path: re.sub("[«»]", "", drawn[path]) + "." for path in clauses}
    # no two devices share a serial number
    drawn |= {path: f"{place}-{drawn[path]}"[:_LONGEST] for place, path in enumerate(places)
              if path[-1] == "serial"}  # fmt: skip
    values = put(example(form), drawn)

    read = text(paper(specimen, code, (language,), values))

    other = Language.RU if language is Language.KK else Language.KK
    shown = [each for path, each in drawn.items() if path[-1] != other.value]
    assert [each for each in shown if squeezed(each) not in read] == []
