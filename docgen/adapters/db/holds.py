"""Who is at work on an envelope: locks that the operating system frees when their holder dies."""

import fcntl
import hashlib
import logging
import os
import struct
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from docgen.adapters.db.engine import connect_for_locks, lock_file, sqlite_file
from docgen.adapters.db.failures import translated
from docgen.domain.errors import Unavailable

log = logging.getLogger(__name__)

_LOCK = text("SELECT pg_try_advisory_lock(:key)")
_UNLOCK = text("SELECT pg_advisory_unlock(:key)")
_FLOCK = struct.Struct("hhqqi4x")
"""struct flock of 64-bit Linux: type, whence, start, length, process (0 for a descriptor's own)."""


class Holds(Protocol):
    """The right to work on an envelope, held by at most one."""

    def hold(self, envelope_id: str) -> AbstractContextManager[bool]:
        """Whether it is ours until the end of the block."""

    def close(self) -> None:
        """Hold nothing any more."""


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

    def close(self) -> None:
        """Nothing is kept open."""


class AdvisoryHolds:
    """A session's advisory lock, each on a connection of its own; not through a pooling proxy."""

    def __init__(self, url: str) -> None:
        self._engine = connect_for_locks(url)

    @contextmanager
    def hold(self, envelope_id: str) -> Iterator[bool]:
        """Whether it is ours until the end of the block; raises Unavailable."""
        key = {"key": _key(envelope_id) - 2**63}
        with translated(), self._engine.connect() as connection:
            ours = bool(connection.scalar(_LOCK, key))
            try:
                yield ours
            finally:
                if ours:
                    _unlock(connection, key)

    def close(self) -> None:
        """Close the pooled connections."""
        self._engine.dispose()


def _unlock(connection: Connection, key: Mapping[str, int]) -> None:
    """A connection that may still have the lock is closed, and the lock ends with it."""
    freed = False
    try:
        freed = bool(connection.scalar(_UNLOCK, key))
    except SQLAlchemyError as error:
        log.warning("a hold was lost with its connection: %s", type(error).__name__)
    finally:
        if not freed:
            connection.invalidate()


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
