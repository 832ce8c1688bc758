"""What the renderer refuses as a package, the lint tells all at once, and where it can be found."""

import pytest
from docx.document import Document as WordDocument

from docgen.domain.faults import Fault
from docgen.domain.language import Language
from docgen.domain.template import WHOLE, Place, Story
from tests.adapters.rendering import word
from tests.adapters.rendering.test_package import RELATIONS, declared, related, with_field
from tests.lint.trial import element, found, inspector, sound, spoilt

OUTSIDE = "http://example.kz/x.png"


def entry(name: str) -> Place:
    """The place of what is not a part that people read."""
    return Place(story=Story.OTHER, entry=name)


@pytest.mark.parametrize(
    ("docx", "fault", "place"),
    [
        (b"no zip", Fault.PACKAGE_DAMAGED, WHOLE),
        (word.with_member(word.template("x"), "../x.xml", b"<x/>"), Fault.PACKAGE_DAMAGED, WHOLE),
        (word.template("x") + bytes(6_000_000), Fault.PACKAGE_TOO_LARGE, WHOLE),
        (
            word.with_member(word.template("x"), "word/media/x.png", b"<svg/>"),
            Fault.NOT_A_PICTURE,
            entry("word/media/x.png"),
        ),
        (
            word.with_member(word.template("x"), "word/vbaProject.bin", b"x"),
            Fault.FORBIDDEN_CONTENT,
            entry("word/vbaProject.bin"),
        ),
        (
            declared("application/vnd.ms-office.vbaProject"),
            Fault.FORBIDDEN_CONTENT,
            entry("[Content_Types].xml"),
        ),
        (related("image", OUTSIDE), Fault.EXTERNAL_REFERENCE, WHOLE),
        (related("hyperlink", "file:///etc/passwd"), Fault.LINK_FORBIDDEN, WHOLE),
        (with_field("INCLUDE", 'TEXT "x"'), Fault.FORBIDDEN_FIELD, Place(paragraph=1)),
        (with_field("{{ name }}"), Fault.TAG_IN_FIELD, Place(paragraph=1)),
    ],
)
def test_what_is_refused_is_a_finding(docx: bytes, fault: Fault, place: Place) -> None:
    """With the same rules, and a place where there is one."""
    assert (fault, place) in found(docx)


@pytest.mark.parametrize(
    ("tag", "fault"),
    [
        ("w:altChunk", Fault.FORBIDDEN_CONTENT),
        ("w:object", Fault.FORBIDDEN_CONTENT),
        ("w:ins", Fault.OPEN_CHANGE),
        ("w:del", Fault.OPEN_CHANGE),
        ("w:commentReference", Fault.OPEN_COMMENT),
    ],
)
def test_an_element_that_does_not_belong_is_placed(tag: str, fault: Fault) -> None:
    """In the cell where somebody has to look for it."""

    def change(document: WordDocument) -> None:
        document.tables[0].cell(1, 1).paragraphs[0]._p.append(element(tag))

    assert spoilt(change) == [(fault, Place(table=1, row=2, cell=2))]


def test_a_reference_to_the_outside_is_placed_where_it_is_used() -> None:
    """Not in the list of relations, which no lawyer ever sees."""

    def change(document: WordDocument) -> None:
        document.paragraphs[1]._p.append(element("w:x"))
        document.paragraphs[1]._p[-1].set(
            "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}link", "rId99"
        )

    document = sound(Language.KK)
    change(document)
    relation = f'<Relationship Id="rId99" Type="x/image" Target="{OUTSIDE}" TargetMode="External"/>'
    docx = word.replaced(
        word.saved(document), RELATIONS, "</Relationships>", f"{relation}</Relationships>"
    )

    assert found(docx) == [(Fault.EXTERNAL_REFERENCE, Place(paragraph=2))]


def test_everything_is_told_at_once() -> None:
    """The renderer stops at the first; whoever has to mend it wants to know all."""

    def change(document: WordDocument) -> None:
        document.paragraphs[0]._p.append(element("w:ins"))
        document.paragraphs[1]._p.append(element("w:del"))
        document.paragraphs[2]._p.append(element("w:commentReference"))

    assert [fault for fault, _ in spoilt(change)] == [
        Fault.OPEN_CHANGE,
        Fault.OPEN_CHANGE,
        Fault.OPEN_COMMENT,
    ]


def test_nothing_is_read_out_of_a_damaged_file() -> None:
    """What cannot be trusted to be XML is not looked into."""
    seen = inspector().inspect(word.with_member(word.template("{{"), "word/x.xml", b"<!DOCTYPE x>"))

    assert not seen.readable
    assert [each.code for each in seen.findings] == [Fault.PACKAGE_DAMAGED]
