"""Work done at once, in the caller's own process."""

from dataclasses import dataclass
from datetime import timedelta

from docgen.adapters.jobs.attempt import attempt
from docgen.domain.work import Task
from docgen.ports import Work


@dataclass(frozen=True, kw_only=True)
class InlineJobs:
    """For the command line, which has no worker beside it."""

    work: Work
    at_once = True

    def tell(self, task: Task, envelope_id: str) -> bool:
        """Do it now; what fails waits for the sweep. True, as somebody heard."""
        attempt(self.work, task, envelope_id)
        return True

    def wait(self, _task: Task, _envelope_id: str, *, most: timedelta) -> bool:  # noqa: ARG002
        """False: it was attempted when it was told, and is not again."""
        return False
