"""Fixtures: `engine`, one rendering engine for the whole session, and renderers over it."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from docgen.adapters.rendering.engine_client import Engine
from docgen.adapters.rendering.fonts import digest_of, files_of
from docgen.adapters.rendering.renderer import LibreOfficeRenderer
from docgen.adapters.rendering.routes.book import RouteBook
from docgen.settings import BESIDE_THE_PACKAGES, RenderingSettings

ROUTES = BESIDE_THE_PACKAGES / "var" / "routes-of-tests"
"""What is proved of templates, kept from one run to the next until a source file changes."""

Over = Callable[[Path], LibreOfficeRenderer]


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """A warm engine, as all processes of this machine share it."""
    engine = Engine(zygotes=2)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def over(engine: Engine) -> Over:
    """Makes a renderer over a folder with templates."""
    return partial(renderer_over, engine)


def renderer_over(engine: Engine, *templates: Path, book: Path = ROUTES) -> LibreOfficeRenderer:
    """A renderer over folders with templates."""
    rendering = RenderingSettings()
    return LibreOfficeRenderer(
        templates=templates,
        engine=engine,
        book=RouteBook(book),
        fonts=digest_of(files_of(rendering.font, rendering.symbols_font)),
    )
