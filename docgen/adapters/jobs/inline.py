"""Work done at once, in the caller's own process."""

import logging
from dataclasses import dataclass

from docgen.domain.errors import DocgenError
from docgen.ports import Task, Work

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class InlineJobs:
    """For the command line and the embedded default."""

    work: Work

    def tell(self, task: Task, envelope_id: str) -> None:
        """Do it now; what fails stays owed in the outbox."""
        try:
            self.work(task, envelope_id)
        except DocgenError as failure:
            log.warning("%s of envelope %s waits: %s", task, envelope_id, failure.code)
        except Exception:
            # The transaction is done: a fault in what follows must not look like its failure.
            log.exception("%s of envelope %s failed", task, envelope_id)
