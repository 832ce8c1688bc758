"""Export an anchor, or the proof that a document is among its leaves, to be checked without us."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from docgen.domain import merkle
from docgen.domain.anchor import Anchor, Leaf, LeafKind, Place
from docgen.domain.errors import NotFound
from docgen.ports import Register, UnitOfWork

FORMAT = "qoltanba-proof/1"
_PAGE = 1000


@dataclass(frozen=True, kw_only=True)
class ExportAnchor:
    """Anchors and proofs as JSON values; hashes in hexadecimal, the token in base64."""

    register: Register

    def anchor(self, day: date | None = None) -> dict[str, Any]:
        """The anchor of that day, or the newest, with its token; raises NotFound."""
        with self.register.view() as unit:
            last = unit.anchors.last() if day is None else unit.anchors.get(day)
            if last is None:
                raise NotFound("no day was anchored yet")
            return _exported(unit, last)

    def document(self, number: str, *, version: int = 1) -> dict[str, Any]:
        """The anchor that holds a version of that document, and the proof that it does.

        Version 1 is the sealed file. Raises NotFound where it is not anchored yet.
        """
        with self.register.view() as unit:
            envelope = unit.envelopes.by_number(number)
            document = next(d for d in envelope.documents if d.number == number)
            place = unit.anchors.place_of(LeafKind.DOCUMENT, document.id, sequence=version)
            if place is None:
                raise NotFound(f"version {version} of {number} is not anchored")
            anchor = unit.anchors.get(place.day)
            return _exported(unit, anchor) | {"proof": _proof(unit, anchor, place)}


def _exported(unit: UnitOfWork, anchor: Anchor) -> dict[str, Any]:
    token = unit.anchors.token(anchor.day)
    return {
        "format": FORMAT,
        "statement": dict(anchor.statement()),
        "token": None if token is None else base64.b64encode(token.content).decode(),
    }


def _proof(unit: UnitOfWork, anchor: Anchor, place: Place) -> dict[str, Any]:
    (leaf,) = unit.anchors.leaves(anchor.day, after=place.position - 1, limit=1)
    hashes = (each.tree_hash() for each in _leaves(unit, anchor.day))
    path = merkle.proof(place.position, anchor.leaves, hashes)
    return {
        "leaf": leaf.fields(),
        "index": place.position,
        "path": [each.hex() for each in path],
    }


def _leaves(unit: UnitOfWork, day: date) -> Iterator[Leaf]:
    after = -1
    while page := unit.anchors.leaves(day, after=after, limit=_PAGE):
        yield from page
        after += len(page)
