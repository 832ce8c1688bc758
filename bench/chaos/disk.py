"""A small disk for the documents, which can be filled up."""

import ctypes
import errno
import os
from dataclasses import dataclass, field
from pathlib import Path

_CLONE_NEWNS = 0x00020000
_MS_REC, _MS_PRIVATE = 16384, 1 << 18
_MNT_DETACH = 2
_MEGABYTE = 1024 * 1024


@dataclass(kw_only=True)
class Disk:
    """A file system in memory over a folder; without root there is none, and it is never full."""

    folder: Path
    megabytes: int
    ours: bool = field(init=False, default=False)

    def mount(self) -> None:
        """Mount it, where that is allowed; it goes when the last of our processes goes."""
        libc = ctypes.CDLL(None, use_errno=True)
        if os.geteuid() != 0 or libc.unshare(_CLONE_NEWNS) != 0:
            return
        # Seen by nobody but us and what we start, so that nothing is left behind, whoever dies.
        options = f"size={self.megabytes}m,mode=700".encode()
        self.ours = (
            libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None) == 0
            and libc.mount(b"tmpfs", bytes(self.folder), b"tmpfs", 0, options) == 0
        )

    def unmount(self) -> None:
        """Away with it, whoever still looks into it."""
        if self.ours:
            ctypes.CDLL(None).umount2(bytes(self.folder), _MNT_DETACH)

    def fill(self) -> None:
        """Not a byte is left."""
        with self._ballast.open("wb") as ballast:
            # Whoever writes meanwhile takes what is left himself.
            for size in (_MEGABYTE, 4096):
                while _grown(ballast.fileno(), size):
                    pass

    def empty(self) -> None:
        """There is room again."""
        self._ballast.unlink(missing_ok=True)

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"


def _grown(descriptor: int, size: int) -> bool:
    try:
        os.posix_fallocate(descriptor, os.fstat(descriptor).st_size, size)
    except OSError as failure:
        if failure.errno == errno.ENOSPC:
            return False
        raise
    return True
