"""Documents: where they are kept, and specimens, which need neither database nor seal."""

from collections.abc import Iterator
from contextlib import contextmanager

from docgen.adapters.blobs.disk import DiskBlobs
from docgen.adapters.rendering.office import Office
from docgen.adapters.rendering.renderer import LibreOfficeRenderer
from docgen.bootstrap import CLOCK
from docgen.bootstrap.forms import catalogue
from docgen.bootstrap.operator import operator_of
from docgen.settings import Settings
from docgen.usecases.render_specimen import RenderSpecimen


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


def renderer_of(settings: Settings) -> LibreOfficeRenderer:
    """Word to PDF/A; close it, and what it started is stopped."""
    office = Office(time_limit=settings.rendering.time_limit)
    return LibreOfficeRenderer(templates=(*settings.forms, settings.templates), office=office)
