"""Style, script and mark: each under a name that changes with its bytes, so it is kept for ever.

Modules that import one another lie in folders, all below one name that changes with any of them.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from api.route import OPEN, Answer, Call, Reply, Route
from docgen.domain.errors import NotFound

_FOLDER = Path(__file__).parent / "static"
_MEDIA_TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@dataclass(frozen=True, kw_only=True)
class StaticFile:
    """One file as it is served."""

    name: str
    content: bytes
    media_type: str


def _read(file: Path) -> StaticFile:
    content = file.read_bytes()
    mark = hashlib.sha256(content).hexdigest()[:12]
    return StaticFile(
        name=f"{file.stem}.{mark}{file.suffix}",
        content=content,
        media_type=_MEDIA_TYPES[file.suffix],
    )


_FILES: Mapping[str, StaticFile] = {
    file.name: _read(file) for file in sorted(_FOLDER.iterdir()) if file.suffix in _MEDIA_TYPES
}
_SERVED: Mapping[str, StaticFile] = {file.name: file for file in _FILES.values()}

_MODULES: Mapping[str, StaticFile] = {
    f"{file.parent.name}/{file.name}": StaticFile(
        name=f"{file.parent.name}/{file.name}",
        content=file.read_bytes(),
        media_type=_MEDIA_TYPES[file.suffix],
    )
    for file in sorted(_FOLDER.glob("*/*"))
    if file.suffix in _MEDIA_TYPES
}
_MARK = hashlib.sha256(b"".join(each.content for each in _MODULES.values())).hexdigest()[:12]


def address(name: str) -> str:
    """Where a file is to be had; KeyError for one that is not there."""
    return f"/static/{_FILES[name].name}"


def module(name: str) -> str:
    """Where a file of a folder is to be had, `modules/client.js`; KeyError for one not there."""
    return f"/static/{_MARK}/{_MODULES[name].name}"


def serve_module(call: Call) -> Reply:
    """A file of a folder, in the version of this very service; raises NotFound."""
    file = _MODULES.get(f"{call.path['folder']}/{call.path['name']}")
    if file is None or call.path["mark"] != _MARK:
        raise NotFound
    return Reply(body=file.content, media_type=file.media_type, headers=_FOR_EVER)


def serve(call: Call) -> Reply:
    """A file by its full name; raises NotFound."""
    file = _SERVED.get(call.path["name"])
    if file is None:
        raise NotFound
    return Reply(body=file.content, media_type=file.media_type, headers=_FOR_EVER)


STATIC_ROUTE = Route(
    method="GET",
    path="/static/{name}",
    view=serve,
    summary="A file that a page is made with",
    tag="pages",
    scope=OPEN,
    answer=Answer(says="The file", media_type="text/css"),
    refusals=(NotFound,),
)

MODULE_ROUTE = Route(
    method="GET",
    path="/static/{mark}/{folder}/{name}",
    view=serve_module,
    summary="A module that a page is made with",
    tag="pages",
    scope=OPEN,
    answer=Answer(says="The file", media_type="text/javascript"),
    refusals=(NotFound,),
)
