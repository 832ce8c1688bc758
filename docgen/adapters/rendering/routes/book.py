"""Which template goes by which route: found out once, and kept for all processes.

In a folder for every template, pair of languages, LibreOffice and set of fonts lie what the
template was compiled to and the verdict: which routes gave the very bytes of the Word route.
Another LibreOffice, another font or another version of this program finds no folder, and
everything is proved anew.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

from docgen.adapters.rendering.fill import packed
from docgen.adapters.rendering.routes.program import program
from docgen.adapters.rendering.routes.refusal import NotCompilable
from docgen.adapters.rendering.routes.route import Route
from docgen.adapters.rendering.routes.template_routes import TemplateRoutes, compile_routes
from docgen.adapters.rendering.routes.tokens import tokenised
from docgen.adapters.rendering.tags import BODY
from docgen.adapters.rendering.templates import ShelvedTemplate
from docgen.domain.language import Language

_OPEN, _BASE, _PLAN, _VERDICT = "open.odt", "base.odt", "plan.json", "verdict.json"

Convert = Callable[[bytes], bytes]
"""From a Word file with tokens to LibreOffice's own format."""
Judge = Callable[[TemplateRoutes, Route], str]
"""What is wrong with a route; nothing if all it made was as the Word route makes it."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """One template's routes, the proved ones first and fastest, and what the others lack."""

    routes: TemplateRoutes
    proved: Sequence[Route] = ()
    why: Mapping[Route, str] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Whether there is a verdict."""
        return bool(self.proved or self.why)

    @property
    def usable(self) -> Sequence[Route]:
        """In the order to try them."""
        return (*self.proved, Route.WORD)


class Unproved(Exception):
    """Nobody has tried the template yet."""


class RouteBook:
    """Verdicts and compiled templates in `folder`; threads and processes may share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._pages: dict[str, Page] = {}

    def verdict(
        self, sha256: str, languages: tuple[Language, ...], machine: str
    ) -> Mapping[Route, str]:
        """What a template's slower routes are for, without reading it; raises Unproved."""
        return _verdict(self._folder / _key(sha256, languages, machine))

    def look_up(self, template: ShelvedTemplate, machine: str) -> Page:
        """What is known of a template on a machine; without a verdict, the Word route alone."""
        key = _key(template.sha256, tuple(template.files), machine)
        page = self._pages.get(key)
        if page is None:
            page = self._read(key, template)
            if page.known:
                self._pages[key] = page
        return page

    def prove(
        self, template: ShelvedTemplate, machine: str, convert: Convert, judge: Judge
    ) -> Page:
        """Compile a template and judge each of its routes, unless somebody has; others wait."""
        key = _key(template.sha256, tuple(template.files), machine)
        with self._alone_with(key):
            page = self._read(key, template)
            if page.known:
                return page
            try:
                routes = self._compile(key, template, convert)
            except NotCompilable as error:
                routes = TemplateRoutes(
                    word=template.compiled,
                    why=dict.fromkeys((Route.PRELOADED, Route.LOADED), str(error)),
                )
            why = dict(routes.why)
            for route in (Route.PRELOADED, Route.LOADED):
                found = why.get(route) or judge(routes, route)
                if found:
                    why[route] = found
            _write(self._folder / key / _VERDICT, json.dumps(why, indent=1).encode())
        return self.look_up(template, machine)

    def _compile(self, key: str, template: ShelvedTemplate, convert: Convert) -> TemplateRoutes:
        members, tags = tokenised(template.compiled.members, body=BODY, stories=template.stories)
        odt = convert(packed(members))
        routes = compile_routes(template.compiled, tags, odt, self._folder / key)
        _write(self._folder / key / _OPEN, odt)
        for size in () if routes.preloaded is None else routes.preloaded.sizes:
            place = self._folder / key / str(size.times)
            place.mkdir(exist_ok=True)
            _write(place / _BASE, size.base)
            _write(place / _PLAN, size.plan)
        return routes

    def _read(self, key: str, template: ShelvedTemplate) -> Page:
        folder = self._folder / key
        try:
            why = _verdict(folder)
        except Unproved:
            return Page(routes=TemplateRoutes(word=template.compiled))
        proved = [route for route in (Route.PRELOADED, Route.LOADED) if route not in why]
        if not proved:
            return Page(routes=TemplateRoutes(word=template.compiled), why=why)
        try:
            _, tags = tokenised(template.compiled.members, body=BODY, stories=template.stories)
            routes = compile_routes(template.compiled, tags, (folder / _OPEN).read_bytes(), folder)
        except (OSError, NotCompilable):
            return Page(routes=TemplateRoutes(word=template.compiled))
        return Page(routes=routes, proved=proved, why=why)

    @contextmanager
    def _alone_with(self, key: str) -> Iterator[None]:
        folder = self._folder / key
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _verdict(folder: Path) -> dict[Route, str]:
    try:
        told = json.loads((folder / _VERDICT).read_text())
        return {Route(name): str(why) for name, why in told.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise Unproved from error


def _key(sha256: str, languages: tuple[Language, ...], machine: str) -> str:
    """Everything that the verdict was found with."""
    text = f"{sha256}\n{'+'.join(languages)}\n{machine}\n{program()}"
    return hashlib.sha256(text.encode()).hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    with NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    Path(file.name).replace(path)
