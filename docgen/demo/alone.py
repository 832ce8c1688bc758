"""One demo in a folder: a second one would start all that the first one runs."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from docgen.demo.address import Address
from docgen.domain.errors import Misconfigured

_LOCK = "demo.lock"


@contextmanager
def only_one(var: Path, address: Address) -> Iterator[None]:
    """Be the demo of that folder, by a lock that dies with the process.

    Raises Misconfigured, and then nothing is made, where another one is or the address is taken.
    """
    if not (var / _LOCK).exists():
        address.require_free()
    var.mkdir(parents=True, exist_ok=True)
    with (var / _LOCK).open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Misconfigured(_refused(var, lock.read().strip())) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        address.require_free()
        yield


def _refused(var: Path, process: str) -> str:
    return (
        f"a demo runs in {var.absolute()} already, or is about to end (process {process}); "
        f"end it with Ctrl-C or `kill -INT {process}`, or start this one in another folder"
    )
