"""Processes below this one, and the memory that they take."""

import ctypes
import os
from collections.abc import Collection
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_PARENT = 1
"""Field of /proc/PID/stat after the name (proc(5))."""


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose parents end: then all we start stays below us."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def below(pid: int, *, but: Collection[int] = ()) -> frozenset[int]:
    """All that a process has started and that still runs, save for `but` and what is below it."""
    children: dict[int, list[int]] = {}
    for each, parent in _parents().items():
        children.setdefault(parent, []).append(each)
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in but:
                found.add(child)
                waiting.append(child)
    return frozenset(found)


def megabytes(pids: Collection[int]) -> float:
    """Their proportional set size: what is shared counts in parts for each who shares it."""
    return sum(map(_kilobytes, pids)) / 1024


def _parents() -> dict[int, int]:
    found = {}
    for folder in os.listdir("/proc"):  # noqa: PTH208 - half the time of a Path for each
        if folder.isdecimal():
            try:
                stat = Path("/proc", folder, "stat").read_text()
            except OSError:
                continue
            found[int(folder)] = int(stat.rpartition(")")[2].split()[_PARENT])
    return found


def _kilobytes(pid: int) -> int:
    try:
        lines = Path("/proc", str(pid), "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
