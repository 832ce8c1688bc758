"""Where the revisions of an incrementally written PDF end, and which prefix was signed."""

import io
import re
from typing import Final

from pyhanko.pdf_utils.decode_limits import DecodeLimits
from pyhanko.pdf_utils.reader import PdfFileReader

END: Final = re.compile(rb"startxref(?:\r\n|\n|\r)([1-9]\d{0,9})(?:\r\n|\n|\r)%%EOF(?:\r\n|\n)?")
"""The end of a revision, in the one spelling that no reader has to guess at."""
_BYTE_RANGE: Final = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})\s*\]")
_MOST_SIGNATURES: Final = 32


def open_strictly(pdf: bytes) -> PdfFileReader:
    """A reader that forgives nothing and bounds what streams may unpack to."""
    return PdfFileReader(io.BytesIO(pdf), strict=True, decode_limits=DecodeLimits())


def revision_ends(reader: PdfFileReader, pdf: bytes) -> list[int]:
    """Offset just past each revision's end-of-file mark and line end, oldest first.

    Each is found from the revision's own cross-reference section on, so marks inside streams are
    no ends. Raises ValueError where a section is not followed by its own mark.
    """
    ends = []
    for revision in range(reader.xrefs.total_revisions):
        section = reader.xrefs.get_xref_container_info(revision)
        mark = END.search(pdf, section.end_location)
        if mark is None or int(mark[1]) != reader.xrefs.get_startxref_for_revision(revision):
            raise ValueError("a revision does not end with its own mark")
        ends.append(mark.end())
    return ends


def claimed_ends(pdf: bytes) -> list[int]:
    """Where the byte ranges in the file say that signed revisions end, nearest first.

    Read from the raw bytes: a later revision can hide signatures, but not take them away. What is
    found is only claimed, until a reader over exactly that prefix finds the signature there.
    """
    ranges = (tuple(map(int, found.groups())) for found in _BYTE_RANGE.finditer(pdf))
    ends = {start + length for _, start, length in ranges}
    return sorted(end for end in ends if end <= len(pdf))[:_MOST_SIGNATURES]
