"""Become the web service: gunicorn, in this very process."""

import fcntl
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from docgen.bootstrap.sealing import check_seal
from docgen.settings import Settings

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
_PREFIX = "qoltanba-web-"
"""Workers have folders of their own there, which are none of ours to clear away."""


def serve(settings: Settings) -> NoReturn:
    """Serve until a signal ends it; raises Misconfigured or SealKeyUnusable rather than start.

    The web processes have no seal key, but what they let people confirm must be sealed: the sealing
    process is asked, and waited for a while. Raises SealUnavailable where it does not answer.
    """
    check_seal(settings)
    place = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    os.execvp("env", command(shared_folder(place)))  # noqa: S606, S607 - no shell is wanted


def command(folder: Path) -> list[str]:
    """How gunicorn is started; its processes share the folder, and the last one removes it.

    Prometheus' client looks for its folder once, when it is first imported: it must be set before.
    """
    return [
        "env",
        f"PROMETHEUS_MULTIPROC_DIR={folder}",
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "python:api.gunicorn",
        "--worker-tmp-dir",
        str(folder),
    ]


def shared_folder(place: Path) -> Path:
    """A new folder in that place, ours while a process lives that we become or start.

    It is for heartbeats and counters, which are written all the time and worth nothing afterwards.
    Those of services that were killed are removed.
    """
    for left in place.glob(f"{_PREFIX}*"):
        with suppress(OSError), _opened(left) as folder:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left)
    made = Path(tempfile.mkdtemp(prefix=f".{_PREFIX}", dir=place))
    held = os.open(made, os.O_DIRECTORY)
    fcntl.flock(held, fcntl.LOCK_SH)
    os.set_inheritable(held, True)  # noqa: FBT003 - its only argument
    # Only now, when it is seen to be in use, does it get a name that others look for.
    return made.rename(place / made.name.removeprefix("."))


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    opened = os.open(folder, os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield opened
    finally:
        os.close(opened)
