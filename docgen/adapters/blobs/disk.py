"""Blobs in a directory."""

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
        self._root = root

    def put(self, content: bytes) -> str:
        """Store, and come back when the disk has it; raises Unavailable for a full disk."""
        sha256 = hashlib.sha256(content).hexdigest()
        folder = self._folder(sha256)
        path = folder / sha256
        try:
            if _make_directory(folder) or not _holds(path, content):
                _write(path, content, folder / f".{secrets.token_hex(8)}.part")
            _sync_directory(folder)
        except OSError as error:
            raise Unavailable("the blobs' disk does not take it") from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes; raises BlobNotFound where there are none, BlobDamaged for others."""
        if _SHA256.fullmatch(sha256) is None:
            raise BlobNotFound("not a SHA-256")
        try:
            content = (self._folder(sha256) / sha256).read_bytes()
        except FileNotFoundError:
            raise BlobNotFound(sha256) from None
        except OSError as error:
            raise Unavailable("the blobs' disk does not answer") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise BlobDamaged(sha256)
        return content

    def _folder(self, sha256: str) -> Path:
        return self._root / f"{sha256[:2]}/{sha256[2:4]}"


def _holds(path: Path, content: bytes) -> bool:
    """Whether a sound copy is there already; a damaged one is written anew."""
    try:
        return path.read_bytes() == content
    except FileNotFoundError:
        return False


def _write(path: Path, content: bytes, part: Path) -> None:
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode=0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            part.unlink()
        raise


def _make_directory(path: Path) -> bool:
    """Make it and its parents, each known to its own parent even after a power cut.

    Tells whether it is new, so that nothing can be in it yet but what others put there just now.
    """
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        return False
    except FileNotFoundError:
        _make_directory(path.parent)
        with suppress(FileExistsError):
            path.mkdir(mode=0o700)
    _sync_directory(path.parent)
    return True


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
