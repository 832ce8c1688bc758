"""The letters of a template: printable, in a pinned font that has them, each word in one script."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docx.oxml.ns import qn
from lxml import etree

from docgen.adapters.rendering.inspect_fonts import Chosen, PinnedFonts, Styles
from docgen.adapters.rendering.inspect_tags import TAG
from docgen.adapters.rendering.inspect_text import Bit, Paragraph
from docgen.domain.faults import Fault
from docgen.domain.scripts import marked, mixed_words
from docgen.domain.template import Finding, Place, Spoken, found

SOFT_HYPHEN = "\u00ad"
_UNPRINTABLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_SLOTS = ("ascii", "hAnsi")
_SHOWN = 40
"""Letters of a text that is quoted in a finding."""


@dataclass(frozen=True)
class Letters:
    """Judges the letters of paragraphs by a document's styles and the pinned fonts."""

    styles: Styles
    pinned: PinnedFonts

    def faults(self, paragraph: Paragraph) -> Iterator[Finding]:
        """What is wrong with the letters of one paragraph."""
        tags = [range(*match.span()) for match in TAG.finditer(paragraph.text)]
        for bit in paragraph.bits:
            if bit.run is not None and bit.text.strip(" "):
                yield from self._of_bit(bit, bit.run, tags, paragraph.place)
        for word in mixed_words(TAG.sub(" ", paragraph.text)):
            yield found(Fault.MIXED_SCRIPTS, paragraph.place, word=marked(word))

    def _of_bit(
        self, bit: Bit, run: etree._Element, tags: Sequence[range], place: Place
    ) -> Iterator[Finding]:
        tagged = [any(at in tag for tag in tags) for at in range(bit.start, bit.end)]
        plain = "".join(c for c, within in zip(bit.text, tagged, strict=True) if not within)
        # the value that comes in a tag's place may have letters of every kind
        slots = set(_SLOTS) if any(tagged) else {_slot(letter) for letter in plain} - {""}
        fonts = {slot: Chosen(bit.font) if bit.font else self.styles.font(run, slot)
                 for slot in sorted(slots)}  # fmt: skip
        for chosen in fonts.values():
            if chosen.font not in self.pinned:
                yield _not_pinned(chosen, bit.text.strip()[:_SHOWN], place)
        for letter in plain:
            slot = _slot(letter)
            yield from self._of_letter(letter, fonts[slot].font if slot else "", place)

    def _of_letter(self, letter: str, font: str, place: Place) -> Iterator[Finding]:
        code = f"U+{ord(letter):04X}"
        if letter == SOFT_HYPHEN:
            yield found(Fault.SOFT_HYPHEN, place)
        elif unicodedata.category(letter) in _UNPRINTABLE:
            yield found(Fault.UNPRINTABLE, place, code=code)
        elif font in self.pinned and not self.pinned.has(font, letter):
            yield found(Fault.GLYPH_MISSING, place, letter=letter, code=code, font=font)


def _not_pinned(chosen: Chosen, text: str, place: Place) -> Finding:
    if chosen.style:
        code = Fault.STYLE_FONT_NOT_PINNED
        return found(code, place, font=chosen.font, style=chosen.style)
    return found(Fault.FONT_NOT_PINNED, place, font=chosen.font, text=text)


def _slot(letter: str) -> str:
    """Which of a run's fonts the letter is set in; none for a space."""
    if letter.isspace():
        return ""
    return "ascii" if letter.isascii() else "hAnsi"


def spoken(paragraph: Paragraph) -> Iterator[Spoken]:
    """The runs that name the language of their text."""
    for bit in paragraph.bits:
        lang = None if bit.run is None else bit.run.find(f"{qn('w:rPr')}/{qn('w:lang')}")
        text, tag = bit.text.strip(), "" if lang is None else str(lang.get(qn("w:val"), ""))
        if text and tag:
            language = tag.split("-")[0].lower()
            yield Spoken(language=language, text=text[:_SHOWN], place=paragraph.place)
