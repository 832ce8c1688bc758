"""A Word template is checked as a package (ECMA-376 part 2) before anything interprets it.

The rule is narrow on purpose: a template is text, tables, PNG and JPEG pictures. Whatever
could run, fetch, embed or hide something is refused by name, whoever made the file.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from lxml import etree

from docgen.adapters.rendering.objection import Objection, damaged, too_large
from docgen.adapters.rendering.package_parts import (
    Parts,
    forbidden_elements,
    forbidden_words,
    outward_relations,
)
from docgen.adapters.rendering.places import PlacesOfParts
from docgen.domain.faults import Fault
from docgen.domain.template import Place, Story

MAX_PACKAGE = 5 * 1024 * 1024
MAX_ENTRIES = 500
MAX_UNPACKED = 50 * 1024 * 1024
MAX_RATIO = 100

CONTENT_TYPES = "[Content_Types].xml"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

SIGNATURES = {".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff"}
FORBIDDEN_FIELDS = frozenset(
    ("INCLUDETEXT", "INCLUDEPICTURE", "DDE", "DDEAUTO", "LINK", "IMPORT", "DATABASE", "RD")
)

_FIELD_MARKS = (f"{W}fldChar", f"{W}instrText", f"{W}delInstrText", f"{W}fldSimple")


def check_package(docx: bytes) -> None:
    """Raise TemplateRejected unless the bytes are a harmless .docx package."""
    for objection in objections(docx):
        raise objection


def objections(docx: bytes) -> Iterator[Objection]:
    """Everything for which the package is refused; nothing is done before it is asked for."""
    try:
        members = read_members(docx)
    except Objection as objection:
        yield objection
        return
    trees: dict[str, etree._ElementTree] = {}
    for name, blob in members.items():
        try:
            if _is_xml(name):
                trees[name] = _parsed(name, blob)
        except Objection as objection:
            yield objection
    yield from _of_content_types(trees.get(CONTENT_TYPES), members)
    parts = Parts(trees)
    for name, blob in members.items():
        yield from _of_member(name, blob, parts)


def read_members(docx: bytes) -> dict[str, bytes]:
    """The entries by name; raises Objection for what is no zip, or too large."""
    if len(docx) > MAX_PACKAGE:
        raise too_large(f"the file is larger than {MAX_PACKAGE} bytes")
    if not docx.startswith(b"PK\x03\x04"):
        raise damaged("the file is not a Word document (.docx)")
    try:
        with zipfile.ZipFile(io.BytesIO(docx)) as archive:
            return _unpacked(archive, len(docx))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise damaged("the file is a damaged zip archive") from error


def _unpacked(archive: zipfile.ZipFile, packed: int) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise too_large(f"more than {MAX_ENTRIES} entries")
    limit = min(MAX_UNPACKED, packed * MAX_RATIO)
    if sum(entry.file_size for entry in entries) > limit:
        raise too_large(f"unpacks to more than {limit} bytes")
    members: dict[str, bytes] = {}
    for entry in entries:
        # the directory's sizes may lie, so what is read is counted too
        with archive.open(entry) as stream:
            blob = stream.read(limit + 1)
        limit -= len(blob)
        if limit < 0:
            raise too_large("unpacks to more than it declares")
        if entry.filename.lower() in {name.lower() for name in members}:
            raise damaged(f"two entries are called {entry.filename}")
        members[entry.filename] = blob
    return members


def _of_member(name: str, blob: bytes, parts: Parts) -> Iterator[Objection]:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or re.search(r"[\\:\x00-\x1f]", name):
        yield damaged(f"an entry has the unsafe name {name!r}")
        return
    yield from forbidden_words(name, "an entry is called", name)
    if name in parts.trees:
        yield from _of_tree(name, parts)
    elif not _is_xml(name):
        yield from _of_picture(name, blob)


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


def _parsed(name: str, blob: bytes) -> etree._ElementTree:
    # Only UTF-8 is let in: in another encoding a DOCTYPE would hide from the search below.
    try:
        text = blob.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise damaged(f"{name} is not UTF-8") from error
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise damaged(f"{name} declares a DOCTYPE")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        tree = etree.ElementTree(etree.fromstring(blob, parser))
    except etree.XMLSyntaxError as error:
        raise damaged(f"{name} is not well-formed XML") from error
    if (tree.docinfo.encoding or "UTF-8").upper() not in {"UTF-8", "US-ASCII", "ASCII"}:
        raise damaged(f"{name} is not UTF-8")
    return tree


def _of_content_types(
    tree: etree._ElementTree | None, members: Mapping[str, bytes]
) -> Iterator[Objection]:
    if tree is None:
        yield damaged(f"{CONTENT_TYPES} is missing")
        return
    mains = []
    for entry in tree.getroot().iterchildren("*"):
        part = entry.get("PartName") or f"*.{entry.get('Extension', '')}"
        content_type = entry.get("ContentType", "")
        yield from forbidden_words(content_type, "a part has the type", CONTENT_TYPES)
        if content_type.endswith(("+xml", "/xml")) and not _is_xml(part):
            yield damaged(f"{part} is XML under another name")
        if content_type == MAIN_TYPE:
            mains.append(part.removeprefix("/"))
    if len(mains) != 1 or mains[0] not in members:
        yield damaged("the package has no main part of a Word document")


def _of_picture(name: str, blob: bytes) -> Iterator[Objection]:
    # LibreOffice looks at the bytes, not at the name: an SVG called .png would be an SVG.
    signature = SIGNATURES.get(PurePosixPath(name).suffix.lower())
    if name.endswith("/") and not blob:
        return
    if signature is None or not blob.startswith(signature):
        place = Place(story=Story.OTHER, entry=name)
        said = f"{name} is neither XML nor a PNG or JPEG picture"
        yield Objection(said, Fault.NOT_A_PICTURE, place)


def _of_tree(name: str, parts: Parts) -> Iterator[Objection]:
    root = parts.trees[name].getroot()
    if name.lower().endswith(".rels"):
        yield from outward_relations(name, parts)
        return
    for element in root.iter("*"):
        yield from forbidden_elements(name, element, parts.places)
    for mark, code in _field_codes(root):
        yield from _of_field(name, mark, code, parts.places)


def _field_codes(root: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """Every field's whole code with where it begins; Word may cut one into many runs and nest."""
    open_fields: list[tuple[etree._Element, list[str]]] = []
    for element in root.iter(*_FIELD_MARKS):
        if element.tag == f"{W}fldSimple":
            yield element, element.get(f"{W}instr", "")
        elif element.tag != f"{W}fldChar":
            if not open_fields:
                yield element, element.text or ""
            else:
                open_fields[-1][1].append(element.text or "")
        elif element.get(f"{W}fldCharType") == "begin":
            open_fields.append((element, []))
        elif element.get(f"{W}fldCharType") == "end" and open_fields:
            mark, codes = open_fields.pop()
            yield mark, "".join(codes)
    for mark, codes in open_fields:
        yield mark, "".join(codes)


def _of_field(
    name: str, mark: etree._Element, code: str, places: PlacesOfParts
) -> Iterator[Objection]:
    if "{{" in code or "{%" in code:
        said = f"{name} has a tag inside a field code"
        yield Objection(said, Fault.TAG_IN_FIELD, places.of(mark, name), field=code.strip())
    words = code.split(maxsplit=1)
    if words and words[0].upper() in FORBIDDEN_FIELDS:
        field = words[0].upper()
        said = f"{name} has the forbidden field {field}"
        yield Objection(said, Fault.FORBIDDEN_FIELD, places.of(mark, name), field=field)
