"""Tags of a Word template stand aside as plain words, so that LibreOffice can carry them over.

A word without spaces or signs stays one piece of text whatever LibreOffice does; a tag would be
cut up, have its quotes turned or be taken for a field.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from docgen.adapters.rendering.compose import HALF_MARK
from docgen.adapters.rendering.routes.refusal import NotCompilable
from docgen.domain.language import Language

TOKEN = re.compile("QTAG([0-9]{4})E")
_MOST_TAGS = 9999
# As docxtpl reads Word: markup may stand between the two signs that open or close a tag,
# and inside the tag.
_BROKEN_BRACES = re.compile(r"(?<={)(<[^>]*>)+(?=[{%#])|(?<=[%}#])(<[^>]*>)+(?=})", re.DOTALL)
_MARKUP_INSIDE = re.compile(r"</w:t>.*?(<w:t>|<w:t [^>]*>)", re.DOTALL)
_OPENED = re.compile(r"{%(?:(?!%}).)*|{#(?:(?!#}).)*|{{(?:(?!}}).)*", re.DOTALL)
_TAG = re.compile(r"{{.*?}}|{%.*?%}|{#.*?#}", re.DOTALL)
_PLAIN = str.maketrans("“”‘’", "\"\"''")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#8216;", "'"), ("&amp;", "&"))
_KINDS = re.compile(r"{%(tr|p)\s+(.*)%}", re.DOTALL)
_STRANGE = re.compile(r"{#|{%-|{{-|{[%{](?:tc|r|p|tr)\s", re.DOTALL)
_HALF = re.compile(f"<!--{HALF_MARK}(kk|ru|end)-->")


class Stands(StrEnum):
    """What of the document a tag takes the place of."""

    TEXT = "text"
    PARAGRAPH = "paragraph"
    ROW = "row"


@dataclass(frozen=True, kw_only=True)
class Tag:
    """One tag: in which half, in the place of what, and its Jinja: `{{ a.b }}` or `{% if c %}`."""

    language: Language
    stands: Stands
    jinja: str

    @property
    def is_value(self) -> bool:
        """Whether it prints something, rather than opens or closes a block."""
        return self.jinja.startswith("{{")

    @property
    def word(self) -> str:
        """What it does: `for`, `if`, `else`, `endif`; nothing if it prints a value."""
        return "" if self.is_value else self.jinja.split()[1]

    @property
    def deeper(self) -> int:
        """1 if it opens a block, -1 if it closes one, else 0."""
        return {"for": 1, "if": 1, "endfor": -1, "endif": -1}.get(self.word, 0)


class Tokens:
    """Gives tags their words: `QTAG0007E` is `tags[7]`."""

    def __init__(self) -> None:
        self.tags: list[Tag] = []

    def body(self, xml: str) -> str:
        """The body, in which comments tell the halves apart; raises NotCompilable."""
        head, *rest = _HALF.split(_joined(xml))
        made = [head]
        for name, text in zip(rest[::2], rest[1::2], strict=True):
            made.append(text if name == "end" else self._replaced(text, Language(name)))
        return "".join(made)

    def story(self, xml: str, language: Language) -> str:
        """A header or footer of one half; raises NotCompilable."""
        return self._replaced(_joined(xml), language)

    def _replaced(self, xml: str, language: Language) -> str:
        return _TAG.sub(lambda found: self._token(found[0], language), xml)

    def _token(self, written: str, language: Language) -> str:
        stands, jinja = _understood(written)
        if len(self.tags) == _MOST_TAGS:
            raise NotCompilable("it has more than 9999 tags")
        self.tags.append(Tag(language=language, stands=stands, jinja=jinja))
        return f"QTAG{len(self.tags) - 1:04d}E"


def tokenised(
    members: Mapping[str, bytes], *, body: str, stories: Mapping[str, Language]
) -> tuple[dict[str, bytes], tuple[Tag, ...]]:
    """The members of a composed Word file with words for tags, and the tags; or NotCompilable."""
    if any(TOKEN.search(members[name].decode()) for name in (body, *stories)):
        raise NotCompilable("its text has words that stand for tags")
    tokens = Tokens()
    made = dict(members)
    made[body] = tokens.body(members[body].decode()).encode()
    for name, language in stories.items():
        made[name] = tokens.story(members[name].decode(), language).encode()
    return made, tuple(tokens.tags)


def _joined(xml: str) -> str:
    xml = _BROKEN_BRACES.sub("", xml)
    return _OPENED.sub(lambda found: _MARKUP_INSIDE.sub("", found[0]), xml)


def _understood(written: str) -> tuple[Stands, str]:
    plain = written.translate(_PLAIN)
    for entity, letter in _ENTITIES:
        plain = plain.replace(entity, letter)
    found = _KINDS.fullmatch(plain)
    if found:
        stands = Stands.ROW if found[1] == "tr" else Stands.PARAGRAPH
        return stands, "{% " + found[2].strip() + " %}"
    if _STRANGE.match(plain) or plain.endswith(("-%}", "-}}")):
        raise NotCompilable(f"the tag {plain} is of a kind only the Word route reads")
    return Stands.TEXT, plain
