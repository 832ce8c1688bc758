"""Text of the seal's picture: a font cut down once, embedded in every sealed file."""

import io
import re
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

from fontTools import subset
from fontTools.ttLib import TTFont
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.writer import BasePdfFileWriter

from docgen.domain.errors import Misconfigured

NOTO_SANS = Path("/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf")
NOTO_SANS_BOLD = Path("/usr/share/fonts/truetype/noto/NotoSans-Bold.ttf")

_LATIN = (*range(0x20, 0x7F), *range(0xA0, 0x100))
_CYRILLIC = (*range(0x400, 0x460), *range(0x490, 0x4FA))
_SIGNS = tuple(map(ord, "–—‘’“”„…₸№"))
_REPLACEMENT = "?"
_UNUSED_TABLES = ["GSUB", "GPOS", "GDEF", "FFTM", "DSIG", "kern"]
_POSTSCRIPT_NAME = 6
_EM = 1000
_SYMBOLIC = 4
_CMAP_BLOCK = 100


@dataclass(frozen=True, kw_only=True)
class Typeface:
    """A TrueType font reduced to the letters of Kazakh, Russian and Latin-1.

    Widths are in 1/1000 em whatever the font's own units are (ISO 32000-1, 9.7.4.3; ISO 19005-3,
    6.2.11.5). Reading and cutting cost tenths of a second, so keep one per process.
    """

    name: str
    program: bytes = field(repr=False)
    program_length: int
    glyphs: dict[str, int] = field(repr=False)
    widths: tuple[int, ...] = field(repr=False)
    metrics: dict[str, int] = field(repr=False)
    box: tuple[int, ...]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Cut the font in that file; raises Misconfigured where there is none to embed."""
        try:
            font = TTFont(path, recalcTimestamp=False)
            _cut(font)
            return cls._of(font)
        except Exception as error:
            raise Misconfigured(f"no usable TrueType font at {path}") from error

    @classmethod
    def _of(cls, font: TTFont) -> Self:
        program = io.BytesIO()
        font.save(program)
        order = font.getGlyphOrder()
        place = {glyph: index for index, glyph in enumerate(order)}
        scale = _EM / font["head"].unitsPerEm
        name = re.sub(r"[^A-Za-z0-9-]", "", font["name"].getDebugName(_POSTSCRIPT_NAME))
        return cls(
            name=f"QTNBAA+{name}",
            program=zlib.compress(program.getvalue(), 9),
            program_length=len(program.getvalue()),
            glyphs={chr(code): place[glyph] for code, glyph in font.getBestCmap().items()},
            widths=tuple(round(font["hmtx"][glyph][0] * scale) for glyph in order),
            metrics=_metrics(font, scale),
            box=tuple(
                round(getattr(font["head"], side) * scale)
                for side in ("xMin", "yMin", "xMax", "yMax")
            ),
        )

    def drawable(self, text: str) -> str:
        """The text with a question mark for every character the font does not have."""
        return "".join(letter if letter in self.glyphs else _REPLACEMENT for letter in text)

    def width(self, text: str) -> float:
        """Advance of the text at size 1, in the units of the size."""
        advances = self._advances
        unknown = advances.get(_REPLACEMENT, 0)
        return sum([advances.get(letter, unknown) for letter in text]) / _EM

    @cached_property
    def _advances(self) -> dict[str, int]:
        """Of each letter; captions are measured again and again until a size fits."""
        return {letter: self.widths[glyph] for letter, glyph in self.glyphs.items()}

    def shown(self, text: str) -> bytes:
        """The text as the operand of a Tj operator in this font's encoding."""
        codes = "".join(f"{self.glyphs[letter]:04X}" for letter in self.drawable(text))
        return b"<" + codes.encode("ascii") + b">"

    def embed(self, writer: BasePdfFileWriter) -> generic.IndirectObject:
        """Add the composite font (ISO 32000-1, 9.7) and return its reference."""
        descendant = writer.add_object(
            _dictionary(
                "/Font",
                {
                    "/Subtype": pdf_name("/CIDFontType2"),
                    "/BaseFont": pdf_name(f"/{self.name}"),
                    "/CIDSystemInfo": _IDENTITY,
                    "/CIDToGIDMap": pdf_name("/Identity"),
                    "/FontDescriptor": writer.add_object(self._descriptor(writer)),
                    "/W": generic.ArrayObject([generic.NumberObject(0), _numbers(self.widths)]),
                },
            )
        )
        return writer.add_object(
            _dictionary(
                "/Font",
                {
                    "/Subtype": pdf_name("/Type0"),
                    "/BaseFont": pdf_name(f"/{self.name}"),
                    "/Encoding": pdf_name("/Identity-H"),
                    "/DescendantFonts": generic.ArrayObject([descendant]),
                    "/ToUnicode": writer.add_object(_stream(self._to_unicode())),
                },
            )
        )

    def _descriptor(self, writer: BasePdfFileWriter) -> generic.DictionaryObject:
        program = generic.StreamObject(
            {
                pdf_name("/Filter"): pdf_name("/FlateDecode"),
                pdf_name("/Length1"): generic.NumberObject(self.program_length),
            },
            encoded_data=self.program,
        )
        numbers = {f"/{key}": generic.NumberObject(value) for key, value in self.metrics.items()}
        return _dictionary(
            "/FontDescriptor",
            numbers
            | {
                "/FontName": pdf_name(f"/{self.name}"),
                "/FontBBox": _numbers(self.box),
                "/FontFile2": writer.add_object(program),
            },
        )

    def _to_unicode(self) -> bytes:
        """A CMap from glyphs to letters (ISO 32000-1, 9.10.3), so that the text can be copied."""
        pairs = [f"<{glyph:04X}> <{ord(letter):04X}>" for letter, glyph in self.glyphs.items()]
        blocks = [pairs[at : at + _CMAP_BLOCK] for at in range(0, len(pairs), _CMAP_BLOCK)]
        mapped = "\n".join(
            f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks
        )
        return _CMAP.format(mapped=mapped).encode("ascii")


_CMAP = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{mapped}
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""

_IDENTITY = generic.DictionaryObject(
    {
        pdf_name("/Registry"): generic.pdf_string("Adobe"),
        pdf_name("/Ordering"): generic.pdf_string("Identity"),
        pdf_name("/Supplement"): generic.NumberObject(0),
    }
)


def _cut(font: TTFont) -> None:
    options = subset.Options(layout_closure=False, hinting=False, notdef_outline=True)
    options.drop_tables += _UNUSED_TABLES
    cutter = subset.Subsetter(options=options)
    cutter.populate(unicodes=(*_LATIN, *_CYRILLIC, *_SIGNS))
    cutter.subset(font)


def _metrics(font: TTFont, scale: float) -> dict[str, int]:
    return {
        "Flags": _SYMBOLIC,
        "Ascent": round(font["hhea"].ascent * scale),
        "Descent": round(font["hhea"].descent * scale),
        "CapHeight": round(getattr(font["OS/2"], "sCapHeight", 714) * scale),
        "ItalicAngle": 0,
        "StemV": 10 + 220 * (font["OS/2"].usWeightClass - 50) // 900,
    }


def _dictionary(kind: str, entries: dict[str, generic.PdfObject]) -> generic.DictionaryObject:
    named = {pdf_name(key): value for key, value in entries.items()}
    return generic.DictionaryObject({pdf_name("/Type"): pdf_name(kind), **named})


def _numbers(values: tuple[int, ...]) -> generic.ArrayObject:
    return generic.ArrayObject([generic.NumberObject(value) for value in values])


def _stream(content: bytes) -> generic.StreamObject:
    stream = generic.StreamObject(stream_data=content)
    stream.compress()
    return stream
