"""What a look into a Word template finds: its tags and marks, and what is wrong where."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from docgen.domain.faults import Fault
from docgen.domain.language import Language


class Story(StrEnum):
    """A part of a Word file that a reader can see, or another."""

    BODY = "body"
    HEADER = "header"
    FOOTER = "footer"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where in a file, as a reader counts, from 1; zero and empty where it is not said.

    Tables are counted in the order in which they begin, also those within cells; paragraphs are
    counted outside of tables.
    """

    story: Story = Story.BODY
    entry: str = ""
    """Name of the package's entry, where it is not the body."""
    paragraph: int = 0
    table: int = 0
    row: int = 0
    cell: int = 0
    key: str = ""
    """Dotted key, in a file of texts or values."""


WHOLE = Place()
"""The whole file."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong, where, and the words for its sentence."""

    code: Fault
    place: Place = WHOLE
    params: tuple[tuple[str, str], ...] = ()
    file: str = ""

    def within(self, file: str) -> "Finding":
        """The same, said of that file."""
        return replace(self, file=file)


def found(code: Fault, place: Place = WHOLE, /, **params: object) -> Finding:
    """A finding with these words."""
    return Finding(
        code=code, place=place, params=tuple((name, str(value)) for name, value in params.items())
    )


class TagKind(StrEnum):
    """What a tag does."""

    PRINT = "print"
    LOOP = "loop"
    CONDITION = "condition"


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A value printed, a list walked or a condition asked, names in full: `works[].total`."""

    kind: TagKind
    path: str
    """The value or list; of anything longer the whole expression."""
    names: tuple[str, ...]
    """Every value it uses."""
    place: Place


@dataclass(frozen=True, kw_only=True)
class Bookmark:
    """A named place."""

    name: str
    place: Place


@dataclass(frozen=True, kw_only=True)
class Room:
    """What a table's cell offers to something laid over it, from the bookmark on."""

    width_mm: float
    height_mm: float
    empty: bool
    """Whether nothing is printed in the cell."""


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """Text that says in which language it is written (the beginning of a BCP 47 tag)."""

    language: str
    text: str
    place: Place


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """All that one Word file tells by itself."""

    readable: bool
    """Whether it could be looked into; everything else is empty otherwise."""
    findings: tuple[Finding, ...] = ()
    tags: tuple[Tag, ...] = ()
    bookmarks: tuple[Bookmark, ...] = ()
    seal_room: Room | None = None
    """The cell of the bookmark `seal`, where it stands in one."""
    has_qr: bool = False
    spoken: tuple[Spoken, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TemplateFile:
    """A Word file in a folder of templates."""

    name: str
    """Without folder of the language and ending: `acceptance_act`, `papers/signing_protocol`."""
    shown: str
    """How people find it: `templates_kk/acceptance_act.docx`."""
    content: bytes


@dataclass(frozen=True, kw_only=True)
class RouteReport:
    """By which route a template goes, and why not by the faster ones."""

    template: str
    languages: tuple[Language, ...]
    route: str
    why: Mapping[str, str]
