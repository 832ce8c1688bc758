"""What a Word template reserves for us to draw later: by name and by size."""

from collections.abc import Mapping
from typing import Final

from docgen.domain.consent import WayOfSigning

SEAL: Final = "seal"
"""Bookmark whose point is the top left corner of the visible seal."""
SEAL_WIDTH_MM: Final = 82
SEAL_HEIGHT_MM: Final = 28
MARKS: Final[Mapping[WayOfSigning, str]] = {
    WayOfSigning.SMS_CODE: "mark_sms",
    WayOfSigning.BY_HAND: "mark_hand",
}
"""Bookmarks of the boxes to cross; a detached ЭЦП has none, since it crosses nothing."""
SECOND: Final = "_2"
"""What the names end with in the second language's half."""
