"""Processes as the kernel shows them (proc(5))."""

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def children(pid: int) -> list[int]:
    """Those whose parent it is."""
    return [other for other, parent in _parents() if parent == pid]


def below(pid: int) -> list[int]:
    """Its children, their children, and so on."""
    found = children(pid)
    return found + [each for child in found for each in below(child)]


def alive(pids: Iterable[int]) -> list[int]:
    """Those that run still; one that waits to be buried does not."""
    return [pid for pid in pids if _state(pid) not in {"", "Z", "X"}]


def wake(pids: Iterable[int]) -> None:
    """Let those go on that were frozen."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def converts(worker: int) -> bool:
    """Whether the worker has given the engine a document that it has not got back."""
    with suppress(OSError):
        opened = [str(each.readlink()) for each in Path(f"/proc/{worker}/fd").iterdir()]
        return any(link.startswith("/memfd:request") for link in opened)
    return False


def engine_in(directory: Path) -> list[int]:
    """The engine that listens there, with all its processes."""
    found = [pid for pid, _ in _parents() if str(directory) in " ".join(_words(pid)).split(" ")]
    return list({pid for each in found for pid in (each, *below(each))})


@contextmanager
def frozen_engine(directory: Path) -> Iterator[None]:
    """The engine there does nothing within the block; it must have been started."""
    frozen = engine_in(directory)
    assert frozen
    for pid in frozen:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        wake(frozen)


def _parents() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _fields(int(entry.name))
            if fields:
                yield int(entry.name), int(fields[1])


def _state(pid: int) -> str:
    fields = _fields(pid)
    return fields[0] if fields else ""


def _words(pid: int) -> list[str]:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")[:-1]
    return []


def _fields(pid: int) -> list[str]:
    """Fields of `stat` after the name, beginning with the state and the parent."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return []
