"""Who leans on what is embedded in a folder: processes that share a lock, which dies with them."""

import fcntl
import logging
import math
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

log = logging.getLogger(__name__)

_SILENCE: Final = 2.0
_LOOK_EVERY: Final = 0.1
_HELD: Final = re.compile(
    r"^\d+: FLOCK +ADVISORY +\w+ +(\d+) +[0-9a-f]+:[0-9a-f]+:(\d+) ", re.MULTILINE
)
"""A line of /proc/locks (proc(5)): process, device and inode; lines of waiters have an arrow."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long the one who started what is embedded stays for those who lean on it."""

    seconds: float = math.inf
    tell: Callable[[str], None] = log.warning
    """Hears whom it waits for, once that takes longer than two seconds, and whom it leaves."""


class Leaning:
    """One of those who lean; the lock is its file's."""

    def __init__(self, lock: IO[bytes]) -> None:
        self._lock = lock

    def others(self) -> Sequence[str]:
        """Those who lean beside us, as people know them: `docgen doctor (process 4711)`."""
        inode = os.fstat(self._lock.fileno()).st_ino
        held = _HELD.findall(_locks())
        there = {int(process) for process, of in held if int(of) == inode} - {os.getpid()}
        return [f"{_words(process)} (process {process})" for process in sorted(there)]

    def wait_for_others(self, patience: Patience) -> None:
        """Come back when nobody else leans on it, or patience is at its end."""
        begun, told = time.monotonic(), False
        while not self._alone():
            waited = time.monotonic() - begun
            if waited > patience.seconds:
                patience.tell(f"Not waited for any longer: {self._named()}")
                return
            if waited > _SILENCE and not told:
                told = True
                patience.tell(f"Waiting for {self._named()}, {_at_most(patience.seconds)}")
            time.sleep(_LOOK_EVERY)

    def _alone(self) -> bool:
        # Linux gives up the lock that was held before it looks for the other one (flock(2)): two
        # who wait for each other are both let go.
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _named(self) -> str:
        return ", ".join(self.others()) or "another command in this folder"


@contextmanager
def leaning(lock: Path) -> Iterator[Leaning]:
    """Lean on what is embedded beside that lock while the block lasts."""
    with lock.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield Leaning(file)


def _at_most(seconds: float) -> str:
    most = "" if math.isinf(seconds) else f"; at most {seconds:.0f} seconds"
    return f"which need what runs here{most}"


def _locks() -> str:
    with suppress(OSError):
        return Path("/proc/locks").read_text(encoding="ascii")
    return ""


def _words(process: int) -> str:
    """Program and command; never their arguments, which may name people."""
    try:
        given = Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        given = []
    names = [Path(word).name for word in given if word]
    if names and names[0].startswith("python"):
        names = names[1:]
    return " ".join(names[:2]) or "a program"
