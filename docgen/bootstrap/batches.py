"""Batches of packs on the command line: the taking of tables, and processes that build."""

import signal
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import cast

from docgen.adapters.binding.batch_papers import FolderAndDocuments
from docgen.adapters.blobs.disk import DiskBlobs
from docgen.adapters.db.register import SqlRegister
from docgen.adapters.tables.reading import read_tables
from docgen.adapters.tables.workbooks import OpenpyxlWorkbooks
from docgen.bootstrap import CLOCK
from docgen.bootstrap.database import database_url
from docgen.bootstrap.packs import building
from docgen.bootstrap.papers import blobs_of
from docgen.bootstrap.surroundings import surroundings
from docgen.domain.errors import Unavailable
from docgen.domain.pack_batch import LineState, PackBatch, Progress
from docgen.forms.batch_template import template
from docgen.settings import Settings
from docgen.usecases.build_line import BuildLine
from docgen.usecases.open_pack import Whose
from docgen.usecases.sum_up_batch import SumUpBatch
from docgen.usecases.take_batch import TakeBatch

_PASSES = 2
"""What failed is tried once more at the end: who was at it may have been a killed run's last."""
_LOST_AT_MOST = 5
"""Processes that may die before a run gives up."""


@dataclass(frozen=True, kw_only=True)
class Batches:
    """One installation's batches, run from here."""

    settings: Settings
    register: SqlRegister
    blobs: DiskBlobs

    def take(self, table: Path, papers: Path, whose: Whose) -> PackBatch:
        """The batch of a file or a folder; raises ValuesRejected with every error."""
        take = TakeBatch(register=self.register, clock=CLOCK)
        files = FolderAndDocuments(papers, self.register, self.blobs, owner=whose.owner)
        return take(read_tables(table), files, whose)

    def progress(self, batch: PackBatch) -> Progress:
        """How far it is, by the register."""
        with self.register.view() as unit:
            counts = unit.pack_batches.counts(batch.id)
        return Progress(counts=counts, lines=batch.lines)

    def run(
        self, batch: PackBatch, crew: "Crew", *, stopping: Callable[[], bool]
    ) -> Iterator[Progress]:
        """Build what is open, telling after each line; raises Unavailable where others are at it.

        Once `stopping` says so, lines that are begun are finished, and no other is begun.
        """
        with self.register.hold(batch.id) as ours:
            if not ours:
                raise Unavailable("somebody else is running this batch")
            for _ in range(_PASSES):
                with self.register.view() as unit:
                    places = deque(unit.pack_batches.open(batch.id))
                for _ in crew.build(batch, places, stopping=stopping):
                    yield self.progress(batch)

    def summary(self, batch: PackBatch) -> bytes:
        """The workbook of what it came to."""
        sum_up = SumUpBatch(register=self.register, clock=CLOCK, workbooks=OpenpyxlWorkbooks())
        return sum_up(batch.id)

    def deliver(self, batch: PackBatch, output: Path) -> None:
        """Every pack that is ready lies in the folder."""
        with self.register.view() as unit:
            for line in unit.pack_batches.lines(batch.id):
                pack_id = line.pack_id if line.state is LineState.READY else None
                if pack_id is not None and not _delivered(output, pack_id).exists():
                    pack = unit.packs.get(pack_id)
                    if pack.sealed is not None:
                        _put(output, pack.id, self.blobs.get(pack.sealed.package_sha256))


@contextmanager
def batching(settings: Settings) -> Iterator[Batches]:
    """Batches over register and surroundings, which the building processes share."""
    with ExitStack() as stack:
        stack.enter_context(surroundings(settings))
        register = SqlRegister(database_url(settings))
        stack.callback(register.close)
        yield Batches(settings=settings, register=register, blobs=blobs_of(settings))


def empty_workbook() -> bytes:
    """What a collection department fills in."""
    return OpenpyxlWorkbooks().write(template())


@dataclass(frozen=True, kw_only=True)
class Crew:
    """Processes that build lines side by side; they end with whoever began them."""

    settings: Settings
    papers: Path
    output: Path
    at_once: int = 2

    def build(
        self, batch: PackBatch, places: deque[int], *, stopping: Callable[[], bool]
    ) -> Iterator[int]:
        """Each place once it is done; raises Unavailable where processes die again and again."""
        idle, busy, lost = deque[_Worker](), dict[Connection, _Worker](), 0
        try:
            while busy or (places and not stopping()):
                while places and not stopping() and len(busy) < self.at_once:
                    worker = idle.popleft() if idle else self._begun()
                    worker.pipe.send((batch.id, places.popleft(), batch.owner))
                    busy[worker.pipe] = worker
                for pipe in wait(list(busy)):
                    worker = busy.pop(cast("Connection", pipe))
                    try:
                        yield worker.pipe.recv()
                    except (EOFError, OSError):
                        worker.end()
                        lost += 1
                        if lost > _LOST_AT_MOST:
                            raise Unavailable("processes that build packs die") from None
                    else:
                        idle.append(worker)
        finally:
            for worker in (*idle, *busy.values()):
                worker.end()

    def _begun(self) -> "_Worker":
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_work, args=(self.settings, self.papers, self.output, theirs), daemon=True
        )
        process.start()
        theirs.close()
        return _Worker(process=process, pipe=ours)


@dataclass(frozen=True, kw_only=True)
class _Worker:
    process: BaseProcess
    pipe: Connection

    def end(self) -> None:
        """It ends when nobody talks to it any more."""
        self.pipe.close()
        self.process.join()


def _work(settings: Settings, papers: Path, output: Path, pipe: Connection) -> None:
    """Builds what it is told, until nobody is there to tell it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with building(settings) as build, suppress(EOFError, BrokenPipeError, ConnectionResetError):
        line = BuildLine(build=build, register=build.register, blobs=build.blobs, clock=CLOCK)
        while True:
            batch_id, place, owner = pipe.recv()
            files = FolderAndDocuments(papers, build.register, build.blobs, owner=owner)
            done = line(batch_id, place, files)
            if done.state is LineState.READY and done.pack_id is not None:
                _put(output, done.pack_id, build.package(done.pack_id))
            pipe.send(place)


def _delivered(output: Path, pack_id: str) -> Path:
    return output / f"{pack_id}.zip"


def _put(output: Path, pack_id: str, package: bytes) -> None:
    """Whole or not at all."""
    part = output / f".{pack_id}.part"
    part.write_bytes(package)
    part.replace(_delivered(output, pack_id))
