"""Child programs that die with the tests."""

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

_TICK_SECONDS = 0.05
_TICKS = 1200


def need(*programs: str) -> list[str]:
    """Paths of the programs; where one is absent, the test fails in CI and is skipped elsewhere."""
    found = [shutil.which(program) for program in programs]
    missing = [program for program, path in zip(programs, found, strict=True) if path is None]
    if not missing:
        return [str(path) for path in found]
    reason = f"not installed: {', '.join(missing)}"
    if "CI" in os.environ:
        pytest.fail(reason)
    pytest.skip(reason)


def start(
    command: Sequence[str], *, log: Path, privileges: Sequence[str] = (), signal: str = "KILL"
) -> subprocess.Popen[bytes]:
    """Start a program that gets the signal when the tests die; `privileges` are setpriv options."""
    setpriv = need("setpriv")[0]
    with log.open("ab") as output:
        return subprocess.Popen(
            [setpriv, *privileges, "--pdeathsig", signal, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def await_answer(
    process: subprocess.Popen[bytes], *, answers: Callable[[], bool], log: Path
) -> None:
    """Come back when the program answers; fail with its log when it dies first or never does."""
    for _ in range(_TICKS):
        if answers():
            return
        try:
            process.wait(_TICK_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        break
    process.kill()
    process.wait()
    pytest.fail(f"{process.args!r} did not start:\n{log.read_text()[-2000:]}")
