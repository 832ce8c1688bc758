"""Nothing is found where there is nothing to find."""

import pytest

from docgen.bootstrap.lint import lint_forms
from docgen.domain.language import BOTH, Language
from docgen.settings import Settings
from docgen.texts.lint import place, sentence
from tests.lint.trial import Trial, found, sound


@pytest.mark.parametrize("language", BOTH)
def test_a_sound_file_has_no_findings(language: Language) -> None:
    """Tags, loops, a table, a header with a picture and the seal's cell are all as they should."""
    assert found(sound(language)) == []


def test_a_sound_form_has_no_findings(trial: Trial) -> None:
    """Both languages, schema, edition and texts agree."""
    assert trial.lint() == []


def test_the_built_in_forms_and_papers_are_clean() -> None:
    """What we hand out passes our own lint."""
    told = [
        f"{each.file}, {place(each.place, Language.RU)}: {sentence(each, Language.RU)}"
        for each in lint_forms(Settings())().findings
    ]

    assert told == []
