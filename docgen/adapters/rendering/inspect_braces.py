"""Braces that belong to no whole tag: a tag without its end, or torn in two."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docgen.adapters.rendering.inspect_tags import TAG
from docgen.adapters.rendering.inspect_text import Paragraph
from docgen.domain.faults import Fault
from docgen.domain.template import Finding, Place, found

_BRACE = re.compile(r"\{\{|\{%|\{#|\}\}|%\}|#\}|[{}]")
_OPENING = frozenset(("{{", "{%", "{#"))
_AROUND = 20
"""Letters shown on each side."""


@dataclass(frozen=True)
class _Brace:
    sign: str
    shown: str
    place: Place
    paragraph: int

    @property
    def opens(self) -> bool:
        return self.sign in _OPENING


def stray_braces(paragraphs: Sequence[Paragraph]) -> Iterator[Finding]:
    """One finding for each, and only one for a tag that begins here and ends further down."""
    left = [b for n, paragraph in enumerate(paragraphs) for b in _stray(paragraph, n)]
    torn_before = False
    for place, brace in enumerate(left):
        after = left[place + 1] if place + 1 < len(left) else None
        if torn_before:
            torn_before = False
        elif brace.opens and after is not None and _tears(brace, after):
            torn_before = True
            yield found(Fault.TAG_OVER_PARAGRAPHS, brace.place, text=brace.shown)
        else:
            yield found(Fault.TAG_UNBALANCED, brace.place, text=brace.shown)


def _tears(brace: _Brace, after: _Brace) -> bool:
    return not after.opens and after.paragraph != brace.paragraph


def _stray(paragraph: Paragraph, number: int) -> Iterator[_Brace]:
    # tags keep their length, so that what is left keeps its place
    left = TAG.sub(lambda tag: " " * len(tag.group()), paragraph.text)
    for match in _BRACE.finditer(left):
        shown = paragraph.text[max(0, match.start() - _AROUND) : match.end() + _AROUND]
        yield _Brace(match.group(), shown.strip(), paragraph.place, number)
