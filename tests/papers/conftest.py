"""One warm LibreOffice and the built-in templates."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pytest

from docgen.adapters.clock import SystemClock
from docgen.domain.language import Language
from docgen.domain.rendering import Rendered
from docgen.forms.catalogue import Catalogue
from docgen.settings import BESIDE_THE_PACKAGES
from docgen.usecases.render_specimen import RenderSpecimen
from tests.builders import operator
from tests.services.rendering import Over

Specimen = Callable[..., Rendered]
FORMS = [form.code for form in Catalogue()]
MODES = [(Language.KK,), (Language.RU,), (Language.KK, Language.RU)]


@pytest.fixture(scope="session")
def specimen(over: Over) -> RenderSpecimen:
    """The use case over the real renderer."""
    renderer = over(BESIDE_THE_PACKAGES)
    return RenderSpecimen(
        forms=Catalogue(), renderer=renderer, operator=operator(), clock=SystemClock()
    )


@pytest.fixture(scope="session")
def example(specimen: RenderSpecimen) -> Callable[[str, tuple[Language, ...]], bytes]:
    """The PDF of a form's example, rendered once for the whole session."""

    @cache
    def rendered(code: str, languages: tuple[Language, ...]) -> bytes:
        given = specimen.forms.get(code).example
        return paper(specimen, code, languages, given["values"])

    return rendered


def paper(
    specimen: RenderSpecimen,
    code: str,
    languages: tuple[Language, ...],
    values: Mapping[str, Any],
    **person: str,
) -> bytes:
    """The PDF of those values, for the example's person with the given changes."""
    subscriber = {**specimen.forms.get(code).example["subscriber"], **person}
    return specimen(code, languages=languages, subscriber=subscriber, values=values).pdf
