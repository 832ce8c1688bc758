"""Which font a run is set in, and what glyphs the pinned fonts have.

Source of the order: ECMA-376 part 1, 17.7.2: the run itself, its character style, the paragraph's
style, the table's style, the document's defaults.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from docx.oxml.ns import qn
from fontTools.ttLib import TTFont, TTLibError
from lxml import etree

from docgen.domain.errors import Misconfigured

_UNSET = "Times New Roman"
"""What Word takes where nothing is said."""
_STYLE, _FONTS, _ID = qn("w:style"), qn("w:rFonts"), qn("w:styleId")
_SLOTS = {"ascii": ("w:asciiTheme", "w:ascii"), "hAnsi": ("w:hAnsiTheme", "w:hAnsi")}


class PinnedFonts:
    """The fonts templates may use, by family name, and their glyphs, read when first asked for."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = files

    def __contains__(self, family: object) -> bool:
        return family in self._files

    def has(self, family: str, letter: str) -> bool:
        """Whether the pinned font can draw it; raises Misconfigured without the font's file."""
        return ord(letter) in self._glyphs[family]

    @cached_property
    def _glyphs(self) -> Mapping[str, frozenset[int]]:
        return {family: _characters(path) for family, path in self._files.items()}


def _characters(path: Path) -> frozenset[int]:
    try:
        with TTFont(path, lazy=True) as font:
            return frozenset(font.getBestCmap())
    except (OSError, TTLibError, TypeError) as error:
        raise Misconfigured(f"no usable font at {path}") from error


@dataclass(frozen=True)
class Chosen:
    """A font's name, and the style that chose it, if it was a style."""

    font: str
    style: str = ""


class Styles:
    """The styles of one document."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._styles = {str(e.get(_ID)): e for e in root.iter(_STYLE)}
        self._default = next(
            (
                key
                for key, e in self._styles.items()
                if e.get(qn("w:type")) == "paragraph" and e.get(qn("w:default")) in {"1", "true"}
            ),
            "",
        )

    def font(self, run: etree._Element, slot: str) -> Chosen:
        """The font of a run's letters: slot `ascii` for plain Latin, `hAnsi` for all others."""
        own = named_font(run.find(f"{qn('w:rPr')}/{_FONTS}"), slot)
        if own:
            return Chosen(own)
        for style in self._of_run(run):
            name = named_font(style.find(f"{qn('w:rPr')}/{_FONTS}"), slot)
            if name:
                return Chosen(name, str(style.get(_ID)))
        defaults = self._root.find(
            "/".join(qn(f"w:{n}") for n in ("docDefaults", "rPrDefault", "rPr", "rFonts"))
        )
        return Chosen(named_font(defaults, slot) or _UNSET, "docDefaults")

    def of_paragraph(self, paragraph: etree._Element) -> Iterator[etree._Element]:
        """The paragraph's style, and those it is based on."""
        named = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        yield from self.chain(self._default if named is None else _value(named))

    def chain(self, key: str) -> Iterator[etree._Element]:
        """The style of that id, and those it is based on."""
        seen: set[str] = set()
        while key in self._styles and key not in seen:
            seen.add(key)
            style = self._styles[key]
            yield style
            based = style.find(qn("w:basedOn"))
            key = "" if based is None else _value(based)

    def _of_run(self, run: etree._Element) -> Iterator[etree._Element]:
        named = run.find(f"{qn('w:rPr')}/{qn('w:rStyle')}")
        if named is not None:
            yield from self.chain(_value(named))
        paragraph = next(run.iterancestors(qn("w:p")), None)
        if paragraph is not None:
            yield from self.of_paragraph(paragraph)
        table = next(run.iterancestors(qn("w:tbl")), None)
        styled = None if table is None else table.find(f"{qn('w:tblPr')}/{qn('w:tblStyle')}")
        if styled is not None:
            yield from self.chain(_value(styled))


def named_font(fonts: etree._Element | None, slot: str) -> str:
    """A theme's font wins over the name beside it, and is not pinned, whatever it is today."""
    if fonts is None:
        return ""
    return next((str(fonts.get(qn(a))) for a in _SLOTS[slot] if fonts.get(qn(a))), "")


def _value(element: etree._Element) -> str:
    return str(element.get(qn("w:val"), ""))
