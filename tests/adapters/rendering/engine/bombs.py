"""Documents that want more than there is: memory, depth, time; and some that are broken."""

import io
import struct
import zlib
from itertools import pairwise

from tests.adapters.rendering import word

_DOCUMENT = "word/document.xml"
_MEBIBYTE = 1 << 20
_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def large(rows: int) -> bytes:
    """A document that takes LibreOffice a while."""
    row = "<w:tr>" + "<w:tc><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc>" * 6 + "</w:tr>"
    return _with_body(f"<w:tbl><w:tblPr/><w:tblGrid/>{row * rows}</w:tbl>")


def much_text(mebibytes: int) -> bytes:
    """A word that is small only while it is packed."""
    content = b"x" * (mebibytes * _MEBIBYTE)
    return word.with_member(word.template("x"), _DOCUMENT, _document(b"<w:r><w:t>%s" % content))


def many_spaces(mebibytes: int) -> bytes:
    """Nothing at all, at length, where no text goes."""
    return word.with_member(
        word.template("x"), _DOCUMENT, _document(b" " * (mebibytes * _MEBIBYTE) + b"<w:r><w:t>x")
    )


def laughs() -> bytes:
    """A few words, each made of ten of the one before."""
    names = "abcdefghij"
    entities = '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise(names)
    )
    docx = word.replaced(
        word.template("laugh"), _DOCUMENT, "<w:document", f"<!DOCTYPE x [{entities}]><w:document"
    )
    return word.replaced(docx, _DOCUMENT, "laugh", "&j;")


def deep(levels: int) -> bytes:
    """A table within a table within a table."""
    begin = "<w:tbl><w:tblPr/><w:tblGrid/><w:tr><w:tc>"
    end = "<w:p/></w:tc></w:tr></w:tbl>"
    return _with_body(begin * levels + end * levels)


def wide_picture(side: int) -> bytes:
    """A picture of one colour, and of as many points as LibreOffice cannot hold."""
    packer = zlib.compressobj(9)
    line = b"\x00" + b"\xff" * (side * 3)
    data = b"".join(packer.compress(line) for _ in range(side)) + packer.flush()
    size = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    png = (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", size) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
    )
    document = word.blank()
    document.add_picture(io.BytesIO(word.placeholder()))
    docx = word.saved(document)
    return word.with_member(docx, "word/media/image1.png", png)


def cut_in_the_middle() -> bytes:
    """The text's XML ends too early."""
    docx = word.template("x")
    text = word.member(docx, _DOCUMENT)
    return word.with_member(docx, _DOCUMENT, text[: len(text) // 2].encode())


def wrong_root() -> bytes:
    """The text's XML has no document around its body."""
    body = f'<w:body xmlns:w="{_MAIN}"><w:p><w:r><w:t>x</w:t></w:r></w:p></w:body>'
    return word.with_member(word.template("x"), _DOCUMENT, body.encode())


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _document(start: bytes) -> bytes:
    head = f'<w:document xmlns:w="{_MAIN}"><w:body><w:p>'.encode()
    return head + start + b"</w:t></w:r></w:p></w:body></w:document>"


def _with_body(content: str) -> bytes:
    return word.replaced(word.template("x"), _DOCUMENT, "<w:p>", f"{content}<w:p>")
