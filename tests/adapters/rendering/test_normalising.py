"""What is refused before a PDF is frozen."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from docgen.adapters.rendering.expected import Expected
from docgen.adapters.rendering.normalise import normalise
from docgen.domain.errors import RenderFailed
from docgen.domain.rendering import Rendered
from tests.builders import NOW

EXPECTED = Expected(
    title="t", identifier="i", made_at=NOW, bookmarks=frozenset(), fonts=("NotoSans",)
)


def changed(pdf: bytes, change: Callable[[pikepdf.Pdf], object], **saving: object) -> bytes:
    """The same PDF after a change."""
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        change(opened)
        opened.save(stream, **saving)  # type: ignore[arg-type]
    return stream.getvalue()


def action(kind: str) -> Callable[[pikepdf.Pdf], object]:
    """A change that puts a link with such an action on the first page."""

    def change(pdf: pikepdf.Pdf) -> None:
        link = Dictionary(
            Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]),
            A=Dictionary(S=Name(f"/{kind}"), JS=String("x"), F=String("x")),
        )  # fmt: skip
        pdf.pages[0].obj["/Annots"] = Array([pdf.make_indirect(link)])

    return change


CHANGES: dict[str, Callable[[pikepdf.Pdf], object]] = {
    "JavaScript": action("JavaScript"),
    "Launch": action("Launch"),
    "language": lambda pdf: pdf.Root.__delitem__("/Lang"),
    "form": lambda pdf: pdf.Root.__setitem__("/AcroForm", Dictionary(XFA=String("x"))),
    "no pages": lambda pdf: pdf.pages.__delitem__(slice(None)),
    "actions": lambda pdf: pdf.Root.__setitem__("/AA", Dictionary()),
    "tagged": lambda pdf: pdf.Root.__delitem__("/MarkInfo"),
    "output intent": lambda pdf: pdf.Root.__delitem__("/OutputIntents"),
    "PDF/A-3b": lambda pdf: pdf.Root.Metadata.write(
        pdf.Root.Metadata.read_bytes().replace(b"<pdfaid:part>3<", b"<pdfaid:part>2<")
    ),
}


@pytest.mark.parametrize("reason", sorted(CHANGES))
def test_an_unfit_pdf_is_refused(reason: str, rendered: Callable[[str], Rendered]) -> None:
    """Scripts, forms, automatic actions, and a PDF without language or pages are refused."""
    with pytest.raises(RenderFailed, match=reason):
        normalise(changed(rendered("kk").pdf, CHANGES[reason]), EXPECTED)


def test_an_encrypted_pdf_is_refused(rendered: Callable[[str], Rendered]) -> None:
    """Encryption has no place in PDF/A."""
    locked = changed(
        rendered("kk").pdf, lambda _: None, encryption=pikepdf.Encryption(owner="x", user="")
    )
    with pytest.raises(RenderFailed, match="encrypted"):
        normalise(locked, EXPECTED)


def test_a_second_revision_is_refused(rendered: Callable[[str], Rendered]) -> None:
    """Only a file of one revision can be frozen."""
    pdf = rendered("kk").pdf
    start = pdf.rindex(b"startxref")
    offset = pdf[start:].split()[1].decode()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        size, root = opened.trailer["/Size"], opened.Root.objgen[0]
    table = len(pdf)
    trailer = f"trailer <</Size {size} /Root {root} 0 R /Prev {offset}>>"
    update = f"xref\n0 1\n0000000000 65535 f \n{trailer}\nstartxref\n{table}\n%%EOF\n"
    with pytest.raises(RenderFailed, match="revision"):
        normalise(pdf + update.encode(), EXPECTED)


def test_a_foreign_font_is_refused_by_name(rendered: Callable[[str], Rendered]) -> None:
    """A font outside the allowed families is named."""
    strict = Expected(
        title="t", identifier="i", made_at=NOW, bookmarks=frozenset(), fonts=("NotoSerif",)
    )
    with pytest.raises(RenderFailed, match="NotoSans"):
        normalise(rendered("kk").pdf, strict)


def test_a_lost_bookmark_is_refused_by_name(rendered: Callable[[str], Rendered]) -> None:
    """A document that lost the place of its seal must not be shown to anybody."""
    wanted = Expected(
        title="t", identifier="i", made_at=NOW, bookmarks=frozenset({"seal"}), fonts=("Noto",)
    )
    with pikepdf.open(io.BytesIO(rendered("kk").pdf)) as pdf:
        del pdf.Root["/Dests"]
        stream = io.BytesIO()
        pdf.save(stream)
    with pytest.raises(RenderFailed, match="the bookmark seal"):
        normalise(stream.getvalue(), wanted)


def test_what_is_no_pdf_is_refused() -> None:
    """An engine that answers nonsense has failed."""
    with pytest.raises(RenderFailed):
        normalise(b"nonsense", EXPECTED)


def test_a_visible_end_of_file_mark_does_no_harm(rendered: Callable[[str], Rendered]) -> None:
    """Normalising again changes nothing about the one revision."""
    again = normalise(rendered("kk").pdf, EXPECTED)
    assert again.pdf.count(b"%%EOF") == 1


def test_the_engines_clock_is_nowhere_in_the_file(rendered: Callable[[str], Rendered]) -> None:
    """Metadata, information and colour profile all say when the order was made."""
    wanted = replace(EXPECTED, made_at=datetime(2031, 5, 6, tzinfo=UTC))
    later = normalise(rendered("kk").pdf, wanted)

    with pikepdf.open(io.BytesIO(later.pdf)) as pdf, pdf.open_metadata() as metadata:
        assert metadata["xmp:CreateDate"] == "2031-05-06T00:00:00Z"
        assert str(pdf.docinfo["/CreationDate"]) == "D:20310506000000Z"
        profile = pdf.Root.OutputIntents[0].DestOutputProfile.read_bytes()
    assert profile[24:36] == bytes.fromhex("07ef00050006000000000000")
