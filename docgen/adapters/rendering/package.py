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

from docgen.domain.errors import TemplateRejected

MAX_PACKAGE = 5 * 1024 * 1024
MAX_ENTRIES = 500
MAX_UNPACKED = 50 * 1024 * 1024
MAX_RATIO = 100

CONTENT_TYPES = "[Content_Types].xml"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

SIGNATURES = {".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff"}
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
UNFINISHED_ELEMENTS = frozenset(
    W + name for name in ("ins", "del", "moveFrom", "moveTo", "commentReference")
)
FORBIDDEN_FIELDS = frozenset(
    ("INCLUDETEXT", "INCLUDEPICTURE", "DDE", "DDEAUTO", "LINK", "IMPORT", "DATABASE", "RD")
)
LINK_TARGETS = ("https://", "http://", "mailto:")

_FIELD_MARKS = (f"{W}fldChar", f"{W}instrText", f"{W}delInstrText", f"{W}fldSimple")


def check_package(docx: bytes) -> None:
    """Raise TemplateRejected unless the bytes are a harmless .docx package."""
    members = _members(docx)
    trees = {name: _parsed(name, blob) for name, blob in members.items() if _is_xml(name)}
    _check_content_types(trees.get(CONTENT_TYPES), members)
    for name, blob in members.items():
        _check_name(name)
        if name in trees:
            _check_tree(name, trees[name])
        else:
            _check_picture(name, blob)


def _members(docx: bytes) -> dict[str, bytes]:
    if len(docx) > MAX_PACKAGE:
        raise TemplateRejected(f"the file is larger than {MAX_PACKAGE} bytes")
    if not docx.startswith(b"PK\x03\x04"):
        raise TemplateRejected("the file is not a Word document (.docx)")
    try:
        with zipfile.ZipFile(io.BytesIO(docx)) as archive:
            return _unpacked(archive, len(docx))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise TemplateRejected("the file is a damaged zip archive") from error


def _unpacked(archive: zipfile.ZipFile, packed: int) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise TemplateRejected(f"more than {MAX_ENTRIES} entries")
    limit = min(MAX_UNPACKED, packed * MAX_RATIO)
    if sum(entry.file_size for entry in entries) > limit:
        raise TemplateRejected(f"unpacks to more than {limit} bytes")
    members: dict[str, bytes] = {}
    for entry in entries:
        # the directory's sizes may lie, so what is read is counted too
        with archive.open(entry) as stream:
            blob = stream.read(limit + 1)
        limit -= len(blob)
        if limit < 0:
            raise TemplateRejected("unpacks to more than it declares")
        if entry.filename.lower() in {name.lower() for name in members}:
            raise TemplateRejected(f"two entries are called {entry.filename}")
        members[entry.filename] = blob
    return members


def _check_name(name: str) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or re.search(r"[\\:\x00-\x1f]", name):
        raise TemplateRejected(f"an entry has the unsafe name {name!r}")
    _refuse_words(name, "an entry is called")


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


def _parsed(name: str, blob: bytes) -> etree._ElementTree:
    # Only UTF-8 is let in: in another encoding a DOCTYPE would hide from the search below.
    try:
        text = blob.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TemplateRejected(f"{name} is not UTF-8") from error
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise TemplateRejected(f"{name} declares a DOCTYPE")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        tree = etree.ElementTree(etree.fromstring(blob, parser))
    except etree.XMLSyntaxError as error:
        raise TemplateRejected(f"{name} is not well-formed XML") from error
    if (tree.docinfo.encoding or "UTF-8").upper() not in {"UTF-8", "US-ASCII", "ASCII"}:
        raise TemplateRejected(f"{name} is not UTF-8")
    return tree


def _check_content_types(tree: etree._ElementTree | None, members: Mapping[str, bytes]) -> None:
    if tree is None:
        raise TemplateRejected(f"{CONTENT_TYPES} is missing")
    mains = []
    for entry in tree.getroot():
        part = entry.get("PartName") or f"*.{entry.get('Extension', '')}"
        content_type = entry.get("ContentType", "")
        _refuse_words(content_type, "a part has the type")
        if content_type.endswith(("+xml", "/xml")) and not _is_xml(part):
            raise TemplateRejected(f"{part} is XML under another name")
        if content_type == MAIN_TYPE:
            mains.append(part.removeprefix("/"))
    if len(mains) != 1 or mains[0] not in members:
        raise TemplateRejected("the package has no main part of a Word document")


def _check_picture(name: str, blob: bytes) -> None:
    # LibreOffice looks at the bytes, not at the name: an SVG called .png would be an SVG.
    signature = SIGNATURES.get(PurePosixPath(name).suffix.lower())
    if name.endswith("/") and not blob:
        return
    if signature is None or not blob.startswith(signature):
        raise TemplateRejected(f"{name} is neither XML nor a PNG or JPEG picture")


def _check_tree(name: str, tree: etree._ElementTree) -> None:
    root = tree.getroot()
    if name.lower().endswith(".rels"):
        for relation in root.iter("{*}Relationship"):
            _check_relation(name, relation)
        return
    for element in root.iter("*"):
        _check_element(name, element)
    for code in _field_codes(root):
        _check_field(name, code)


def _check_relation(name: str, relation: etree._Element) -> None:
    kind = relation.get("Type", "")
    _refuse_words(kind, "a relation has the type")
    if relation.get("TargetMode", "Internal") == "Internal":
        return
    target = relation.get("Target", "")
    if not kind.endswith("/hyperlink"):
        raise TemplateRejected(f"{name} fetches from outside: {kind.rpartition('/')[2]}")
    if not target.lower().startswith(LINK_TARGETS):
        raise TemplateRejected(f"{name} links to something that is not a web or mail address")


def _check_element(name: str, element: etree._Element) -> None:
    local = etree.QName(element).localname
    if element.tag in FORBIDDEN_ELEMENTS:
        raise TemplateRejected(f"{name} has the forbidden element {local}")
    if element.tag in UNFINISHED_ELEMENTS:
        raise TemplateRejected(f"{name} has an open change or comment ({local})")
    for attribute, value in element.attrib.items():
        # VML takes addresses without a relation
        if etree.QName(attribute).localname in {"src", "href"} and not str(value).startswith("#"):
            raise TemplateRejected(f"{name} has an address in {local}")


def _field_codes(root: etree._Element) -> Iterator[str]:
    """Every field's whole code; Word may cut one into many runs and nest them."""
    open_fields: list[list[str]] = []
    for element in root.iter(*_FIELD_MARKS):
        if element.tag == f"{W}fldSimple":
            yield element.get(f"{W}instr", "")
        elif element.tag != f"{W}fldChar":
            if not open_fields:
                yield element.text or ""
            else:
                open_fields[-1].append(element.text or "")
        elif element.get(f"{W}fldCharType") == "begin":
            open_fields.append([])
        elif element.get(f"{W}fldCharType") == "end" and open_fields:
            yield "".join(open_fields.pop())
    for unclosed in open_fields:
        yield "".join(unclosed)


def _check_field(name: str, code: str) -> None:
    if "{{" in code or "{%" in code:
        raise TemplateRejected(f"{name} has a tag inside a field code")
    words = code.split(maxsplit=1)
    if words and words[0].upper() in FORBIDDEN_FIELDS:
        raise TemplateRejected(f"{name} has the forbidden field {words[0].upper()}")


def _refuse_words(text: str, what: str) -> None:
    if any(word in text.lower() for word in FORBIDDEN_WORDS):
        raise TemplateRejected(f"{what} {text}")
