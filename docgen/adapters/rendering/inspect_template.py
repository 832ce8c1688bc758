"""The TemplateInspector port: looks into Word files by the rules that documents are made under."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from docx.document import Document
from lxml import etree

from docgen.adapters.rendering.alike import differences
from docgen.adapters.rendering.bookmarks import drop_editing_traces
from docgen.adapters.rendering.compose import compose, opened, stories_of
from docgen.adapters.rendering.inspect_blocks import Blocks, lost_text
from docgen.adapters.rendering.inspect_braces import stray_braces
from docgen.adapters.rendering.inspect_fonts import PinnedFonts, Styles
from docgen.adapters.rendering.inspect_letters import Letters, spoken
from docgen.adapters.rendering.inspect_lists import list_faults
from docgen.adapters.rendering.inspect_marks import bookmarks, seal_room
from docgen.adapters.rendering.inspect_tags import Written, faults, written
from docgen.adapters.rendering.inspect_text import Paragraph, paragraphs
from docgen.adapters.rendering.package import objections, read_members
from docgen.adapters.rendering.places import Places
from docgen.adapters.rendering.qr_picture import has_qr
from docgen.adapters.rendering.tags import BODY, compile_tags
from docgen.domain.errors import TemplateRejected
from docgen.domain.faults import Fault
from docgen.domain.language import Language
from docgen.domain.template import Finding, Inspection, Place, Story, Tag, found

_COMPILER_GIVES_UP = (TemplateRejected, TypeError, ValueError, AttributeError, LookupError)
_UNREADABLE = frozenset((Fault.PACKAGE_DAMAGED, Fault.PACKAGE_TOO_LARGE))


@dataclass(frozen=True, kw_only=True)
class _Part:
    """The body, a header or a footer."""

    name: str
    root: etree._Element
    places: Places
    paragraphs: Sequence[Paragraph]
    tags: Sequence[Written]


class WordInspector:
    """Looks into Word files; `fonts` are the files of the fonts they may use, by family name."""

    def __init__(self, *, fonts: Mapping[str, Path]) -> None:
        self._pinned = PinnedFonts(fonts)

    def inspect(self, docx: bytes) -> Inspection:
        """Tags, marks, and all that is wrong with the file by itself; raises Misconfigured."""
        refused = [objection.finding for objection in objections(docx)]
        if any(finding.code in _UNREADABLE for finding in refused):
            return Inspection(readable=False, findings=tuple(refused))
        try:
            document = opened(docx)
        except TemplateRejected as error:
            return Inspection(readable=False, findings=(*refused, _damaged(error)))
        parts = list(_parts(document))
        styles = Styles(document.styles.element)
        letters = Letters(styles, self._pinned)
        tags: list[Tag] = []
        findings = [*refused, *_unread(docx, {part.name for part in parts})]
        for part in parts:
            blocks = _blocks(part)
            tags += blocks.tags
            findings += [*_of_tags(part), *blocks.findings]
            findings += [f for each in part.paragraphs for f in letters.faults(each)]
            findings += list_faults(document, part.paragraphs, self._pinned)
        return Inspection(
            readable=True,
            findings=tuple(dict.fromkeys(findings or _refused(docx))),
            tags=tuple(tags),
            bookmarks=tuple(b for part in parts for b in bookmarks(part.root, part.places)),
            seal_room=seal_room(document.element.body, styles),
            has_qr=has_qr(document),
            spoken=tuple(s for part in parts for each in part.paragraphs for s in spoken(each)),
        )

    def disagreements(self, one: bytes, other: bytes) -> Sequence[Finding]:
        """Why the other readable file could not follow the one in a document, said of the other."""
        return [each.finding for each in differences(opened(one), opened(other))]


def _parts(document: Document) -> Iterator[_Part]:
    body = document.element
    roots = [(BODY, body)]
    roots += [(str(p.partname).removeprefix("/"), p.element) for p in stories_of(document)]
    for name, root in roots:
        drop_editing_traces(root)
        places = Places(root, name)
        read = list(paragraphs(root, places))
        tags = [tag for paragraph in read for tag in written(paragraph)]
        yield _Part(name=name, root=root, places=places, paragraphs=read, tags=tags)


def _of_tags(part: _Part) -> Iterator[Finding]:
    for tag in part.tags:
        yield from faults(tag)
    yield from stray_braces(part.paragraphs)
    yield from lost_text(part.tags, part.paragraphs)


def _blocks(part: _Part) -> Blocks:
    blocks = Blocks()
    for tag in part.tags:
        blocks.read(tag)
    blocks.close()
    return blocks


def _unread(docx: bytes, read: set[str]) -> Iterator[Finding]:
    """Tags in parts where a document's values never come."""
    for name, blob in read_members(docx).items():
        if name not in read and name.endswith(".xml") and (b"{{" in blob or b"{%" in blob):
            yield found(Fault.TAG_UNREAD, Place(story=Story.OTHER, entry=name))


def _refused(docx: bytes) -> Iterator[Finding]:
    """The last word has the code that makes documents, should it see what we do not."""
    try:
        compile_tags(compose([(Language.KK, docx)]))
    except _COMPILER_GIVES_UP as error:
        yield found(Fault.TEMPLATE_REJECTED, reason=str(error))


def _damaged(error: TemplateRejected) -> Finding:
    return found(Fault.PACKAGE_DAMAGED, reason=str(error))
