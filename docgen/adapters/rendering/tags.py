"""The language of templates: Jinja tags as docxtpl reads them in Word, and almost none of Jinja.

A tag may name a value, walk a list and ask a condition; it may not compute, call, filter or
import. So the sandbox has nothing left to stop, and stays as the second wall.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, Template, TemplateSyntaxError, Undefined, nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from docgen.adapters.rendering.compose import HALF_MARK, Composed
from docgen.domain.errors import TemplateRejected
from docgen.domain.language import Language

BODY = "word/document.xml"
ALLOWED_NODES = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.For,
    nodes.If,
    nodes.CondExpr,
    nodes.Const,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
)
LINE_BREAK = Markup('</w:t><w:br/><w:t xml:space="preserve">')
"""A line end inside a value, as Word writes it."""
_noted: ContextVar[list[str] | None] = ContextVar("noted", default=None)
_HALVES = re.compile(f"<!--{HALF_MARK}(kk|ru|end)-->")
CELL_TAGS = re.compile(r"\{[{%]\s*(?:tc\s|colspan\s|cellbg\s|hm\s|vm\s)")


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Text of a part that one language's values go into."""

    language: Language
    template: Template


Pieces = tuple[str | Piece, ...]


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """A document ready to be filled: members of the package, and the pieces of some of them."""

    members: Mapping[str, bytes]
    pieces: Mapping[str, Pieces]


class TagEnvironment(ImmutableSandboxedEnvironment):
    """Jinja without globals, filters and tests, in which a missing value is an error.

    `written` says how a value's text is spelled in the document; it escapes what must be.
    """

    def __init__(self, written: Callable[[str], str] | None = None) -> None:
        spelled = written or _in_word
        super().__init__(
            undefined=StrictUndefined,
            autoescape=True,
            finalize=lambda value: value if isinstance(value, Undefined) else spelled(shown(value)),
        )
        self.globals.clear()
        self.filters.clear()
        self.tests.clear()

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A value's own member, never a method of Python: `order.items` is the key `items`."""
        if isinstance(obj, LoopContext):
            return super().getattr(obj, attribute)
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return self.undefined(name=attribute)


def compile_tags(composed: Composed) -> Compiled:
    """Read every tag once; raises TemplateRejected for a tag that is broken or not allowed."""
    stream = io.BytesIO()
    composed.document.save(stream)
    with zipfile.ZipFile(stream) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    environment = TagEnvironment()
    pieces: dict[str, Pieces] = {}
    for name, blob in members.items():
        if name == BODY:
            pieces[name] = _body(environment, blob.decode())
        elif name in composed.stories:
            pieces[name] = (_piece(environment, composed.stories[name], blob.decode(), name),)
        elif name.endswith(".xml") and (b"{{" in blob or b"{%" in blob):
            raise TemplateRejected(f"{name} has tags, where none are read")
    return Compiled(members=members, pieces=pieces)


def _body(environment: TagEnvironment, xml: str) -> Pieces:
    head, *rest = _HALVES.split(xml)
    made: list[str | Piece] = [head]
    for name, text in zip(rest[::2], rest[1::2], strict=True):
        if name == "end":
            made.append(text)
        else:
            made.append(_piece(environment, Language(name), text, BODY))
    return tuple(made)


def _piece(environment: TagEnvironment, language: Language, xml: str, name: str) -> Piece:
    source = DocxTemplate(io.BytesIO()).patch_xml(xml)
    if CELL_TAGS.search(source) or CELL_TAGS.search(xml):
        raise TemplateRejected(f"{language} {name}: tags may repeat rows, not cells")
    try:
        # judged before it is compiled, since the compiler already computes what is constant
        _check_nodes(environment.parse(source))
        template = environment.from_string(source)
    except TemplateSyntaxError as error:
        raise TemplateRejected(f"{language} {name}: {error.message}") from error
    except RecursionError as error:
        raise TemplateRejected(f"{language} {name}: a tag is too deep") from error
    except TemplateRejected as error:
        raise TemplateRejected(f"{language} {name}: {error}") from error
    return Piece(language=language, template=template)


def _check_nodes(tree: nodes.Template) -> None:
    for refusal in refusals(tree):
        raise TemplateRejected(refusal)


def refusals(tree: nodes.Template) -> Iterator[str]:
    """Everything in parsed tags that a template may not do."""
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, ALLOWED_NODES):
            yield f"a tag uses {type(node).__name__}, which is not allowed"
        called = getattr(node, "attr", getattr(node, "name", ""))
        if called.startswith("_"):
            yield f"a tag names {called}, which is not a value"


def shown(value: object) -> str:
    """The text that a tag prints; raises TypeError for what is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"a tag prints a value of type {type(value).__name__}")
    noted = _noted.get()
    if noted is not None:
        noted.append(str(value))
    return str(value)


@contextmanager
def noting() -> Iterator[list[str]]:
    """Collects everything that tags print meanwhile, in this thread."""
    texts: list[str] = []
    token = _noted.set(texts)
    try:
        yield texts
    finally:
        _noted.reset(token)


def _in_word(text: str) -> Markup:
    return LINE_BREAK.join(text.split("\n"))
