"""Batches at the desk: ask for one, look how far it is, stop it, let it go on; a worker's part."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from docgen.domain.caller import Caller
from docgen.domain.errors import PackBatchNotFound
from docgen.domain.pack_batch import PackBatch, Progress, line_name
from docgen.domain.table import Table, TableFile
from docgen.domain.work import Task
from docgen.forms.batch_template import template
from docgen.ports import Jobs, Register, UnitOfWork
from docgen.ports_of_packs import PaperListing
from docgen.usecases.build_line import BuildLine
from docgen.usecases.open_pack import Whose
from docgen.usecases.sum_up_batch import SumUpBatch
from docgen.usecases.take_batch import TakeBatch
from docgen.usecases.work_pack import PapersOf

_PACE_OF = 40
"""Lines whose times tell how fast it goes."""


@dataclass(frozen=True, kw_only=True)
class BatchDesk:
    """What can be asked of batches; they are their owner's alone, and of the caller's region."""

    register: Register
    take: TakeBatch
    sum_up: SumUpBatch
    read: Callable[[Sequence[TableFile]], Sequence[Table]]
    papers: Callable[[str, Mapping[str, str]], PaperListing]
    """What an owner has brought along, by the names that he gives to hashes."""
    jobs: Jobs

    def ask(
        self, files: Sequence[TableFile], hashes: Mapping[str, str], caller: Caller
    ) -> PackBatch:
        """The batch, owed from now on; raises ValuesRejected with every error at its cell."""
        papers = self.papers(caller.owner, hashes)
        batch = self.take(self.read(files), papers, Whose.of(caller, actor=caller.actor))
        self._tell(batch.id)
        return batch

    def show(self, batch_id: str, caller: Caller) -> tuple[PackBatch, Progress]:
        """How far it is; raises PackBatchNotFound."""
        with self.register.view() as unit:
            batch = _visible(unit, batch_id, caller)
            return batch, _progress(unit, batch)

    def find(self, caller: Caller, *, limit: int) -> Sequence[tuple[PackBatch, Progress]]:
        """The newest that the caller may see."""
        with self.register.view() as unit:
            found = unit.pack_batches.of(caller.owner, limit=limit)
            his = [each for each in found if caller.may_see(each.owner, each.region)]
            return [(each, _progress(unit, each)) for each in his]

    def stop(self, batch_id: str, caller: Caller) -> None:
        """Packs that are begun are finished, and no other is begun."""
        with self.register.begin() as unit:
            _visible(unit, batch_id, caller)
            unit.pack_batches.stop(batch_id, stopped=True)
            unit.commit()

    def resume(self, batch_id: str, caller: Caller) -> None:
        """It goes on; what failed is tried again."""
        with self.register.begin() as unit:
            _visible(unit, batch_id, caller)
            unit.pack_batches.stop(batch_id, stopped=False)
            unit.pack_batches.reopen(batch_id)
            unit.commit()
        self._tell(batch_id)

    def summary(self, batch_id: str, caller: Caller) -> bytes:
        """The workbook of what it came to."""
        with self.register.view() as unit:
            _visible(unit, batch_id, caller)
        return self.sum_up(batch_id)

    def template(self) -> bytes:
        """The workbook that is to be filled in."""
        return self.sum_up.workbooks.write(template())

    def _tell(self, batch_id: str) -> None:
        """What is not told is found by the sweep, so the first that fails ends the telling."""
        with self.register.view() as unit:
            batch, places = unit.pack_batches.get(batch_id), unit.pack_batches.open(batch_id)
        if batch.kept and not batch.stopped:
            all(self.jobs.tell(Task.BUILD_LINE, line_name(batch_id, each)) for each in places)


def _visible(unit: UnitOfWork, batch_id: str, caller: Caller) -> PackBatch:
    batch = unit.pack_batches.get(batch_id)
    if not caller.may_see(batch.owner, batch.region):
        raise PackBatchNotFound(batch_id)
    return batch


def _progress(unit: UnitOfWork, batch: PackBatch) -> Progress:
    counts = unit.pack_batches.counts(batch.id)
    recent = unit.pack_batches.recent(batch.id, limit=_PACE_OF)
    return Progress(counts=counts, lines=batch.lines, recent=recent)


@dataclass(frozen=True, kw_only=True)
class BuildOwedLine:
    """A worker's part: one line of a batch whose papers are kept here, by one worker at a time."""

    register: Register
    build: BuildLine
    papers_of: PapersOf

    def __call__(self, name: str) -> None:
        """Build it unless it is stopped or somebody is at it; raises Unavailable, and it waits."""
        batch_id, _, place = name.rpartition("/")
        with self.register.view() as unit:
            batch = unit.pack_batches.get(batch_id)
            line = unit.pack_batches.line(batch_id, int(place))
        if batch.stopped or not batch.kept:
            return
        with self.register.hold(name) as ours:
            if ours:
                self.build(batch_id, line.place, self.papers_of(batch.owner, line.given))
