"""Where values go in a template that LibreOffice loads ahead of them.

A slot is one value in running text, or a whole condition inside a paragraph. Rows, paragraphs and
tables that repeat or depend on a condition stand there as often as is wanted, each time as a
group that can be taken out.
"""

import copy
import json
import re
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from docgen.adapters.rendering.routes.merging import PARAGRAPHS, SPAN, TEXT
from docgen.adapters.rendering.routes.open_document import (
    ROW,
    TABLE,
    TAG,
    OpenDocument,
    put_text,
    take_out,
)
from docgen.adapters.rendering.routes.refusal import NotCompilable
from docgen.domain.language import Language

END, COPY = "\x1e", "\x1f"
"""After an entry, and before the entry that begins a copy; values have no control characters."""
_KINDS: Final = {ROW: "row", f"{{{TABLE}}}table": "table"} | dict.fromkeys(PARAGRAPHS, "paragraph")
_MOST_SLOTS = 9999
_SLOT = re.compile("QSLOT([0-9]{4})E")
_LOOK = f"{{{TEXT}}}style-name"


@dataclass(frozen=True)
class Slot:
    """Takes the next text of its language."""

    number: int
    language: Language


@dataclass(frozen=True)
class Copies:
    """What stands there several times, each time in a group; a condition's side stands once."""

    source: str
    language: Language
    copies: Sequence[tuple[int, Sequence["Slot | Copies"]]]


Block = Slot | Copies


@dataclass
class Places:
    """Walks through a part, puts words for its tags, and lists what belongs there."""

    document: OpenDocument
    times: int
    slots: int = 0
    groups: list[dict[str, Any]] = field(default_factory=list)
    listed: dict[Language, list[str]] = field(default_factory=dict)
    _silent: bool = False

    def among(self, siblings: Sequence[etree._Element]) -> list[Block]:
        """The blocks of elements that follow one another, and of all that is in them."""
        blocks: list[Block] = []
        rest = deque(siblings)
        while rest:
            element = rest.popleft()
            if element.tag == TAG:
                blocks += self._block(element, rest)
            elif element.tag in PARAGRAPHS:
                blocks += self._paragraph(element)
            else:
                blocks += self.among(list(element))
        return blocks

    def _block(self, opening: etree._Element, rest: deque[etree._Element]) -> Iterator[Block]:
        """From a tag that opens a block of rows or paragraphs to the one that closes it."""
        while True:
            tag = self.document.tag(opening)
            if tag.deeper < 0:
                raise NotCompilable("a block ends that did not begin")
            self._list(tag.language, tag.jinja)
            body, closing = self._up_to_next(rest)
            yield self._copies(opening, body, self.times if tag.word == "for" else 1)
            take_out(opening)
            opening = closing
            if self._deeper(closing) < 0:
                tag = self.document.tag(closing)
                self._list(tag.language, tag.jinja)
                take_out(closing)
                return

    def _up_to_next(
        self, rest: deque[etree._Element]
    ) -> tuple[list[etree._Element], etree._Element]:
        """What follows up to the next tag of the same block, and that tag."""
        depth = 0
        body: list[etree._Element] = []
        while rest:
            element = rest.popleft()
            if depth == 0 and element.tag == TAG and self._deeper(element) <= 0:
                return body, element
            depth += self._deeper(element)
            body.append(element)
        raise NotCompilable("a block is not closed where it is opened")

    def _deeper(self, element: etree._Element) -> int:
        return self.document.tag(element).deeper if element.tag == TAG else 0

    def _copies(
        self, opening: etree._Element, body: Sequence[etree._Element], times: int
    ) -> Copies:
        tag = self.document.tag(opening)
        source = str(opening.get("n"))
        self._list(tag.language, COPY + source + END)
        kinds = {_KINDS.get(element.tag, "") for element in body if element.tag != TAG}
        if len(kinds) != 1 or "" in kinds:
            raise NotCompilable("a block has other than rows, or paragraphs, or tables in it")
        (kind,) = kinds
        copies = []
        for number in range(times):
            with self._listing_if(number == 0):
                copies.append(self._group(opening, body, kind))
        for element in body:
            take_out(element)
        return Copies(source, tag.language, copies)

    def _group(
        self, opening: etree._Element, body: Sequence[etree._Element], kind: str
    ) -> tuple[int, Sequence[Block]]:
        """One copy of a block's body, before the tag that opens it."""
        first, before = self.slots, opening.getprevious()
        made = [copy.deepcopy(element) for element in body]
        for element in made:
            element.tail = None
            opening.addprevious(element)
        blocks = self.among(made)
        members: list[etree._Element] = []
        # Blocks inside have put copies of their own in between.
        while (
            element := opening.getprevious() if not members else members[0].getprevious()
        ) is not before:
            members.insert(0, element)
        pins = [self._pin(element, self.document.tag(opening).language) for element in members]
        self.groups.append(
            {
                "kind": kind,
                "pins": [number for number, _ in pins],
                "slots": list(range(first, self.slots)),
            }
        )
        return len(self.groups) - 1, [*blocks, *(slot for _, made in pins for slot in made)]

    def _pin(self, element: etree._Element, language: Language) -> tuple[int, Sequence[Slot]]:
        """A slot by which the element is found; if it has none, an empty one is made."""
        found = _SLOT.search("".join(element.itertext()))
        if found:
            return int(found[1]), ()
        paragraph = next(element.iter(*PARAGRAPHS), None)
        if paragraph is None:
            raise NotCompilable("a row or table has no paragraph")
        slot = self._slot(language, "")
        paragraph.text = _spelled(slot.number) + (paragraph.text or "")
        return slot.number, (slot,)

    def _paragraph(self, paragraph: etree._Element) -> list[Block]:
        blocks: list[Block] = []
        depth = 0
        pending: list[etree._Element] = []
        for element in list(paragraph.iter(TAG)):
            tag = self.document.tag(element)
            if tag.is_value and depth == 0:
                slot = self._slot(tag.language, tag.jinja)
                put_text(element, _spelled(slot.number))
                blocks.append(slot)
                continue
            pending.append(element)
            depth += tag.deeper
            if depth == 0:
                blocks.append(self._condition(pending))
                pending = []
        if pending:
            raise NotCompilable("a condition goes over several paragraphs")
        return blocks

    def _condition(self, tags: Sequence[etree._Element]) -> Slot:
        """From the tag that opens it to the one that closes it: one slot, if of one look."""
        first, last = tags[0], tags[-1]
        above = first.getparent()
        if above is None or above is not last.getparent():
            raise NotCompilable("a condition goes over pieces of several looks")
        inside = list(above)[above.index(first) : above.index(last) + 1]
        pieces = list(self._of_condition(inside))
        looks = {look for look, text in pieces if text and look is not None}
        if len(looks) > 1:
            raise NotCompilable("a condition goes over pieces of several looks")
        slot = self._slot(self.document.tag(first).language, "".join(t for _, t in pieces))
        look = (looks.pop() if looks else "") or ""
        for child in inside[:-1]:
            child.tail = None
            above.remove(child)
        if look:
            span = etree.Element(SPAN, {_LOOK: look})
            span.text = _spelled(slot.number)
            take_out(last, leaving=span)
        else:
            put_text(last, _spelled(slot.number))
        return slot

    def _of_condition(self, inside: Sequence[etree._Element]) -> Iterator[tuple[str | None, str]]:
        """Look and Jinja of each piece; what prints nothing by itself has the look None."""
        for child in inside:
            if child.tag == TAG:
                tag = self.document.tag(child)
                yield "" if tag.is_value else None, tag.jinja
            elif child.tag == SPAN:
                yield child.get(_LOOK, ""), "".join(self._pieces(child))
            else:
                raise NotCompilable("a condition has more than text in it")
            if child is not inside[-1]:
                yield "", _literal(child.tail)

    def _pieces(self, element: etree._Element) -> Iterator[str]:
        """Text and tags of an element that has nothing else."""
        yield _literal(element.text)
        for child in element:
            if child.tag == TAG:
                yield self.document.tag(child).jinja
            elif child.tag == f"{{{TEXT}}}s":
                yield " " * int(child.get(f"{{{TEXT}}}c", "1"))
            elif child.tag == f"{{{TEXT}}}line-break":
                yield "\n"
            else:
                raise NotCompilable("a slot would have more than text of one look in it")
            yield _literal(child.tail)

    def _slot(self, language: Language, jinja: str) -> Slot:
        if self.slots > _MOST_SLOTS:
            raise NotCompilable("it has more than 9999 slots")
        slot = Slot(self.slots, language)
        self.slots += 1
        self._list(language, jinja + END)
        return slot

    def _list(self, language: Language, jinja: str) -> None:
        listed = self.listed.setdefault(language, [])
        if not self._silent:
            listed.append(jinja)

    @contextmanager
    def _listing_if(self, first: bool) -> Iterator[None]:  # noqa: FBT001
        """Copies are listed once: Jinja repeats the list itself."""
        before, self._silent = self._silent, self._silent or not first
        yield
        self._silent = before


def slots_at_edges(root: etree._Element) -> Iterator[int]:
    """Slots whose look begins with them: text put there would look as what is before it."""
    for span in root.iter(SPAN):
        for text in (span.text, span.tail):
            found = _SLOT.match(text or "")
            if found:
                yield int(found[1])


def _spelled(slot: int) -> str:
    return f"QSLOT{slot:04d}E"


def _literal(text: str | None) -> str:
    """Text that is not ours to read, even where it looks like a part of a tag."""
    if not text or not ("{" in text or "}" in text):
        return text or ""
    return "{{ " + json.dumps(text) + " }}"
