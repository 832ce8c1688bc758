"""Memory that is had ready before a document needs it.

After a fork each page that is written to must first be copied, and each page of a program found
again: some three thousand interruptions, a quarter of a document's time. So the two large libraries
of LibreOffice are kept in huge pages, which a fork hands on as they are; and a child that made a
document tells which pages it took, by what the kernel says of them (pagemap), so that the next
one has them before its job comes. Without the small library that does it all goes on, slower.
"""

import ctypes
import mmap
import re
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

LIBRARY: Final = Path(__file__).with_name("memory.so")
"""Made by `make setup`."""
_LARGE = ("/libmergedlo.so", "/libswlo.so")
_HUGE_PAGES = Path("/sys/kernel/mm/transparent_hugepage/enabled")
_ENTRY = 8
"""Bytes that /proc/self/pagemap has for a page, with the flags in the last (Linux, pagemap.rst)."""
_PRESENT, _OF_A_FILE, _OURS_ALONE = 0x80, 0x20, 0x01
_PIECE = struct.Struct("@NN")
_MOST_PIECES = 1 << 14
MOST_KINDS = 64
"""Of work whose footprint is kept."""


def _runs(wanted: int, unwanted: int = 0) -> "re.Pattern[bytes]":
    flags = bytes(f for f in range(256) if f & wanted == wanted and not f & unwanted)
    return re.compile(b"[" + re.escape(flags) + b"]+")


_COPIED = _runs(_PRESENT | _OURS_ALONE, _OF_A_FILE)
_FOUND = _runs(_PRESENT | _OF_A_FILE)


@dataclass(frozen=True)
class Footprint:
    """Pieces of memory, an address and a length each, in the machine's own numbers."""

    written: bytes = b""
    read: bytes = b""

    def have_ready(self) -> None:
        """Copy and find these pages now; what is not there is passed over."""
        library = _library()
        if library is not None:
            for pieces, written in ((self.read, 0), (self.written, 1)):
                library.qoltanba_have_ready(pieces, len(pieces) // _PIECE.size, written)

    def leave(self, path: Path) -> None:
        """Write it to a file."""
        path.write_bytes(struct.pack("@N", len(self.written)) + self.written + self.read)

    @classmethod
    def left(cls, path: Path) -> "Footprint":
        """What was left; raises OSError, and ValueError for what nobody of ours has written."""
        content = path.read_bytes()
        head = struct.calcsize("@N")
        if len(content) < head or len(content) > head + _MOST_PIECES * _PIECE.size:
            raise ValueError("too short or too long")
        (end,) = struct.unpack_from("@N", content)
        return cls(content[head : head + end], content[head + end :])


@dataclass
class Footprints:
    """Those of every kind of work, of which the last is most likely to come again."""

    _known: dict[str, Footprint] = field(default_factory=dict)
    _last: str = ""

    def have_ready(self) -> None:
        """In a child, before its job: what the last kind takes."""
        self._known.get(self._last, Footprint()).have_ready()

    def leave(self, kind: str, path: Path) -> None:
        """In a child, after its job: write down what it took, if that is not known."""
        if kind not in self._known and _library() is not None:
            # some accounts may not look at their own memory
            with suppress(OSError):
                footprint().leave(path)

    def learn(self, kind: str, path: Path) -> None:
        """In the zygote, when the child has ended."""
        self._last = kind
        if kind not in self._known and path.exists():
            if len(self._known) >= MOST_KINDS:
                self.forget()
            try:
                self._known[kind] = Footprint.left(path)
            except (OSError, ValueError):
                self._known[kind] = Footprint()

    def forget(self) -> None:
        """Other things are in memory now."""
        self._known.clear()


def footprint() -> Footprint:
    """That of this process since it was forked."""
    written, read = [], []
    with Path("/proc/self/pagemap").open("rb", buffering=0) as pagemap:
        for begin, end, access, _ in _mappings():
            pagemap.seek(begin // mmap.PAGESIZE * _ENTRY)
            flags = pagemap.read((end - begin) // mmap.PAGESIZE * _ENTRY)[_ENTRY - 1 :: _ENTRY]
            read += _pieces(begin, _FOUND, flags)
            if "w" in access:
                written += _pieces(begin, _COPIED, flags)
    return Footprint(b"".join(written), b"".join(read))


def keep_in_huge_pages() -> None:
    """Move LibreOffice's largest libraries, their code and what is constant, into huge pages.

    Only where the kernel has them: in small pages a copy of our own would make forks slower.
    """
    library = _library() if _huge_pages() else None
    for begin, end, access, file in _mappings():
        if library is not None and file.endswith(_LARGE) and "w" not in access:
            library.qoltanba_in_huge_pages(begin, end - begin, "x" in access)


def _huge_pages() -> bool:
    try:
        return "[never]" not in _HUGE_PAGES.read_text()
    except OSError:
        return False


def _library() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL(str(LIBRARY))
    except OSError:
        return None
    library.qoltanba_have_ready.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int]
    library.qoltanba_have_ready.restype = None
    library.qoltanba_in_huge_pages.argtypes = [ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int]
    return library


def _mappings() -> Iterator[tuple[int, int, str, str]]:
    """Memory that is ours and can be read: begin, end, access, file (proc_pid_maps(5))."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        place, access, _, _, _, *file = line.split(maxsplit=5)
        begin, end = (int(each, 16) for each in place.split("-"))
        if access.startswith("r") and access.endswith("p"):
            yield begin, end, access, "".join(file)


def _pieces(begin: int, runs: "re.Pattern[bytes]", flags: bytes) -> list[bytes]:
    return [
        _PIECE.pack(begin + run.start() * mmap.PAGESIZE, len(run[0]) * mmap.PAGESIZE)
        for run in runs.finditer(flags)
    ]
