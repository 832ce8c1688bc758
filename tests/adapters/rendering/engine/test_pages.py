"""Memory had ready: what a child took is told, and is there before the next one needs it."""

import ctypes
import gc
import mmap
import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from docgen.adapters.rendering.engine.pages import (
    LIBRARY,
    MOST_KINDS,
    Footprint,
    Footprints,
    footprint,
)

PAGES = 64
PAGE = mmap.PAGESIZE


@pytest.fixture
def memory() -> mmap.mmap:
    """Pages of our own, all of them written to."""
    made = mmap.mmap(-1, PAGES * PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    made.write(b"x" * PAGES * PAGE)
    return made


def address(memory: mmap.mmap) -> int:
    """Where it begins."""
    return ctypes.addressof(ctypes.c_char.from_buffer(memory))


def in_a_child(work: Callable[[], object]) -> None:
    """Fork, work there, and fail if that fails."""
    child = os.fork()
    if child == 0:
        try:
            # A collection would write to pages of its own, and be counted with those of the work.
            gc.disable()
            work()
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0


def pieces(packed: bytes) -> list[tuple[int, int]]:
    """Addresses and lengths."""
    return list(struct.iter_unpack("@NN", packed))


def test_the_library_is_made() -> None:
    """`make setup` made it, or all this does nothing."""
    assert LIBRARY.exists()


def test_a_child_tells_which_pages_it_wrote_to(memory: mmap.mmap, tmp_path: Path) -> None:
    """Those, and none that it shares with its parent."""
    begin = address(memory)

    def write() -> None:
        memory[3 * PAGE] = memory[4 * PAGE] = memory[9 * PAGE] = 0
        footprint().leave(tmp_path / "left")

    in_a_child(write)
    told = [
        (place - begin) // PAGE + page
        for place, length in pieces(Footprint.left(tmp_path / "left").written)
        if begin <= place < begin + PAGES * PAGE
        for page in range(length // PAGE)
    ]
    assert told == [3, 4, 9]


def test_pages_that_are_had_ready_cost_no_interruption(memory: mmap.mmap) -> None:
    """They are copied before; what is not there any more is passed over."""
    taken = Footprint(written=struct.pack("@NNNN", address(memory), PAGES * PAGE, 0, PAGE))

    def write() -> None:
        taken.have_ready()
        _faults()
        before = _faults()
        for page in range(PAGES):
            memory[page * PAGE] = 0
        assert _faults() - before < PAGES // 2

    in_a_child(write)
    assert memory[:1] == b"x"


def _faults() -> int:
    return int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[7])


def test_what_a_kind_of_work_takes_is_learnt_once(tmp_path: Path) -> None:
    """The last kind's is had ready; nothing is written down for a kind that is known."""
    known, left = Footprints(), tmp_path / "left"
    known.leave("a", left)
    known.learn("a", left)
    left.unlink()
    known.leave("a", left)
    assert not left.exists()
    known.forget()
    known.leave("a", left)
    assert left.exists()


@pytest.mark.parametrize("nonsense", [b"", b"short", b"\xff" * 100, b"\0" * (1 << 20)])
def test_what_a_broken_child_left_does_no_harm(tmp_path: Path, nonsense: bytes) -> None:
    """The zygote takes it for nothing, or for pages that are not there."""
    known, left = Footprints(), tmp_path / "left"
    left.write_bytes(nonsense)
    known.learn("a", left)
    in_a_child(known.have_ready)


def test_what_is_known_is_bounded(tmp_path: Path) -> None:
    """One kind too many, and all are learnt anew."""
    known, left = Footprints(), tmp_path / "left"
    known.leave("a", left)
    for number in range(MOST_KINDS + 1):
        known.learn(str(number), left)
    again = tmp_path / "again"
    known.leave("0", again)
    assert again.exists()
