"""The office: a page of small modules for collectors, the office and auditors."""

import tomllib
from functools import cache
from pathlib import Path

from api.route import Call, Reply, Route
from api.web.modules import SHARED, Modules, packed, part_route, shared_config
from api.web.page import Site, page_route, spoken
from docgen.domain.language import BOTH
from docgen.domain.pack_states import PackState
from docgen.ports import Clock
from docgen.texts.phrases import phrases

_FOLDER = Path(__file__).parent / "office"
_TAKEN = (
    _FOLDER.parent / "field" / "field.css",
    _FOLDER.parent / "static" / "modules" / "pages.js",
)
"""What the tablet and the pages of signing have already."""
_MODULES = Modules.of("/office", (*SHARED, *_TAKEN, *sorted(_FOLDER.iterdir())))
_READING = "pack.reading."
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@cache
def _words() -> dict[str, dict[str, str]]:
    with (_FOLDER / "words.toml").open("rb") as file:
        own: dict[str, dict[str, str]] = tomllib.load(file)
    told = {f"state_{state}": f"pack.state.{state}" for state in PackState}
    told |= {f"reading_{key.removeprefix(_READING)}": key for key in _sentences()}
    return own | {
        name: {each.value: phrases(each)[key] for each in BOTH} for name, key in told.items()
    }


def _sentences() -> list[str]:
    """How the calculation reads what contract and law leave open."""
    return [key for key in phrases(BOTH[0]) if key.startswith(_READING)]


def office_pages(site: Site, clock: Clock) -> tuple[Route, ...]:
    """The page and its modules; what it shows is told by the interface, to whom it may be."""

    def view(call: Call) -> Reply:
        language = spoken(call)
        config = shared_config(call, clock, _words())
        page = _MODULES.page(site, language, tables=_words(), config=config)
        headers = {"Content-Language": language.value, "Content-Security-Policy": _POLICY}
        return packed(call, page, "text/html; charset=utf-8", headers)

    return (
        page_route("/office/", view, says="The office"),
        page_route("/office/packs", view, says="Notary packs"),
        part_route("/office/{mark}/{name}", _MODULES.serve, says="A file of the office's page"),
    )
