"""Who is at work on an envelope: locks that the operating system frees when their holder dies."""

import fcntl
import hashlib
import logging
import os
import struct
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg.pq import ExecStatus

from docgen.adapters.db.engine import connect_for_locks, lock_file, sqlite_file
from docgen.domain.errors import Unavailable

log = logging.getLogger(__name__)

_LOCK = b"SELECT pg_try_advisory_lock($1::bigint)"
_UNLOCK = b"SELECT pg_advisory_unlock($1::bigint)"
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
    """A session's advisory lock, each on a connection of its own; not through a pooling proxy.

    Two statements make a hold, so they go to libpq as they are; and a connection that lay unused is
    not tried first, since the lock tells as well whether its server is still there.
    """

    def __init__(self, url: str) -> None:
        self._engine = connect_for_locks(url)
        self._free: deque[psycopg.Connection] = deque()

    @contextmanager
    def hold(self, envelope_id: str) -> Iterator[bool]:
        """Whether it is ours until the end of the block; raises Unavailable."""
        key = str(_key(envelope_id) - 2**63).encode()
        connection, ours = self._asked(key)
        try:
            yield ours
        finally:
            if ours and not _is_freed(connection, key):
                # It may still have the lock, which ends with it.
                connection.close()
            else:
                self._free.append(connection)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        while self._free:
            self._free.pop().close()
        self._engine.dispose()

    def _asked(self, key: bytes) -> tuple[psycopg.Connection, bool]:
        """A connection, and whether it has the lock; of those that lay unused any may be lost."""
        while True:
            connection, is_new = self._taken()
            try:
                return connection, _says_yes(connection, _LOCK, key)
            except psycopg.Error as error:
                connection.close()
                if is_new:
                    raise Unavailable("the register does not answer") from error

    def _taken(self) -> tuple[psycopg.Connection, bool]:
        with suppress(IndexError):
            return self._free.pop(), False
        try:
            return self._new(), True
        except psycopg.Error as error:
            raise Unavailable("the register does not answer") from error

    def _new(self) -> psycopg.Connection:
        taken = self._engine.raw_connection()
        connection = taken.dbapi_connection
        taken.detach()
        if not isinstance(connection, psycopg.Connection):
            raise TypeError(f"no connection to PostgreSQL: {type(connection).__name__}")
        return connection


def _is_freed(connection: psycopg.Connection, key: bytes) -> bool:
    try:
        return _says_yes(connection, _UNLOCK, key)
    except psycopg.Error as error:
        log.warning("a hold was lost with its connection: %s", type(error).__name__)
        return False


def _says_yes(connection: psycopg.Connection, statement: bytes, key: bytes) -> bool:
    """Raises psycopg.OperationalError where no answer comes, or none to the question."""
    answer = connection.pgconn.exec_params(statement, [key])
    if answer.status != ExecStatus.TUPLES_OK:
        raise psycopg.OperationalError(answer.error_message.decode(errors="replace"))
    return answer.get_value(0, 0) == b"t"


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
