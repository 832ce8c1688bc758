"""The plain way to the same document, by which others are judged: the Word route."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.processes import below
from docgen.adapters.rendering.engine_client import Engine
from docgen.adapters.rendering.renderer import LibreOfficeRenderer
from docgen.adapters.rendering.routes.book import RouteBook
from docgen.domain.rendering import RenderOrder


class Reference:
    """A renderer that has proved no route but the Word one, over an engine of its own; close it."""

    def __init__(self, templates: Sequence[Path]) -> None:
        self._nothing_proved = TemporaryDirectory()
        self._renderer = LibreOfficeRenderer(
            templates=templates,
            engine=Engine(more_arguments=("--recycle-after=997",)),
            book=RouteBook(Path(self._nothing_proved.name)),
        )

    def __call__(self, order: RenderOrder) -> bytes:
        """The PDF of an order."""
        return self._renderer.render(order).pdf

    def close(self) -> None:
        """Need the engine no more."""
        self._renderer.close()
        self._nothing_proved.cleanup()


@dataclass(frozen=True, kw_only=True)
class Beside:
    """The reference in a process of its own, and all processes that it takes."""

    reference: Callable[[RenderOrder], bytes]
    processes: frozenset[int]


@contextmanager
def reference_beside(templates: Sequence[Path], *, first: RenderOrder) -> Iterator[Beside]:
    """Beside us, so that it is not weighed as ours; it has made its first document."""
    folders, before = tuple(templates), below(os.getpid())
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        try:
            pool.submit(_made, folders, first).result()
            yield Beside(
                reference=lambda order: pool.submit(_made, folders, order).result(),
                processes=below(os.getpid()) - before,
            )
        finally:
            pool.submit(_close, folders).result()


@cache
def _reference(templates: tuple[Path, ...]) -> Reference:
    return Reference(templates)


def _made(templates: tuple[Path, ...], order: RenderOrder) -> bytes:
    return _reference(templates)(order)


def _close(templates: tuple[Path, ...]) -> None:
    _reference(templates).close()
