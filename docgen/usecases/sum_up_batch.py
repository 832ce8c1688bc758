"""Sum up a batch: a workbook of what is ready, what is not, and why."""

import json
from dataclasses import dataclass

from docgen.domain.pack_batch import BatchLine
from docgen.forms.batch_summary import LineFacts, summary
from docgen.ports import Blobs, Clock, Register
from docgen.ports_of_packs import Workbooks


@dataclass(frozen=True, kw_only=True)
class SumUpBatch:
    """At any time: what is not done yet is shown as waiting."""

    register: Register
    blobs: Blobs
    clock: Clock
    workbooks: Workbooks

    def __call__(self, batch_id: str) -> bytes:
        """The workbook; raises PackBatchNotFound."""
        with self.register.view() as unit:
            batch, lines = unit.pack_batches.get(batch_id), unit.pack_batches.lines(batch_id)
        facts = [self._facts(line) for line in lines]
        return self.workbooks.write(summary(batch, facts, at=self.clock.now()))

    def _facts(self, line: BatchLine) -> LineFacts:
        return LineFacts(line=line, given=json.loads(self.blobs.get(line.case_sha256))["case"])
