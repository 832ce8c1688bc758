"""Small files that take their judge seconds and hundreds of megabytes."""

import struct
import zlib

_CATALOG = (
    b"%PDF-1.7\n"
    b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"
)


def crowded(objects: int, *, after: bytes = _CATALOG) -> bytes:
    """Ten kilobytes with a cross-reference stream that unpacks to a million objects, and more."""
    packed = zlib.compress(struct.pack(">BIB", 1, 9, 0) * objects, 9)
    entries = b"/Type /XRef /Size %d /W [1 4 1] /Root 1 0 R" % objects
    head = b"3 0 obj\n<< %s /Filter /FlateDecode /Length %d >>\n" % (entries, len(packed))
    table = head + b"stream\n" + packed + b"\nendstream\nendobj\n"
    return after + table + b"startxref\n%d\n%%%%EOF\n" % len(after)


def crowded_below(objects: int) -> bytes:
    """The same, said to be signed, below a revision that hides it from all but a judge."""
    placeholder = b"%/ByteRange [0 1 000000000 1]\n"
    below = crowded(objects, after=_CATALOG + placeholder)
    below = below.replace(b"000000000", b"%09d" % (len(below) - 1))
    table = b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \n"
    trailer = b"trailer\n<< /Size 2 /Root 1 0 R >>\n"
    return below + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(below)


def nested(depth: int) -> bytes:
    """A catalog with arrays inside arrays inside arrays."""
    header = b"%PDF-1.7\n"
    deep = b"[" * depth + b"]" * depth
    body = header + b"1 0 obj\n<< /Type /Catalog /Deep %s >>\nendobj\n" % deep
    table = b"xref\n0 2\n0000000000 65535 f \n%010d 00000 n \n" % len(header)
    trailer = b"trailer\n<< /Size 2 /Root 1 0 R >>\n"
    return body + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(body)


ENDLESS = crowded(3_000_000)
"""Half a minute of work, and more memory than is ever allowed."""
