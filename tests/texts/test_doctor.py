"""What the doctor says."""

import pytest

from docgen.domain.checkup import Grade, Observation, Part, Weakness, of_route, weak
from docgen.domain.language import BOTH, Language
from docgen.domain.template import RouteReport
from docgen.domain.verdict import Verdict
from docgen.texts.doctor import sentence


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("weakness", Weakness)
def test_a_weakness_is_one_line_with_what_to_do_about_it(
    weakness: Weakness, language: Language
) -> None:
    """Two sentences, no full stop at the end."""
    said = sentence(weak(Part.ENGINE, weakness, "x"), language)

    assert "\n" not in said
    assert ". " in said
    assert not said.endswith(".")


@pytest.mark.parametrize("verdict", [v for v in Verdict if v is not Verdict.VALID])
def test_a_test_page_that_is_not_valid_is_told_by_its_verdict(verdict: Verdict) -> None:
    """In the words of `docgen verify`."""
    seen = Observation(part=Part.TEST_PAGE, grade=Grade.FAILURE, code=verdict)

    assert all(sentence(seen, language) for language in BOTH)


def _route(route: str, **why: str) -> Observation:
    return of_route(RouteReport(template="act", languages=BOTH, route=route, why=why))


def test_the_fastest_route_needs_no_words() -> None:
    """Template, languages and route are enough."""
    seen = _route("preloaded")

    assert (seen.grade, seen.subject, seen.facts["route"]) == (Grade.OK, "act kk+ru", "preloaded")
    assert sentence(seen, Language.RU) == ""


def test_a_slower_route_says_why_once() -> None:
    """The same reason for both faster ones is one reason."""
    assert _route("word", preloaded="a list", loaded="a list").detail == "a list"
    assert _route("word", preloaded="x", loaded="y").detail == "preloaded: x; loaded: y"


def test_a_template_that_goes_no_way_fails_by_its_error() -> None:
    """Its code is that of the refusal."""
    seen = _route("", **{"": "render_failed: no page: none"})

    assert (seen.grade, seen.code) == (Grade.FAILURE, "render_failed")
    assert seen.detail == "no page: none"
