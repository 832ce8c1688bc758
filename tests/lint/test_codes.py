"""Every code can be said, is described, and is raised by somebody."""

import re
import string
from pathlib import Path

import pytest

from docgen.domain.faults import Fault
from docgen.domain.language import BOTH, Language
from docgen.domain.template import Place, Story, found
from docgen.texts.lint import place, sentence
from docgen.texts.phrases import phrases

ROOT = Path(__file__).parents[2]
CODES = {fault.value for fault in Fault}


def _sources(folder: str) -> str:
    files = [path for path in (ROOT / folder).rglob("*.py") if path.name != "faults.py"]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def _named(text: str) -> set[str]:
    return {Fault[name].value for name in re.findall(r"Fault\.([A-Z_]+)\b", text)}


@pytest.mark.parametrize("language", BOTH)
def test_every_code_has_a_sentence_and_no_sentence_is_left_over(language: Language) -> None:
    """In Kazakh and in Russian."""
    said = {key.removeprefix("lint.") for key in phrases(language) if key.startswith("lint.")}

    assert {key for key in said if "." not in key} == CODES


def test_every_code_is_raised_and_tested() -> None:
    """Somewhere in the product, and by a test in this folder."""
    here = "\n".join(p.read_text(encoding="utf-8") for p in Path(__file__).parent.glob("test_*.py"))

    assert _named(_sources("docgen")) == CODES
    assert _named(here) == CODES


def test_the_documentation_lists_exactly_the_codes() -> None:
    """docs/lint.md, a line each."""
    text = (ROOT / "docs" / "lint.md").read_text(encoding="utf-8")

    listed = re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE)
    assert sorted(listed) == sorted(CODES)


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("fault", Fault)
def test_a_sentence_is_one_line_and_tells_how_to_mend_it(fault: Fault, language: Language) -> None:
    """All placeholders filled, two sentences at least, no full stop at the end."""
    template = phrases(language)[f"lint.{fault}"]
    names = {name for _, name, _, _ in string.Formatter().parse(template) if name}

    said = sentence(found(fault, **dict.fromkeys(names, "a\nb")), language)

    assert "\n" not in said
    assert not said.endswith(".")
    assert len(re.split(r"[.:;] ", said)) > 1


@pytest.mark.parametrize(
    ("where", "kk", "ru"),
    [
        (Place(), "", ""),
        (Place(paragraph=3), "3-абзац", "абзац 3"),
        (
            Place(table=2, row=3, cell=1),
            "2-кесте, 3-жол, 1-ұяшық",
            "таблица 2, строка 3, ячейка 1",
        ),
        (
            Place(story=Story.HEADER, entry="word/header1.xml", paragraph=1),
            "жоғарғы колонтитул, 1-абзац",
            "верхний колонтитул, абзац 1",
        ),
        (Place(story=Story.FOOTER), "төменгі колонтитул", "нижний колонтитул"),
        (Place(story=Story.OTHER, entry="word/media/x.png"), *["word/media/x.png"] * 2),
        (Place(key="modes.rent"), "modes.rent", "modes.rent"),
    ],
)
def test_places_are_said_as_people_count(where: Place, kk: str, ru: str) -> None:
    """In both languages."""
    assert (place(where, Language.KK), place(where, Language.RU)) == (kk, ru)
