"""Tags that would print wrongly, or not at all, are found where they stand."""

from collections.abc import Callable

import pytest
from docx.document import Document as WordDocument
from docx.oxml.ns import qn

from docgen.domain.faults import Fault
from docgen.domain.template import WHOLE, Place, Story
from tests.adapters.rendering import word
from tests.lint.trial import element, found, spoilt

SECOND = Place(paragraph=2)
"""The paragraph of `{{ greeting }}, {{ note }}`."""


def rewritten(text: str) -> Callable[[WordDocument], None]:
    """Let the second paragraph say that."""

    def change(document: WordDocument) -> None:
        document.paragraphs[1].text = text

    return change


def in_runs(*texts: str, bold: int = -1) -> Callable[[WordDocument], None]:
    """Let it say so in several runs, one of them bold."""

    def change(document: WordDocument) -> None:
        paragraph = document.paragraphs[1]
        paragraph.text = ""
        for number, text in enumerate(texts):
            paragraph.add_run(text).bold = True if number == bold else None

    return change


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{{ «note» }}", Fault.TAG_QUOTES),
        ("{% if note == “x” %}a{% endif %}", Fault.TAG_QUOTES),
        ("{{ note }", Fault.TAG_UNBALANCED),
        ("{ note }}", Fault.TAG_UNBALANCED),
        ("{note}", Fault.TAG_UNBALANCED),
        ("{{ note {{ greeting }}", Fault.TAG_UNBALANCED),
        ("{{ no te }}", Fault.TAG_BROKEN),
        ("{{ }}", Fault.TAG_BROKEN),
        ("{% tr for a in b %}", Fault.TAG_BROKEN),
        ("{% if %}x{% endif %}", Fault.TAG_BROKEN),
        ("{{ note|upper }}", Fault.TAG_FORBIDDEN),
        ("{{ note.upper() }}", Fault.TAG_FORBIDDEN),
        ("{{ note[0] }}", Fault.TAG_FORBIDDEN),
        ("{{ 1 + 1 }}", Fault.TAG_FORBIDDEN),
        ("{{ _note }}", Fault.TAG_FORBIDDEN),
        ("{% set note = 1 %}", Fault.TAG_FORBIDDEN),
        ("{% include 'other' %}", Fault.TAG_FORBIDDEN),
        ("{{r note }}", Fault.TAG_FORBIDDEN),
        ("{%tc for row in rows %}", Fault.TAG_FORBIDDEN),
        ("{% colspan note %}", Fault.TAG_FORBIDDEN),
        ("{%tr if note %}", Fault.ROW_TAG_OUTSIDE_ROW),
        ("{%p if note %} text", Fault.PARAGRAPH_TAG_WITH_TEXT),
        ("{% if note %}", Fault.BLOCK_NOT_CLOSED),
        ("{% endif %}", Fault.BLOCK_NOT_OPENED),
        ("{% else %}", Fault.BLOCK_NOT_OPENED),
        ("{% for row in rows %}{% endif %}{% endfor %}", Fault.BLOCK_NOT_OPENED),
    ],
)
def test_a_faulty_tag_is_found_in_its_paragraph(text: str, fault: Fault) -> None:
    """Whatever is wrong with how it is written."""
    assert (fault, SECOND) in spoilt(rewritten(text))


@pytest.mark.parametrize(
    "text",
    [
        "{{ note }}{{ greeting }}",
        "{% if note == 'x' and not greeting %}a{% elif note %}b{% else %}c{% endif %}",
        "{% for row in rows %}{{ loop.index }}. {{ row.name }}{% endfor %}",
        "{{ note if urgent else greeting }}",
        "{%- if note -%} a {%- endif -%}",
        "{# a remark to ourselves #}{{ note }}",
    ],
)
def test_what_the_language_allows_is_not_found(text: str) -> None:
    """Names, loops, conditions and remarks."""
    assert spoilt(rewritten(text)) == []


def test_a_tag_in_runs_of_one_look_is_sound() -> None:
    """Word cuts runs wherever somebody has paused in typing."""
    assert spoilt(in_runs("{", "{ no", "te }", "}")) == []


def test_a_tag_partly_bold_is_found() -> None:
    """One half of its look would be lost."""
    assert spoilt(in_runs("{{ no", "te }}", bold=1)) == [(Fault.TAG_FORMATTING, SECOND)]


def test_bold_beside_a_tag_is_sound() -> None:
    """Only the tag itself must be of one look."""
    assert spoilt(in_runs("Note: ", "{{ note }}", bold=0)) == []


@pytest.mark.parametrize(
    "path", ["w:r/w:tab", "w:r/w:br", "w:bookmarkStart", "w:r/w:fldChar", "w:hyperlink"]
)
def test_something_inside_a_tag_is_found(path: str) -> None:
    """A tab, a line break, a bookmark, a field or a link would be lost or break the file."""

    def change(document: WordDocument) -> None:
        in_runs("{{ no", "te }}")(document)
        outer, *inner = path.split("/")
        made = element(outer, id="77", name="here")
        for name in inner:
            made.append(element(name))
        document.paragraphs[1].runs[-1]._r.addprevious(made)

    assert spoilt(change) == [(Fault.TAG_INTERRUPTED, SECOND)]


def test_the_last_cursor_inside_a_tag_is_sound() -> None:
    """Word leaves `_GoBack` and marks of its spelling wherever it likes."""

    def change(document: WordDocument) -> None:
        in_runs("{{ no", "te }}")(document)
        second = document.paragraphs[1].runs[-1]._r
        second.addprevious(element("w:bookmarkStart", id="77", name="_GoBack"))
        second.addprevious(element("w:bookmarkEnd", id="77"))
        second.addprevious(element("w:proofErr", type="spellStart"))

    assert spoilt(change) == []


def test_a_tag_torn_over_two_paragraphs_is_found_once() -> None:
    """Where it begins."""

    def change(document: WordDocument) -> None:
        document.paragraphs[1].text = "{{ no"
        document.paragraphs[2].insert_paragraph_before("te }}")

    assert spoilt(change) == [(Fault.TAG_OVER_PARAGRAPHS, SECOND)]


def test_a_row_tag_beside_text_is_found_in_its_cell() -> None:
    """The row vanishes, and the text of its other cells too."""

    def change(document: WordDocument) -> None:
        document.tables[0].cell(0, 1).text = "Бағасы"

    place = Place(table=1, row=1, cell=1)
    assert spoilt(change) == [(Fault.ROW_TAG_WITH_TEXT, place)]


def test_a_block_closed_in_another_cell_is_found() -> None:
    """Tags by paragraph open and close in one cell, those by row in one table."""

    def change(document: WordDocument) -> None:
        document.tables[0].cell(1, 0).add_paragraph("{%p if note %}")
        document.tables[0].cell(1, 1).add_paragraph("{%p endif %}")

    assert spoilt(change) == [(Fault.BLOCK_ENDS_ELSEWHERE, Place(table=1, row=2, cell=1))]


def test_a_block_over_two_paragraphs_is_found() -> None:
    """Without a `p` a tag takes letters only, so both stand in one paragraph."""

    def change(document: WordDocument) -> None:
        document.paragraphs[1].text = "{% if note %}a"
        document.paragraphs[2].insert_paragraph_before("b{% endif %}")

    assert spoilt(change) == [(Fault.BLOCK_ENDS_ELSEWHERE, SECOND)]


def test_a_fault_in_a_header_is_placed_there() -> None:
    """Headers and footers are looked through like the body."""

    def change(document: WordDocument) -> None:
        document.sections[0].header.paragraphs[0].add_run("{{ note|upper }}")

    ((fault, place),) = spoilt(change)
    assert (fault, place.story, place.paragraph) == (Fault.TAG_FORBIDDEN, Story.HEADER, 1)


def test_a_fault_in_a_text_box_is_placed_where_the_box_hangs() -> None:
    """Its paragraphs are read by themselves, and do not count for the reader."""

    def change(document: WordDocument) -> None:
        box = element("w:txbxContent")
        inner, run, text = element("w:p"), element("w:r"), element("w:t")
        text.text = "{{ note|upper }}"
        run.append(text)
        inner.append(run)
        box.append(inner)
        document.paragraphs[1].add_run()._r.append(element("w:pict"))
        next(document.paragraphs[1]._p.iter(qn("w:pict"))).append(box)
        document.paragraphs[2].insert_paragraph_before("{{ note|lower }}")

    assert spoilt(change) == [
        (Fault.TAG_FORBIDDEN, SECOND),
        (Fault.TAG_FORBIDDEN, Place(paragraph=3)),
    ]


def test_tags_where_none_are_filled_are_found() -> None:
    """The title of the file, for instance."""
    docx = word.replaced(
        word.template("x"), "docProps/core.xml", "python-docx</dc:creator>", "{{ x }}</dc:creator>"
    )

    place = Place(story=Story.OTHER, entry="docProps/core.xml")
    assert (Fault.TAG_UNREAD, place) in found(docx)


def test_what_only_the_compiler_refuses_is_found_all_the_same() -> None:
    """The code that makes documents has the last word."""
    change = rewritten("{% for loop in rows %}{{ loop.name }}{% endfor %}")

    assert spoilt(change) == [(Fault.TEMPLATE_REJECTED, WHOLE)]
