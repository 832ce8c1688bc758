"""The technician's tablet: a page of small modules that works without a network, too."""

import gzip
import hashlib
import json
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from flask import request

from api.route import OPEN, Answer, Call, Reply, Route
from api.web import static
from api.web.page import PageQuery, Site, spoken
from api.web.words import words
from docgen.domain.consent import WayOfSigning
from docgen.domain.errors import NotFound
from docgen.domain.language import BOTH
from docgen.ports import Clock
from docgen.texts import dates
from docgen.texts.phrases import phrases, say

_FOLDER = Path(__file__).parent / "field"
_KINDS: Mapping[str, str] = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}
_SHARED = (_FOLDER.parent / "static" / "modules" / "asking.js",)
"""What other pages are made of, too: served beside the tablet's own, to be kept with them."""
_FILES = {
    file.name: file.read_bytes()
    for file in (*sorted(_FOLDER.iterdir()), *_SHARED)
    if file.suffix in _KINDS and file.name != "sw.js"
}
_MARK = hashlib.sha256(b"\0".join(_FILES.values())).hexdigest()[:12]
_PLACE = f"/field/{_MARK}"
_FOR_EVER = "public, max-age=31536000, immutable"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_HELD = 304


@cache
def _words() -> dict[str, dict[str, str]]:
    with (_FOLDER / "words.toml").open("rb") as file:
        return tomllib.load(file)


def field_pages(site: Site, clock: Clock) -> tuple[Route, ...]:
    """The page, its modules, and what a browser needs to install it."""

    def view(call: Call) -> Reply:
        language = spoken(call)
        config = _config(call, clock)
        page = site.page(
            "field", language, tables=_words(), config=config, folder=_PLACE,
            scripts=[name for name in _FILES if name.endswith(".js")],
        )  # fmt: skip
        headers = {"Content-Language": language.value, "Content-Security-Policy": _POLICY}
        permissions = {"Permissions-Policy": "camera=(self), microphone=(), otp-credentials=(self)"}
        return _packed(call, page, "text/html; charset=utf-8", headers | permissions)

    return (
        _route("/field/", view, says="The technician's tablet", query=PageQuery),
        _route("/field/sw.js", _worker, says="What opens the tablet's page without a network"),
        _route("/field/manifest.webmanifest", _manifest, says="How the tablet's page is installed"),
        _route("/field/{mark}/{name}", _file, says="A file of the tablet's page"),
    )


def _config(call: Call, clock: Clock) -> dict[str, Any]:
    forms = call.docgen.forms
    return {
        "words": _words(),
        "names": {each.value: words(each)["name"][each.value] for each in BOTH},
        "mark": static.address("mark.svg"),
        "openid": call.docgen.staff.enter is not None,
        "today": dates.local_day(clock.now()).isoformat(),
        "titles": {form.code: {each.value: form.title(each) for each in BOTH} for form in forms},
        "consents": _consents(),
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
    kept = ["/field/", static.address("mark.svg"), *(f"{_PLACE}/{name}" for name in _FILES)]
    script = (_FOLDER / "sw.js").read_text(encoding="utf-8")
    script = script.replace("@FILES@", " ".join(kept)).replace("@MARK@", f"field-{_MARK}")
    policy = {"Content-Security-Policy": _POLICY}
    return _packed(call, script.encode(), _KINDS[".js"], policy)


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
    return _packed(call, body, "application/manifest+json", {})


def _file(call: Call) -> Reply:
    name = call.path["name"]
    if call.path["mark"] != _MARK or name not in _FILES:
        raise NotFound
    return _packed(call, _FILES[name], _KINDS[Path(name).suffix], {"Cache-Control": _FOR_EVER})


def _packed(call: Call, body: bytes, media_type: str, headers: Mapping[str, str]) -> Reply:
    """Compressed where the browser takes it, and not at all where it holds it."""
    mark = hashlib.sha256(body).hexdigest()[:32]
    told = {
        "ETag": f'"{mark}"',
        "Cache-Control": "no-cache",
        "Vary": "Accept-Language, Accept-Encoding",
    }
    told |= headers
    if mark in call.etags:
        return Reply(body=b"", status=_HELD, media_type=media_type, headers=told)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return Reply(
            body=_gzipped(body), media_type=media_type, headers=told | {"Content-Encoding": "gzip"}
        )
    return Reply(body=body, media_type=media_type, headers=told)


@cache
def _gzipped(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def _route(path: str, view: Any, *, says: str, query: Any = None) -> Route:
    return Route(
        method="GET",
        path=path,
        view=view,
        summary=says,
        tag="pages",
        scope=OPEN,
        query=query,
        answer=Answer(says="The page", media_type="text/html"),
        refusals=(NotFound,),
    )
