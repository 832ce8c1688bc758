"""Each form's example as a paper, in Kazakh, in Russian and in both."""

import io
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pikepdf.pdfa
import pytest

from docgen.domain.language import Language
from docgen.usecases.render_specimen import RenderSpecimen
from tests.papers.conftest import FORMS, MODES
from tests.papers.reading import glyphs, misprints, pages, text, unread

Example = Callable[[str, tuple[Language, ...]], bytes]
_TAGS = {Language.KK: "kk-KZ", Language.RU: "ru-RU"}
each_form = pytest.mark.parametrize("code", FORMS)
each_mode = pytest.mark.parametrize("languages", MODES, ids="+".join)


@each_form
@each_mode
def test_every_value_of_the_example_stands_on_the_paper(
    specimen: RenderSpecimen, example: Example, code: str, languages: tuple[Language, ...]
) -> None:
    """Whatever the form's values become in each language can be read back, and no tag is left."""
    form = specimen.forms.get(code)
    values = form.read(form.example["values"])
    pdf = example(code, languages)
    read = text(pdf)

    for language in languages:
        seen = values.context(language, lambda key, lang=language: form.word(key, lang))
        assert unread(seen, pdf) == []
    assert not {"{{", "}}", "{%", "%}"} & {read[i : i + 2] for i in range(len(read))}


@each_form
@each_mode
def test_nothing_overlaps_and_nothing_is_cut(
    example: Example, code: str, languages: tuple[Language, ...]
) -> None:
    """No character is printed over another or off the paper."""
    assert misprints(example(code, languages)) == []


@each_form
def test_both_languages_are_one_paper(example: Example, code: str) -> None:
    """Kazakh first, then Russian on a new page; pages are counted through."""
    kk, ru = (len(pages(example(code, (language,)))) for language in Language)
    both = pages(example(code, (Language.KK, Language.RU)))

    assert len(both) == kk + ru
    assert f"1/{kk + ru}бет" in both[0]
    assert f"стр.{kk + 1}из{kk + ru}" in both[kk]


@each_form
@each_mode
def test_the_seal_has_its_place_beside_what_is_signed(
    example: Example, code: str, languages: tuple[Language, ...]
) -> None:
    """Seal and marks share a page, and words of the paper stand above them there."""
    found = _destinations(example(code, languages))
    halves = ("", "_2")[: len(languages)]
    for half in halves:
        assert found[f"seal{half}"] == found[f"mark_sms{half}"]
        page = glyphs(example(code, languages))[found[f"seal{half}"]]
        words = "".join(g.text for g in page)
        above = words.split("Оператор", 1)[0]
        assert len(above) > len("«Қазақтелеком»АҚ№ҮЛГІ/ОБРАЗЕЦ") + 60


def _destinations(pdf: bytes) -> dict[str, int]:
    """Pages, counted from 0, of the places that Word bookmarks became."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        numbers = {page.obj.objgen: place for place, page in enumerate(opened.pages)}
        targets = opened.Root.Dests.as_dict()
        return {
            name.removeprefix("/"): numbers[target.as_list()[0].objgen]
            for name, target in targets.items()
        }


@each_form
@each_mode
def test_a_screen_reader_knows_title_and_language(
    example: Example, code: str, languages: tuple[Language, ...]
) -> None:
    """The file is tagged, says its language, and the second half says its own."""
    with pikepdf.open(io.BytesIO(example(code, languages))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in pdf.Root
        assert str(pdf.Root.Lang) == _TAGS[languages[0]]
        assert str(pdf.docinfo["/Title"]).strip()
        spoken = {str(found.Lang) for found in pdf.objects if _says_language(found)}
    assert {_TAGS[language] for language in languages} <= spoken


def _says_language(found: object) -> bool:
    return isinstance(found, pikepdf.Dictionary) and "/Lang" in found


@each_form
def test_every_paper_is_pdf_a(example: Example, code: str, tmp_path: Path) -> None:
    """An independent checker approves it as PDF/A-3b."""
    file = tmp_path / "paper.pdf"
    file.write_bytes(example(code, (Language.KK, Language.RU)))

    report = pikepdf.pdfa.validate_written(file, "3b")

    assert report.passed, report.summary()
