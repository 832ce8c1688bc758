"""Paragraphs as they are read: letters run by run, and what stands between the letters."""

from collections.abc import Iterator
from dataclasses import dataclass

from docx.oxml.ns import qn
from lxml import etree

from docgen.adapters.rendering.places import Places
from docgen.domain.template import Place

_RUN, _TEXT, _SYMBOL = qn("w:r"), qn("w:t"), qn("w:sym")
_LETTERS = {qn("w:noBreakHyphen"): "\u2011", qn("w:softHyphen"): "\u00ad"}
_SEPARATORS = {qn("w:tab"): "\t", qn("w:ptab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n"}
_MARKS = frozenset(
    qn(f"w:{name}")
    for name in (
        "bookmarkStart", "bookmarkEnd", "fldChar", "drawing", "pict", "object",
        "footnoteReference", "endnoteReference", "commentReference",
    )
)  # fmt: skip
_FENCED = frozenset(
    qn(f"w:{name}") for name in ("hyperlink", "sdt", "smartTag", "fldSimple", "customXml")
)
_BOXES = qn("w:txbxContent")
"""Holds paragraphs of its own, which are read by themselves."""


@dataclass(frozen=True)
class Bit:
    """Letters of one run; of a symbol also its font. Without a run: a tab or a line end."""

    start: int
    text: str
    run: etree._Element | None
    font: str = ""

    @property
    def end(self) -> int:
        """Where the next one begins."""
        return self.start + len(self.text)


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A paragraph's text, and which run each letter comes from."""

    element: etree._Element
    place: Place
    text: str
    bits: tuple[Bit, ...]
    cuts: tuple[int, ...]
    """Where something stands that is no letter: a tab, a field, a bookmark, a link, a picture."""

    def runs(self, start: int, end: int) -> list[etree._Element]:
        """The runs of the letters from `start` to before `end`."""
        found = (b.run for b in self.bits if b.start < end and b.end > start)
        return [run for run in found if run is not None]


def paragraphs(root: etree._Element, places: Places) -> Iterator[Paragraph]:
    """All of a part, in the order in which they begin."""
    for element in root.iter(qn("w:p")):
        reading = _Reading()
        reading.of(element)
        yield Paragraph(
            element=element,
            place=places.of(element),
            text="".join(bit.text for bit in reading.bits),
            bits=tuple(reading.bits),
            cuts=tuple(reading.cuts),
        )


class _Reading:
    """What has been read of a paragraph so far."""

    def __init__(self) -> None:
        self.bits: list[Bit] = []
        self.cuts: list[int] = []
        self._length = 0

    def of(self, parent: etree._Element, run: etree._Element | None = None) -> None:
        """Read on through everything below."""
        for child in parent.iterchildren("*"):
            tag = str(child.tag)
            if tag in _SEPARATORS:
                self._cut()
                self._add(_SEPARATORS[tag], None)
            elif tag == _SYMBOL:
                self._cut()
                self._add(_symbol(child), run, font=child.get(qn("w:font"), ""))
            elif tag == _TEXT or tag in _LETTERS:
                self._add(_LETTERS.get(tag, child.text or ""), run)
            elif tag != _BOXES:
                self._into(child, child if tag == _RUN else run)

    def _into(self, child: etree._Element, run: etree._Element | None) -> None:
        if child.tag in _MARKS or child.tag in _FENCED:
            self._cut()
        self.of(child, run)
        if child.tag in _FENCED:
            self._cut()

    def _cut(self) -> None:
        self.cuts.append(self._length)

    def _add(self, text: str, run: etree._Element | None, *, font: str = "") -> None:
        if text:
            self.bits.append(Bit(self._length, text, run, font))
            self._length += len(text)


def _symbol(element: etree._Element) -> str:
    try:
        return chr(int(element.get(qn("w:char"), ""), 16))
    except (ValueError, OverflowError):
        return "\ufffd"
