"""`embed.js`: what a portal loads to have its subscribers sign inside its own page."""

import hashlib
from pathlib import Path

from api.route import OPEN, Answer, Call, Reply, Route, View

_FOLDER = Path(__file__).parent / "static" / "embed"
_HELD = 304
_KINDS = {"embed.js": "text/javascript", "embed.d.ts": "text/plain"}


def embed_routes() -> tuple[Route, ...]:
    """The module and its types, at names that never change."""
    return tuple(_route(name, kind) for name, kind in _KINDS.items())


def _route(name: str, kind: str) -> Route:
    return Route(
        method="GET",
        path=f"/{name}",
        view=_view((_FOLDER / name).read_bytes(), f"{kind}; charset=utf-8"),
        summary="Signing inside a page of yours" if kind == "text/javascript" else "Its types",
        tag="pages",
        scope=OPEN,
        answer=Answer(says="The file", media_type=kind),
    )


def _view(content: bytes, media_type: str) -> View:
    mark = hashlib.sha256(content).hexdigest()
    headers = {
        "ETag": f'"{mark}"',
        "Cache-Control": "public, max-age=300",
        # Modules of another origin are loaded with CORS; there is nothing of anybody's in it.
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }

    def view(call: Call) -> Reply:
        held = mark in call.etags
        status, body = (_HELD, b"") if held else (200, content)
        return Reply(body=body, status=status, media_type=media_type, headers=headers)

    view.__name__ = f"embed_{media_type.partition(';')[0].partition('/')[2]}"
    return view
