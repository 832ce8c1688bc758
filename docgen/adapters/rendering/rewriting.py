"""Any PDF becomes one plain revision of PDF/A-3b that a seal can be added to: by qpdf.

PDF/A-3 is ISO 19005-3. The exporter does most of it; here the rest is put right, and what must
not be sealed is refused. /Info and XMP must agree, so both are written anew.
"""

import re
import struct
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pikepdf
from pikepdf import Name

from docgen.adapters.rendering.expected import (
    AUTOMATIC,
    FORBIDDEN_ACTIONS,
    Expected,
    Normalised,
    destination_of,
)
from docgen.domain.errors import RenderFailed

_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
_ICC_DATE = slice(24, 36)
_PDF_A = Name("/GTS_PDFA1")
_STREAM = re.compile(rb"\nstream\n.*?\nendstream", re.DOTALL)
_ACTIVE = re.compile(
    b"|".join(re.escape(name.encode()) for name in sorted(FORBIDDEN_ACTIONS | AUTOMATIC))
)
_FONT_FILES = (Name.FontFile, Name.FontFile2, Name.FontFile3)


def rewrite(raw: bytes, expected: Expected) -> Normalised:
    """Write any PDF anew; raises RenderFailed for one that is not fit to be frozen."""
    try:
        # qpdf reads and writes files thrice as fast as streams of Python
        with TemporaryDirectory(dir=_MEMORY) as folder:
            made, pages = _rewritten(raw, expected, Path(folder))
    except pikepdf.PdfError as error:
        raise RenderFailed("the exported PDF is not readable") from error
    return Normalised(pdf=made, pages=pages)


def _rewritten(raw: bytes, expected: Expected, folder: Path) -> tuple[bytes, int]:
    source, target = folder / "source.pdf", folder / "target.pdf"
    source.write_bytes(raw)
    with pikepdf.open(source) as pdf:
        _refuse_unfit(pdf)
        _check_fonts(pdf, expected.fonts)
        _clean(pdf)
        _restore_destinations(pdf, expected.bookmarks)
        _describe(pdf, expected)
        _date_profile(pdf, expected.made)
        pdf.save(
            target,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            compress_streams=True,
            linearize=False,
            deterministic_id=True,
        )
        made = target.read_bytes()
        _refuse_active_objects(pdf, made)
        return made, len(pdf.pages)


def _refuse_unfit(pdf: pikepdf.Pdf) -> None:
    intents = [intent.get("/S") for intent in pdf.Root.get("/OutputIntents", [])]
    reasons = {
        "is encrypted": pdf.is_encrypted,
        "has more than one revision": "/Prev" in pdf.trailer,
        "has no pages": not pdf.pages,
        "does not say its language": "/Lang" not in pdf.Root,
        "is not tagged": not pdf.Root.get("/MarkInfo", pikepdf.Dictionary()).get("/Marked"),
        "has no output intent of PDF/A": _PDF_A not in intents,
        "has a form": "/AcroForm" in pdf.Root,
        "has JavaScript": "/JavaScript" in pdf.Root.get("/Names", {}),
    }
    for reason, true in reasons.items():
        if true:
            raise RenderFailed(f"the PDF {reason}")


def _refuse_active_objects(pdf: pikepdf.Pdf, made: bytes) -> None:
    """Every object is looked at, if the file, which is written in clear, has a word of concern."""
    if not _ACTIVE.search(_STREAM.sub(b"", made)):
        return
    for found in pdf.objects:
        _refuse_active(found)


def _refuse_active(found: Any) -> None:
    if not isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
        return
    if any(key in found for key in AUTOMATIC):
        raise RenderFailed("the PDF has automatic actions or scripts")
    for action in (found, found.get("/A")):
        if isinstance(action, pikepdf.Dictionary) and str(action.get("/S")) in FORBIDDEN_ACTIONS:
            raise RenderFailed(f"the PDF has an action of the kind {action.get('/S')}")


def _clean(pdf: pikepdf.Pdf) -> None:
    # a key of LibreOffice's own, unknown to ISO 32000
    if "/DocChecksum" in pdf.trailer:
        del pdf.trailer["/DocChecksum"]
    # its first half is made of the clock, and would be kept
    if "/ID" in pdf.trailer:
        del pdf.trailer["/ID"]
    if "/OpenAction" in pdf.Root:
        del pdf.Root["/OpenAction"]


def _restore_destinations(pdf: pikepdf.Pdf, bookmarks: frozenset[str]) -> None:
    """Give destinations their bookmarks' names: LibreOffice writes `mark_sms` as `mark5Fsms`."""
    spelled = {destination_of(name): name for name in bookmarks}
    found = pdf.Root.get("/Dests", pikepdf.Dictionary())
    missing = sorted(name for key, name in spelled.items() if f"/{key}" not in found)
    if missing:
        raise RenderFailed(f"the bookmark {missing[0]} is not in the PDF")
    if spelled:
        pdf.Root["/Dests"] = pikepdf.Dictionary(
            {f"/{name}": found[f"/{key}"] for key, name in spelled.items()}
        )


def _describe(pdf: pikepdf.Pdf, expected: Expected) -> None:
    # only looked at: used as a context it would write itself down as the producer
    metadata = pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False)
    found = metadata.get("pdfaid:part"), metadata.get("pdfaid:conformance")
    if found != ("3", "B"):
        raise RenderFailed("the PDF does not say that it is PDF/A-3b")
    said = {name: str(pdf.docinfo.get(f"/{name}", "")) for name in ("Producer", "Creator")}
    pdf.docinfo["/Title"] = pikepdf.String(expected.title)
    pdf.docinfo["/CreationDate"] = pikepdf.String(f"D:{expected.made:%Y%m%d%H%M%S}Z")
    packet = expected.packet(producer=said["Producer"], creator=said["Creator"])
    pdf.Root["/Metadata"] = pikepdf.Stream(
        pdf, packet, pikepdf.Dictionary(Type=Name.Metadata, Subtype=Name.XML)
    )


def _date_profile(pdf: pikepdf.Pdf, made: datetime) -> None:
    """The exporter writes its clock into the colour profile too (ICC.1:2010, 7.2.1)."""
    for intent in pdf.Root.get("/OutputIntents", []):
        profile = intent.get("/DestOutputProfile")
        if isinstance(profile, pikepdf.Stream):
            content = bytearray(profile.read_bytes())
            content[_ICC_DATE] = struct.pack(">6H", *made.timetuple()[:6])
            profile.write(bytes(content))


def _check_fonts(pdf: pikepdf.Pdf, allowed: tuple[str, ...]) -> None:
    """A glyph the template's font lacks would come silently from a font of another family."""
    for name, descriptor in _fonts(pdf):
        if not any(key in descriptor for key in _FONT_FILES):
            raise RenderFailed(f"the font {name} is not embedded")
        if not name.startswith(allowed):
            raise RenderFailed(f"the font {name} is not one of {', '.join(allowed)}")


def _fonts(pdf: pikepdf.Pdf) -> Iterator[tuple[str, Any]]:
    for found in pdf.objects:
        if not isinstance(found, pikepdf.Dictionary) or found.get("/Type") != Name.Font:
            continue
        name = str(found.get("/BaseFont", "/?")).removeprefix("/").rpartition("+")[2]
        if found.get("/Subtype") != Name.Type0:
            yield name, found.get("/FontDescriptor", {})
