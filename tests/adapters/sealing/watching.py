"""Processes, watched through proc(5)."""

import os
import select
import time
from pathlib import Path

PATIENCE = 60.0
_USER_TIME, _SYSTEM_TIME = 11, 12


def children(pid: int) -> list[int]:
    """Processes that it has forked and that still run."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def child_at_work(pid: int, ticks: int = 5) -> int:
    """Wait until the process has one child, and that child has worked a while."""
    deadline = time.monotonic() + PATIENCE
    while True:
        assert time.monotonic() < deadline
        if (found := children(pid)) and cpu(found[0]) >= ticks:
            return found[0]
        time.sleep(0.01)


def cpu(pid: int) -> int:
    """User and system time in ticks; none where it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(fields[_USER_TIME]) + int(fields[_SYSTEM_TIME])


def ended(pid: int, seconds: float = PATIENCE) -> bool:
    """Whether it ends within that time."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)


def limits(pid: int) -> dict[str, str]:
    """Its hard limits by name."""
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]
    return {line[:26].strip(): line[47:68].strip() for line in lines}


def descriptors(pid: int) -> list[str]:
    """What it holds open, in their order."""
    links = sorted(Path(f"/proc/{pid}/fd").iterdir(), key=lambda link: int(link.name))
    return [str(link.readlink()) for link in links if link.is_symlink()]
