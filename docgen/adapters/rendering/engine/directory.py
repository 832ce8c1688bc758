"""The engine's directory: private, locked by who starts or ends an engine there."""

import fcntl
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOCK = "engine.lock"
LOG = "engine.log"
SOCKET = "engine.sock"


def named(digest: str) -> str:
    """What an engine's directory is called where all are side by side."""
    return f"{_ours()}{digest}"


def _ours() -> str:
    return f"qoltanba-{os.getuid()}-"


class NotPrivate(Exception):
    """The directory is a link, somebody else's, or open to others."""


@contextmanager
def opened(directory: Path) -> Iterator[int]:
    """The open directory; raises NotPrivate, and FileNotFoundError if there is none."""
    descriptor = _open(directory)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def socket_in(descriptor: int) -> str:
    """The address of the engine's socket.

    It goes by the open directory: nobody can put another in its place meanwhile, and it is short,
    however long the path is.
    """
    return f"/proc/self/fd/{descriptor}/{SOCKET}"


@contextmanager
def starting(directory: Path) -> Iterator[int]:
    """Make the directory if need be; in it, nobody else starts or ends an engine meanwhile."""
    descriptor = _open_and_lock(directory)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def try_to_end(descriptor: int) -> bool:
    """Whether nobody starts an engine there; none can then, until the directory is closed."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def go_on(descriptor: int) -> None:
    """Take `try_to_end` back."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)


def occupy(directory: Path) -> int:
    """Hold the engine's own lock as long as this process lives; raises BlockingIOError."""
    lock = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise
    return lock


def clear(directory: Path) -> None:
    """Remove what an engine that was killed has left, but not its lock and its log."""
    for path in directory.iterdir():
        if path.name in {LOCK, LOG}:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def remove(directory: Path) -> None:
    """Remove all, the lock last: it keeps others out until nothing is left to remove."""
    clear(directory)
    (directory / LOG).unlink(missing_ok=True)
    (directory / LOCK).unlink(missing_ok=True)
    with suppress(OSError):
        directory.rmdir()


def remove_abandoned(directory: Path) -> None:
    """Remove what engines of ours that were killed have left beside this one's directory.

    Whoever starts or runs an engine holds a lock there; where nobody does, nobody is.
    """
    if not directory.name.startswith(_ours()):
        return
    for other in directory.parent.glob(f"{_ours()}*"):
        if other == directory:
            continue
        with suppress(OSError, NotPrivate), opened(other) as descriptor:
            if try_to_end(descriptor):
                lock = occupy(other)
                remove(other)
                os.close(lock)


def _open(directory: Path) -> int:
    try:
        descriptor = os.open(directory, os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except NotADirectoryError as error:
        raise NotPrivate(f"{directory} is no directory") from error
    except PermissionError as error:
        raise NotPrivate(f"{directory} is not ours") from error
    found = os.fstat(descriptor)
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        os.close(descriptor)
        raise NotPrivate(f"{directory} is not ours alone")
    return descriptor


def _open_and_lock(directory: Path) -> int:
    while True:
        directory.mkdir(mode=0o700, exist_ok=True)
        try:
            descriptor = _open(directory)
        except FileNotFoundError:
            continue
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if _is_at(directory, descriptor):
            return descriptor
        # An engine has ended and removed it while we waited for the lock.
        os.close(descriptor)


def _is_at(directory: Path, descriptor: int) -> bool:
    ours = os.fstat(descriptor)
    try:
        there = directory.lstat()
    except FileNotFoundError:
        return False
    return (ours.st_dev, ours.st_ino) == (there.st_dev, there.st_ino)
