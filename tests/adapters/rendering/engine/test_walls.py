"""What the process of one document cannot do, whatever LibreOffice is made to try."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from docgen.adapters.rendering.engine_client import PYTHON, Engine
from docgen.domain.errors import RendererUnavailable
from tests.adapters.rendering.engine.conftest import Start, alive, asked, until, zygotes
from tests.adapters.rendering.engine.unruly_zygote import PROCESSES

UNRULY = Path(__file__).with_name("unruly_zygote.py")


@pytest.fixture
def unruly(begin: Start) -> Iterator[Engine]:
    """An engine over one unruly zygote, which does another job after every mischief."""
    engine = begin(f"--zygote-command={json.dumps([str(PYTHON), '-I', str(UNRULY)])}")
    asked(engine, "nothing")
    (before,) = zygotes(engine)
    yield engine
    assert asked(engine, "nothing", document="good").engine["pid"] == before


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """Where the child tells what came of it."""
    return tmp_path / "told"


@pytest.mark.parametrize("hang", [False, True])
def test_processes_left_behind_are_killed(unruly: Engine, tmp_path: Path, *, hang: bool) -> None:
    """Those of a child go with it, even those in a session of their own, however it ends."""
    pids = tmp_path / "pids"
    if hang:
        with pytest.raises(RendererUnavailable, match="timed_out"):
            asked(unruly, "spawn", pids=str(pids), hang=True, limit=2.0)
    else:
        asked(unruly, "spawn", pids=str(pids))
    numbers = [int(line) for line in pids.read_text().splitlines()]
    assert len(numbers) == PROCESSES
    until(lambda: not any(map(alive, numbers)), "their end")


@pytest.mark.parametrize("do", ["swell", "write", "open"])
def test_what_is_too_much_fails(unruly: Engine, told: Path, do: str) -> None:
    """Memory, files and open files have bounds, at which the child gives up."""
    with pytest.raises(RendererUnavailable, match="crashed"):
        asked(unruly, do, told=str(told))
    assert not told.exists()


def test_time_has_a_bound(unruly: Engine) -> None:
    """A child that computes without end is killed at its limit, not much later."""
    began = time.monotonic()
    with pytest.raises(RendererUnavailable, match="timed_out"):
        asked(unruly, "compute", limit=1.0)
    assert time.monotonic() - began < 3


def test_files_are_removed(unruly: Engine) -> None:
    """What lies in the child's directory, or where LibreOffice keeps its own, is gone with it."""
    asked(unruly, "litter")
    (place,) = unruly.directory.glob("zygote-*/")
    until(lambda: not [*place.glob("job-*/*"), *place.glob("lu1.tmp/*")], "their end")
    assert (place / "lu1.tmp").exists()


def test_a_child_has_no_voice(unruly: Engine, told: Path) -> None:
    """Whatever it writes to all that it has open spoils its own answer at most."""
    before = unruly.status()["deaths"]
    with suppress(RendererUnavailable):
        asked(unruly, "speak", told=str(told))
    assert unruly.status()["deaths"] == before


def test_a_template_that_fails_before_the_fork_costs_its_job_only(unruly: Engine) -> None:
    """The zygote tells it as a death and lives on."""
    with pytest.raises(RendererUnavailable, match="before the fork"):
        asked(unruly, "fail_early")


def test_a_thread_ends_the_zygote(begin: Start) -> None:
    """Where another thread runs nobody forks: that zygote is replaced, and no job goes to it."""
    engine = begin(f"--zygote-command={json.dumps([str(PYTHON), '-I', str(UNRULY)])}")
    first = asked(engine, "nothing").engine["pid"]
    with pytest.raises(RendererUnavailable, match="threads that do not end"):
        asked(engine, "thread", document="bad")
    assert asked(engine, "nothing", document="good").engine["pid"] != first
