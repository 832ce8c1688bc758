"""Close the day: archive what must not lapse, then anchor everything written."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from docgen.domain.errors import DocgenError
from docgen.usecases.anchor_day import AnchorDay
from docgen.usecases.archive_documents import ArchiveDocuments

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class CloseDay:
    """What is done once a day; to be called often, it sees by itself whether a day is over."""

    archive: ArchiveDocuments | None
    """None where no authority is configured."""
    anchor: AnchorDay

    def __call__(self, *, until: Callable[[], bool] = lambda: False) -> None:
        """Do what is due; whatever fails is logged, stops nothing else, and stays due."""
        with _guarded():
            if self.anchor.has_work():
                self._close(until)

    def _close(self, until: Callable[[], bool]) -> None:
        for step in (self._archive, self._anchor):
            if until():
                return
            with _guarded():
                step(until)

    def _archive(self, until: Callable[[], bool]) -> None:
        if self.archive is not None and self.anchor.due() is not None:
            renewed = self.archive(until=until)
            log.info("archived %d, waiting %d", renewed.renewed, renewed.waiting)

    def _anchor(self, _until: Callable[[], bool]) -> None:
        self.anchor()


@contextmanager
def _guarded() -> Iterator[None]:
    try:
        yield
    except DocgenError as failure:
        log.warning("closing the day waits: %s: %s", failure.code, failure)
    except Exception:
        log.exception("closing the day failed")
