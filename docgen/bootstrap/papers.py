"""Documents: where they are kept, and specimens, which need neither database nor seal."""

from collections.abc import Iterator
from contextlib import contextmanager

from docgen.adapters.blobs.disk import DiskBlobs
from docgen.adapters.rendering.engine_client import Engine
from docgen.adapters.rendering.fonts import digest_of, files_of
from docgen.adapters.rendering.renderer import LibreOfficeRenderer
from docgen.adapters.rendering.routes.book import RouteBook
from docgen.bootstrap import CLOCK
from docgen.bootstrap.forms import catalogue
from docgen.bootstrap.operator import operator_of
from docgen.settings import Settings
from docgen.usecases.prove_routes import ProveRoutes
from docgen.usecases.render_specimen import RenderSpecimen
from docgen.usecases.trial_orders import TrialOrders


@contextmanager
def specimens(settings: Settings) -> Iterator[RenderSpecimen]:
    """Rendering of specimens, which needs neither database nor seal."""
    renderer = renderer_of(settings)
    try:
        yield RenderSpecimen(
            forms=catalogue(settings),
            renderer=renderer,
            operator=operator_of(settings),
            clock=CLOCK,
        )
    finally:
        renderer.close()


def blobs_of(settings: Settings) -> DiskBlobs:
    """Where documents are kept."""
    return DiskBlobs(settings.blobs or settings.var / "blobs")


def engine_of(settings: Settings) -> Engine:
    """The engine of this installation; all that ask for it with equal settings share it."""
    rendering = settings.rendering
    return Engine(
        directory=rendering.engine, zygotes=rendering.zygotes, queue_limit=rendering.queue
    )


def renderer_of(settings: Settings, engine: Engine | None = None) -> LibreOfficeRenderer:
    """Word to PDF/A; close it, and the engine ends when nobody else needs it."""
    rendering = settings.rendering
    return LibreOfficeRenderer(
        templates=(*settings.forms, settings.templates),
        engine=engine or engine_of(settings),
        book=RouteBook(rendering.routes or settings.var / "routes"),
        fonts=digest_of(files_of(rendering.font, rendering.symbols_font)),
        time_limit=rendering.time_limit,
    )


@contextmanager
def routes(settings: Settings) -> Iterator[ProveRoutes]:
    """The trial of all templates, which needs neither database nor seal."""
    renderer = renderer_of(settings)
    try:
        yield proving(settings, renderer, at_once=settings.rendering.zygotes)
    finally:
        renderer.close()


def proving(settings: Settings, renderer: LibreOfficeRenderer, *, at_once: int = 1) -> ProveRoutes:
    """The trial of all templates, so many side by side."""
    forms = catalogue(settings)
    trials = TrialOrders(forms=forms, operator=operator_of(settings))
    return ProveRoutes(forms=forms, trials=trials, prover=renderer, at_once=at_once)
