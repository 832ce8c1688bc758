"""What the one revision adds to a frozen file, all but the signature itself."""

from collections import defaultdict
from datetime import datetime

from pyhanko.pdf_utils import embed, generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from docgen.adapters.sealing.appearance import SEAL_HEIGHT, SEAL_WIDTH, SealPicture, cross
from docgen.adapters.sealing.objects import dictionary, elements, entry
from docgen.adapters.sealing.places import (
    MARKS,
    SEAL,
    SECOND_SEAL,
    Place,
    optional,
    page_references,
    places,
    required,
)
from docgen.adapters.sealing.revisions import open_strictly
from docgen.domain.errors import SealRefused
from docgen.domain.evidence import FILE_NAME, STROKES_FILE
from docgen.domain.handwriting import Strokes
from docgen.domain.sealing import Attachment, SealOrder

FIELD_NAME = "Seal"
_OWN_KEYS = ("/Contents", "/Group")
_INHERITED_KEYS = ("/MediaBox", "/CropBox", "/Rotate", "/Resources")
_DEEPEST = 32


class FrozenPdfWriter(IncrementalPdfFileWriter):
    """Adds a revision to a PDF/A-3 file and leaves alone what a revision needs not touch."""

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """Never ask for PDF 2.0, which PDF/A-3 is not (ISO 19005-3, 6.1.2)."""
        super().ensure_output_version(min(version, (1, 7)))  # type: ignore[no-untyped-call]

    def _update_meta(self) -> None:
        """Keep title, dates and XMP as frozen: a changed /Info is a sign of tampering here."""


def compose(
    reader: PdfFileReader, order: SealOrder, *, picture: SealPicture, now: datetime
) -> FrozenPdfWriter:
    """A writer over the frozen file with everything added that the signature will cover.

    Protocol pages at the end, evidence and attachments as associated files, crosses in the boxes
    of the chosen way, the seal's picture in the second half, and an empty signature field showing
    the same picture. Raises SealRefused where the file has no place for the seal.
    """
    writer = FrozenPdfWriter(reader.stream, prev=reader)
    found = places(reader)
    place = required(found, SEAL)
    form = picture.embed(writer, order.caption, ink=_ink(order))
    drawings: dict[int, list[bytes]] = defaultdict(list)
    for mark in optional(found, *MARKS[order.way]):
        drawings[mark.page].append(cross(mark.left, mark.top))
    for copy in optional(found, SECOND_SEAL):
        name = _page_resource(writer, copy.page, form)
        left, bottom = copy.left, copy.top - SEAL_HEIGHT
        drawings[copy.page].append(b"q 1 0 0 1 %.3f %.3f cm %s Do Q" % (left, bottom, name))
    for page, commands in drawings.items():
        _draw(writer, page, commands)
    _add_pages(writer, order.protocol)
    for attachment in (_evidence(order.evidence), *order.attachments):
        _attach(writer, attachment, now)
    _add_field(writer, place, form)
    return writer


def _page(writer: FrozenPdfWriter, index: int) -> generic.DictionaryObject:
    reference = page_references(writer)[index]
    writer.mark_update(reference)
    page = reference.get_object()
    assert isinstance(page, generic.DictionaryObject)  # noqa: S101  # page_references checked it
    return page


def _draw(writer: FrozenPdfWriter, index: int, commands: list[bytes]) -> None:
    """Draw over a page; its own content is wrapped so that no graphics state leaks out of it."""
    page = _page(writer, index)
    own = elements(page, "/Contents")
    if isinstance(entry(page, "/Contents"), generic.StreamObject):
        own = [page.raw_get("/Contents")]
    drawn = b"\n".join((b"Q", b"/Artifact BMC", *commands, b"EMC"))
    before = writer.add_object(generic.StreamObject(stream_data=b"q"))
    after = writer.add_object(generic.StreamObject(stream_data=drawn))
    page[pdf_name("/Contents")] = generic.ArrayObject([before, *own, after])


def _page_resource(writer: FrozenPdfWriter, index: int, form: generic.IndirectObject) -> bytes:
    """Make the form known to one page alone, under a name that is free there, and return it."""
    page = _page(writer, index)
    shared = _inherited(page, "/Resources")
    resources = generic.DictionaryObject({} if shared is None else shared.get_object())
    forms = generic.DictionaryObject(dictionary(resources, "/XObject"))
    name = "/QoltanbaSeal"
    while name in forms:
        name += "X"
    forms[pdf_name(name)] = form
    resources[pdf_name("/XObject")] = forms
    page[pdf_name("/Resources")] = resources
    return name.encode("ascii")


def _inherited(page: generic.DictionaryObject, key: str) -> generic.PdfObject | None:
    node: generic.PdfObject | None = page
    for _ in range(_DEEPEST):
        if isinstance(node, generic.DictionaryObject) and key in node:
            found: generic.PdfObject = node.raw_get(key)
            return found
        node = entry(node, "/Parent")
    return None


def _add_pages(writer: IncrementalPdfFileWriter, protocol: bytes) -> None:
    """Append the protocol's pages without their annotations, actions and structure."""
    try:
        reader = open_strictly(protocol)
        pages = [_bare(reference.get_object()) for reference in page_references(reader)]
        bare = generic.ArrayObject(pages)
        bare.container_ref = reader.root_ref
        imported = writer.import_object(bare)
    except Exception as error:
        raise SealRefused("the protocol is not a sound PDF") from error
    if not isinstance(imported, generic.ArrayObject) or not pages:
        raise SealRefused("the protocol has no pages")
    for page in imported:
        writer.insert_page(page)


def _bare(page: generic.PdfObject) -> generic.DictionaryObject:
    """The page with what it inherits, and nothing but its content."""
    bare = generic.DictionaryObject({pdf_name("/Type"): pdf_name("/Page")})
    if isinstance(page, generic.DictionaryObject):
        own = {key: page.raw_get(key) for key in _OWN_KEYS if key in page}
        inherited = {key: _inherited(page, key) for key in _INHERITED_KEYS}
        found = {key: value for key, value in (own | inherited).items() if value is not None}
        bare.update({pdf_name(key): value for key, value in found.items()})
    return bare


def _evidence(content: bytes) -> Attachment:
    return Attachment(
        name=FILE_NAME,
        media_type="application/json",
        content=content,
        description="Evidence of the confirmation",
    )


def _ink(order: SealOrder) -> Strokes | None:
    """The hand's strokes, if that is how it was signed; raises SealRefused for other bytes."""
    for attachment in order.attachments:
        if attachment.name == STROKES_FILE:
            try:
                return Strokes.read(attachment.content)
            except ValueError as error:
                raise SealRefused("the strokes are none") from error
    return None


def _attach(writer: FrozenPdfWriter, attachment: Attachment, now: datetime) -> None:
    """Attach a file as data belonging to the document (ISO 19005-3, annex E)."""
    content = embed.EmbeddedFileObject.from_file_data(
        writer,
        data=attachment.content,
        mime_type=attachment.media_type,
        params=embed.EmbeddedFileParams(creation_date=now, modification_date=now),
    )
    embed.embed_file(
        writer,
        embed.FileSpec(
            file_spec_string=attachment.name,
            file_name=attachment.name,
            embedded_data=content,
            description=attachment.description,
            af_relationship=pdf_name("/Data"),
        ),
    )


def _add_field(writer: FrozenPdfWriter, place: Place, form: generic.IndirectObject) -> None:
    box = (place.left, place.top - SEAL_HEIGHT, place.left + SEAL_WIDTH, place.top)
    append_signature_field(
        writer,
        SigFieldSpec(
            sig_field_name=FIELD_NAME,
            on_page=place.page,
            box=box,  # type: ignore[arg-type]  # pyHanko's hint says int, PDF says number
            readable_field_name="Seal of the operator",
        ),
    )
    field = writer.root["/AcroForm"]["/Fields"][0]
    field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): form})
    writer.update_container(field)
