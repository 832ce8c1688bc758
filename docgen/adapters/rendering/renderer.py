"""The Renderer port by Debian's LibreOffice: values, a route, the engine, one normalised PDF."""

import hashlib
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from docgen.adapters.rendering.engine_client import (
    Answer,
    Engine,
    Job,
    NotDone,
    NotSettled,
    Refused,
)
from docgen.adapters.rendering.expected import Expected, Normalised
from docgen.adapters.rendering.fill import check_values, qr_of
from docgen.adapters.rendering.fonts import FAMILIES
from docgen.adapters.rendering.normalise import normalise
from docgen.adapters.rendering.reading import TextLost, require_texts
from docgen.adapters.rendering.routes.book import Page, RouteBook, Unproved
from docgen.adapters.rendering.routes.preloading import TooMany
from docgen.adapters.rendering.routes.route import Route
from docgen.adapters.rendering.routes.template_routes import TO_OPEN, TemplateRoutes
from docgen.adapters.rendering.templates import ShelvedTemplate, TemplateShelf
from docgen.domain.errors import RendererUnavailable, RenderFailed, TemplateRejected
from docgen.domain.language import Language
from docgen.domain.rendering import Rendered, RenderOrder
from docgen.domain.template import RouteReport

_log = logging.getLogger(__name__)

TIME_LIMIT: Final = 60.0
"""Seconds that the engine may take for one document, waiting for its turn not counted."""
_PASS_BY: Final = 4
"""Documents that do not try the fastest route after one for which it was in vain."""
_ROUTES = "routes"
"""The caller that trials of templates are made for."""


@dataclass(frozen=True)
class _Made:
    document: Normalised
    route: Route
    answer: Answer


class _Unsettled:
    """Templates whose last document did not settle; the next few go another way at once."""

    def __init__(self) -> None:
        self._left: dict[str, int] = {}

    def note(self, template: str) -> None:
        self._left[template] = _PASS_BY

    def passes(self, template: str) -> bool:
        left = self._left.get(template, 0)
        self._left[template] = max(0, left - 1)
        return left > 0


class LibreOfficeRenderer:
    """Word templates below `templates`, filled by the fastest proved route, converted, checked.

    Of several folders the first that has a template wins. Threads may share it. `book` holds what
    is proved of templates, `fonts` names the digest of the font files in every document's record.
    """

    def __init__(
        self,
        *,
        templates: Sequence[Path],
        engine: Engine,
        book: RouteBook,
        fonts: str = "",
        families: tuple[str, ...] = FAMILIES,
        time_limit: float = TIME_LIMIT,
    ) -> None:
        self._shelf = TemplateShelf(*templates)
        self._engine = engine
        self._book = book
        self._fonts = fonts
        self._families = families
        self._time_limit = time_limit
        self._machine = ""
        self._closed = threading.Event()
        self._unsettled = _Unsettled()

    def render(self, order: RenderOrder) -> Rendered:
        """Make the document; raises TemplateRejected, RenderFailed or RendererUnavailable."""
        if not order.contexts:
            raise RenderFailed(f"{order.template} is ordered in no language")
        template = self._shelf.get(order.template, tuple(order.contexts))
        _require_pinned(template, order)
        page = self._book.look_up(template, self._on_machine())
        made = self._made(order, template, page)
        return Rendered(
            pdf=made.document.pdf,
            pages=made.document.pages,
            template_sha256=template.sha256,
            engine=self._named(made),
        )

    def prove(
        self,
        name: str,
        languages: tuple[Language, ...],
        trials: Callable[[], Sequence[RenderOrder]],
    ) -> RouteReport:
        """Find out which routes a template can go: those that give the Word route's very bytes.

        What is known already is told at once. Raises TemplateRejected for a template that none
        can go, RenderFailed when the Word route itself fails an order, or RendererUnavailable.
        """
        machine = self._on_machine()
        try:
            why = self._book.verdict(self._shelf.sha256(name, languages), languages, machine)
        except Unproved:
            why = self._tried(self._shelf.get(name, languages), trials)
        return RouteReport(
            template=name,
            languages=languages,
            route=next(route.value for route in Route if route not in why),
            why={route.value: reason for route, reason in why.items()},
        )

    def _tried(
        self, template: ShelvedTemplate, trials: Callable[[], Sequence[RenderOrder]]
    ) -> Mapping[Route, str]:
        orders: list[RenderOrder] = []
        reference: list[str] = []

        def judge(routes: TemplateRoutes, route: Route) -> str:
            if not orders:
                orders.extend(trials())
                reference.extend(self._digest(o, template, routes, Route.WORD) for o in orders)
            return self._compared(
                route, routes, template, list(zip(orders, reference, strict=True))
            )

        return self._book.prove(template, self._on_machine(), self._converted, judge).why

    def _compared(
        self,
        route: Route,
        routes: TemplateRoutes,
        template: ShelvedTemplate,
        trials: Sequence[tuple[RenderOrder, str]],
    ) -> str:
        """What is wrong with a route, if anything, by the digests that it should give."""
        for number, (order, expected) in enumerate(trials, start=1):
            try:
                digest = self._digest(order, template, routes, route)
            except (TooMany, NotSettled):
                continue
            except (RenderFailed, Refused) as error:
                return f"order {number} of {len(trials)} fails: {error}"
            if digest != expected:
                return f"order {number} of {len(trials)} looks otherwise"
        return "" if trials else "there is nothing to try it with"

    def close(self) -> None:
        """Need the engine no more; trials that are under way in other threads end."""
        self._closed.set()
        self._engine.close()

    def _made(self, order: RenderOrder, template: ShelvedTemplate, page: Page) -> _Made:
        qr = qr_of(template.compiled, order)
        check_values(order)
        for route in page.usable:
            if route is Route.PRELOADED and self._unsettled.passes(template.sha256):
                continue
            try:
                return _read_back(self._by(route, order, page.routes, qr), order, page.routes)
            except TooMany:
                continue
            except NotSettled:
                self._unsettled.note(template.sha256)
            except TextLost as error:
                _log.warning("%s is made anew, with rows that split: %s", order.template, error)
                break
            except (NotDone, Refused) as error:
                if route is Route.WORD:
                    raise
                _log.warning("%s does not go by %s: %s", order.template, route, error)
        languages = tuple(order.contexts)
        splitting = self._shelf.get(order.template, languages, rows_split=True)
        routes = replace(page.routes, word=splitting.compiled)
        made = self._by(Route.WORD, order, routes, qr)
        return _read_back(made, order, routes, rows_split=True)

    def _by(
        self, route: Route, order: RenderOrder, routes: TemplateRoutes, qr: bytes | None
    ) -> _Made:
        if self._closed.is_set():
            raise RendererUnavailable("the renderer is closed")
        filled = routes.fill(route, order, qr)
        clock = {"clock": int(order.made_at.timestamp())}
        answer = self._engine.run(
            Job(
                caller=order.caller,
                batch=order.batch,
                limit=self._time_limit,
                document=hashlib.sha256(filled.body).hexdigest(),
                template=f"{order.template} {'+'.join(order.contexts)} {route}",
                work={**filled.work, **clock},
            ),
            {},
            filled.body,
        )
        expected = Expected(
            title=order.title,
            identifier=order.identifier,
            made_at=order.made_at,
            bookmarks=filled.bookmarks,
            fonts=self._families,
        )
        return _Made(normalise(answer.body, expected), route, answer)

    def _digest(
        self, order: RenderOrder, template: ShelvedTemplate, routes: TemplateRoutes, route: Route
    ) -> str:
        qr = qr_of(template.compiled, order)
        check_values(order)
        made = self._by(route, _in_batch(order), routes, qr)
        return hashlib.sha256(made.document.pdf).hexdigest()

    def _converted(self, docx: bytes) -> bytes:
        digest = hashlib.sha256(docx).hexdigest()
        return self._engine.run(
            Job(
                caller=_ROUTES,
                batch=True,
                limit=self._time_limit,
                document=digest,
                template=digest,
                work=TO_OPEN,
            ),
            {},
            docx,
        ).body

    def _on_machine(self) -> str:
        """All that is not ours and makes a difference to pages."""
        if not self._machine:
            self._machine = self._machine_of(self._engine.hello())
        return self._machine

    def _machine_of(self, hello: Mapping[str, object]) -> str:
        return f"{hello['engine']} by {hello['bridge']}, fonts {self._fonts}"

    def _named(self, made: _Made) -> str:
        machine = self._machine_of(made.answer.engine)
        if machine != self._machine:
            _log.warning("the engine is now %s: templates are to be proved anew", machine)
            self._machine = machine
        return f"{made.answer.engine['engine']}, {made.route}, fonts {self._fonts}"


def _read_back(
    made: _Made, order: RenderOrder, routes: TemplateRoutes, *, rows_split: bool = False
) -> _Made:
    require_texts(made.document.pdf, routes.printed(order), rows_split=rows_split)
    return made


def _in_batch(order: RenderOrder) -> RenderOrder:
    return replace(order, caller=_ROUTES, batch=True)


def _require_pinned(template: ShelvedTemplate, order: RenderOrder) -> None:
    for language, sha256 in template.files.items():
        if order.pinned.get(language, sha256) != sha256:
            raise TemplateRejected(
                f"{language} {order.template}: the Word file is not that of its edition"
            )
