"""Processes as the kernel shows them (proc(5))."""

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.processes.running import eventually

_OFFICE = "soffice.bin"
_PROGRAM = "office_program.py"


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
    """Whether the worker has given its LibreOffice a document that it has not got back."""
    commands = [_words(pid) for pid in below(worker)]
    folders = [Path(words[-1]) for words in commands if any(w.endswith(_PROGRAM) for w in words)]
    return any((folder / "document.docx").exists() for folder in folders)


@contextmanager
def frozen_office(worker: int) -> Iterator[None]:
    """The worker's LibreOffice does nothing within the block; it must have been started."""
    offices = [pid for pid in below(worker) if _name(pid) == _OFFICE]
    assert offices
    for pid in offices:
        os.kill(pid, signal.SIGSTOP)
    assert eventually(lambda: all(_state(pid) == "T" for pid in offices))
    try:
        yield
    finally:
        wake(offices)


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


def _name(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
    return ""


def _fields(pid: int) -> list[str]:
    """Fields of `stat` after the name, beginning with the state and the parent."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return []
