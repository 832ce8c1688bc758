"""All ways by which one template can be filled."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docgen.adapters.rendering.fill import fill, rendered
from docgen.adapters.rendering.routes.open_document import CONTENT, read_open
from docgen.adapters.rendering.routes.open_filling import OpenTemplate, compile_open
from docgen.adapters.rendering.routes.preloading import PreloadedTemplate, preload
from docgen.adapters.rendering.routes.refusal import NotCompilable
from docgen.adapters.rendering.routes.route import Route
from docgen.adapters.rendering.routes.tokens import Tag
from docgen.adapters.rendering.tags import BODY, Compiled, noting
from docgen.domain.rendering import RenderOrder

_BOOKMARK = re.compile('<text:bookmark(?:-start)? [^>]*?text:name="([^"]*)"')


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What to send to the engine for one document, and the bookmarks that it must keep."""

    work: Mapping[str, Any]
    body: bytes
    bookmarks: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class TemplateRoutes:
    """One template in given languages; `why` says of routes that are not there what they miss."""

    word: Compiled
    loaded: OpenTemplate | None = None
    preloaded: PreloadedTemplate | None = None
    folder: Path | None = None
    """Where the zygote finds what it loads ahead."""
    bookmarks: frozenset[str] = frozenset()
    why: Mapping[Route, str] = field(default_factory=dict)

    def fill(self, route: Route, order: RenderOrder, qr: bytes | None) -> Filled:
        """Values into the template; raises RenderFailed, TooMany, or KeyError without the route."""
        if route is Route.WORD:
            filled = fill(self.word, order, qr)
            return Filled(work=_LOAD_WORD, body=filled.docx, bookmarks=filled.bookmarks)
        if route is Route.LOADED and self.loaded is not None:
            body = self.loaded.fill(order, qr)
            return Filled(work=_LOAD_OPEN, body=body, bookmarks=self.bookmarks)
        if route is Route.PRELOADED and self.preloaded is not None and self.folder is not None:
            times, body = self.preloaded.fill(order, qr)
            work = {
                "kind": "fill",
                "template": f"{self.folder.name} {times}",
                "folder": str(self.folder / str(times)),
            }
            return Filled(work=work, body=body, bookmarks=self.bookmarks)
        raise KeyError(route)

    def printed(self, order: RenderOrder) -> Sequence[str]:
        """Every text that the order prints in the body; raises RenderFailed for a missing value."""
        with noting() as texts:
            if self.loaded is not None:
                self.loaded.body(order)
            else:
                rendered(self.word.pieces[BODY], order)
        return texts


_LOAD_WORD = {"kind": "load", "from": "docx", "to": "pdf"}
_LOAD_OPEN = {"kind": "load", "from": "odt", "to": "pdf"}
TO_OPEN = {"kind": "load", "from": "docx", "to": "odt"}


def compile_routes(
    word: Compiled, tags: tuple[Tag, ...], odt: bytes, folder: Path
) -> TemplateRoutes:
    """Every route that the template can go; `odt` is what LibreOffice made of its tokens."""
    why: dict[Route, str] = {}
    loaded = preloaded = None
    bookmarks: frozenset[str] = frozenset()
    try:
        document = read_open(odt, tags)
        loaded = compile_open(document)
        bookmarks = frozenset(html.unescape(n) for n in _BOOKMARK.findall(document.text(CONTENT)))
    except NotCompilable as error:
        why[Route.LOADED] = why[Route.PRELOADED] = str(error)
    else:
        try:
            preloaded = preload(document)
        except NotCompilable as error:
            why[Route.PRELOADED] = str(error)
    return TemplateRoutes(
        word=word,
        loaded=loaded,
        preloaded=preloaded,
        folder=folder,
        bookmarks=bookmarks,
        why=why,
    )
