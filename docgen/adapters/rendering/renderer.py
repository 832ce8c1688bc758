"""The Renderer port by Debian's LibreOffice."""

from collections.abc import Sequence
from pathlib import Path

from docgen.adapters.rendering.fill import fill
from docgen.adapters.rendering.normalise import Expected, normalise
from docgen.adapters.rendering.office import Office
from docgen.adapters.rendering.templates import ShelvedTemplate, TemplateShelf
from docgen.domain.errors import RenderFailed, TemplateRejected
from docgen.ports import Rendered, RenderOrder

FONTS = ("NotoSans", "NotoSansSymbols2")


class LibreOfficeRenderer:
    """Word templates below `templates`, filled, converted by one warm LibreOffice, normalised.

    Of several folders the first that has a template wins. Threads may share it; documents are
    converted one at a time. `fonts` are the beginnings of PostScript names of the fonts a document
    may show.
    """

    def __init__(
        self, *, templates: Sequence[Path], office: Office, fonts: tuple[str, ...] = FONTS
    ) -> None:
        self._shelf = TemplateShelf(*templates)
        self._office = office
        self._fonts = fonts

    def render(self, order: RenderOrder) -> Rendered:
        """Make the document; raises TemplateRejected, RenderFailed or RendererUnavailable."""
        if not order.contexts:
            raise RenderFailed(f"{order.template} is ordered in no language")
        template = self._shelf.get(order.template, tuple(order.contexts))
        _require_pinned(template, order)
        filled = fill(template.compiled, order)
        converted = self._office.convert(filled.docx)
        expected = Expected(
            title=order.title,
            identifier=order.identifier,
            made_at=order.made_at,
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


def _require_pinned(template: ShelvedTemplate, order: RenderOrder) -> None:
    for language, sha256 in template.files.items():
        if order.pinned.get(language, sha256) != sha256:
            raise TemplateRejected(
                f"{language} {order.template}: the Word file is not that of its edition"
            )
