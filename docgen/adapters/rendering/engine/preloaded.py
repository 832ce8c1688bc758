"""A template that LibreOffice has loaded and laid out already, and that waits for its values.

Words such as `QSLOT0007E` stand where values go; their places are looked up once, before the
fork, and stay good in the child, which sets texts, takes out what is not needed, and exports.

The plan that came with the template says what can be taken out: `{"slots": n, "groups": [{"kind":
"row"|"paragraph"|"table", "pins": [slot], "slots": [slot]}], "tender": [slot],
"pictures": [name]}` - one pin for each
row, paragraph or table of the group, and all slots that go with it; the tender ones begin a look
that the text before them has not. A filling: `{"texts": {slot: text}, "gone": [group], "qr":
base64}`.
"""

import base64
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from docgen.adapters.rendering.engine.documents import Desktop, properties

SLOT: Final = "QSLOT[0-9]{4}E"
_LINE_BREAK = 1
"""com.sun.star.text.ControlCharacter.LINE_BREAK"""


class NotFilled(Exception):
    """The template is not what its plan says."""


class NotSettled(Exception):
    """A page begins or ends where lines are kept together: a fresh layout might decide otherwise.

    LibreOffice looks for such places anew only where something has changed, so that the way to a
    layout may show in it.
    """


class Preloaded:
    """One loaded template; fill it once, in a process that ends with it."""

    def __init__(self, desktop: Desktop, document: Any, plan: dict[str, Any]) -> None:
        self.document = document
        self._desktop = desktop
        document.getUndoManager().lock()
        self._places = _places(document)
        if sorted(self._places) != list(range(plan["slots"])):
            raise NotFilled("places of values were lost on the way into LibreOffice")
        self._groups = [_Group(group, self._places) for group in plan["groups"]]
        for slot in plan["tender"]:
            self._places[slot] = [_Tender(place) for place in self._places[slot]]
        pictures = document.getGraphicObjects()
        if not set(plan["pictures"]) <= set(pictures.getElementNames()):
            raise NotFilled("places of the QR code were lost on the way into LibreOffice")
        self._pictures = [pictures.getByName(name) for name in plan["pictures"]]

    def fill(self, filling: dict[str, Any], directory: Path) -> None:
        """Put the values in; raises NotFilled when a place stays without one."""
        self.document.lockControllers()
        gone = [self._groups[number] for number in filling["gone"]]
        left = set(self._places).difference(*(group.slots for group in gone))
        for slot, text in filling["texts"].items():
            for place in self._places[int(slot)]:
                _write(place, text)
            left.remove(int(slot))
        if left:
            raise NotFilled(f"{len(left)} places got no value")
        for table, rows in _rows_from_below(gone):
            table.getRows().removeByIndex(rows.start, len(rows))
        for group in gone:
            for content in group.contents:
                content.dispose()
        if "qr" in filling:
            self._show_qr(base64.b64decode(filling["qr"]), directory)
        self.document.unlockControllers()
        _require_settled(self.document.getCurrentController())

    def _show_qr(self, png: bytes, directory: Path) -> None:
        file = directory / "qr.png"
        file.write_bytes(png)
        provider = self._desktop.service("com.sun.star.graphic.GraphicProvider")
        graphic = provider.queryGraphic(properties({"URL": file.as_uri()}))
        for picture in self._pictures:
            picture.Graphic = graphic


class _Group:
    """Rows of a table, or paragraphs, or tables, that stay or go together."""

    def __init__(self, plan: dict[str, Any], places: dict[int, list[Any]]) -> None:
        self.slots = frozenset(plan["slots"])
        self.rows: list[tuple[str, Any, int]] = []
        self.contents: list[Any] = []
        for pin in plan["pins"]:
            place = places[pin][0]
            if plan["kind"] == "paragraph":
                self.contents.append(place.createEnumeration().nextElement())
            elif plan["kind"] == "table":
                self.contents.append(place.TextTable)
            else:
                table = place.TextTable
                named = re.fullmatch("[A-Za-z]+([0-9]+)", place.Cell.CellName)
                if named is None:
                    raise NotFilled("a row of a table within a cell")
                self.rows.append((table.getName(), table, int(named[1]) - 1))


class _Tender:
    """A place whose first letter stays until the text is there, which takes its look from it."""

    def __init__(self, place: Any) -> None:
        self._owner = place.getText()
        self._start = place.getStart()
        first = self._to_the_right()
        self._rest = self._owner.createTextCursorByRange(first.getEnd())
        self._rest.gotoRange(place.getEnd(), True)  # noqa: FBT003

    def write(self, text: str) -> None:
        _write(self._rest, text)
        self._to_the_right().setString("")

    def _to_the_right(self) -> Any:
        # made anew: what is written at the end of a selection would become part of it
        cursor = self._owner.createTextCursorByRange(self._start)
        cursor.goRight(1, True)  # noqa: FBT003
        return cursor


def _rows_from_below(groups: Sequence[_Group]) -> Iterator[tuple[Any, range]]:
    """Rows to take out, those that follow one another at once, the lowest first."""
    tables = {name: table for group in groups for name, table, _ in group.rows}
    for name, table in tables.items():
        rows = sorted({row for group in groups for found, _, row in group.rows if found == name})
        while rows:
            last = first = rows.pop()
            while rows and rows[-1] == first - 1:
                first = rows.pop()
            yield table, range(first, last + 1)


def _places(document: Any) -> dict[int, list[Any]]:
    search = document.createSearchDescriptor()
    search.SearchRegularExpression = True
    search.SearchString = SLOT
    found = document.findAll(search)
    places: dict[int, list[Any]] = {}
    for number in range(found.getCount()):
        place = found.getByIndex(number)
        places.setdefault(int(place.getString()[5:9]), []).append(place)
    return places


def _require_settled(controller: Any) -> None:
    cursor = controller.getViewCursor()
    for page in range(2, controller.PageCount + 1):
        cursor.jumpToPage(page)
        cursor.jumpToStartOfPage()
        if _is_kept(cursor) and cursor.BreakType.value == "NONE" and not cursor.PageDescName:
            raise NotSettled(f"at the beginning of page {page}")
        cursor.jumpToPage(page - 1)
        cursor.jumpToEndOfPage()
        if _is_kept(cursor):
            raise NotSettled(f"at the end of page {page - 1}")


def _is_kept(cursor: Any) -> bool:
    table = cursor.TextTable
    return bool(cursor.ParaKeepTogether or (table is not None and table.KeepTogether))


def _write(place: Any, text: str) -> None:
    """Replace what is there; a line end becomes a line break and not a new paragraph."""
    if isinstance(place, _Tender):
        place.write(text)
        return
    first, *rest = text.split("\n")
    place.setString(first)
    if not rest:
        return
    owner = place.getText()
    end = owner.createTextCursorByRange(place.getEnd())
    for line in rest:
        owner.insertControlCharacter(end, _LINE_BREAK, False)  # noqa: FBT003
        end.collapseToEnd()
        owner.insertString(end, line, False)  # noqa: FBT003
        end.collapseToEnd()
