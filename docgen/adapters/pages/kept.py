"""Page images that were drawn before, kept on a disk within a bound."""

import hashlib
import logging
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from docgen.ports import PageImages

_log = logging.getLogger(__name__)

_MOST_BYTES: Final = 256 * 1024 * 1024
"""About four thousand pages."""
_DIGEST_BYTES: Final = 32
_PART: Final = ".part"
_FORGOTTEN_SECONDS: Final = 3600.0


class _NotKept(Exception):
    """It is not there, or not whole."""


class KeptPages:
    """Implements ports.PageImages over another one: each page of each file is drawn once.

    Files are `FOLDER/aa/SHA256-PAGE-WIDTH.KIND`, by the hash of the PDF's bytes, readable by the
    owner only; `kind` names the way of drawing. Processes may share the folder. Where it grows
    beyond `most_bytes`, by an eighth at most for each of them, the pages that nobody has asked
    for the longest go. A disk that fails costs time, not the answer.
    """

    def __init__(
        self, pages: PageImages, folder: Path, *, kind: str, most_bytes: int = _MOST_BYTES
    ) -> None:
        self._pages, self._folder, self._kind = pages, folder, kind
        self._most = most_bytes
        self._lock = threading.Lock()
        self._since_tidied = most_bytes
        """Bytes; the first page that is kept finds what an earlier process left."""

    def image(self, pdf: bytes, page: int, *, width: int) -> bytes:
        """The picture, drawn before or now; raises what drawing it raises."""
        sha256 = hashlib.sha256(pdf).hexdigest()
        path = self._folder / sha256[:2] / f"{sha256}-{page}-{width}.{self._kind}"
        try:
            return _read(path)
        except _NotKept:
            picture = self._pages.image(pdf, page, width=width)
        try:
            _write(path, picture)
            self._tidy(len(picture))
        except OSError as error:
            _log.warning("a page image was not kept: %s", error.strerror)
        return picture

    def text(self, pdf: bytes, page: int) -> str:
        """Its words, read each time: few ask, and it is quick."""
        return self._pages.text(pdf, page)

    def _tidy(self, more: int) -> None:
        with self._lock:
            self._since_tidied += more
            due = self._since_tidied > self._most // 8
            if due:
                self._since_tidied = 0
        if due:
            _shrink(self._folder, self._most)


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        os.utime(path)
    except OSError as error:
        raise _NotKept from error
    digest, picture = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    if hashlib.sha256(picture).digest() != digest:
        raise _NotKept
    return picture


def _write(path: Path, picture: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(suffix=_PART, dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            # Not synced: what a power cut leaves half-written is known by its digest.
            file.write(hashlib.sha256(picture).digest() + picture)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _shrink(folder: Path, most: int) -> None:
    """Down to three quarters, the longest unused first; others may be at it too."""
    found = sorted(_found(folder))
    size = sum(each for _, each, _ in found)
    if size <= most:
        return
    for _, each, path in found:
        if size <= most * 3 // 4:
            return
        path.unlink(missing_ok=True)
        size -= each


def _found(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """When it was last used, its size and where it is."""
    for path in folder.glob("*/*"):
        with suppress(FileNotFoundError):
            told = path.stat()
            if path.suffix != _PART:
                yield told.st_mtime, told.st_size, path
            elif told.st_mtime < time.time() - _FORGOTTEN_SECONDS:
                path.unlink()
