"""A file that others write: read again whenever it has changed."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")
_Stamp = tuple[int, int, int]


@dataclass
class Reread(Generic[T]):
    """What a parser makes of a file, as the file is now.

    Replace the file in one step (`mv`), since one half written is read as it is.
    """

    path: Path
    parse: Callable[[str], T]
    _kept: tuple[_Stamp, T] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> T:
        """The content; raises OSError, or ValueError for what the parser refuses."""
        with self._lock:
            status = self.path.stat()
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
            if self._kept is None or self._kept[0] != stamp:
                self._kept = (stamp, self.parse(self.path.read_text(encoding="utf-8-sig")))
            return self._kept[1]
