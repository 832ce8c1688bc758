"""One attempt at a piece of work, whoever makes it."""

import logging

from docgen.domain.errors import DocgenError
from docgen.domain.work import Task
from docgen.ports import Work

log = logging.getLogger(__name__)


def attempt(work: Work, task: Task, envelope_id: str) -> None:
    """Do it; whatever fails is logged, never raised, and stays owed in the register."""
    try:
        work(task, envelope_id)
    except DocgenError as failure:
        log.warning("%s of envelope %s waits: %s", task, envelope_id, failure.code)
    except Exception:
        # The transaction is done: a fault in what follows must not look like its failure.
        log.exception("%s of envelope %s failed", task, envelope_id)
