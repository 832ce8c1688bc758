"""Sum up a batch: a workbook of what is ready, what is not, and why."""

from dataclasses import dataclass

from docgen.forms.batch_summary import summary
from docgen.ports import Clock, Register
from docgen.ports_of_packs import Workbooks


@dataclass(frozen=True, kw_only=True)
class SumUpBatch:
    """At any time: what is not done yet is shown as waiting."""

    register: Register
    clock: Clock
    workbooks: Workbooks

    def __call__(self, batch_id: str) -> bytes:
        """The workbook; raises PackBatchNotFound."""
        with self.register.view() as unit:
            batch, lines = unit.pack_batches.get(batch_id), unit.pack_batches.lines(batch_id)
        return self.workbooks.write(summary(batch, lines, at=self.clock.now()))
