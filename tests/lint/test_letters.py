"""Letters that would not print, or only look right, are found."""

import pytest
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.text.run import Run

from docgen.domain.faults import Fault
from docgen.domain.scripts import marked, mixed_words
from docgen.domain.template import Place
from tests.lint.trial import element, spoilt

SECOND = Place(paragraph=2)


def added(document: WordDocument, text: str) -> Run:
    """A run more in the second paragraph."""
    return document.paragraphs[1].add_run(text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("☒", Fault.GLYPH_MISSING),
        ("漢", Fault.GLYPH_MISSING),
        ("қол\u00adтаңба", Fault.SOFT_HYPHEN),
        ("қол\u200bтаңба", Fault.UNPRINTABLE),
        ("\u0085", Fault.UNPRINTABLE),
        ("\ue000", Fault.UNPRINTABLE),
        ("нөмiрi", Fault.MIXED_SCRIPTS),
        ("DОS", Fault.MIXED_SCRIPTS),
    ],
)
def test_a_letter_that_does_not_belong_is_found(text: str, fault: Fault) -> None:
    """In the paragraph in which it stands."""
    assert spoilt(lambda document: added(document, text)) == [(fault, SECOND)]


@pytest.mark.parametrize(
    "text",
    [
        "Әә Ғғ Ққ Ңң Өө Ұұ Үү Һһ Іі ₸ № «қол» – — … „x“ \u00a0 \u202f",
        "SMS-код, e-mail-ге, WEB-парағында, PDF-файлдың, 4G-ге, XIX ғасыр",
        "{{ note }}-ның",
    ],
)
def test_letters_that_print_are_sound(text: str) -> None:
    """Kazakh, Russian, Latin, signs of print; two scripts on either side of a hyphen."""
    assert spoilt(lambda document: added(document, text)) == []


def test_a_box_in_the_symbol_font_is_sound() -> None:
    """The second pinned font is there for it."""

    def change(document: WordDocument) -> None:
        added(document, "☒").font.name = "Noto Sans Symbols2"

    assert spoilt(change) == []


def test_a_soft_hyphen_that_word_inserts_is_found_too() -> None:
    """Word has an element for what others write as a letter."""

    def change(document: WordDocument) -> None:
        added(document, "x")._r.append(element("w:softHyphen"))

    assert spoilt(change) == [(Fault.SOFT_HYPHEN, SECOND)]


def test_another_font_on_a_run_is_found() -> None:
    """Whoever pastes from elsewhere brings it along."""

    def change(document: WordDocument) -> None:
        added(document, "text").font.name = "Calibri"

    assert spoilt(change) == [(Fault.FONT_NOT_PINNED, SECOND)]


def test_a_font_of_the_theme_is_found() -> None:
    """It wins over the name beside it, and changes with the theme."""

    def change(document: WordDocument) -> None:
        run = added(document, "text")
        run.font.name = "Noto Sans"
        next(run._r.iter(qn("w:rFonts"))).set(qn("w:asciiTheme"), "minorHAnsi")

    assert spoilt(change) == [(Fault.FONT_NOT_PINNED, SECOND)]


def test_another_font_of_a_tag_is_found() -> None:
    """The value would come in it, whatever letters it has."""

    def change(document: WordDocument) -> None:
        fonts = added(document, "{{ note }}")._r.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:hAnsi"), "Arial")

    assert spoilt(change) == [(Fault.FONT_NOT_PINNED, SECOND)]


def test_a_font_for_other_letters_than_there_are_does_not_matter() -> None:
    """Latin letters are not set in the font for Cyrillic ones."""

    def change(document: WordDocument) -> None:
        fonts = added(document, "text")._r.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:hAnsi"), "Arial")

    assert spoilt(change) == []


def test_another_font_of_a_style_is_found_where_it_is_first_used() -> None:
    """The style is named, since that is what has to be mended."""

    def change(document: WordDocument) -> None:
        document.styles["Body Text"].font.name = "Arial"
        document.paragraphs[1].style = "Body Text"
        document.paragraphs[1].text = "Мәтін text"

    # python-docx sets the font of Latin letters, and of no others
    assert (Fault.STYLE_FONT_NOT_PINNED, SECOND) in spoilt(change)


def test_a_style_that_nobody_uses_may_have_any_font() -> None:
    """Word brings dozens of them."""

    def change(document: WordDocument) -> None:
        document.styles["Body Text"].font.name = "Arial"

    assert spoilt(change) == []


def test_a_bullet_in_a_font_of_word_is_found_once() -> None:
    """Word takes its bullets from Symbol, and would for every paragraph of the list."""

    def change(document: WordDocument) -> None:
        for _ in range(2):
            document.paragraphs[2].insert_paragraph_before("text", style="List Bullet")

    assert [each for each in spoilt(change) if each[0] is Fault.FONT_NOT_PINNED] == [
        (Fault.FONT_NOT_PINNED, Place(paragraph=3))
    ]


def test_a_symbol_of_another_font_is_found() -> None:
    """Word's Insert Symbol names a font of its own."""

    def change(document: WordDocument) -> None:
        added(document, "")._r.append(element("w:sym", font="Wingdings", char="F0FE"))

    assert (Fault.FONT_NOT_PINNED, SECOND) in spoilt(change)


def test_mixed_words_show_which_letters_are_strangers() -> None:
    """One cannot see it otherwise."""
    assert [marked(word) for word in mixed_words("нөмiрi DОS SMS-код")] == ["нөм[i]р[i]", "D[О]S"]


def test_a_word_cut_into_runs_is_still_one_word() -> None:
    """Runs are Word's, words are the reader's."""

    def change(document: WordDocument) -> None:
        added(document, " нөм")
        added(document, "i")
        added(document, "р")

    assert spoilt(change) == [(Fault.MIXED_SCRIPTS, SECOND)]


def test_the_fault_of_a_table_is_placed_in_its_cell() -> None:
    """Counted through the file, tables within cells too."""

    def change(document: WordDocument) -> None:
        inner = document.tables[0].cell(1, 1).add_table(rows=1, cols=1)
        inner.cell(0, 0).text = "DОS"

    assert spoilt(change) == [(Fault.MIXED_SCRIPTS, Place(table=2, row=1, cell=1))]
