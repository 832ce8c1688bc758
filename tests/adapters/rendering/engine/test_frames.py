"""Frames: whole or refused, and no descriptor lost on the way."""

import os
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.adapters.rendering.engine.frames import (
    MAX_BODY,
    MAX_HEADER,
    FrameError,
    Incoming,
    Outgoing,
    close_files,
    put_frame,
    read_frame,
    take_frame,
    write_frame,
)

Pair = tuple[socket.socket, socket.socket]
HEADERS = st.dictionaries(st.text(max_size=9), st.text(max_size=40) | st.integers() | st.none())


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Two sockets that are connected."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.fixture
def memory() -> Iterator[int]:
    """An open file in memory."""
    descriptor = os.memfd_create("test")
    yield descriptor
    os.close(descriptor)


def open_files() -> int:
    """How many this process has."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def frame(header: bytes, body: int = 0, length: int | None = None) -> bytes:
    """The bytes of a frame, right or wrong."""
    return struct.pack(">II", len(header) if length is None else length, body) + header


@given(headers=st.lists(HEADERS, min_size=1, max_size=4))
def test_what_is_written_is_read(headers: list[dict[str, object]]) -> None:
    """Frames come out one by one as they went in, whatever their headers say."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for header in headers:
            write_frame(ours, header)
        assert [read_frame(theirs) for _ in headers] == [(header, ()) for header in headers]


def test_files_travel_with_their_frame(pair: Pair, memory: int) -> None:
    """Of two frames in a row each brings its own files, closed on exec."""
    ours, theirs = pair
    os.write(memory, b"content")
    write_frame(ours, {"files": 0})
    write_frame(ours, {"files": 2}, (memory, memory))
    write_frame(ours, {"files": 1}, (memory,))
    for expected in (0, 2, 1):
        header, files = read_frame(theirs)
        assert header == {"files": expected}
        assert [os.pread(file, 99, 0) for file in files] == [b"content"] * expected
        assert not any(os.get_inheritable(file) for file in files)
        close_files(files)


def test_a_frame_may_come_in_crumbs(pair: Pair) -> None:
    """A reader that never waits has nothing until the last byte is there."""
    ours, theirs = pair
    theirs.settimeout(0)
    incoming, content = Incoming(), frame(b'{"a": 1}')
    for byte in content[:-1]:
        with pytest.raises(BlockingIOError):
            incoming.receive(theirs)
        ours.send(bytes([byte]))
        assert incoming.receive(theirs) is None
    ours.send(content[-1:])
    assert incoming.receive(theirs) == ({"a": 1}, ())


def test_a_long_frame_leaves_in_pieces(pair: Pair, memory: int) -> None:
    """A writer that never waits sends what fits, the files once, and goes on later."""
    ours, theirs = pair
    ours.settimeout(0)
    theirs.settimeout(0)
    header = {"text": "x" * (MAX_HEADER - 20)}
    outgoing, incoming, sent, came = Outgoing(header, (memory,)), Incoming(), False, None
    while came is None:
        with suppress(BlockingIOError):
            sent = sent or outgoing.send(ours)
        came = incoming.receive(theirs)
    assert came[0] == header
    assert len(came[1]) == 1
    close_files(came[1])


@pytest.mark.parametrize(
    "content",
    [
        frame(b"[1]"),
        frame(b"{"),
        frame(b"\xff\xff"),
        frame(b"[" * 100_000),
        frame(b""),
        frame(b"{}", body=1),
        frame(b"{}", length=MAX_HEADER + 1),
        frame(b"{}", length=5),
        b"\x00\x00",
    ],
    ids=["array", "cut", "no-text", "deep", "empty", "body", "too-long", "ended", "crumb"],
)
def test_garbage_is_refused(pair: Pair, memory: int, content: bytes) -> None:
    """What is no frame is named so, and files that came with it are closed."""
    ours, theirs = pair
    before = open_files()
    socket.send_fds(ours, [content], [memory, memory])
    ours.shutdown(socket.SHUT_WR)
    with pytest.raises(FrameError):
        read_frame(theirs)
    assert open_files() == before


@pytest.mark.parametrize("files", [5, 30])
def test_too_many_files_are_refused(pair: Pair, memory: int, files: int) -> None:
    """More than four are nobody's order, and none of them stays open."""
    ours, theirs = pair
    before = open_files()
    socket.send_fds(ours, [frame(b"{}")], [memory] * files)
    with pytest.raises(FrameError):
        read_frame(theirs)
    assert open_files() == before
    with pytest.raises(FrameError):
        write_frame(ours, {}, [memory] * files)


def test_the_end_between_frames_is_an_end(pair: Pair) -> None:
    """A closed connection is told from a cut frame."""
    ours, theirs = pair
    write_frame(ours, {})
    ours.shutdown(socket.SHUT_WR)
    assert read_frame(theirs) == ({}, ())
    with pytest.raises(EOFError):
        read_frame(theirs)


def test_a_header_over_the_bound_is_not_sent(pair: Pair) -> None:
    """The writer keeps the bound that the reader keeps."""
    with pytest.raises(FrameError):
        write_frame(pair[0], {"text": "x" * MAX_HEADER})


@given(header=HEADERS, body=st.binary(max_size=300), earlier=st.binary(max_size=600))
def test_a_file_holds_one_frame(header: dict[str, object], body: bytes, earlier: bytes) -> None:
    """What was in the file before is gone, and reading twice gives the same."""
    memory = os.memfd_create("test")
    try:
        os.write(memory, earlier)
        put_frame(memory, header, body)
        assert take_frame(memory) == take_frame(memory) == (header, body)
    finally:
        os.close(memory)


def test_a_large_body_is_whole(memory: int) -> None:
    """Tens of megabytes go through as they are."""
    body = os.urandom(1 << 20) * 40
    put_frame(memory, {}, body)
    assert take_frame(memory) == ({}, body)


def test_an_empty_file_has_no_frame_yet(memory: int) -> None:
    """Nothing was written, which is not the same as garbage."""
    with pytest.raises(EOFError):
        take_frame(memory)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content[:5],
        lambda content: content[:-1],
        lambda content: content + b"x",
        lambda content: b"\xff" * len(content),
        lambda content: struct.pack(">II", 2, MAX_BODY + 1) + content[8:],
        lambda content: content[:8] + b"x" * (len(content) - 8),
    ],
    ids=["short", "cut", "longer", "noise", "too-long", "no-json"],
)
def test_a_spoilt_file_is_refused(memory: int, spoil: Callable[[bytes], bytes]) -> None:
    """A child that was killed while it wrote, or wrote nonsense, is found out."""
    put_frame(memory, {"a": 1}, b"body")
    spoilt = spoil(os.pread(memory, 999, 0))
    os.ftruncate(memory, 0)
    os.pwrite(memory, spoilt, 0)
    with pytest.raises(FrameError):
        take_frame(memory)
