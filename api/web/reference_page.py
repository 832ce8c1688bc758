"""The interface described: made of the very description that programs get."""

from collections.abc import Mapping
from typing import Any

from api.auth import SCHEMES
from api.route import Route
from api.web.example import known_examples
from api.web.page import Site, page_route, still
from api.web.reference import known_problems, problem_fields, subjects
from docgen.domain.language import Language
from docgen.forms.catalogue import Catalogue


def reference_page(site: Site, description: Mapping[str, Any], forms: Catalogue) -> Route:
    """The route of the page."""

    def write(language: Language) -> bytes:
        return site.page(
            "docs",
            language,
            info=description["info"],
            url=description["servers"][0]["url"],
            schemes=SCHEMES,
            subjects=subjects(description, known_examples(forms)),
            problem_fields=problem_fields(description),
            refusals=known_problems(),
        )

    return page_route("/docs", still(write), says="The interface described")
