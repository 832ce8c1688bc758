"""What can be done to a sealed file by somebody without the key."""

import io
import re

import pikepdf
import pypdf
from asn1crypto import cms
from pyhanko.pdf_utils import embed, generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from docgen.adapters.sealing.revision import FrozenPdfWriter

_PAID = b"BT /F1 30 Tf 100 400 Td (PAID) Tj ET"


def flip(pdf: bytes, at: int) -> bytes:
    """One bit of one byte changed."""
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


def replace_page_content(pdf: bytes) -> bytes:
    """A later revision puts other content on the first page."""
    writer = _writer(pdf)
    page = _first_page(writer)
    page[pdf_name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=_PAID))
    return _written(writer)


def annotate(pdf: bytes) -> bytes:
    """A later revision pins a note "Paid" on the first page."""
    writer = _writer(pdf)
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Contents"): generic.pdf_string("Paid"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (50, 50, 250, 90))),
        }
    )
    reference, _ = writer.find_page_for_modification(0)
    writer.register_annotation(reference, writer.add_object(note))
    return _written(writer)


def attach(pdf: bytes) -> bytes:
    """A later revision attaches one more file."""
    return _attached(pdf, "more.json", b"{}")


def attach_evidence_again(pdf: bytes) -> bytes:
    """A later revision attaches another file under the evidence's name."""
    return _attached(pdf, "evidence.json", b'{"format": "qoltanba-evidence/1"}')


def replace_evidence(pdf: bytes) -> bytes:
    """A later revision puts other content into the attached evidence."""
    writer = _writer(pdf)
    names = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
    files = names[1]["/EF"]
    files[pdf_name("/F")] = writer.add_object(generic.StreamObject(stream_data=b"{}"))
    writer.update_container(files)
    return _written(writer)


def replace_beside_evidence(pdf: bytes, content: bytes) -> bytes:
    """A later revision puts other strokes or another scan in place of those beside the evidence."""
    writer = _writer(pdf)
    files = writer.root["/Names"]["/EmbeddedFiles"]["/Names"][3]["/EF"]
    files[pdf_name("/F")] = writer.add_object(generic.StreamObject(stream_data=content))
    writer.update_container(files)
    return _written(writer)


def remove_attachments(pdf: bytes) -> bytes:
    """A later revision takes everything attached out of sight."""
    writer = _writer(pdf)
    for key in ("/Names", "/AF"):
        del writer.root[pdf_name(key)]
    writer.update_root()
    return _written(writer)


def attach_evidence_of_another(pdf: bytes, evidence: bytes) -> bytes:
    """A later revision puts another document's whole evidence in place of this one's."""
    writer = _writer(pdf)
    files = writer.root["/Names"]["/EmbeddedFiles"]["/Names"][1]["/EF"]
    files[pdf_name("/F")] = writer.add_object(generic.StreamObject(stream_data=evidence))
    writer.update_container(files)
    return _written(writer)


def replace_catalog(pdf: bytes) -> bytes:
    """A later revision shows other pages, but keeps the signature's field in sight."""
    writer = _writer(pdf)
    page = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Page"),
            pdf_name("/MediaBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842))),
            pdf_name("/Contents"): writer.add_object(generic.StreamObject(stream_data=_PAID)),
        }
    )
    pages = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Pages"),
            pdf_name("/Kids"): generic.ArrayObject([writer.add_object(page)]),
            pdf_name("/Count"): generic.NumberObject(1),
        }
    )
    writer.root[pdf_name("/Pages")] = page["/Parent"] = writer.add_object(pages)
    writer.update_root()
    return _written(writer)


def switch_catalog(pdf: bytes) -> bytes:
    """A later revision points the trailer at a second catalog without any signature."""
    size, previous = _size(pdf), _last_table(pdf)
    pages = re.findall(rb"/Pages (\d+ 0 R)", pdf)[-1]
    catalog = b"%d 0 obj\n<< /Type /Catalog /Pages %s >>\nendobj\n" % (size, pages)
    table = b"xref\n%d 1\n%010d 00000 n \n" % (size, len(pdf))
    trailer = b"trailer\n<< /Size %d /Root %d 0 R /Prev %d >>\n" % (size + 1, size, previous)
    end = b"startxref\n%d\n%%%%EOF\n" % (len(pdf) + len(catalog))
    return pdf + catalog + table + trailer + end


def change_title(pdf: bytes) -> bytes:
    """A later revision gives the document another title."""
    writer = pypdf.PdfWriter(io.BytesIO(pdf), incremental=True)
    writer.add_metadata({"/Title": "Paid in full"})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def change_xmp(pdf: bytes) -> bytes:
    """A later revision puts other XMP metadata in place."""
    writer = _writer(pdf)
    metadata = writer.root["/Metadata"]
    changed = metadata.data.replace(b"urn:qoltanba:", b"urn:somebody:")
    reference = writer.add_object(generic.StreamObject(stream_data=changed))
    writer.root[pdf_name("/Metadata")] = reference
    writer.update_root()
    return _written(writer)


def touch_metadata(pdf: bytes) -> bytes:
    """A later revision adds nothing but a new modification date."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.update_root()
    return _written(writer)


def append_orphan(pdf: bytes) -> bytes:
    """A later revision adds an object that nothing refers to: material for a later attack."""
    writer = _writer(pdf)
    writer.add_object(generic.StreamObject(stream_data=_PAID))
    return _written(writer)


def change_version(pdf: bytes) -> bytes:
    """A later revision says that the file is PDF 2.0."""
    writer = _writer(pdf)
    writer.root[pdf_name("/Version")] = pdf_name("/2.0")
    writer.update_root()
    return _written(writer)


def add_field(pdf: bytes) -> bytes:
    """A later revision adds an empty field for one more signature."""
    writer = _writer(pdf)
    append_signature_field(writer, SigFieldSpec(sig_field_name="Another"))
    return _written(writer)


def switch_info(pdf: bytes) -> bytes:
    """A later revision repeats an object and points the trailer at other metadata."""
    trailer = re.findall(rb"/Root (\d+ 0 R)", pdf)[-1]
    size, previous = _size(pdf), _last_table(pdf)
    repeated = pdf[pdf.index(b"\n3 0 obj") + 1 : pdf.index(b"endobj", pdf.index(b"\n3 0 obj"))]
    table = b"xref\n3 1\n%010d 00000 n \n" % len(pdf)
    rest = b"trailer\n<< /Size %d /Root %s /Info 3 0 R /Prev %d >>\n" % (size, trailer, previous)
    body = repeated + b"endobj\n"
    return pdf + body + table + rest + b"startxref\n%d\n%%%%EOF\n" % (len(pdf) + len(body))


def append_junk(pdf: bytes) -> bytes:
    """Bytes after the end."""
    return pdf + b"Paid in full\n"


def append_much_junk(pdf: bytes) -> bytes:
    """More bytes after the end than readers search for it."""
    return pdf + b"Paid in full\n" * 5000


def append_line_end(pdf: bytes) -> bytes:
    """One more line end after the end."""
    return pdf + b"\n"


def rewrite(pdf: bytes) -> bytes:
    """The whole file written anew, with nothing changed on purpose."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def strip(pdf: bytes) -> bytes:
    """The whole file written anew without its signature."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        del opened.Root.AcroForm
        del opened.Root.Perms
        for page in opened.pages:
            if "/Annots" in page:
                del page["/Annots"]
        opened.remove_unreferenced_resources()
        opened.save(out)
    return out.getvalue()


def strip_all(pdf: bytes) -> bytes:
    """The same, and without what was attached."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(strip(pdf))) as opened:
        del opened.Root.AF
        del opened.Root.Names
        opened.save(out)
    return out.getvalue()


def remove_last_page(pdf: bytes) -> bytes:
    """The whole file written anew without its last page."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        del opened.pages[-1]
        opened.save(out)
    return out.getvalue()


def remove_time_stamp(pdf: bytes) -> bytes:
    """The signature without its time-stamp token: nothing of what is signed changes."""
    start, end, container = _signature(pdf)
    signer = container["content"]["signer_infos"][0]
    signer["unsigned_attrs"] = cms.CMSAttributes([])
    return _with_signature(pdf, start, end, container.dump())


def transplant(pdf: bytes, donor: bytes) -> bytes:
    """The genuine signature of another file in the place of this one's."""
    start, end, _ = _signature(pdf)
    return _with_signature(pdf, start, end, _signature(donor)[2].dump())


def flip_in_evidence(pdf: bytes) -> bytes:
    """One bit of the attached evidence changed, in place."""
    declared = re.search(rb"/Type\s*/EmbeddedFile\b", pdf)
    assert declared
    return flip(pdf, pdf.index(b"stream", declared.end()) + 60)


def flip_in_signature(pdf: bytes) -> bytes:
    """One digit of the signature value itself changed."""
    start, _, container = _signature(pdf)
    value = container["content"]["signer_infos"][0]["signature"].native
    at = pdf.lower().index(value.hex().encode(), start) + 20
    return pdf[:at] + (b"0" if pdf[at : at + 1] != b"0" else b"1") + pdf[at + 1 :]


def _signature(pdf: bytes) -> tuple[int, int, cms.ContentInfo]:
    """Where the place of the one signature begins and ends, and what is in it."""
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    _, start, end, _ = signature.byte_range
    return int(start), int(end), cms.ContentInfo.load(signature.pkcs7_content)


def _with_signature(pdf: bytes, start: int, end: int, container: bytes) -> bytes:
    room = end - start - 2
    held = container.hex().encode().ljust(room, b"0")
    return pdf[:start] + b"<" + held[:room] + b">" + pdf[end:]


def _size(pdf: bytes) -> int:
    return int(re.findall(rb"/Size (\d+)", pdf)[-1])


def _last_table(pdf: bytes) -> int:
    return int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])


def _attached(pdf: bytes, name: str, content: bytes) -> bytes:
    writer = _writer(pdf)
    data = embed.EmbeddedFileObject.from_file_data(writer, data=content)
    embed.embed_file(writer, embed.FileSpec(file_spec_string=name, embedded_data=data))
    return _written(writer)


def _writer(pdf: bytes) -> IncrementalPdfFileWriter:
    return FrozenPdfWriter(io.BytesIO(pdf))


def _first_page(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    reference, _ = writer.find_page_for_modification(0)
    writer.mark_update(reference)
    page: generic.DictionaryObject = reference.get_object()
    return page


def _written(writer: IncrementalPdfFileWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
