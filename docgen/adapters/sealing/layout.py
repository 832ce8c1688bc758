"""The bytes of a later revision, held to one reading.

Viewers mend files that they find broken, and then show objects that no table lists. So a revision
after the seal has to be tight: listed objects one after another, their table, its trailer, the end.
"""

import re
from typing import Final

from docgen.adapters.sealing.revisions import END

_SUBSECTION: Final = re.compile(rb"(\d{1,7}) (\d{1,7}) ?(?:\r\n|\n|\r)")
_ENTRY: Final = re.compile(rb"(\d{10}) (\d{5}) ([nf])(?: \r| \n|\r\n)")
_TABLE: Final = re.compile(rb"xref ?(?:\r\n|\n|\r)")
_TRAILER: Final = re.compile(rb"trailer\s{0,4}<<([^<>()%]*(?:<[0-9a-fA-F]*>[^<>()%]*)*)>>\s{0,4}")
_SIZE: Final = re.compile(rb"/Size (\d{1,8})\b")
_KEY: Final = re.compile(rb"/([A-Za-z]+)")
_TRAILER_KEYS: Final = {b"Info", b"Root", b"Size", b"ID", b"Prev"}
_OBJECT: Final = re.compile(rb"\s{0,4}(\d{1,10}) (\d{1,5}) obj\b")
_ANY_OBJECT: Final = re.compile(rb"\d\s+\d+\s+obj\b|\bendobj\b")
_LENGTH: Final = re.compile(rb"/Length (\d{1,9})\b(?! \d+ R)")
_STREAM: Final = re.compile(rb">>\s{0,4}stream(?:\r\n|\n)")
_STREAM_END: Final = re.compile(rb"\s{0,4}endstream\s{1,4}endobj\s{0,4}")
_OBJECT_END: Final = re.compile(rb"\bendobj\s{0,4}\Z")


def is_tight(pdf: bytes, start: int, end: int, *, size_before: int) -> bool:
    """Whether the revision in `pdf[start:end]` holds listed objects and its table, and no more.

    `size_before` is the /Size of the revision before it. Cross-reference streams are not taken:
    our files have tables, and an update keeps the kind (ISO 32000-1, 7.5.8.4).
    """
    mark = END.search(pdf, max(start, end - 64), end)
    if mark is None or mark.end() != end or not start < int(mark[1]) < mark.start():
        return False
    table = int(mark[1])
    entries = _entries(pdf, table)
    if entries is None:
        return False
    listed, table_end = entries
    size = max(size_before, *(number + 1 for number, _ in listed)) if listed else size_before
    if not _is_plain_trailer(pdf[table_end : mark.start()], size):
        return False
    return _are_all_objects(pdf, start, table, listed)


def _entries(pdf: bytes, table: int) -> tuple[list[tuple[int, int]], int] | None:
    """Number and offset of each listed object, and where the table ends."""
    opening = _TABLE.match(pdf, table)
    if opening is None:
        return None
    listed: list[tuple[int, int]] = []
    at = opening.end()
    while (section := _SUBSECTION.match(pdf, at)) is not None:
        at = section.end()
        for number in range(int(section[1]), int(section[1]) + int(section[2])):
            found = _ENTRY.match(pdf, at)
            if found is None or (found[3] == b"f") != (number == 0):
                return None
            if number:
                listed.append((number, int(found[1])))
            at = found.end()
    return listed, at


def _is_plain_trailer(text: bytes, size: int) -> bool:
    trailer = _TRAILER.fullmatch(text)
    if trailer is None:
        return False
    keys = _KEY.findall(trailer[1])
    sizes = [int(found) for found in _SIZE.findall(trailer[1])]
    # Writers count one too many now and then; far too many makes viewers rebuild the table.
    counted = len(sizes) == 1 and size <= sizes[0] <= size + 1
    return set(keys) <= _TRAILER_KEYS and len(set(keys)) == len(keys) and counted


def _are_all_objects(pdf: bytes, start: int, table: int, listed: list[tuple[int, int]]) -> bool:
    """Whether the listed objects fill the space before the table, one beside another."""
    in_order = sorted(listed, key=lambda each: each[1])
    if len({number for number, _ in listed}) != len(listed) or not in_order:
        return False
    offsets = [offset for _, offset in in_order]
    if pdf[start : offsets[0]].strip() or offsets[0] < start:
        return False
    spans = zip(in_order, [*offsets[1:], table], strict=True)
    return all(_is_one_object(pdf[offset:stop], number) for (number, offset), stop in spans)


def _is_one_object(span: bytes, number: int) -> bool:
    opening = _OBJECT.match(span)
    if opening is None or int(opening[1]) != number:
        return False
    stream = _STREAM.search(span)
    if stream is None:
        closing = _OBJECT_END.search(span)
        return closing is not None and _is_silent(span[opening.end() : closing.start()])
    head = span[opening.end() : stream.start()]
    lengths = _LENGTH.findall(head)
    if len(lengths) != 1 or not _is_silent(head):
        return False
    return _STREAM_END.fullmatch(span, stream.end() + int(lengths[0])) is not None


def _is_silent(text: bytes) -> bool:
    """Whether nothing in it could be taken for the begin or the end of an object."""
    return _ANY_OBJECT.search(text) is None
