"""Every template goes by the fastest route, and every route gives the very same bytes."""

from functools import partial

import pytest

from docgen.adapters.rendering.renderer import LibreOfficeRenderer
from docgen.domain.language import Language
from docgen.forms.catalogue import Catalogue
from docgen.settings import BESIDE_THE_PACKAGES
from docgen.usecases.prove_routes import ProveRoutes, templates_of
from docgen.usecases.trial_orders import TrialOrders
from tests.builders import operator
from tests.services.rendering import Over


@pytest.fixture(scope="module")
def renderer(over: Over) -> LibreOfficeRenderer:
    """Over the built-in templates."""
    return over(BESIDE_THE_PACKAGES)


@pytest.fixture(scope="module")
def proving(renderer: LibreOfficeRenderer) -> ProveRoutes:
    """The trial of all templates."""
    trials = TrialOrders(forms=Catalogue(), operator=operator())
    return ProveRoutes(forms=Catalogue(), trials=trials, prover=renderer)


TEMPLATES = list(templates_of(Catalogue()))


@pytest.mark.parametrize(
    ("name", "languages"), TEMPLATES, ids=[f"{n} {'+'.join(ls)}" for n, ls in TEMPLATES]
)
def test_a_template_goes_preloaded(
    proving: ProveRoutes, name: str, languages: tuple[Language, ...]
) -> None:
    """Few rows, many rows, none, strange texts: each route's bytes are those of the Word route."""
    trials = partial(proving.trials.for_template, name, languages)
    report = proving.prover.prove(name, languages, trials)

    assert (report.route, dict(report.why)) == ("preloaded", {})
