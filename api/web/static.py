"""Style, script and mark: each under a name that changes with its bytes, so it is kept for ever."""

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


def address(name: str) -> str:
    """Where a file is to be had; KeyError for one that is not there."""
    return f"/static/{_FILES[name].name}"


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
