"""Programs of ours for strangers' files: whatever a file does there, we live on."""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from types import ModuleType
from typing import Final

from docgen.domain.errors import Busy

_GRACE_SECONDS: Final = 2.0


def command_of(module: ModuleType) -> list[str]:
    """How Python runs a module of ours as a program."""
    return [sys.executable, "-P", "-m", module.__name__]


def surroundings() -> Mapping[str, str]:
    """Those of such a program: none of our settings, since looking at a file needs no secrets."""
    return {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "LC_ALL": "C.UTF-8"}


class OneByOne:
    """A program that is started anew for every file, which it gets on stdin.

    Its arguments are SECONDS and MEMORY, by which it narrows itself, and then those of the file.
    It may take `seconds` of processor time, twice that by the clock, and `memory` bytes of address
    space. `at_once` run at the same time; others wait with `patience`, in seconds.
    """

    def __init__(
        self, module: ModuleType, *, seconds: int, memory: int, at_once: int, patience: float
    ) -> None:
        self._command = [*command_of(module), str(seconds), str(memory)]
        self._clock = 2 * seconds + _GRACE_SECONDS
        self._places, self._patience = threading.BoundedSemaphore(at_once), patience

    def run(self, *asked: str, content: bytes) -> subprocess.CompletedProcess[bytes]:
        """What it said on stdout, and its exit code: negative where a limit ended it.

        Raises Busy where too many wait already.
        """
        # Whoever waits holds a thread that others need too.
        if not self._places.acquire(timeout=self._patience):
            raise Busy(f"too many files for {self._command[3]}")
        try:
            return subprocess.run(
                [*self._command, *asked],
                input=content,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=surroundings(),
                timeout=self._clock,
                start_new_session=True,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            return subprocess.CompletedProcess(late.cmd, -1, stdout=b"")
        finally:
            self._places.release()
