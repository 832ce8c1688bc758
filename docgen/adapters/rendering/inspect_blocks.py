"""Tags of a part in their order: what opens and closes, what goes with rows and paragraphs."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from docx.oxml.ns import qn
from jinja2 import TemplateSyntaxError, nodes
from lxml import etree

from docgen.adapters.rendering.inspect_names import Scope, names, path, rows, said
from docgen.adapters.rendering.inspect_tags import Written
from docgen.adapters.rendering.inspect_text import Paragraph
from docgen.domain.faults import Fault
from docgen.domain.template import Finding, Tag, TagKind, found

_ROW = qn("w:tr")
_ENDS = {"endfor": "for", "endif": "if"}


@dataclass(frozen=True)
class _Open:
    """A block that is not closed yet, and the names inside it."""

    tag: Written
    scope: Scope


@dataclass
class Blocks:
    """Reads the tags of one part, one after another; ask `close` at the end."""

    tags: list[Tag] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    _open: list[_Open] = field(default_factory=list)

    def read(self, tag: Written) -> None:
        """Take the next tag."""
        if tag.comments:
            return
        if tag.keyword in {"else", "elif"}:
            self._divide(tag)
        if tag.keyword in _ENDS:
            self._end(tag)
            return
        inner = self._scope
        # what cannot be read is told of the tag itself
        with suppress(TemplateSyntaxError, RecursionError):
            for node in [] if tag.parsed is None else tag.parsed.body:
                self.tags.extend(_tags(node, self._scope, tag))
                inner = rows(node, inner) if isinstance(node, nodes.For) else inner
        if tag.keyword in _ENDS.values():
            self._open.append(_Open(tag, inner))

    def close(self) -> None:
        """Nothing follows: whatever is open stays open."""
        for block in self._open:
            self._tell(Fault.BLOCK_NOT_CLOSED, block.tag)

    @property
    def _scope(self) -> Scope:
        return self._open[-1].scope if self._open else {}

    def _divide(self, tag: Written) -> None:
        if not self._open:
            self._tell(Fault.BLOCK_NOT_OPENED, tag)
        elif _home(self._open[-1].tag) != _home(tag):
            self._tell(Fault.BLOCK_ENDS_ELSEWHERE, tag)

    def _end(self, tag: Written) -> None:
        if not self._open or self._open[-1].tag.keyword != _ENDS[tag.keyword]:
            self._tell(Fault.BLOCK_NOT_OPENED, tag)
            return
        opened = self._open.pop().tag
        if _home(opened) != _home(tag):
            self._tell(Fault.BLOCK_ENDS_ELSEWHERE, opened)

    def _tell(self, fault: Fault, tag: Written) -> None:
        self.findings.append(found(fault, tag.paragraph.place, tag=tag.text))


def _tags(node: nodes.Node, scope: Scope, tag: Written) -> Iterator[Tag]:
    if isinstance(node, nodes.For):
        yield _tag(TagKind.LOOP, node.iter, scope, tag)
        if node.test is not None:
            yield _tag(TagKind.CONDITION, node.test, rows(node, scope), tag)
    elif isinstance(node, nodes.If):
        yield _tag(TagKind.CONDITION, node.test, scope, tag)
    elif isinstance(node, nodes.Output):
        for each in node.nodes:
            yield _tag(TagKind.PRINT, each, scope, tag)


def _tag(kind: TagKind, node: nodes.Node, scope: Scope, tag: Written) -> Tag:
    return Tag(
        kind=kind,
        path=path(node, scope) or said(node, scope),
        names=tuple(dict.fromkeys(names(node, scope))),
        place=tag.paragraph.place,
    )


def _home(tag: Written) -> tuple[str, etree._Element | None]:
    """Where a block's tags must all stand: one paragraph, one cell or body, one table."""
    paragraph = tag.paragraph.element
    if tag.level == "tr":
        row = _row(paragraph)
        return tag.level, None if row is None else row.getparent()
    return tag.level, paragraph.getparent() if tag.level == "p" else paragraph


def _row(paragraph: etree._Element) -> etree._Element | None:
    return next(paragraph.iterancestors(_ROW), None)


def lost_text(tags: Sequence[Written], paragraphs: Sequence[Paragraph]) -> Iterator[Finding]:
    """Tags that take a row or a paragraph away, and text which would go with it."""
    texts: dict[etree._Element, str] = {}
    for each in paragraphs:
        row = _row(each.element)
        if row is not None:
            texts[row] = texts.get(row, "") + each.text
    for tag in tags:
        place, row = tag.paragraph.place, _row(tag.paragraph.element)
        if tag.level == "tr" and row is None:
            yield found(Fault.ROW_TAG_OUTSIDE_ROW, place, tag=tag.text)
        elif tag.level == "tr" and row is not None and _rest(texts[row], tag):
            yield found(Fault.ROW_TAG_WITH_TEXT, place, tag=tag.text, text=_rest(texts[row], tag))
        elif tag.level == "p" and _rest(tag.paragraph.text, tag):
            rest = _rest(tag.paragraph.text, tag)
            yield found(Fault.PARAGRAPH_TAG_WITH_TEXT, place, tag=tag.text, text=rest)


def _rest(text: str, tag: Written) -> str:
    return text.replace(tag.text, "", 1).strip()
