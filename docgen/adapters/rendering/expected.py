"""What a PDF that is to be sealed says of itself, and what it may consist of."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape

FORBIDDEN_ACTIONS = frozenset(
    ("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Movie",
     "/Sound", "/Rendition", "/ResetForm", "/Hide", "/SetOCGState", "/Trans", "/GoTo3DView")
)  # fmt: skip
AUTOMATIC = frozenset(("/AA", "/XFA", "/JS"))
"""Keys of what happens by itself."""
_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" \
xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" \
xmlns:xmp="http://ns.adobe.com/xap/1.0/">
   <pdfaid:part>3</pdfaid:part>
   <pdfaid:conformance>B</pdfaid:conformance>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
   <dc:identifier>{identifier}</dc:identifier>
   <pdf:Producer>{producer}</pdf:Producer>
   <xmp:CreatorTool>{creator}</xmp:CreatorTool>
   <xmp:CreateDate>{made:%Y-%m-%dT%H:%M:%SZ}</xmp:CreateDate>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""


@dataclass(frozen=True, kw_only=True)
class Normalised:
    """The PDF and its number of pages."""

    pdf: bytes
    pages: int


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the document is called, and what it may consist of."""

    title: str
    identifier: str
    made_at: datetime
    """Takes the place of the engine's clock wherever that stands."""
    bookmarks: frozenset[str]
    """Word's names, each of which must have become a named destination of the PDF."""
    fonts: tuple[str, ...]
    """Beginnings of allowed PostScript names: `NotoSans` allows the whole family."""

    @property
    def made(self) -> datetime:
        """In UTC."""
        return self.made_at.astimezone(UTC)

    def packet(self, *, producer: str, creator: str) -> bytes:
        """The metadata of a PDF/A-3b (ISO 16684-1, ISO 19005-3 6.6): what /Info says too."""
        texts = {"title": self.title, "identifier": self.identifier}
        texts |= {"producer": producer, "creator": creator}
        escaped = {name: escape(text) for name, text in texts.items()}
        return _PACKET.format(made=self.made, **escaped).encode()


def destination_of(bookmark: str) -> str:
    """What LibreOffice calls a bookmark's destination: `mark5Fsms` for `mark_sms`."""
    return re.sub("[^A-Za-z0-9-]", lambda found: f"{ord(found[0]):02X}", bookmark)
