"""Whether a template keeps the places where it is signed and sealed."""

from collections import Counter
from collections.abc import Collection, Iterator

from docgen.domain.consent import WayOfSigning
from docgen.domain.faults import Fault
from docgen.domain.reserved import MARKS, SEAL, SEAL_HEIGHT_MM, SEAL_WIDTH_MM
from docgen.domain.template import Bookmark, Finding, Inspection, Place, found


def signing_places(
    inspection: Inspection, ways: Collection[WayOfSigning]
) -> Iterator[Finding]:  # fmt: skip
    """What is wrong with the place of the seal, and with the boxes of the ways of signing."""
    places = {mark.name: mark.place for mark in inspection.bookmarks}
    if SEAL in places:
        yield from _of_seal(inspection, places[SEAL])
    else:
        yield found(Fault.SEAL_MISSING, bookmark=SEAL)
    for way, name in MARKS.items():
        if way in ways and name not in places:
            yield found(Fault.MARK_MISSING, bookmark=name, way=way)
        elif way not in ways and name in places:
            yield found(Fault.MARK_NOT_ALLOWED, places[name], bookmark=name, way=way)


def repeated(bookmarks: Collection[Bookmark]) -> Iterator[Finding]:
    """Bookmarks that stand more than once, each at its second place."""
    seen: Counter[str] = Counter()
    for mark in bookmarks:
        seen[mark.name] += 1
        if seen[mark.name] > 1:
            yield found(Fault.BOOKMARK_REPEATED, mark.place, bookmark=mark.name)


def _of_seal(inspection: Inspection, place: Place) -> Iterator[Finding]:
    room = inspection.seal_room
    needs = {"needed_width": SEAL_WIDTH_MM, "needed_height": SEAL_HEIGHT_MM}
    if room is None:
        yield found(Fault.SEAL_OUTSIDE_CELL, place, **needs)
        return
    if room.width_mm < SEAL_WIDTH_MM or room.height_mm < SEAL_HEIGHT_MM:
        given = {"width": f"{room.width_mm:.0f}", "height": f"{room.height_mm:.0f}"}
        yield found(Fault.SEAL_CELL_TOO_SMALL, place, **given, **needs)
    if not room.empty:
        yield found(Fault.SEAL_CELL_NOT_EMPTY, place)
