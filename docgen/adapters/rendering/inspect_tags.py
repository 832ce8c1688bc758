"""Tags as they are written in a paragraph, and what is wrong with each by itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from docx.oxml.ns import qn
from jinja2 import TemplateSyntaxError, nodes
from lxml import etree

from docgen.adapters.rendering.inspect_text import Paragraph
from docgen.adapters.rendering.tags import CELL_TAGS, TagEnvironment, refusals
from docgen.domain.faults import Fault
from docgen.domain.template import Finding, found

TAG = re.compile(
    r"\{\{(?:(?!\}\}|\{\{|\{%).)*\}\}|\{%(?:(?!%\}|\{\{|\{%).)*%\}|\{#.*?#\}", re.DOTALL
)
_PARTS = re.compile(r"\{([{%#])((?:tr|tc|p|r) )?[-+]?\s*(.*?)\s*[-+]?[}%#]\}", re.DOTALL)
_QUOTES = re.compile("[«»“”„‘’‚‹›]")
_SHOWN = 100
"""Letters of a tag without end."""
_ENDS = frozenset(("else", "endif", "endfor"))
_OTHER_STATEMENTS = frozenset(
    (
        "set", "with", "include", "import", "from", "extends", "block", "macro", "call", "filter",
        "raw", "autoescape", "do", "break", "continue", "trans",
    )
)  # fmt: skip
_IGNORED_FORMAT = (qn("w:lang"), qn("w:noProof"), qn("w:rPrChange"))

_ENVIRONMENT = TagEnvironment()


@dataclass(frozen=True, kw_only=True)
class Written:
    """One tag in its paragraph."""

    paragraph: Paragraph
    start: int
    text: str

    @property
    def end(self) -> int:
        """Where the text after it begins."""
        return self.start + len(self.text)

    @cached_property
    def _parts(self) -> tuple[str, str, str]:
        # tabs and line ends inside a tag are dropped on the way to Jinja
        parts = _PARTS.fullmatch(self.text.replace("\t", "").replace("\n", ""))
        return (parts[1], (parts[2] or "").strip(), parts[3]) if parts else ("#", "", "")

    @property
    def prints(self) -> bool:
        """Whether it prints a value."""
        return self._parts[0] == "{"

    @property
    def comments(self) -> bool:
        """Whether it does nothing."""
        return self._parts[0] == "#"

    @property
    def level(self) -> str:
        """What of the document goes with it: `tr` a row, `p` a paragraph, nothing: letters."""
        return self._parts[1]

    @property
    def keyword(self) -> str:
        """`for`, `if`, `endfor` and so on; nothing where it prints."""
        return "" if self.prints else (self._parts[2].split(maxsplit=1) or [""])[0]

    @cached_property
    def parsed(self) -> nodes.Template | None:
        """As Jinja reads it alone; None where it only ends or divides; TemplateSyntaxError."""
        body, keyword = self._parts[2], self.keyword
        if self.prints:
            return _ENVIRONMENT.parse(f"{{{{ {body} }}}}")
        if body in _ENDS:
            return None
        if keyword == "for":
            return _ENVIRONMENT.parse(f"{{% {body} %}}{{% endfor %}}")
        if keyword in {"if", "elif"}:
            condition = body.removeprefix(keyword)
            return _ENVIRONMENT.parse(f"{{% if {condition} %}}{{% endif %}}")
        return _ENVIRONMENT.parse(f"{{% {body} %}}")


def written(paragraph: Paragraph) -> list[Written]:
    """The whole tags of a paragraph."""
    return [
        Written(paragraph=paragraph, start=match.start(), text=match.group())
        for match in TAG.finditer(paragraph.text)
    ]


def faults(tag: Written) -> Iterator[Finding]:
    """What is wrong with one tag, whatever stands around it."""
    place, text = tag.paragraph.place, tag.text.strip()
    if any(tag.start < cut < tag.end for cut in tag.paragraph.cuts):
        yield found(Fault.TAG_INTERRUPTED, place, tag=text)
    elif len({_format(run) for run in tag.paragraph.runs(tag.start, tag.end)}) > 1:
        yield found(Fault.TAG_FORMATTING, place, tag=text)
    if tag.comments:
        return
    if _QUOTES.search(tag.text):
        yield found(Fault.TAG_QUOTES, place, tag=text)
        return
    yield from _faults_of_language(tag)


def _faults_of_language(tag: Written) -> Iterator[Finding]:
    place, text = tag.paragraph.place, tag.text.strip()
    moves = tag.level and (tag.prints or tag.level == "tc")
    if moves or CELL_TAGS.match(tag.text) or tag.keyword in _OTHER_STATEMENTS:
        yield found(Fault.TAG_FORBIDDEN, place, tag=text)
        return
    try:
        parsed = tag.parsed
        allowed = parsed is None or next(refusals(parsed), None) is None
    except TemplateSyntaxError as error:
        yield found(Fault.TAG_BROKEN, place, tag=text, reason=error.message)
    except RecursionError:
        yield found(Fault.TAG_BROKEN, place, tag=text[:_SHOWN], reason="too deep")
    else:
        if not allowed:
            yield found(Fault.TAG_FORBIDDEN, place, tag=text)


def _format(run: etree._Element) -> bytes:
    """How a run looks, without what only an editor needs."""
    properties = run.find(qn("w:rPr"))
    if properties is None:
        return b""
    looks = (e for e in properties.iterchildren("*") if e.tag not in _IGNORED_FORMAT)
    return b"".join(sorted(etree.tostring(e, method="c14n", with_tail=False) for e in looks))
