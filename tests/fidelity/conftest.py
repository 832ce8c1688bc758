"""Annexes 2 to 5, each made once in each language from its example by the real renderer."""

from datetime import UTC, datetime, time

import pytest

from docgen.bootstrap.operator import operator_of
from docgen.domain.language import Language
from docgen.forms.catalogue import Catalogue
from docgen.settings import Settings
from docgen.usecases.render_specimen import RenderSpecimen
from tests.fakes import FakeClock
from tests.fidelity.paper import ROOT, Bodies, body_text, form_of, template
from tests.services.rendering import Over


@pytest.fixture(scope="session")
def specimens(over: Over) -> RenderSpecimen:
    """The making of specimens on a day when every newest edition is in force."""
    newest = max(form.editions[-1].since for form in Catalogue())
    return RenderSpecimen(
        forms=Catalogue(),
        renderer=over(ROOT),
        operator=operator_of(Settings()),
        clock=FakeClock(datetime.combine(newest, time(12), UTC)),
    )


@pytest.fixture(scope="session")
def body(specimens: RenderSpecimen) -> Bodies:
    """What stands between header and footer of an annex in a language."""
    made: dict[tuple[int, Language], str] = {}

    def body_of(annex: int, language: Language) -> str:
        if (annex, language) not in made:
            form = form_of(annex)
            example = form.example
            rendered = specimens(
                form.code,
                languages=(language,),
                subscriber=example["subscriber"],
                values=example["values"],
            )
            made[annex, language] = body_text(rendered.pdf, template(annex, language))
        return made[annex, language]

    return body_of
