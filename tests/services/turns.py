"""Which file is tested when, and by whom, where several workers test side by side.

What takes long comes first, so that nobody is left alone with it at the end. The tests of the
running service are all for one worker, which alone then starts its two installations.
"""

import pytest
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

LONGEST = (
    "tests/papers/test_routes.py",
    "tests/api/test_any_sequence.py",
    "tests/lint",
    "tests/service",
    "tests/bench/test_chaos.py",
    "tests/bench/test_packs.py",
    "tests/usecases/test_check_journal.py",
    "tests/cli/test_doctor.py",
    "tests/processes",
    "tests/visit",
    "tests/browser",
    "tests/tablet",
    "tests/web",
    "tests/papers",
    "tests/fidelity",
    "tests/adapters",
)
"""Files and folders in the order of their turns; then all others. Of equals, what has most tests.

First is what proves the templates: all who render afterwards do so by routes that are known.
"""
TOGETHER = ("tests/service",)
"""Folders whose tests share what is dear to start."""


class Turns(LoadFileScheduling):  # type: ignore[misc]  # xdist says nothing of its types
    """A file at a time for each worker, or a folder where its tests belong together."""

    def _split_scope(self, nodeid: str) -> str:
        return whole(super()._split_scope(nodeid))

    def _assign_work_unit(self, node: WorkerController) -> None:
        next_one = min(self.workqueue, key=turn)
        self.workqueue.move_to_end(next_one, last=False)
        super()._assign_work_unit(node)


def whole(file: str) -> str:
    """What one worker tests from its beginning to its end: the file, or the folder it is in."""
    return next((folder for folder in TOGETHER if _within(file, folder)), file)


def turn(tested: str) -> int:
    """The place of a file or a folder in the order of turns."""
    places = (place for place, each in enumerate(LONGEST) if _within(tested, each))
    return next(places, len(LONGEST))


def _within(tested: str, place: str) -> bool:
    return tested == place or tested.startswith(f"{place}/")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Turns | None:
    """Ours, where files are what is handed out."""
    return Turns(config, log) if config.getvalue("dist") == "loadfile" else None
