"""The Binder port by pikepdf: pages of many files become one volume that a seal may cover.

It is a reading copy. Every page stands on A4 with its number in the volume; what a seal may not
cover as it is (other filters, layers, Type 3 fonts) becomes a picture of itself.
"""

import io
from collections.abc import Iterator, Sequence
from typing import Any

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name

from docgen.domain.errors import UnreadableDocument
from docgen.ports_of_packs import Part, Volume

_WIDTH, _HEIGHT = 595.276, 841.89
_NEAR = 2.0
"""Points by which a page may differ from A4 and still be taken as it is."""
_DPI = 150
_NUMBER_SIZE, _NUMBER_RIGHT, _NUMBER_BOTTOM = 8, 42.5, 9.0
_FILTERS = {"/FlateDecode", "/DCTDecode"}
_FONTS = {"/TrueType", "/Type0", "/Type1"}
_FORM_KEYS = {
    "/Length", "/Filter", "/DecodeParms", "/Type", "/Subtype", "/FormType", "/BBox", "/Matrix",
    "/Resources", "/Group",
}  # fmt: skip
_IMAGE_KEYS = {
    "/Length", "/Filter", "/DecodeParms", "/Type", "/Subtype", "/Width", "/Height", "/ColorSpace",
    "/BitsPerComponent", "/Decode", "/Interpolate", "/Intent", "/SMask", "/Mask", "/ImageMask",
    "/Name", "/Matte",
}  # fmt: skip
_RESOURCE_KEYS = {
    "/Font", "/XObject", "/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/ProcSet",
}  # fmt: skip
_DEEPEST = 6
_SEALS = {"/seal", "/seal_2", "/seal5F2"}
"""Bookmarks of the seal in both halves, the second in either spelling that LibreOffice has."""
_NOT_A_PDF = (pikepdf.PdfError, pikepdf.PasswordError, ValueError, RecursionError)


class PikepdfBinder:
    """Makes one PDF of many; the same parts give the same bytes."""

    def pages(self, pdf: bytes) -> int:
        """How many pages it would add; raises UnreadableDocument for what cannot be bound."""
        with _opened(pdf) as opened:
            count = len(opened.pages)
        if not count:
            raise UnreadableDocument("a PDF without pages")
        return count

    def bind(
        self, parts: Sequence[Part], *, number: str, title: str, before: int = 0, of: int = 0
    ) -> Volume:
        """The volume, outlined, its pages numbered on; the seal's place is the first part's."""
        volume = pikepdf.new()
        starts: list[int] = []
        total, added = sum(part.pages for part in parts), 0
        for part in parts:
            starts.append(added)
            for form in _forms(part.pdf, volume):
                added += 1
                _add_page(volume, form, f"{number}   {before + added} / {of or total}")
        if added != total:
            raise UnreadableDocument("a part of other pages than were told")
        with volume.open_outline() as outline:
            for part, start in zip(parts, starts, strict=True):
                outline.root.append(pikepdf.OutlineItem(part.title, start))
        _place_seal(volume, parts[0].pdf)
        volume.Root.PageMode = Name.UseOutlines
        _describe(volume, number=number, title=title)
        written = io.BytesIO()
        volume.save(written, deterministic_id=True, object_stream_mode=_PLAIN)
        return Volume(pdf=written.getvalue(), pages=total)


_PLAIN = pikepdf.ObjectStreamMode.disable


def _opened(pdf: bytes) -> pikepdf.Pdf:
    try:
        return pikepdf.open(io.BytesIO(pdf))
    except _NOT_A_PDF as error:
        raise UnreadableDocument("not a PDF that can be bound") from error


def _forms(pdf: bytes, volume: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Each page as one drawing, signatures and other fields drawn into it."""
    with _opened(pdf) as source:
        source.flatten_annotations("print")
        for index, page in enumerate(source.pages):
            if _is_plain(page.obj.get("/Resources", Dictionary()), depth=0):
                yield _bare(volume.copy_foreign(page.as_form_xobject()))
            else:
                yield _picture(volume, pdf, index)


def _is_plain(resources: Any, *, depth: int) -> bool:
    """Whether a seal may cover what is drawn with these."""
    if depth > _DEEPEST or not set(resources.keys()) <= _RESOURCE_KEYS | {"/Properties"}:
        return False
    for each in _values(resources, "/Properties"):
        if str(each.get("/Type", "")) in {"/OCG", "/OCMD"}:
            return False
    if any(str(font.get("/Subtype")) not in _FONTS for font in _values(resources, "/Font")):
        return False
    return all(_is_plain_drawing(each, depth) for each in _values(resources, "/XObject")) and all(
        _is_plain(each.get("/Resources", Dictionary()), depth=depth + 1)
        for each in _values(resources, "/Pattern")
    )


def _is_plain_drawing(drawing: Any, depth: int) -> bool:
    keys = _IMAGE_KEYS if str(drawing.get("/Subtype")) == "/Image" else _FORM_KEYS
    mask = drawing.get("/SMask")
    return (
        set(drawing.keys()) <= keys | {"/StructParent", "/StructParents"}
        and _filters(drawing) <= _FILTERS
        and (mask is None or _filters(mask) <= _FILTERS)
        and _is_plain(drawing.get("/Resources", Dictionary()), depth=depth + 1)
    )


def _values(resources: Any, key: str) -> list[Any]:
    found = resources.get(key)
    return [] if found is None else [found[name] for name in found.keys()]  # noqa: SIM118


def _filters(stream: Any) -> set[str]:
    given = stream.get("/Filter")
    if given is None:
        return set()
    return {str(each) for each in given} if isinstance(given, Array) else {str(given)}


def _bare(form: pikepdf.Object) -> pikepdf.Object:
    """Without what only the tree of tags would need."""
    for key in set(form.keys()) - _FORM_KEYS:
        del form[key]
    return form


def _picture(volume: pikepdf.Pdf, pdf: bytes, index: int) -> pikepdf.Object:
    document = pypdfium2.PdfDocument(pdf)
    try:
        drawn = document[index].render(scale=_DPI / 72, may_draw_forms=True)
        image = drawn.to_pil().convert("RGB")
    finally:
        document.close()
    packed = io.BytesIO()
    image.save(packed, "JPEG", quality=80)
    width, height = image.width * 72 / _DPI, image.height * 72 / _DPI
    stream = volume.make_stream(
        packed.getvalue(), Type=Name.XObject, Subtype=Name.Image, Width=image.width,
        Height=image.height, ColorSpace=Name.DeviceRGB, BitsPerComponent=8, Filter=Name.DCTDecode,
    )  # fmt: skip
    return volume.make_stream(
        b"%.2f 0 0 %.2f 0 0 cm /P Do" % (width, height),
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, round(width, 2), round(height, 2)]),
        Resources=Dictionary(XObject=Dictionary(P=stream)),
    )


def _add_page(volume: pikepdf.Pdf, form: pikepdf.Object, number: str) -> None:
    left, bottom, right, top = _box(form)
    width, height = right - left, top - bottom
    scale = min(_WIDTH / width, _HEIGHT / height)
    if abs(width - _WIDTH) < _NEAR and abs(height - _HEIGHT) < _NEAR:
        scale = 1.0
    x, y = (_WIDTH - width * scale) / 2 - left * scale, (_HEIGHT - height * scale) / 2
    y -= bottom * scale
    drawn = b"q %.5f 0 0 %.5f %.3f %.3f cm /D Do Q\n" % (scale, scale, x, y)
    wide = len(number) * _NUMBER_SIZE * 0.5
    drawn += b"BT /N %d Tf %.2f %.2f Td (%s) Tj ET" % (
        _NUMBER_SIZE, _WIDTH - _NUMBER_RIGHT - wide, _NUMBER_BOTTOM, number.encode("ascii"),
    )  # fmt: skip
    helvetica = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    volume.add_blank_page(page_size=(_WIDTH, _HEIGHT))
    page = volume.pages[-1]
    page.obj.Resources = Dictionary(
        XObject=Dictionary(D=volume.make_indirect(form)), Font=Dictionary(N=helvetica)
    )
    page.obj.Contents = volume.make_stream(drawn)


def _box(form: pikepdf.Object) -> tuple[float, float, float, float]:
    """What the drawing covers, after its own matrix turns it."""
    x0, y0, x1, y1 = (float(each) for each in form["/BBox"])
    a, b, c, d, e, f = (float(each) for each in form.get("/Matrix", Array([1, 0, 0, 1, 0, 0])))
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (x0, x1) for y in (y0, y1)]
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _place_seal(volume: pikepdf.Pdf, first: bytes) -> None:
    """The first part's named places, which its template keeps free, are the volume's."""
    with _opened(first) as source:
        pages = {page.objgen: index for index, page in enumerate(source.pages)}
        dests: Any = source.Root.get("/Dests", Dictionary())
        if "/seal" not in dests:
            raise UnreadableDocument("the first part has no place for the seal")
        found = {}
        for name in _SEALS & set(dests.keys()):
            page, left, top = pages[dests[name][0].objgen], dests[name][2], dests[name][3]
            found[name] = Array([volume.pages[page].obj, Name.XYZ, float(left), float(top), 0])
    volume.Root.Dests = Dictionary(found)


def _describe(volume: pikepdf.Pdf, *, number: str, title: str) -> None:
    with volume.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["dc:title"] = title
        metadata["dc:identifier"] = f"urn:qoltanba:pack:{number}"
        metadata["dc:format"] = "application/pdf"
