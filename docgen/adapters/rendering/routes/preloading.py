"""A template that LibreOffice loads ahead of its values: the route called `preloaded`.

It is the open document with words for slots in it (`QSLOT0007E`). What repeats stands there as
often as is usual, and both sides of a condition stand there; LibreOffice takes out what an order
does not need, which is faster than to put something in. What goes into the slots is said by
Jinja, in a text of its own that lists them in their order; so a value means here what it means
on every other route.
"""

import base64
import copy
import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jinja2 import Template, TemplateSyntaxError
from lxml import etree
from markupsafe import Markup

from docgen.adapters.rendering.fill import rendered
from docgen.adapters.rendering.routes.open_document import (
    DRAW,
    META,
    OpenDocument,
    frames_of,
    packed,
    titled,
)
from docgen.adapters.rendering.routes.places import (
    COPY,
    END,
    Block,
    Places,
    Slot,
    slots_at_edges,
)
from docgen.adapters.rendering.routes.refusal import NotCompilable
from docgen.adapters.rendering.tags import Piece, TagEnvironment
from docgen.domain.language import Language
from docgen.domain.rendering import RenderOrder

SIZES: Final = (1, 3, 6, 10)
"""How often what repeats is there ahead; an order with more goes by another route.

To take out what is too much costs as much as a page, so there are several sizes, of which the
zygote loads those that are asked for.
"""


class TooMany(Exception):
    """The order repeats something more often than it is prepared."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """What LibreOffice loads, with everything that repeats so many times, and its places."""

    times: int
    base: bytes
    plan: bytes
    blocks: Sequence[Block]


@dataclass(frozen=True, kw_only=True)
class PreloadedTemplate:
    """A template in its sizes, the smallest first, and the lists of what goes there."""

    sizes: Sequence[Size]
    lists: Mapping[Language, Template]

    def fill(self, order: RenderOrder, qr: bytes | None) -> tuple[int, bytes]:
        """The smallest size that will do, and for it texts, groups to take out and the QR code.

        Raises RenderFailed for a missing value and TooMany.
        """
        entries = {language: self._entries(order, language) for language in self.lists}
        for size in self.sizes:
            filling: dict[str, Any] = {"texts": {}, "gone": []}
            try:
                _assign(size.blocks, {k: deque(v) for k, v in entries.items()}, filling)
            except TooMany:
                continue
            if qr is not None:
                filling["qr"] = base64.b64encode(qr).decode()
            return size.times, json.dumps(filling, ensure_ascii=False).encode()
        raise TooMany

    def _entries(self, order: RenderOrder, language: Language) -> Sequence[str]:
        piece = Piece(language=language, template=self.lists[language])
        return rendered((piece,), order).split(END)[:-1]


def preload(document: OpenDocument) -> PreloadedTemplate:
    """Divide the template into places and values; raises NotCompilable."""
    sizes: list[Size] = []
    listed: Mapping[Language, list[str]] = {}
    for times in SIZES:
        places = Places(document, times)
        size = _sized(document, places)
        listed = places.listed
        if not sizes or size.base != sizes[-1].base:
            sizes.append(size)
    environment = TagEnvironment(Markup)
    try:
        lists = {
            language: environment.from_string("".join(texts)) for language, texts in listed.items()
        }
    except TemplateSyntaxError as error:
        raise NotCompilable(str(error.message)) from error
    return PreloadedTemplate(sizes=sizes, lists=lists)


def _sized(document: OpenDocument, places: Places) -> Size:
    parts = {name: copy.deepcopy(root) for name, root in document.parts.items()}
    blocks = [block for root in parts.values() for block in places.among(list(root))]
    tender = sorted(slot for root in parts.values() for slot in slots_at_edges(root))
    plan = {
        "slots": places.slots,
        "groups": places.groups,
        "tender": tender,
        "pictures": list(_name_pictures(parts.values(), document)),
    }
    written = {name: etree.tostring(root, encoding="UTF-8") for name, root in parts.items()}
    return Size(
        times=places.times,
        base=packed({**document.members, **written, META: titled("-")}),
        plan=json.dumps(plan).encode(),
        blocks=blocks,
    )


def _assign(
    blocks: Sequence[Block], entries: Mapping[Language, deque[str]], filling: dict[str, Any]
) -> None:
    for block in blocks:
        listed = entries[block.language]
        if isinstance(block, Slot):
            filling["texts"][block.number] = listed.popleft()
            continue
        copies = iter(block.copies)
        while listed and listed[0] == COPY + block.source:
            listed.popleft()
            following = next(copies, None)
            if following is None:
                raise TooMany
            _assign(following[1], entries, filling)
        filling["gone"] += [group for group, _ in copies]


def _name_pictures(roots: Iterable[etree._Element], document: OpenDocument) -> Iterator[str]:
    """Give every place of the QR code a name that no other has."""
    frames = [f for root in roots for f in frames_of(root, document.qr_members)]
    for number, frame in enumerate(frames):
        name = f"QPICTURE{number}"
        frame.set(f"{{{DRAW}}}name", name)
        yield name
