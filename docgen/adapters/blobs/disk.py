"""Blobs in a directory.

Names are texts here: to make paths of them took longer than the system's calls.
"""

# ruff: noqa: PTH102, PTH105, PTH108, PTH120, PTH123

import hashlib
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from docgen.domain.errors import BlobDamaged, BlobNotFound, Unavailable

_SHA256 = re.compile(r"[0-9a-f]{64}")


class DiskBlobs:
    """Implements ports.Blobs: `ROOT/aa/bb/SHA256`, readable by the owner only (0600, 0700)."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)

    def put(self, content: bytes) -> str:
        """Store, and come back when the disk has it; raises Unavailable for a full disk."""
        sha256 = hashlib.sha256(content).hexdigest()
        folder = self._folder(sha256)
        path = f"{folder}/{sha256}"
        try:
            if _make_directory(folder) or not _holds(path, content):
                _write(path, content, f"{folder}/.{secrets.token_hex(8)}.part")
            _sync_directory(folder)
        except OSError as error:
            raise Unavailable("the blobs' disk does not take it") from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes; raises BlobNotFound where there are none, BlobDamaged for others."""
        if _SHA256.fullmatch(sha256) is None:
            raise BlobNotFound("not a SHA-256")
        try:
            content = _read(f"{self._folder(sha256)}/{sha256}")
        except FileNotFoundError:
            raise BlobNotFound(sha256) from None
        except OSError as error:
            raise Unavailable("the blobs' disk does not answer") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise BlobDamaged(sha256)
        return content

    def _folder(self, sha256: str) -> str:
        return f"{self._root}/{sha256[:2]}/{sha256[2:4]}"


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _holds(path: str, content: bytes) -> bool:
    """Whether a sound copy is there already; a damaged one is written anew."""
    try:
        return _read(path) == content
    except FileNotFoundError:
        return False


def _write(path: str, content: bytes, part: str) -> None:
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode=0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(part)
        raise


def _make_directory(path: str) -> bool:
    """Make it and its parents, each known to its own parent even after a power cut.

    Tells whether it is new, so that nothing can be in it yet but what others put there just now.
    """
    parent = os.path.dirname(path)
    try:
        os.mkdir(path, mode=0o700)
    except FileExistsError:
        return False
    except FileNotFoundError:
        _make_directory(parent)
        with suppress(FileExistsError):
            os.mkdir(path, mode=0o700)
    _sync_directory(parent)
    return True


def _sync_directory(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
