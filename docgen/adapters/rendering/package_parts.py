"""What no part of a template may hold, and where its relations may not lead."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from lxml import etree

from docgen.adapters.rendering.objection import Objection
from docgen.adapters.rendering.places import PlacesOfParts
from docgen.domain.faults import Fault
from docgen.domain.template import WHOLE, Place, Story

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"

FORBIDDEN_WORDS = (
    "macroenabled",
    "vbaproject",
    "vbadata",
    "oleobject",
    "activex",
    "embeddings",
    "afchunk",
    "altchunk",
    "attachedtemplate",
    "subdocument",
)
FORBIDDEN_ELEMENTS = frozenset(
    W + name for name in ("altChunk", "object", "control", "attachedTemplate", "subDoc")
)
UNFINISHED_ELEMENTS = {
    W + "ins": Fault.OPEN_CHANGE,
    W + "del": Fault.OPEN_CHANGE,
    W + "moveFrom": Fault.OPEN_CHANGE,
    W + "moveTo": Fault.OPEN_CHANGE,
    W + "commentReference": Fault.OPEN_COMMENT,
}
LINK_TARGETS = ("https://", "http://", "mailto:")


@dataclass(frozen=True)
class Parts:
    """The XML of a package by name, and the places in it."""

    trees: Mapping[str, etree._ElementTree]
    places: PlacesOfParts = field(default_factory=PlacesOfParts)


def forbidden_words(text: str, what: str, entry: str) -> Iterator[Objection]:
    """An objection where the text names macros, embedded objects or other documents."""
    if any(word in text.lower() for word in FORBIDDEN_WORDS):
        place = Place(story=Story.OTHER, entry=entry)
        yield Objection(f"{what} {text}", Fault.FORBIDDEN_CONTENT, place, what=text)


def forbidden_elements(
    name: str, element: etree._Element, places: PlacesOfParts
) -> Iterator[Objection]:
    """Objections to one element of the part of that name."""
    local = etree.QName(element).localname
    if element.tag in FORBIDDEN_ELEMENTS:
        said = f"{name} has the forbidden element {local}"
        yield Objection(said, Fault.FORBIDDEN_CONTENT, places.of(element, name), what=local)
    unfinished = UNFINISHED_ELEMENTS.get(str(element.tag))
    if unfinished is not None:
        said = f"{name} has an open change or comment ({local})"
        yield Objection(said, unfinished, places.of(element, name))
    for attribute, value in element.attrib.items():
        # VML takes addresses without a relation
        address = etree.QName(attribute).localname in {"src", "href"}
        if address and not str(value).startswith("#"):
            said = f"{name} has an address in {local}"
            yield Objection(said, Fault.EXTERNAL_REFERENCE, places.of(element, name), what=local)


def outward_relations(name: str, parts: Parts) -> Iterator[Objection]:
    """Objections to the relations in a part `.rels`, placed where the document uses them."""
    for relation in parts.trees[name].getroot().iter("{*}Relationship"):
        kind = relation.get("Type", "")
        yield from forbidden_words(kind, "a relation has the type", name)
        if relation.get("TargetMode", "Internal") == "Internal":
            continue
        target = relation.get("Target", "")
        if not kind.endswith("/hyperlink"):
            what = kind.rpartition("/")[2]
            said = f"{name} fetches from outside: {what}"
            place = _used_at(name, relation, parts)
            yield Objection(said, Fault.EXTERNAL_REFERENCE, place, what=what)
        elif not target.lower().startswith(LINK_TARGETS):
            said = f"{name} links to something that is not a web or mail address"
            place = _used_at(name, relation, parts)
            yield Objection(said, Fault.LINK_FORBIDDEN, place, target=target)


def _used_at(name: str, relation: etree._Element, parts: Parts) -> Place:
    """The place of what uses the relation; the whole file where nothing does."""
    path = PurePosixPath(name)
    owner = str(path.parent.parent / path.name.removesuffix(".rels"))
    root = parts.trees[owner].getroot() if owner in parts.trees else relation
    for element in root.iter("*"):
        for attribute, value in element.attrib.items():
            if str(attribute).startswith(_RELATIONS) and value == relation.get("Id"):
                return parts.places.of(element, owner)
    return WHOLE
