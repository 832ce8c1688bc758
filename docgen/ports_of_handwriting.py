"""What the core needs from outside for signatures by hand."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture made anew of a stranger's: nothing but its pixels."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Scan:
    """The pages of a paper as pictures, made anew of a stranger's file."""

    content: bytes
    media_type: str
    """`image/jpeg` for a photo, `application/pdf` for a file of pages."""
    pages: int
    uploaded_type: str
    """What was sent: `image/jpeg`, `image/png` or `application/pdf`."""


class Scans(Protocol):
    """Reads pictures and papers of strangers, and gives back nothing that they brought along.

    Raises ValuesRejected with one finding without a pointer, and Busy where too many wait.
    """

    def picture(self, png: bytes) -> Picture:
        """A signature's picture (PNG)."""

    def scan(self, content: bytes) -> Scan:
        """A photo (JPEG, PNG) or a PDF of a signed paper."""
