"""What the core needs from outside to make notary packs; a page of ports beside the first."""

from typing import Protocol

from docgen.domain.calendar import Calendar


class WorkingDays(Protocol):
    """What is known of working days."""

    def calendar(self, first: int, last: int) -> Calendar:
        """The days of those years, both included; raises Misconfigured for a file that lies."""


class PaperFiles(Protocol):
    """The files of one case, by the paths that it names."""

    def read(self, path: str) -> bytes:
        """The bytes; raises BlobNotFound where there are none, or where the path leads out."""

    def detached(self, path: str) -> bytes:
        """The detached signature (`.cms`) beside a file; empty where there is none."""


class Binder(Protocol):
    """Makes one volume of many papers."""

    def pages(self, pdf: bytes) -> int:
        """How many pages it would add; raises UnreadableDocument for what cannot be bound."""
