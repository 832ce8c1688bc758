"""What the core needs from outside to make notary packs; a page of ports beside the first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from docgen.domain.calendar import Calendar
from docgen.domain.pack_batch import BatchLine, LineState, PackBatch
from docgen.domain.pack_record import BuildStep, Pack, PackFilter, PackPaper
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


class PageCounter(Protocol):
    """Tells how many pages a paper has."""

    def pages(self, pdf: bytes) -> int:
        """How many pages it would add; raises UnreadableDocument for what cannot be bound."""


class Binder(PageCounter, Protocol):
    """Makes one volume of many papers."""

    def bind(
        self, parts: Sequence[Part], *, number: str, title: str, before: int = 0, of: int = 0
    ) -> Volume:
        """The volume; raises UnreadableDocument for a part that cannot be bound.

        Its pages are numbered on after so many `before`, `of` so many in all: 0 for its own.
        """


class Packs(Protocol):
    """Packs, from the case as it came in on; what happens to one is in the journal."""

    def add(self, pack: Pack) -> None:
        """Store a new one; raises Conflict for a number that is taken."""

    def get(self, pack_id: str) -> Pack:
        """The pack, locked in a writing unit; raises PackNotFound."""

    def save(self, pack: Pack) -> None:
        """Store it as it is now; raises PackNotFound, and Conflict for a second seal."""

    def note_step(self, pack_id: str, step: BuildStep) -> None:
        """How far the making of one has come that somebody asked for."""

    def find(self, wanted: PackFilter, *, after: str | None, limit: int) -> Sequence[Pack]:
        """Those that fit, the newest first; with `after`, those beyond it."""

    def of_account(self, owner: str, account_number: str) -> Sequence[Pack]:
        """All that were ever made of that account."""

    def asked(self) -> Sequence[Pack]:
        """Those that somebody wants built, whoever asked first."""

    def page(self, *, after: str, limit: int) -> Sequence[Pack]:
        """All there are, by number, beyond that one."""

    def add_paper(self, paper: PackPaper) -> None:
        """Keep that it was brought along; the first time counts."""

    def papers(self, owner: str, hashes: Sequence[str]) -> Sequence[PackPaper]:
        """Those of these files that were brought along for that owner's packs."""

    def pages_of(self, sha256: str) -> int:
        """How many pages a file has that anybody brought along; 0 where nobody did."""


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

    def reopen(self, batch_id: str) -> None:
        """What failed waits again."""

    def owed(self, *, limit: int) -> Sequence[tuple[str, int]]:
        """Batch and place of the last lines that wait for workers, and are not stopped."""

    def standing(self) -> Sequence[tuple[PackBatch, BatchLine]]:
        """Of all batches that nobody has stopped, the lines that wait or have failed."""

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
