"""What may be a template, and what is refused before anything interprets it."""

import io
import zipfile

import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from docgen.adapters.rendering import package
from docgen.adapters.rendering.package import check_package
from docgen.domain.errors import TemplateRejected
from docgen.domain.language import Language
from tests.adapters.rendering import word

RELATIONS = "word/_rels/document.xml.rels"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PLAIN = word.template("text")


def related(kind: str, target: str, mode: str = "External") -> bytes:
    """A template with one relation more."""
    relation = (
        f'<Relationship Id="rId99" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="{mode}"/>'
    )
    return word.replaced(PLAIN, RELATIONS, "</Relationships>", f"{relation}</Relationships>")


def with_field(*codes: str) -> bytes:
    """A template with a field whose code is cut into these runs."""
    document = word.blank()
    word.field(document.add_paragraph(), *codes)
    return word.saved(document)


def with_element(tag: str) -> bytes:
    """A template with an empty element in its body."""
    document = word.blank()
    document.add_paragraph()._p.append(OxmlElement(tag))
    return word.saved(document)


def declared(content_type: str, part: str = "/word/more.xml") -> bytes:
    """A template whose content types say one thing more."""
    entry = f'<Override PartName="{part}" ContentType="{content_type}"/>'
    return word.replaced(PLAIN, "[Content_Types].xml", "</Types>", f"{entry}</Types>")


def test_a_plain_template_passes() -> None:
    """Text, tables, fields, bookmarks and PNG pictures are what a template may hold."""
    check_package(word.visit(Language.KK))


def test_web_and_mail_links_pass() -> None:
    """A link is followed by a reader's click, not by us, so it is the one relation let out."""
    check_package(related("hyperlink", "https://example.kz/"))
    check_package(related("hyperlink", "mailto:help@example.kz"))


@pytest.mark.parametrize(
    "kind", ["image", "attachedTemplate", "oleObject", "subDocument", "frame", "header"]
)
def test_relations_to_the_outside_are_refused(kind: str) -> None:
    """Nothing is fetched from anywhere when a document is made."""
    with pytest.raises(TemplateRejected):
        check_package(related(kind, "http://127.0.0.1:9/x.png"))


@pytest.mark.parametrize("target", ["file:///etc/passwd", "javascript:alert(1)", "\\\\host\\x"])
def test_links_elsewhere_are_refused(target: str) -> None:
    """A link leads to the web or to a mail address, or it is refused."""
    with pytest.raises(TemplateRejected, match="web or mail"):
        check_package(related("hyperlink", target))


@pytest.mark.parametrize("code", sorted(package.FORBIDDEN_FIELDS))
def test_fields_that_fetch_are_refused(code: str) -> None:
    """A field that reads files, programs or databases is refused by its name."""
    with pytest.raises(TemplateRejected, match=code):
        check_package(with_field(f' {code.lower()} "/etc/hostname" '))


def test_a_field_cut_into_runs_is_still_seen() -> None:
    """Word may split a field's code anywhere, and so may an attacker."""
    with pytest.raises(TemplateRejected, match="INCLUDETEXT"):
        check_package(with_field("INCLU", 'DETEXT "/etc/hostname"'))


def test_a_simple_field_is_seen_too() -> None:
    """The short spelling of a field is judged like the long one."""
    docx = word.replaced(PLAIN, "word/document.xml", "<w:t>", '<w:fldSimple w:instr="DDE x"/><w:t>')
    with pytest.raises(TemplateRejected, match="DDE"):
        check_package(docx)


def test_a_tag_inside_a_field_is_refused() -> None:
    """Otherwise a value could choose the field."""
    with pytest.raises(TemplateRejected, match="inside a field"):
        check_package(with_field("{{ name }}"))


@pytest.mark.parametrize("code", ["PAGE", "NUMPAGES", 'HYPERLINK "https://example.kz"', "REF seal"])
def test_harmless_fields_pass(code: str) -> None:
    """Page numbers, links and references are what fields are for."""
    check_package(with_field(code))


@pytest.mark.parametrize(
    "name",
    [
        "word/vbaProject.bin",
        "word/embeddings/oleObject1.bin",
        "word/activeX/activeX1.xml",
        "word/media/image.emf",
        "word/afchunk.html",
        "../evil.xml",
        "/etc/evil.xml",
        "word\\evil.xml",
        "C:evil.xml",
        "word/Document.xml",
    ],
)
def test_entries_that_do_not_belong_are_refused(name: str) -> None:
    """Programs, embedded objects, other pictures, unsafe and doubled names are refused."""
    with pytest.raises(TemplateRejected):
        check_package(word.with_member(PLAIN, name, b"<x/>"))


def test_a_picture_is_what_its_name_says() -> None:
    """An SVG called .png is refused: LibreOffice would go by its content."""
    with pytest.raises(TemplateRejected, match="PNG"):
        check_package(word.with_member(PLAIN, "word/media/x.png", b"<svg><image/></svg>"))


@pytest.mark.parametrize("tag", ["w:altChunk", "w:object", "w:control", "w:subDoc", "w:ins"])
def test_elements_that_do_not_belong_are_refused(tag: str) -> None:
    """Foreign content, controls and unaccepted changes are refused."""
    with pytest.raises(TemplateRejected):
        check_package(with_element(tag))


def test_an_address_without_a_relation_is_refused() -> None:
    """VML names a picture's address in the element itself."""
    docx = word.replaced(PLAIN, "word/document.xml", "<w:t>", '<w:x src="http://127.0.0.1/"/><w:t>')
    with pytest.raises(TemplateRejected, match="address"):
        check_package(docx)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/vnd.ms-word.document.macroEnabled.main+xml",
        "application/vnd.ms-office.vbaProject",
        package.MAIN_TYPE,
    ],
)
def test_types_that_do_not_belong_are_refused(content_type: str) -> None:
    """Macro types and a second main part are refused."""
    with pytest.raises(TemplateRejected):
        check_package(declared(content_type))


def test_xml_under_another_name_is_refused() -> None:
    """A part that is XML is searched as XML, so it must be called so."""
    with pytest.raises(TemplateRejected, match="another name"):
        check_package(declared("application/x+xml", "/word/media/x.png"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_doctype_is_refused_in_any_encoding(encoding: str) -> None:
    """Entities could read files or grow without end; another encoding must not hide them."""
    xml = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY e "e">]><x>&e;</x>'
    with pytest.raises(TemplateRejected, match=r"word/more\.xml"):
        check_package(word.with_member(PLAIN, "word/more.xml", xml.encode(encoding)))


@pytest.mark.parametrize(
    "content", [b"", b"<html></html>", b"PK\x03\x04 and no zip", PLAIN[: len(PLAIN) // 2]]
)
def test_what_is_no_package_is_refused(content: bytes) -> None:
    """A text, a web page or half a file under the name .docx is refused."""
    with pytest.raises(TemplateRejected):
        check_package(content)


def test_another_kind_of_package_is_refused() -> None:
    """A zip file that is no Word document is refused."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.xml", "<a/>")
    with pytest.raises(TemplateRejected, match="missing"):
        check_package(stream.getvalue())


def test_a_bomb_is_refused() -> None:
    """A little file that unpacks to a hundred times its size is refused."""
    with pytest.raises(TemplateRejected, match="unpacks"):
        check_package(word.with_member(PLAIN, "word/more.xml", b" " * 20_000_000))


def test_a_directory_that_lies_about_sizes_is_refused() -> None:
    """What is read counts, not what the zip directory declares."""
    docx = bytearray(word.with_member(PLAIN, "word/more.xml", b" " * 20_000_000))
    entry = docx.rindex(b"PK\x01\x02")
    docx[entry + 24 : entry + 28] = (100).to_bytes(4, "little")
    with pytest.raises(TemplateRejected):
        check_package(bytes(docx))


def test_too_many_entries_are_refused() -> None:
    """More than 500 entries are no template."""
    stream = io.BytesIO(PLAIN)
    with zipfile.ZipFile(stream, "a") as archive:
        for number in range(package.MAX_ENTRIES):
            archive.writestr(f"word/{number}.xml", "<a/>")
    with pytest.raises(TemplateRejected, match="entries"):
        check_package(stream.getvalue())


def test_too_large_a_file_is_refused() -> None:
    """More than 5 MB are no template."""
    with pytest.raises(TemplateRejected, match="larger"):
        check_package(PLAIN + bytes(package.MAX_PACKAGE))


def test_an_unfinished_comment_is_refused() -> None:
    """A reviewer's comment must not go to a subscriber."""
    document = word.blank()
    document.add_paragraph()._p.append(OxmlElement("w:commentReference", attrs={qn("w:id"): "1"}))
    with pytest.raises(TemplateRejected, match="comment"):
        check_package(word.saved(document))
