"""Holding an envelope, over either database."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from docgen.adapters.db.register import SqlRegister
from tests.contracts.races import at_once

_ROOT = Path(__file__).parents[2]
_TRIES = 200
"""PostgreSQL notices a dead client when it next looks; each try takes some milliseconds."""


def _try(register: SqlRegister, envelope_id: str) -> bool:
    with register.hold(envelope_id) as ours:
        return ours


@contextmanager
def _holder(url: str, envelope_id: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the hold."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.contracts.holder", url, envelope_id],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_second_holder_is_told_no(register: SqlRegister) -> None:
    """While one holds an envelope another, in the same process too, does not."""
    with register.hold("e1") as ours:
        assert ours
        assert not _try(register, "e1")


def test_other_envelopes_are_free(register: SqlRegister) -> None:
    """Holding one envelope holds no other."""
    with register.hold("e1"):
        assert all(_try(register, f"other-{n}") for n in range(20))


def test_a_hold_ends_with_its_block(register: SqlRegister) -> None:
    """Afterwards the envelope is free again, as often as one likes."""
    assert [_try(register, "e1") for _ in range(3)] == [True] * 3


def test_of_parallel_holders_none_overlap(register: SqlRegister) -> None:
    """Threads that got the hold never worked at the same time."""
    inside: list[str] = []
    most: list[int] = []

    def work(name: str) -> bool:
        with register.hold("e1") as ours:
            if ours:
                inside.append(name)
                most.append(len(inside))
                inside.remove(name)
            return ours

    assert True in at_once([partial(work, f"thread-{n}") for n in range(8)])
    assert set(most) == {1}


def test_a_hold_dies_with_its_process(register: SqlRegister, database_url: str) -> None:
    """A process killed by SIGKILL leaves the envelope free."""
    with _holder(database_url, "e1") as process:
        assert not _try(register, "e1")
        process.kill()
        process.wait()
        assert any(_try(register, "e1") for _ in range(_TRIES))


def test_holds_leave_nothing_behind(sqlite_url: str, tmp_path: Path) -> None:
    """A thousand envelopes held beside SQLite take one empty file."""
    register = SqlRegister(sqlite_url)
    assert all(_try(register, f"e{n}") for n in range(1000))
    register.close()
    assert {file.name for file in tmp_path.iterdir()} == {"register.db", "register.db.locks"}
    assert (tmp_path / "register.db.locks").stat().st_size == 0
