"""Documents that would have LibreOffice fetch something, in all the ways they know."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from tests.adapters.rendering import word

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NAMES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
    "script": "urn:oasis:names:tc:opendocument:xmlns:script:1.0",
    "dom": "http://www.w3.org/2001/xml-events",
    "ooo": "http://openoffice.org/2004/office",
    "xlink": "http://www.w3.org/1999/xlink",
}
_MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
_ODT = "application/vnd.oasis.opendocument.text"

Linking = Callable[[str], bytes]


def linked_picture(address: str) -> bytes:
    """A picture that is linked, not held."""
    docx = _with_body(
        '<w:p><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/'
        '2006/wordprocessingDrawing"><wp:extent cx="900000" cy="900000"/><wp:docPr id="1" '
        'name="p"/><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic '
        'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:nvPicPr>'
        '<pic:cNvPr id="1" name="p"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip '
        f'xmlns:r="{_RELATIONS}" r:link="rIdX"/></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" '
        'y="0"/><a:ext cx="900000" cy="900000"/></a:xfrm><a:prstGeom prst="rect"/></pic:spPr>'
        "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )
    return _related(docx, "image", address)


def drawn_picture(address: str) -> bytes:
    """The same in the drawing language of older Words."""
    docx = _with_body(
        '<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml" '
        'style="width:90pt;height:90pt"><v:imagedata '
        f'xmlns:r="{_RELATIONS}" r:href="rIdX" src={quoteattr(address)}/></v:shape></w:pict>'
        "</w:r></w:p>"
    )
    return _related(docx, "image", address)


def included_text(address: str) -> bytes:
    """A field that is the text of another document."""
    return _field(f'INCLUDETEXT "{address}"')


def included_picture(address: str) -> bytes:
    """A field that is a picture from elsewhere."""
    return _field(f'INCLUDEPICTURE "{address}" \\d')


def exchanged_data(address: str) -> bytes:
    """A field that asks another program."""
    return _field(f'DDEAUTO soffice "{address}" item')


def linked_object(address: str) -> bytes:
    """An object of another program that is linked."""
    docx = _with_body(
        '<w:p><w:r><w:object><o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office" '
        f'xmlns:r="{_RELATIONS}" Type="Link" ProgID="Word.Document.12" ShapeID="s1" '
        'DrawAspect="Content" UpdateMode="Always" r:id="rIdX"/></w:object></w:r></w:p>'
    )
    return _related(docx, "oleObject", address)


def chunk(address: str) -> bytes:
    """A part that is another document."""
    docx = _with_body(f'<w:altChunk xmlns:r="{_RELATIONS}" r:id="rIdX"/>')
    return _related(docx, "aFChunk", address)


def subdocument(address: str) -> bytes:
    """A chapter of a master document."""
    docx = _with_body(f'<w:p><w:subDoc xmlns:r="{_RELATIONS}" r:id="rIdX"/></w:p>')
    return _related(docx, "subDocument", address)


def attached_template(address: str) -> bytes:
    """The template that it was made from."""
    docx = word.replaced(
        word.template("x"),
        "word/settings.xml",
        "<w:zoom",
        f'<w:attachedTemplate xmlns:r="{_RELATIONS}" r:id="rIdX"/><w:zoom',
    )
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f"{_relation('attachedTemplate', address)}</Relationships>"
    )
    return word.with_member(docx, "word/_rels/settings.xml.rels", relations.encode())


def outer_entity(address: str) -> bytes:
    """XML that wants another file read for it."""
    docx = word.template("x &outer;")
    declared = f'<!DOCTYPE w:document [<!ENTITY outer SYSTEM "{address}">]>'
    docx = word.replaced(docx, "word/document.xml", "<w:document", f"{declared}<w:document")
    return word.replaced(docx, "word/document.xml", "&amp;outer;", "&outer;")


def odt_picture(address: str) -> bytes:
    """A linked picture."""
    return odt(f"<text:p>{_frame(f'<draw:image {_link(address)}/>')}</text:p>")


def odt_section(address: str) -> bytes:
    """A section whose text is elsewhere."""
    source = f"<text:section-source {_link(address)}/>"
    return odt(f'<text:section text:name="s">{source}<text:p>x</text:p></text:section>')


def odt_object(address: str) -> bytes:
    """A linked object."""
    return odt(f"<text:p>{_frame(f'<draw:object {_link(address)}/>')}</text:p>")


def odt_floating_frame(address: str) -> bytes:
    """A page within the page."""
    return odt(f"<text:p>{_frame(f'<draw:floating-frame {_link(address)}/>')}</text:p>")


def odt_plugin(address: str) -> bytes:
    """Something to be played."""
    played = f'<draw:plugin draw:mime-type="video/mp4" {_link(address)}/>'
    return odt(f"<text:p>{_frame(played)}</text:p>")


def odt_font(address: str) -> bytes:
    """A font that is not in the document."""
    source = f"<svg:font-face-src><svg:font-face-uri {_link(address)}/></svg:font-face-src>"
    face = f'<style:font-face style:name="F" svg:font-family="F">{source}</style:font-face>'
    return odt("<text:p>x</text:p>", f"<office:font-face-decls>{face}</office:font-face-decls>")


def odt_background(address: str) -> bytes:
    """A paragraph with a picture behind it."""
    behind = f"<style:background-image {_link(address)}/>"
    style = '<style:style style:name="P" style:family="paragraph"><style:paragraph-properties>'
    style += f"{behind}</style:paragraph-properties></style:style>"
    return odt(
        '<text:p text:style-name="P">x</text:p>',
        f"<office:automatic-styles>{style}</office:automatic-styles>",
    )


def odt_exchanged_data(address: str) -> bytes:
    """A section that asks another program."""
    source = '<office:dde-source office:dde-application="soffice" office:dde-item="i" '
    source += f'office:dde-topic={quoteattr(address)} office:automatic-update="true"/>'
    return odt(f'<text:section text:name="s">{source}<text:p>x</text:p></text:section>')


def odt_macro(path: Path) -> bytes:
    """A macro in Basic that writes a file when the document is opened, shown or exported."""
    macro = "vnd.sun.star.script:Standard.Module1.Main?language=Basic&amp;location=document"
    listeners = "".join(
        f'<script:event-listener script:language="ooo:script" script:event-name="{event}" '
        f'xlink:type="simple" xlink:href="{macro}"/>'
        for event in ("dom:load", "office:load-finished", "office:view-created", "office:copy-to")
    )
    event = f"<office:event-listeners>{listeners}</office:event-listeners>"
    code = f'Sub Main\nOpen "{path}" For Output As #1\nPrint #1, "x"\nClose #1\nEnd Sub'
    library = "http://openoffice.org/2000/library"
    script = "http://openoffice.org/2000/script"
    return odt(
        "<text:p>x</text:p>",
        f"<office:scripts>{event}</office:scripts>",
        **{
            "Basic/script-lc.xml": f'<library:libraries xmlns:library="{library}"><library:library '
            'library:name="Standard" library:link="false"/></library:libraries>',
            "Basic/Standard/script-lb.xml": f'<library:library xmlns:library="{library}" '
            'library:name="Standard" library:readonly="false" library:passwordprotected="false">'
            '<library:element library:name="Module1"/></library:library>',
            "Basic/Standard/Module1.xml": f'<script:module xmlns:script="{script}" '
            f'script:name="Module1" script:language="StarBasic">{escape(code)}</script:module>',
        },
    )


DOCX: tuple[Linking, ...] = (
    linked_picture,
    drawn_picture,
    included_text,
    included_picture,
    exchanged_data,
    linked_object,
    chunk,
    subdocument,
    attached_template,
    outer_entity,
)
ODT: tuple[Linking, ...] = (
    odt_picture,
    odt_section,
    odt_object,
    odt_floating_frame,
    odt_plugin,
    odt_font,
    odt_background,
    odt_exchanged_data,
)


def odt(body: str, before: str = "", **parts: str) -> bytes:
    """An OpenDocument text with this in its body."""
    names = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in _NAMES.items())
    parts["content.xml"] = (
        f'<office:document-content {names} office:version="1.3">{before}<office:body>'
        f"<office:text>{body}</office:text></office:body></office:document-content>"
    )
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>'
        for name in parts
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", _ODT)
        for name, content in parts.items():
            archive.writestr(name, content)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{_MANIFEST}" manifest:version="1.3">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODT}"/>'
            f"{entries}</manifest:manifest>",
        )
    return stream.getvalue()


def _link(address: str) -> str:
    attributes = 'xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"'
    return f"xlink:href={quoteattr(address)} {attributes}"


def _frame(content: str) -> str:
    place = 'text:anchor-type="as-char" svg:width="3cm" svg:height="3cm"'
    return f"<draw:frame {place}>{content}</draw:frame>"


def _with_body(content: str) -> bytes:
    return word.replaced(word.template("x"), "word/document.xml", "<w:p>", f"{content}<w:p>")


def _field(code: str) -> bytes:
    document = word.blank()
    word.field(document.add_paragraph("x "), code)
    return word.saved(document)


def _related(docx: bytes, kind: str, address: str) -> bytes:
    end = "</Relationships>"
    relations = "word/_rels/document.xml.rels"
    return word.replaced(docx, relations, end, f"{_relation(kind, address)}{end}")


def _relation(kind: str, address: str) -> str:
    return (
        f'<Relationship Id="rIdX" Type="{_RELATIONS}/{kind}" '
        f'Target={quoteattr(address)} TargetMode="External"/>'
    )
