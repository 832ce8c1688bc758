"""One application for the whole run, as a process has one; what it works on is changed by request.

Describing every route takes longer than most of these tests: done once, they take a third.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from flask import Flask

from api import Installation, create_app
from docgen.bootstrap.service import Docgen
from docgen.forms.catalogue import Catalogue
from docgen.ports import Chance, Clock

FORMS = Catalogue()
PUBLIC_URL = "https://q.example"


@dataclass(frozen=True, kw_only=True)
class Works:
    """What one request works on."""

    docgen: Docgen
    clock: Clock
    chance: Chance


_NOW: ContextVar[Works] = ContextVar("works")


@contextmanager
def working_on(works: Works) -> Iterator[None]:
    """Within it, the requests of this thread work on these."""
    token = _NOW.set(works)
    try:
        yield
    finally:
        _NOW.reset(token)


class _Part:
    """Stands for the part of that path in what is worked on now."""

    def __init__(self, *path: str) -> None:
        self._path = path

    def _now(self) -> Any:
        part: Any = _NOW.get()
        for name in self._path:
            part = getattr(part, name)
        return part

    def __getattr__(self, name: str) -> Any:
        return getattr(self._now(), name)

    def __call__(self, *given: Any, **named: Any) -> Any:
        return self._now()(*given, **named)


@cache
def application(proxies: int = 0) -> Flask:
    """The application, behind so many proxies of our own."""
    parts: dict[str, Any] = {each.name: _Part("docgen", each.name) for each in fields(Docgen)}
    fixed = {"forms": FORMS, "public_url": PUBLIC_URL}
    clock: Any = _Part("clock")
    chance: Any = _Part("chance")
    return create_app(
        Installation(
            docgen=Docgen(**parts | fixed),
            clock=clock,
            chance=chance,
            version="26.1.0",
            proxies=proxies,
        )
    )
