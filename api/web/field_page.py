"""The technician's tablet: a page of small modules that works without a network, too."""

import hashlib
import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from api.route import Call, Reply, Route
from api.web import static
from api.web.modules import KINDS, SHARED, Modules, packed, part_route, shared_config
from api.web.page import Site, page_route, spoken
from docgen.domain.consent import WayOfSigning
from docgen.domain.handwriting import FEWEST_POINTS
from docgen.domain.language import BOTH
from docgen.ports import Clock
from docgen.texts.phrases import phrases, say

_FOLDER = Path(__file__).parent / "field"
_MANIFEST = "/field/manifest.webmanifest"
_MODULES = Modules.of(
    "/field",
    (file for file in (*SHARED, *sorted(_FOLDER.iterdir())) if file.name != "sw.js"),
)
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


@cache
def _words() -> dict[str, dict[str, str]]:
    with (_FOLDER / "words.toml").open("rb") as file:
        return tomllib.load(file)


def field_pages(site: Site, clock: Clock) -> tuple[Route, ...]:
    """The page, its modules, and what a browser needs to install it."""

    def view(call: Call) -> Reply:
        language = spoken(call)
        config = _config(call, clock)
        page = _MODULES.page(site, language, tables=_words(), config=config, manifest=_MANIFEST)
        headers = {"Content-Language": language.value, "Content-Security-Policy": _POLICY}
        permissions = {"Permissions-Policy": "camera=(self), microphone=(), otp-credentials=(self)"}
        return packed(call, page, "text/html; charset=utf-8", headers | permissions)

    return (
        page_route("/field/", view, says="The technician's tablet"),
        part_route("/field/sw.js", _worker, says="What opens the tablet's page without a network"),
        part_route(_MANIFEST, _manifest, says="How the tablet's page is installed"),
        part_route("/field/{mark}/{name}", _MODULES.serve, says="A file of the tablet's page"),
    )


def _config(call: Call, clock: Clock) -> dict[str, Any]:
    forms = call.docgen.forms
    return shared_config(call, clock, _words()) | {
        "titles": {form.code: {each.value: form.title(each) for each in BOTH} for form in forms},
        "consents": _consents(),
        "fewest_points": FEWEST_POINTS,
    }


@cache
def _consents() -> dict[str, dict[str, dict[str, str]]]:
    """The sentences that subscribers agree to, by way and language."""
    told: dict[str, dict[str, dict[str, str]]] = {}
    for way in (WayOfSigning.SMS_CODE, WayOfSigning.BY_HAND):
        for each in BOTH:
            key = f"consent.{way}"
            if f"{key}.text" not in phrases(each):
                continue
            text = say(f"{key}.text", each)
            told.setdefault(way.value, {})[each.value] = {
                "text": text,
                "version": say(f"{key}.version", each),
                "sha256": hashlib.sha256(text.encode()).hexdigest(),
            }
    return told


def _worker(call: Call) -> Reply:
    """The service worker, with the names of what it keeps."""
    kept = [
        "/field/",
        static.address("mark.svg"),
        *(f"{_MODULES.place}/{name}" for name in _MODULES.files),
    ]
    script = (_FOLDER / "sw.js").read_text(encoding="utf-8")
    script = script.replace("@FILES@", " ".join(kept)).replace("@MARK@", f"field-{_MODULES.mark}")
    policy = {"Content-Security-Policy": _POLICY}
    return packed(call, script.encode(), KINDS[".js"], policy)


def _manifest(call: Call) -> Reply:
    name = _words()["title"][call.language.value]
    told = {
        "name": f"Qoltanba: {name}",
        "short_name": "Qoltanba",
        "start_url": "/field/",
        "scope": "/field/",
        "display": "standalone",
        "background_color": "#f2f5f6",
        "theme_color": "#0b6474",
        "icons": [{"src": static.address("mark.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    body = json.dumps(told, ensure_ascii=False).encode()
    return packed(call, body, "application/manifest+json", {})
