"""A Redis of our own, on a private socket."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import quote

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from docgen.domain.errors import CodesUnavailable, Misconfigured

_LONGEST_SOCKET_PATH = 107
"""Bytes that fit into sockaddr_un beside the closing zero (unix(7))."""

_SHORT_PLACE = Path("/tmp")  # noqa: S108  (TMPDIR may differ between two processes of ours)

_TICK_SECONDS = 0.02
_TICKS_TO_START = 500
_SECONDS_TO_STOP = 10


class EmbeddedRedis:
    """`with EmbeddedRedis(directory) as redis: redis.url`; the data stay in the directory.

    The server has no TCP port, evicts nothing, and dies with the thread that entered (Linux binds a
    child to its parent's thread): enter in the main one. One that answers already is used and left.
    """

    def __init__(self, directory: Path, *, program: str = "redis-server") -> None:
        self._directory = directory.absolute()
        self._program = program
        self._socket = _socket_path(self._directory)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address for redis-py."""
        return f"unix://{quote(str(self._socket))}"

    @property
    def ours(self) -> bool:
        """Whether this process started it, and does not merely use it."""
        return self._process is not None

    def __enter__(self) -> Self:
        """Start, and come back when it answers; raises Misconfigured or CodesUnavailable."""
        _make_private(self._directory)
        if self._socket.parent != self._directory:
            _claim(self._socket.parent)
        # Two servers over one directory would steal each other's socket and spoil the file.
        with _alone(self._directory / "redis.lock"):
            if not _answers(self._socket):
                self._process = self._start()
                self._wait(self._process)
        return self

    def __exit__(self, *_error: object) -> None:
        """Stop the server if it is ours; it writes what it holds to disk first."""
        if self._process is None:
            return
        with _alone(self._directory / "redis.lock"):
            _stop(self._process)
            self._process = None
            if self._socket.parent != self._directory:
                self._socket.parent.rmdir()

    def _start(self) -> subprocess.Popen[bytes]:
        setpriv, server = shutil.which("setpriv"), shutil.which(self._program)
        if setpriv is None or server is None:
            raise Misconfigured(f"the embedded default needs setpriv and {self._program}")
        return subprocess.Popen(
            [setpriv, "--pdeathsig", "TERM", server, *self._options()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _options(self) -> list[str]:
        options = {
            "--port": "0",
            "--unixsocket": str(self._socket),
            "--unixsocketperm": "700",
            "--dir": str(self._directory),
            "--logfile": str(self._directory / "redis.log"),
            "--appendonly": "yes",
            "--appendfsync": "everysec",
            "--save": "",
            "--maxmemory-policy": "noeviction",
        }
        return [word for option in options.items() for word in option]

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        for _ in range(_TICKS_TO_START):
            if _answers(self._socket):
                return
            try:
                process.wait(_TICK_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            break
        _stop(process)
        raise CodesUnavailable(f"the embedded Redis did not start; see {self._directory}/redis.log")


def _socket_path(directory: Path) -> Path:
    """In the directory, or, where its name is too long for a socket, always at the same other."""
    path = directory / "redis.sock"
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]
    return _SHORT_PLACE / f"qoltanba-{os.getuid()}-{digest}" / "redis.sock"


def _make_private(directory: Path) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.chmod(0o700)


def _claim(directory: Path) -> None:
    directory.mkdir(mode=0o700, exist_ok=True)
    # In a place open to all, somebody else could have made it first, or left a link there.
    if directory.lstat().st_uid != os.getuid():
        raise Misconfigured(f"{directory} belongs to somebody else")
    directory.chmod(0o700)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _answers(socket: Path) -> bool:
    client = Redis(unix_socket_path=str(socket), socket_timeout=1, retry=Retry(NoBackoff(), 0))
    try:
        return bool(client.ping())
    except RedisError:
        return False
    finally:
        client.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
