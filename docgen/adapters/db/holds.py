"""Who is at work on an envelope: locks that the operating system frees when their holder dies."""

import fcntl
import hashlib
import os
import struct
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import text

from docgen.adapters.db.engine import connect_unpooled, lock_file, sqlite_file
from docgen.adapters.db.failures import translated
from docgen.domain.errors import Unavailable

_FLOCK = struct.Struct("hhqqi4x")
"""struct flock of 64-bit Linux: type, whence, start, length, process (0 for a descriptor's own)."""


class Holds(Protocol):
    """The right to work on an envelope, held by at most one."""

    def hold(self, envelope_id: str) -> AbstractContextManager[bool]:
        """Whether it is ours until the end of the block."""


def holds_for(url: str) -> Holds:
    """Byte locks beside an SQLite file, advisory locks in PostgreSQL."""
    file = sqlite_file(url)
    return AdvisoryHolds(url) if file is None else FileHolds(lock_file(file))


class FileHolds:
    """One empty file for all envelopes; each is one byte of its imagined length.

    An open file description owns its lock (fcntl F_OFD_SETLK), so threads exclude one another as
    processes do, and there is nothing to clean up.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def hold(self, envelope_id: str) -> Iterator[bool]:
        """Whether it is ours until the end of the block; raises Unavailable for a full disk."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Unavailable("the lock file cannot be opened") from error
        try:
            yield _lock_byte(descriptor, _key(envelope_id) >> 2)
        finally:
            os.close(descriptor)


class AdvisoryHolds:
    """A session's advisory lock, each on a connection of its own; not through a pooling proxy."""

    def __init__(self, url: str) -> None:
        self._engine = connect_unpooled(url)

    @contextmanager
    def hold(self, envelope_id: str) -> Iterator[bool]:
        """Whether it is ours until the end of the block; raises Unavailable."""
        lock = text("SELECT pg_try_advisory_lock(:key)")
        with translated(), self._engine.connect() as connection:
            ours = connection.scalar(lock, {"key": _key(envelope_id) - 2**63})
            yield bool(ours)


def _lock_byte(descriptor: int, position: int) -> bool:
    wanted = _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, position, 1, 0)
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, wanted)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _key(envelope_id: str) -> int:
    """64 bits, unsigned."""
    return int.from_bytes(hashlib.blake2b(envelope_id.encode(), digest_size=8).digest())
