"""How a page is made and sent: template, language, and headers that let nothing else in."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel

from api.route import OPEN, Answer, Call, Reply, Route, View
from api.web import static
from api.web.words import Tongue, words
from docgen.domain.errors import DocgenError
from docgen.domain.language import BOTH, Language

_MEDIA_TYPE = "text/html; charset=utf-8"
_STYLED = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_ASKING = _STYLED.replace("form-action 'none'", "form-action 'self'")
_RUNNING = "; script-src 'self'; connect-src 'self'"
_HELD = 304


class PageQuery(BaseModel):
    """The language the reader chose; what else an address carries does not matter to a page."""

    lang: str | None = None


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["address"] = static.address
    environment.globals["module"] = static.module
    return environment


_ENVIRONMENT = _environment()


@dataclass(frozen=True, kw_only=True)
class Site:
    """What all pages share."""

    has_inbox: bool

    def page(self, name: str, language: Language | Tongue, **holds: Any) -> bytes:
        """The page of a template, in that language."""
        template = _ENVIRONMENT.get_template(f"{name}.html")
        shared = {"site": self, "language": language, "languages": BOTH, "words": words(language)}
        return template.render(shared | {"here": name} | holds).encode()


def spoken(call: Call) -> Language:
    """What the reader chose, else what the browser asks for."""
    chosen = call.query_as(PageQuery).lang
    return Language(chosen) if chosen in set(Language) else call.language


def sent(
    page: bytes, language: Language | Tongue, *, scripted: bool = False, takes_forms: bool = False
) -> Reply:
    """A page that may be different the next time."""
    policy = (_ASKING if takes_forms else _STYLED) + (_RUNNING if scripted else "")
    return Reply(body=page, media_type=_MEDIA_TYPE, headers=_headers(language, policy))


def still(write: Callable[[Language], bytes]) -> View:
    """A view of a page that depends on the language only: written once, sent where not held."""
    written = cache(write)

    def view(call: Call) -> Reply:
        language = spoken(call)
        page = written(language)
        mark = hashlib.sha256(page).hexdigest()
        kept = {"ETag": f'"{mark}"', "Cache-Control": "no-cache"}
        headers = _headers(language, _STYLED) | kept
        if mark in call.etags:
            return Reply(body=b"", status=_HELD, media_type=_MEDIA_TYPE, headers=headers)
        return Reply(body=page, media_type=_MEDIA_TYPE, headers=headers)

    return view


def page_route(
    path: str,
    view: View,
    *,
    says: str,
    query: type[BaseModel] | None = PageQuery,
    refusals: tuple[type[DocgenError], ...] = (),
) -> Route:
    """The route of a page, or of a part of one: open to all, in the language of `?lang=`."""
    return Route(
        method="GET",
        path=path,
        view=view,
        summary=says,
        tag="pages",
        scope=OPEN,
        query=query,
        answer=Answer(says="The page", media_type="text/html"),
        refusals=refusals,
    )


def _headers(language: Language | Tongue, policy: str) -> dict[str, str]:
    return {"Content-Language": language.value, "Content-Security-Policy": policy}
