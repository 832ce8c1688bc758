"""What the core needs from outside to make notary packs; a page of ports beside the first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from docgen.domain.calendar import Calendar
from docgen.domain.pack_batch import BatchLine, LineState, PackBatch
from docgen.domain.pack_record import Pack, PackEntry
from docgen.domain.table import Sheet


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


@dataclass(frozen=True, kw_only=True)
class Part:
    """A paper to be bound, and what the outline calls it."""

    title: str
    pdf: bytes
    pages: int


@dataclass(frozen=True, kw_only=True)
class Volume:
    """The bound pages: one plain revision that a seal can be added to."""

    pdf: bytes
    pages: int


class Binder(Protocol):
    """Makes one volume of many papers."""

    def pages(self, pdf: bytes) -> int:
        """How many pages it would add; raises UnreadableDocument for what cannot be bound."""

    def bind(self, parts: Sequence[Part], *, number: str, title: str) -> Volume:
        """The volume; raises UnreadableDocument for a part that cannot be bound."""


class Packs(Protocol):
    """Packs that were made, each with its chain of entries."""

    def add(self, pack: Pack) -> None:
        """Store a new one; raises Conflict for a number that is taken."""

    def get(self, pack_id: str) -> Pack:
        """The pack; raises PackNotFound."""

    def save(self, pack: Pack) -> None:
        """Store that it is sealed; raises PackNotFound."""

    def append(self, entry: PackEntry) -> None:
        """Write the next entry of its chain; raises Conflict where another took its place."""

    def entries(self, pack_id: str) -> Sequence[PackEntry]:
        """All entries of a pack, in order."""


class Packer(Protocol):
    """Makes one file of many."""

    def pack(self, files: Mapping[str, bytes]) -> bytes:
        """An archive that is the same for the same files, whenever it is made."""


class PackBatches(Protocol):
    """Tables of debtors that were taken, with what became of each line."""

    def add(self, batch: PackBatch, lines: Sequence[BatchLine]) -> None:
        """Store a new one with all its lines; raises Conflict for a number that is taken."""

    def get(self, batch_id: str) -> PackBatch:
        """The batch; raises PackBatchNotFound."""

    def of(self, owner: str, *, limit: int) -> Sequence[PackBatch]:
        """The owner's newest."""

    def stop(self, batch_id: str, *, stopped: bool) -> None:
        """Stop it, or let it go on; raises PackBatchNotFound."""

    def lines(self, batch_id: str) -> Sequence[BatchLine]:
        """All lines, in order."""

    def line(self, batch_id: str, place: int) -> BatchLine:
        """One of them; raises PackBatchNotFound."""

    def open(self, batch_id: str) -> Sequence[int]:
        """Places of what waits, then of what failed, in order."""

    def counts(self, batch_id: str) -> Mapping[LineState, int]:
        """How many lines there are in each state."""

    def recent(self, batch_id: str, *, limit: int) -> Sequence[datetime]:
        """When the last lines were finished."""

    def finish(self, line: BatchLine) -> bool:
        """Store what became of it; False where something final was stored before."""


class PaperListing(PaperFiles, Protocol):
    """A folder of papers that can be looked through."""

    def paths(self) -> Sequence[str]:
        """Of all files below it, in order."""


class Workbooks(Protocol):
    """Writes workbooks for people."""

    def write(self, sheets: tuple[Sheet, ...]) -> bytes:
        """An .xlsx file."""
