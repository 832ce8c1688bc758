"""Documents of LibreOffice: loaded from a file, exported to one. `uno` is there when we are."""

from pathlib import Path
from typing import Any, Final

import uno

_EXPORT: Final = {
    "SelectPdfVersion": 3,
    "UseTaggedPDF": True,
    "ExportBookmarks": True,
    "ExportBookmarksToPDFDestination": True,
    "ExportFormFields": False,
    "ExportNotes": False,
    "UseLosslessCompression": True,
    "ReduceImageResolution": False,
}
# Without a named filter LibreOffice guesses by content, and would fetch for HTML.
_FILTERS: Final = {"docx": "MS Word 2007 XML", "odt": "writer8"}
_LOADING: Final = {"Hidden": True, "ReadOnly": True, "MacroExecutionMode": 0, "UpdateDocMode": 0}
_PRODUCT = "/org.openoffice.Setup/Product"


class NotLoaded(Exception):
    """LibreOffice cannot read the document."""


class NotExported(Exception):
    """LibreOffice cannot write the document."""


class Desktop:
    """LibreOffice's documents, by its component context."""

    def __init__(self, context: Any) -> None:
        self.context = context
        self._desktop = self.service("com.sun.star.frame.Desktop")

    def service(self, name: str) -> Any:
        """A service of LibreOffice."""
        return self.context.ServiceManager.createInstanceWithContext(name, self.context)

    def load(self, path: Path, kind: str) -> Any:
        """The document in a file, laid out for no screen, its macros and links dead.

        `kind` is docx or odt; raises NotLoaded.
        """
        if kind not in _FILTERS:
            raise NotLoaded(f"a document of the kind {kind}")
        arguments = {"FilterName": _FILTERS[kind]} | _LOADING
        document = self._desktop.loadComponentFromURL(
            path.as_uri(), "_blank", 0, properties(arguments)
        )
        if document is None:
            raise NotLoaded("LibreOffice could not read the document")
        return document

    def export(self, document: Any, path: Path, kind: str) -> None:
        """Write a loaded document as pdf (PDF/A-3b, tagged) or odt; raises NotExported."""
        if kind != "pdf":
            document.storeToURL(path.as_uri(), properties({"FilterName": _FILTERS[kind]}))
            return
        # The filter itself: storing would lock the target, go over two more files and look back.
        files = self.service("com.sun.star.ucb.SimpleFileAccess")
        stream = files.openFileWrite(path.as_uri())
        data = uno.Any("[]com.sun.star.beans.PropertyValue", properties(_EXPORT))
        pdf = self.service("com.sun.star.comp.PDF.PDFFilter")
        pdf.setSourceDocument(document)
        arguments = {"FilterName": "writer_pdf_Export", "FilterData": data, "OutputStream": stream}
        written = pdf.filter(properties(arguments))
        stream.closeOutput()
        if not written:
            raise NotExported("LibreOffice could not write the document")

    def version(self) -> str:
        """What LibreOffice calls itself: `LibreOffice 7.4.7.2`."""
        provider = self.service("com.sun.star.configuration.ConfigurationProvider")
        product = provider.createInstanceWithArguments(
            "com.sun.star.configuration.ConfigurationAccess", properties({"nodepath": _PRODUCT})
        )
        return f"{product.ooName} {product.ooSetupVersionAboutBox}"


def properties(values: dict[str, Any]) -> tuple[Any, ...]:
    """UNO's way of naming arguments."""
    kind = uno.getClass("com.sun.star.beans.PropertyValue")
    return tuple(kind(name, 0, value, 0) for name, value in values.items())
