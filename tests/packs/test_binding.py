"""Binding: whatever the pages are, the volume is one that a seal may cover."""

import io
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from pypdf import PdfReader

from docgen.adapters.binding.bound import ConfinedBinder
from docgen.adapters.binding.paper_folder import PaperFolder
from docgen.adapters.binding.volume import PikepdfBinder
from docgen.adapters.binding.zip_package import ZipPacker
from docgen.adapters.sealing.fitness import require_fit
from docgen.domain.errors import BlobNotFound, UnreadableDocument
from docgen.ports_of_packs import Binder, Part
from tests.adapters.sealing.papers import FROZEN

_A4 = (595.276, 841.89)


def _pdf(pdf: pikepdf.Pdf, **options: object) -> bytes:
    written = io.BytesIO()
    pdf.save(written, **options)  # type: ignore[arg-type]
    return written.getvalue()


def _page(
    size: tuple[float, float] = _A4, *, rotate: int = 0, content: bytes = b"0 0 50 50 re f",
    **resources: pikepdf.Object,
) -> pikepdf.Pdf:  # fmt: skip
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=size)
    page = pdf.pages[0].obj
    page.Contents = pdf.make_stream(content)
    page.Resources = Dictionary(resources)
    page.Rotate = rotate
    return pdf


def _layered() -> bytes:
    """A page with a layer, which could be switched off."""
    pdf = _page(content=b"/OC /L BDC 0 0 50 50 re f EMC")
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=pikepdf.String("hidden")))
    pdf.pages[0].obj.Resources = Dictionary(Properties=Dictionary(L=layer))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary())
    return _pdf(pdf)


def _odd_filter() -> bytes:
    """A picture packed by what not every reader knows."""
    pdf = _page(content=b"q 50 0 0 50 0 0 cm /I Do Q")
    image = pdf.make_stream(
        b"80>", Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1, BitsPerComponent=1,
        ColorSpace=Name.DeviceGray, Filter=Name.ASCIIHexDecode,
    )  # fmt: skip
    pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(I=image))
    return _pdf(pdf)


def _scripted() -> bytes:
    """A page with a link that starts a script, and a script on opening."""
    pdf = _page()
    action = Dictionary(S=Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
    pdf.Root.OpenAction = action
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 50, 50]), A=action)
    pdf.pages[0].obj.Annots = Array([link])
    return _pdf(pdf)


@pytest.fixture(params=[PikepdfBinder, ConfinedBinder])
def binder(request: pytest.FixtureRequest) -> Binder:
    """In this process, and in one of its own."""
    made: Binder = request.param()
    return made


def _bound(binder: Binder, *pdfs: bytes) -> bytes:
    named = [("Тізімдеме / Опись", FROZEN), *(("x", pdf) for pdf in pdfs)]
    parts = [Part(title=title, pdf=pdf, pages=binder.pages(pdf)) for title, pdf in named]
    return binder.bind(parts, number="NP-2026-7K3M9QF2TZ", title="Том").pdf


@pytest.mark.parametrize(
    "pdf",
    [
        _pdf(_page()), _pdf(_page((842, 1190))), _pdf(_page((300, 200))), _pdf(_page(rotate=90)),
        _layered(), _odd_filter(), _scripted(),
    ],
    ids=["A4", "A3", "small", "turned", "layered", "odd filter", "scripted"],
)  # fmt: skip
def test_any_page_becomes_one_that_may_be_sealed(binder: Binder, pdf: bytes) -> None:
    """On A4, upright, with its number; nothing in it can be hidden, exchanged or run."""
    volume = _bound(binder, pdf)
    reader = PdfReader(io.BytesIO(volume))

    require_fit(volume)
    last = reader.pages[-1]
    assert [round(float(each), 1) for each in last.mediabox[2:]] == [595.3, 841.9]
    assert last.rotation == 0
    assert "3 / 3" in last.extract_text()


def test_the_same_parts_give_the_same_bytes(binder: Binder) -> None:
    """Pictures of pages included; whatever process makes them."""
    assert _bound(binder, _odd_filter(), _layered()) == _bound(
        PikepdfBinder(), _odd_filter(), _layered()
    )


@pytest.mark.parametrize(
    "content",
    [
        b"", b"no pdf", b"%PDF-1.7\n%%EOF", _pdf(pikepdf.new()),
        _pdf(_page(), encryption=pikepdf.Encryption(owner="o", user="u")),
    ],
    ids=["nothing", "no PDF", "broken", "no pages", "locked"],
)  # fmt: skip
def test_what_cannot_be_bound_is_told(binder: Binder, content: bytes) -> None:
    """Before anything is made of it."""
    with pytest.raises(UnreadableDocument):
        binder.pages(content)


def test_a_first_part_without_a_place_for_the_seal_is_refused(binder: Binder) -> None:
    """The inventory keeps it free."""
    with pytest.raises(UnreadableDocument, match="no place for the seal"):
        binder.bind([Part(title="x", pdf=_pdf(_page()), pages=1)], number="N", title="t")


def _vast() -> bytes:
    """A page of 200 inches that must become a picture: 2.5 gigabytes of pixels."""
    pdf = pikepdf.open(io.BytesIO(_layered()))
    pdf.pages[0].obj.MediaBox = Array([0, 0, 14_400, 14_400])
    return _pdf(pdf)


def _endless() -> bytes:
    """A page that draws itself within itself, a hundred times a level."""
    pdf = _page(content=b"/D Do")
    drawing: pikepdf.Object = pdf.make_stream(
        b"0 0 1 1 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9])
    )
    for _ in range(12):
        drawing = pdf.make_stream(
            b"/D Do " * 100, Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]),
            Resources=Dictionary(XObject=Dictionary(D=drawing)),
        )  # fmt: skip
    pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(D=drawing))
    return _pdf(pdf)


@pytest.mark.parametrize("content", [_vast(), _endless()], ids=["vast", "endless"])
def test_a_paper_beyond_the_limits_ends_its_own_process_only(content: bytes) -> None:
    """Memory and time are the program's; whoever asked goes on with the next volume."""
    binder = ConfinedBinder(seconds=3, memory=1024 * 1024 * 1024)
    with pytest.raises(UnreadableDocument, match="limits"):
        _bound(binder, content)

    assert _bound(binder, _pdf(_page()))


def test_no_path_leads_out_of_the_folder(tmp_path: Path) -> None:
    """Neither by dots, nor by a link, nor from the root."""
    (tmp_path / "secret").write_bytes(b"s")
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "own").write_bytes(b"o")
    papers = PaperFolder(folder)

    for path in ("../secret", "link", str(tmp_path / "secret"), "none", ".", "a\x00b"):
        with pytest.raises(BlobNotFound):
            papers.read(path)
    assert papers.read("own") == b"o"
    assert papers.detached("own") == b""


def test_an_archive_of_the_same_files_is_the_same() -> None:
    """Whatever their order, and whenever it is made."""
    one, other = {"a.pdf": b"1", "b.json": b"2"}, {"b.json": b"2", "a.pdf": b"1"}

    assert ZipPacker().pack(one) == ZipPacker().pack(other)
