"""Pages of small modules: files that import one another, all under a name of their bytes."""

import gzip
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from flask import request

from api.route import Call, Reply, Route, View
from api.web import static
from api.web.page import Site, page_route
from api.web.words import words
from docgen.domain.errors import NotFound
from docgen.domain.language import BOTH, Language
from docgen.ports import Clock
from docgen.texts import dates

_WEB = Path(__file__).parent
SHARED = (*sorted((_WEB / "staff").iterdir()), _WEB / "static" / "modules" / "asking.js")
"""What every page of the staff is made of, beside its own files."""
KINDS: Mapping[str, str] = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}
_FOR_EVER = "public, max-age=31536000, immutable"
_HELD = 304


@dataclass(frozen=True)
class Modules:
    """The files of one page, and where they are: below a name that changes with any of them."""

    root: str
    """`/field`, without a slash at its end."""
    files: Mapping[str, bytes]

    @classmethod
    def of(cls, root: str, files: Iterable[Path]) -> "Modules":
        """Scripts and styles among these files, by name."""
        kept = (file for file in files if file.suffix in KINDS)
        return cls(root, {file.name: file.read_bytes() for file in kept})

    @cached_property
    def mark(self) -> str:
        """What changes with any byte."""
        return hashlib.sha256(b"\0".join(self.files.values())).hexdigest()[:12]

    @property
    def place(self) -> str:
        """Where they are."""
        return f"{self.root}/{self.mark}"

    @property
    def scripts(self) -> list[str]:
        """Names of all modules."""
        return [name for name in self.files if name.endswith(".js")]

    @property
    def styles(self) -> list[str]:
        """Names of all style sheets, the later ones over the earlier."""
        return [name for name in self.files if name.endswith(".css")]

    def page(
        self,
        site: Site,
        language: Language,
        *,
        tables: Mapping[str, Mapping[str, str]],
        config: Mapping[str, Any],
        manifest: str | None = None,
    ) -> bytes:
        """The page that loads them all; with a manifest it can be installed."""
        return site.page(
            "modules", language, tables=tables, config=config, folder=self.place,
            scripts=self.scripts, styles=self.styles, manifest=manifest,
        )  # fmt: skip

    def serve(self, call: Call) -> Reply:
        """One file in this very version; raises NotFound."""
        name = call.path["name"]
        if call.path["mark"] != self.mark or name not in self.files:
            raise NotFound
        kind = KINDS[Path(name).suffix]
        return packed(call, self.files[name], kind, {"Cache-Control": _FOR_EVER})


def shared_config(
    call: Call, clock: Clock, tables: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """What every such page of the staff needs to know."""
    return {
        "words": tables,
        "names": {each.value: words(each)["name"][each.value] for each in BOTH},
        "mark": static.address("mark.svg"),
        "openid": call.docgen.staff.enter is not None,
        "today": dates.local_day(clock.now()).isoformat(),
    }


def packed(call: Call, body: bytes, media_type: str, headers: Mapping[str, str]) -> Reply:
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


def part_route(path: str, view: View, *, says: str) -> Route:
    """The route of a part of such a page: a file is the same in every language."""
    return page_route(path, view, says=says, query=None, refusals=(NotFound,))
