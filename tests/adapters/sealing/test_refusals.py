"""PDFs that must not be sealed, each refused with its reason."""

import io
from collections.abc import Callable
from typing import Any

import pikepdf
import pypdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from docgen.domain.errors import SealRefused
from tests.adapters.sealing.conftest import MakeSealer
from tests.adapters.sealing.papers import FROZEN, order

Change = Callable[[Pdf], None]


def _script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def _open_script(pdf: Pdf) -> None:
    pdf.Root.OpenAction = _script()


def _named_script(pdf: Pdf) -> None:
    names = Array([String("x"), pdf.make_indirect(_script())])
    pdf.Root.Names = pdf.make_indirect(Dictionary(JavaScript=Dictionary(Names=names)))


def _page_script(pdf: Pdf) -> None:
    pdf.pages[0].AA = Dictionary(O=_script())


def _launching_link(pdf: Pdf) -> None:
    action = pdf.make_indirect(Dictionary(S=Name.Launch, F=String("calc.exe")))
    _annotate(pdf, Dictionary(Subtype=Name.Link, A=action))


def _chained_link(pdf: Pdf) -> None:
    action = Dictionary(S=Name.URI, URI=String("https://example.kz"), Next=_script())
    _annotate(pdf, Dictionary(Subtype=Name.Link, A=action))


def _film(pdf: Pdf) -> None:
    _annotate(pdf, Dictionary(Subtype=Name.RichMedia))


def _outline(pdf: Pdf) -> None:
    item = pdf.make_indirect(Dictionary(Title=String("x"), A=_script()))
    pdf.Root.Outlines = pdf.make_indirect(Dictionary(Type=Name.Outlines, First=item, Last=item))


def _form(pdf: Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(Fields=Array([]))


def _xfa(pdf: Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(XFA=pikepdf.Stream(pdf, b"<xdp/>"))


def _attachment(pdf: Pdf) -> None:
    pdf.attachments["more.json"] = b"{}"


def _layer(pdf: Pdf) -> None:
    pdf.Root.OCProperties = Dictionary(OCGs=Array([]), D=Dictionary())


def _annotate(pdf: Pdf, annotation: Dictionary) -> None:
    annotation.Type, annotation.Rect = Name.Annot, Array([0, 0, 9, 9])
    pdf.pages[0].Annots = pdf.make_indirect(Array([pdf.make_indirect(annotation)]))


def _threads(pdf: Pdf) -> None:
    pdf.Root.Threads = Array([])


def _named_template(pdf: Pdf) -> None:
    pdf.Root.Names = pdf.make_indirect(Dictionary(Templates=Dictionary(Names=Array([]))))


def _piece(pdf: Pdf) -> None:
    pdf.pages[0].PieceInfo = Dictionary()


def _hidden_link(pdf: Pdf) -> None:
    _annotate(pdf, Dictionary(Subtype=Name.Link, OC=Dictionary(Type=Name.OCG)))


def _drawing(pdf: Pdf, **entries: Any) -> pikepdf.Stream:
    """A drawing that the first page knows, with such entries."""
    form = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
    for name, value in entries.items():
        form[f"/{name}"] = value
    pdf.pages[0].Resources.XObject = Dictionary(Extra=form)
    return form


def _drawing_in_a_layer(pdf: Pdf) -> None:
    _drawing(pdf, OC=pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("x"))))


def _page_of_another_file(pdf: Pdf) -> None:
    _drawing(pdf, Ref=Dictionary(F=String("other.pdf"), Page=0))


def _image_for_printers(pdf: Pdf) -> None:
    inner = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Image, Alternates=Array([]))
    _drawing(pdf, Resources=Dictionary(XObject=Dictionary(Inner=inner)))


def _postscript(pdf: Pdf) -> None:
    _drawing(pdf, Subtype=Name.PS)


def _marked_layer(pdf: Pdf) -> None:
    pdf.pages[0].Resources.Properties = Dictionary(MC0=Dictionary(Type=Name.OCG))


def _font_of_drawings(pdf: Pdf) -> None:
    pdf.pages[0].Resources.Font.Extra = Dictionary(Type=Name.Font, Subtype=Name.Type3)


def _content_elsewhere(pdf: Pdf) -> None:
    pdf.pages[0].Contents.F = String("content.bin")


def _endless(pdf: Pdf) -> None:
    form = _drawing(pdf)
    form.Resources = Dictionary(XObject=Dictionary(Itself=form))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_threads, "/Threads in its catalog"),
        (_named_template, "/Templates in its names"),
        (_piece, "/PieceInfo in a page"),
        (_hidden_link, "/OC in a link"),
        (_drawing_in_a_layer, "/OC in a drawing"),
        (_page_of_another_file, "/Ref in a drawing"),
        (_image_for_printers, "/Alternates in an image"),
        (_postscript, "a drawing of the kind /PS"),
        (_marked_layer, "layers that can hide"),
        (_font_of_drawings, "a font of the kind /Type3"),
        (_content_elsewhere, "/F in a page's content"),
        (_endless, "without end"),
        (_open_script, "an action on opening"),
        (_named_script, "JavaScript"),
        (_page_script, "actions on a page"),
        (_launching_link, "an action /Launch"),
        (_chained_link, "an action /URI"),
        (_film, "annotations other than links"),
        (_outline, "an action /JavaScript"),
        (_form, "form fields"),
        (_xfa, "form fields"),
        (_attachment, "attached files"),
        (_layer, "layers"),
    ],
)
def test_unfit_file_is_refused_with_its_reason(
    make_sealer: MakeSealer, change: Change, reason: str
) -> None:
    """What can act, hide or change under a reader's eyes is not vouched for."""
    with pytest.raises(SealRefused, match=reason):
        make_sealer().seal(order(frozen=_changed(change)))


def test_plain_link_is_no_obstacle(make_sealer: MakeSealer) -> None:
    """A link to a page on the web is harmless and stays."""
    action = Dictionary(S=Name.URI, URI=String("https://example.kz"))
    frozen = _changed(lambda pdf: _annotate(pdf, Dictionary(Subtype=Name.Link, A=action)))
    made = make_sealer().seal(order(frozen=frozen))
    with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
        assert [str(a.Subtype) for a in pdf.pages[0].Annots] == ["/Link", "/Widget"]


def test_sealed_file_is_not_sealed_again(make_sealer: MakeSealer, sealed: bytes) -> None:
    """One file, one seal."""
    with pytest.raises(SealRefused, match="more than one revision"):
        make_sealer().seal(order(frozen=sealed))


def test_encrypted_file_is_refused(make_sealer: MakeSealer) -> None:
    """What only some can read is not vouched for."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(FROZEN)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="a", user=""))
    with pytest.raises(SealRefused, match="encryption"):
        make_sealer().seal(order(frozen=out.getvalue()))


def test_second_revision_is_refused(make_sealer: MakeSealer) -> None:
    """A file with a history of its own has something to hide."""
    writer = pypdf.PdfWriter(io.BytesIO(FROZEN), incremental=True)
    writer.add_metadata({"/Title": "Another"})
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(SealRefused, match="more than one revision"):
        make_sealer().seal(order(frozen=out.getvalue()))


@pytest.mark.parametrize("frozen", [FROZEN + b"junk\n", FROZEN + b"\n", FROZEN[:-1]])
def test_file_must_end_at_its_own_end(make_sealer: MakeSealer, frozen: bytes) -> None:
    """Bytes after the end, or no line end there, would blur where the first revision ends."""
    with pytest.raises(SealRefused):
        make_sealer().seal(order(frozen=frozen))


@pytest.mark.parametrize("frozen", [b"", b"not a PDF", b"%PDF-1.7\n", FROZEN[:9000]])
def test_broken_file_is_refused(make_sealer: MakeSealer, frozen: bytes) -> None:
    """What is not a sound PDF is refused, never a traceback."""
    with pytest.raises(SealRefused, match="not a sound PDF"):
        make_sealer().seal(order(frozen=frozen))


def _changed(change: Change) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(FROZEN)) as pdf:
        change(pdf)
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()
