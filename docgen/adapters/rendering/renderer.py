"""The Renderer port by Debian's LibreOffice."""

from pathlib import Path

from docgen.adapters.rendering.fill import fill
from docgen.adapters.rendering.normalise import Expected, normalise
from docgen.adapters.rendering.office import Office
from docgen.adapters.rendering.templates import TemplateShelf
from docgen.domain.errors import RenderFailed
from docgen.ports import Rendered, RenderOrder

FONTS = ("NotoSans",)


class LibreOfficeRenderer:
    """Word templates below `templates`, filled, converted by one warm LibreOffice, normalised.

    Threads may share it; documents are converted one at a time. `fonts` are the beginnings of
    PostScript names of the fonts a document may show.
    """

    def __init__(self, *, templates: Path, office: Office, fonts: tuple[str, ...] = FONTS) -> None:
        self._shelf = TemplateShelf(templates)
        self._office = office
        self._fonts = fonts

    def render(self, order: RenderOrder) -> Rendered:
        """Make the document; raises TemplateRejected, RenderFailed or RendererUnavailable."""
        if not order.contexts:
            raise RenderFailed(f"{order.template} is ordered in no language")
        template = self._shelf.get(order.template, tuple(order.contexts))
        filled = fill(template.compiled, order)
        converted = self._office.convert(filled.docx)
        expected = Expected(
            title=order.title,
            identifier=order.identifier,
            bookmarks=filled.bookmarks,
            fonts=self._fonts,
        )
        document = normalise(converted.pdf, expected)
        return Rendered(
            pdf=document.pdf,
            pages=document.pages,
            template_sha256=template.sha256,
            engine=converted.engine,
        )

    def close(self) -> None:
        """Stop LibreOffice."""
        self._office.close()
