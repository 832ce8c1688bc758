"""A batch that is killed on the way ends complete, and nothing is in it twice."""

from pathlib import Path

import pytest

from bench.packs import Collection


@pytest.mark.parametrize("debtors", [6])
def test_a_killed_batch_goes_on_where_it_was(tmp_path: Path, debtors: int) -> None:
    """SIGKILL to all its processes, Ctrl-C later; the same command does the rest each time."""
    said: list[str] = []
    run = Collection(
        folder=tmp_path, debtors=debtors, kills=1, interrupts=1, told=said.append, patience=300
    )
    run.prepare()

    code = run.run()
    report = run.report()

    assert (code, report["failures"], report["complaints"]) == (0, 0, [])
    assert (report["kills"], report["runs"]) == (2, 3)
    assert (tmp_path / "packs" / "summary.xlsx").exists()
    assert report["cpu_ms"]["begun"] > 0
