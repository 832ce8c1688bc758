"""A process that dies at the worst moment loses nothing and doubles nothing."""

from pathlib import Path

from tests.visit.terminal import docgen, rows, started

_STATE = "SELECT state FROM envelopes"
_SEALED = "SELECT count(*) FROM journal WHERE event = 'sealed'"


def _killed_when(folder: Path, state: str) -> None:
    """SIGKILL the demo as soon as the register shows the state."""
    demo = started(folder, "demo", "--once")
    try:
        while demo.poll() is None:
            if (state,) in rows(folder, _STATE):
                break
    finally:
        demo.kill()
        demo.wait()


def test_killed_between_confirmation_and_seal_it_is_sealed_by_the_sweep_once(
    tmp_path: Path,
) -> None:
    """The confirmation stands; the sweep seals it; sweeping again finds nothing to do."""
    _killed_when(tmp_path, "confirmed")
    assert rows(tmp_path, _STATE) == [("confirmed",)]
    assert rows(tmp_path, _SEALED) == [(0,)]

    first, second = docgen(tmp_path, "sweep"), docgen(tmp_path, "sweep")

    assert "sealed 1, expired 0, waiting 0" in first.stdout, first.stderr
    assert "sealed 0, expired 0, waiting 0" in second.stdout
    assert rows(tmp_path, _STATE) == [("sealed",)]
    assert rows(tmp_path, _SEALED) == [(1,)]
    assert docgen(tmp_path, "journal", "verify").stdout.startswith("ok: 1 envelopes, 6 entries")


def test_killed_before_rendering_the_draft_is_rendered_by_the_sweep(tmp_path: Path) -> None:
    """What the technician typed is in the register before anything slow begins."""
    _killed_when(tmp_path, "draft")
    assert rows(tmp_path, _STATE) == [("draft",)]

    swept = docgen(tmp_path, "sweep")

    assert "rendered 1" in swept.stdout, swept.stderr
    assert rows(tmp_path, _STATE) == [("ready",)]


def test_whoever_ends_first_takes_nothing_from_the_others(tmp_path: Path) -> None:
    """A second visit begins while the first one's services run; both end sealed."""
    first = started(tmp_path, "demo", "--once")
    while first.poll() is None and not rows(tmp_path, _STATE):
        pass
    second = docgen(tmp_path, "demo", "--once")

    assert first.wait() == 0
    assert second.returncode == 0, second.stderr
    assert rows(tmp_path, _STATE) == [("sealed",), ("sealed",)]
