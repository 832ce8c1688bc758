"""The PDF that LibreOffice is known to write becomes PDF/A-3b by a few replaced objects.

It is the shape that is known, to the last line end: a table of all objects, a trailer, a catalog
with nothing in it that would act. What is not exactly so is not touched (NotAsKnown), and goes
the way of `rewriting`, which knows every PDF and takes six times as long. The same is done there:
no checksum of the exporter's own, no action at opening, Word's names for destinations, one
time everywhere, /Info and XMP that agree, an /ID made of the content.
"""

import hashlib
import re
import struct
import zlib
from collections.abc import Iterator

from docgen.adapters.rendering.expected import (
    AUTOMATIC,
    FORBIDDEN_ACTIONS,
    Expected,
    Normalised,
    destination_of,
)

_HEADER = b"%PDF-1.6\n%\xc3\xa4\xc3\xbc\xc3\xb6\xc3\x9f\n"
_END = re.compile(
    rb"trailer\n<</Size (\d+)/Root (\d+) 0 R\n/Info (\d+) 0 R\n"
    rb"/ID \[ <[0-9A-F]{32}>\n<[0-9A-F]{32}> \]\n/DocChecksum /[0-9A-F]{32}\n>>\n"
    rb"startxref\n(\d+)\n%%EOF\n"
)
_FREE = b"0000000000 65535 f \n"
_ENTRY = 20
"""Bytes of a line of the table (ISO 32000-1, 7.5.4)."""
_ENTRIES = re.compile(rb"(?:\d{10} 00000 n \n)*")
_OBJECT_ENDS = b"\nendobj\n\n"
_STREAM_BEGINS, _STREAM_ENDS = b">>\nstream\n", b"\nendstream"
_LENGTH = re.compile(rb"/Length (\d+)( 0 R)?")
_CATALOG = re.compile(
    rb"(<</Type/Catalog/Pages (\d+) 0 R\n(?:/Dests (\d+) 0 R\n)?)"
    rb"(?:/OpenAction\[\d+ 0 R /XYZ null null 0\]\n)?"
    rb"(/ViewerPreferences<</DisplayDocTitle true\n>>\n(?:/Outlines \d+ 0 R\n)?"
    rb"/StructTreeRoot \d+ 0 R\n/Lang\([A-Za-z-]+\)\n/MarkInfo<</Marked true>>\n"
    rb"/OutputIntents\[(\d+) 0 R\]/Metadata (\d+) 0 R>>)"
)
_INTENT = re.compile(
    rb"<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier\(sRGB IEC61966-2\.1\)"
    rb"/DestOutputProfile (\d+) 0 R>>"
)
_PROFILE = re.compile(rb"<</N 3/Length \d+ 0 R/Filter/FlateDecode")
_ICC_DATE = slice(24, 36)
"""The exporter writes its clock into the colour profile too (ICC.1:2010, 7.2.1)."""
_PAGES = re.compile(rb"<</Type/Pages\n[^<>()]*/Count (\d+)>>")
_INFO = re.compile(
    rb"<</Title<FEFF[0-9A-F]*>\n/Creator(<FEFF[0-9A-F]*>)\n/Producer(<FEFF[0-9A-F]*>)\n"
    rb"/CreationDate\(D:\d{14}[^()]*\)>>"
)
_METADATA = re.compile(rb"(<</Type/Metadata/Subtype/XML)/Length \d+")
_PDF_A_3B = b"<pdfaid:part>3</pdfaid:part>", b"<pdfaid:conformance>B</pdfaid:conformance>"
_DESTINATION = re.compile(rb"/([A-Za-z0-9-]+)(\[\d+ 0 R/XYZ [0-9. ]+\])\n")
_DESTINATIONS = re.compile(rb"<<((?:/[A-Za-z0-9-]+\[\d+ 0 R/XYZ [0-9. ]+\]\n)*)>>")
_NAME = re.compile("[A-Za-z0-9_-]+")
_FONT = re.compile(
    rb"<</Type/Font/Subtype/TrueType/BaseFont/[A-Z]{6}\+([A-Za-z0-9-]+)\n[^<>()]*"
    rb"/FontDescriptor (\d+) 0 R\n/ToUnicode \d+ 0 R\n>>"
)
_DESCRIPTOR = re.compile(rb"<</Type/FontDescriptor[^<>()]*/FontFile2 \d+ 0 R\n>>")
_SPELLED = re.compile(rb"#(?:3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa])")
"""A letter or a figure that is written by its number: a name might hide behind it."""
_STRUCTURE = b"stream", b"obj", b"xref", b"trailer"
_OF_CONCERN = tuple(sorted(name.encode() for name in FORBIDDEN_ACTIONS | AUTOMATIC))
_CONCERN = re.compile(b"(?:%b)(?![A-Za-z0-9])" % b"|".join(_OF_CONCERN))
_TRAILER = (
    b"trailer\n<</Size %d/Root %d 0 R\n/Info %d 0 R\n/ID[<%b><%b>]>>\nstartxref\n%d\n%%%%EOF\n"
)


class NotAsKnown(Exception):
    """Something in the PDF is not as this LibreOffice writes it for our papers."""


def patch(raw: bytes, expected: Expected) -> Normalised:
    """Replace what is to be replaced; raises NotAsKnown."""
    try:
        return _patched(_Plain(raw), expected)
    except (ValueError, zlib.error) as error:
        raise NotAsKnown("something that cannot be read") from error


def _patched(plain: "_Plain", expected: Expected) -> Normalised:
    _require_harmless(plain.clear)
    _require_fonts(plain, expected.fonts)
    begin, pages, dests, rest, intent, metadata = _found(_CATALOG, plain.body(plain.root)).groups()
    plain.replace(plain.root, begin + rest)
    _describe(plain, int(metadata), expected)
    _date_profile(plain, int(_found(_INTENT, plain.body(int(intent)))[1]), expected)
    if expected.bookmarks:
        _restore_destinations(plain, int(dests or 0), expected.bookmarks)
    count = int(_found(_PAGES, plain.body(int(pages)))[1])
    return Normalised(pdf=plain.written(), pages=count)


class _Plain:
    """The objects of a file that has one table, in their order."""

    def __init__(self, raw: bytes) -> None:
        ending = raw.rfind(b"trailer\n")
        size, self.root, self.info, table = map(int, _found(_END, raw[ending:]).groups())
        head = b"xref\n0 %d\n%b" % (size, _FREE)
        entries = raw[table + len(head) : ending]
        if not raw.startswith(_HEADER) or not raw.startswith(head, table):
            raise NotAsKnown("the beginning or the table")
        if len(entries) != (size - 1) * _ENTRY or not _ENTRIES.fullmatch(entries):
            raise NotAsKnown("the table")
        self._objects = dict(_divided(raw, entries, table))
        self.clear = b"".join(map(self._without_stream, self._objects))

    def body(self, number: int) -> bytes:
        """What an object is, without its number; raises NotAsKnown where there is none."""
        try:
            return self._objects[number][len(_head(number)) : -len(_OBJECT_ENDS)]
        except KeyError as error:
            raise NotAsKnown("an object that is not there") from error

    def stream(self, number: int) -> tuple[bytes, bytes]:
        """Dictionary, without its end, and content; raises NotAsKnown for what is no stream."""
        dictionary, begins, content = self.body(number).partition(_STREAM_BEGINS)
        length = _LENGTH.search(dictionary)
        if not begins or length is None:
            raise NotAsKnown("a stream")
        told = self.body(int(length[1])) if length[2] else length[1]
        if told != b"%d" % (len(content) - len(_STREAM_ENDS)):
            raise NotAsKnown("the length of a stream")
        return dictionary, content[: -len(_STREAM_ENDS)]

    def replace(self, number: int, body: bytes) -> None:
        """Another object under the same number."""
        self._objects[number] = _head(number) + body + _OBJECT_ENDS

    def replace_stream(self, number: int, dictionary: bytes, content: bytes) -> None:
        """The same for a stream; the dictionary is without its end and its length."""
        begin = b"%b/Length %d%b" % (dictionary, len(content), _STREAM_BEGINS)
        self.replace(number, begin + content + _STREAM_ENDS)

    def written(self) -> bytes:
        """The file, with an /ID that is made of its content."""
        content = b"".join((_HEADER, *self._objects.values()))
        places, place = {}, len(_HEADER)
        for number, whole in self._objects.items():
            places[number] = place
            place += len(whole)
        lines = (b"%010d 00000 n \n" % places[number] for number in range(1, len(places) + 1))
        identity = hashlib.sha256(content).hexdigest()[:32].encode()
        trailer = _TRAILER % (len(places) + 1, self.root, self.info, identity, identity, place)
        return b"".join((content, b"xref\n0 %d\n" % (len(places) + 1), _FREE, *lines, trailer))

    def _without_stream(self, number: int) -> bytes:
        whole = self._objects[number]
        if not whole.endswith(_STREAM_ENDS + _OBJECT_ENDS):
            return whole[len(_head(number)) : -len(_OBJECT_ENDS)]
        return self.stream(number)[0]


def _divided(raw: bytes, entries: bytes, table: int) -> Iterator[tuple[int, bytes]]:
    places = sorted(
        (int(entries[at : at + 10]), at // _ENTRY + 1) for at in range(0, len(entries), _ENTRY)
    )
    if not places or places[0][0] != len(_HEADER):
        raise NotAsKnown("something before the first object")
    ends = [*(place for place, _ in places[1:]), table]
    for (begin, number), end in zip(places, ends, strict=True):
        whole = raw[begin:end]
        if not whole.startswith(_head(number)) or not whole.endswith(_OBJECT_ENDS):
            raise NotAsKnown(f"object {number}")
        yield number, whole


def _head(number: int) -> bytes:
    return b"%d 0 obj\n" % number


def _found(pattern: re.Pattern[bytes], text: bytes) -> re.Match[bytes]:
    found = pattern.fullmatch(text)
    if found is None:
        raise NotAsKnown("other words")
    return found


def _require_harmless(clear: bytes) -> None:
    if any(word in clear for word in _STRUCTURE) or _SPELLED.search(clear):
        raise NotAsKnown("something within something")
    if any(name in clear for name in _OF_CONCERN) and _CONCERN.search(clear):
        raise NotAsKnown("something that acts")


def _require_fonts(plain: _Plain, allowed: tuple[str, ...]) -> None:
    """A glyph the template's font lacks would come silently from a font of another family."""
    fonts = _FONT.findall(plain.clear)
    if len(fonts) != plain.clear.count(b"/Type/Font/"):
        raise NotAsKnown("a font")
    for name, descriptor in fonts:
        if not name.decode().startswith(allowed) or not _DESCRIPTOR.fullmatch(
            plain.body(int(descriptor))
        ):
            raise NotAsKnown("a font of another family, or one that is not embedded")


def _describe(plain: _Plain, metadata: int, expected: Expected) -> None:
    dictionary, packet = plain.stream(metadata)
    creator, producer = _found(_INFO, plain.body(plain.info)).groups()
    if any(part not in packet for part in _PDF_A_3B):
        raise NotAsKnown("not PDF/A-3b")
    title = b"<FEFF%b>" % expected.title.encode("utf-16-be").hex().upper().encode()
    made = f"{expected.made:%Y%m%d%H%M%S}".encode()
    info = b"<</Title%b\n/Creator%b\n/Producer%b\n/CreationDate(D:%bZ)>>"
    plain.replace(plain.info, info % (title, creator, producer, made))
    text = expected.packet(producer=_text(producer), creator=_text(creator))
    plain.replace_stream(metadata, _found(_METADATA, dictionary)[1], text)


def _text(hexadecimal: bytes) -> str:
    return bytes.fromhex(hexadecimal[5:-1].decode()).decode("utf-16-be")


def _date_profile(plain: _Plain, number: int, expected: Expected) -> None:
    dictionary, packed = plain.stream(number)
    _found(_PROFILE, dictionary)
    profile = bytearray(zlib.decompress(packed))
    profile[_ICC_DATE] = struct.pack(">6H", *expected.made.timetuple()[:6])
    plain.replace_stream(number, b"<</N 3/Filter/FlateDecode", zlib.compress(profile))


def _restore_destinations(plain: _Plain, number: int, bookmarks: frozenset[str]) -> None:
    """Give destinations their bookmarks' names: LibreOffice writes `mark_sms` as `mark5Fsms`."""
    listed = _found(_DESTINATIONS, plain.body(number))[1]
    found = {name.decode(): place for name, place in _DESTINATION.findall(listed)}
    spelled = {name: destination_of(name) for name in sorted(bookmarks)}
    if any(key not in found for key in spelled.values()):
        raise NotAsKnown("a bookmark that is lost")
    if any(not _NAME.fullmatch(name) for name in bookmarks):
        raise NotAsKnown("a name of unusual letters")
    kept = (b"/%b%b\n" % (name.encode(), found[key]) for name, key in spelled.items())
    plain.replace(number, b"<<%b>>" % b"".join(kept))
