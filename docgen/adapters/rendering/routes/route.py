"""By which way a document is made."""

from enum import StrEnum


class Route(StrEnum):
    """The fastest first; every one of them gives the same bytes, or is not gone."""

    PRELOADED = "preloaded"
    """LibreOffice has the template loaded and takes the values in."""
    LOADED = "loaded"
    """Values go into the template in LibreOffice's own format, which it then loads."""
    WORD = "word"
    """Values go into the Word file, which LibreOffice then loads: what the others are held to."""
