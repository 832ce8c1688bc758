"""The engine's wire format: two lengths, a JSON header and a body.

On sockets bodies are empty, and open files travel with the header. Bodies go through anonymous
files in memory, which hold exactly one frame each.
"""

import array
import json
import os
import socket
import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

Header = dict[str, Any]
Frame = tuple[Header, tuple[int, ...]]

BEGUN: Final[Header] = {"begun": True}
"""What a zygote says when it has read a job: if it dies from then on, the job may be to blame."""

MAX_HEADER = 1 << 20
MAX_BODY = 256 << 20
MAX_FILES = 4

_LENGTHS = struct.Struct(">II")
_ANCILLARY = socket.CMSG_SPACE(MAX_FILES * array.array("i").itemsize)


class FrameError(Exception):
    """Bytes that are no frame, or a frame over the bounds."""


def write_frame(sock: socket.socket, header: Mapping[str, Any], fds: Sequence[int] = ()) -> None:
    """Send one frame on a blocking socket; the caller keeps its descriptors."""
    outgoing = Outgoing(header, fds)
    while not outgoing.send(sock):
        pass


def read_frame(sock: socket.socket) -> Frame:
    """Wait for one frame on a blocking socket and take nothing past its end.

    Raises EOFError when the other side closed between frames and FrameError on anything else that
    is no frame. The descriptors belong to the caller and are closed on exec.
    """
    incoming = Incoming()
    try:
        while (frame := incoming.receive(sock)) is None:
            pass
    finally:
        incoming.close()
    return frame


class Outgoing:
    """One frame on its way out; it holds the descriptors' numbers, not the descriptors."""

    def __init__(self, header: Mapping[str, Any], fds: Sequence[int] = ()) -> None:
        if len(fds) > MAX_FILES:
            raise FrameError(f"{len(fds)} descriptors")
        self._rest = memoryview(_lengths_and_header(header, 0))
        self._fds = tuple(fds)

    def send(self, sock: socket.socket) -> bool:
        """Send what the socket takes; True once all of it is sent.

        Raises BlockingIOError when a non-blocking socket takes nothing.
        """
        if self._fds:
            # They must leave with the first byte; a second copy would be received twice.
            rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", self._fds))
            sent = sock.sendmsg([self._rest], [rights], socket.MSG_NOSIGNAL)
            self._fds = ()
        else:
            sent = sock.send(self._rest, socket.MSG_NOSIGNAL)
        self._rest = self._rest[sent:]
        return not self._rest


class Incoming:
    """Frames from one socket, blocking or not, of which a part may have arrived."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._fds: list[int] = []

    def receive(self, sock: socket.socket) -> Frame | None:
        """Read once; the frame if it is complete now, else None.

        Raises BlockingIOError when a non-blocking socket has nothing, EOFError and FrameError
        like `read_frame`; after those two nothing more can be read.
        """
        try:
            self._read(sock)
            header = self._complete()
        except (EOFError, FrameError):
            self.close()
            raise
        if header is None:
            return None
        fds = tuple(self._fds)
        self._bytes, self._fds = bytearray(), []
        return header, fds

    def close(self) -> None:
        """Close descriptors of a frame that never became complete."""
        fds, self._fds = self._fds, []
        close_files(fds)

    def _read(self, sock: socket.socket) -> None:
        # Never past the frame's end: descriptors of the next one would be taken for this one's.
        data, ancillary, flags, _ = sock.recvmsg(
            self._missing(), _ANCILLARY, socket.MSG_CMSG_CLOEXEC
        )
        for level, kind, content in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                numbers = array.array("i")
                numbers.frombytes(content[: len(content) - len(content) % numbers.itemsize])
                self._fds.extend(numbers)
        if flags & socket.MSG_CTRUNC or len(self._fds) > MAX_FILES:
            raise FrameError("too many descriptors")
        if not data and self._bytes:
            raise FrameError("the connection ended inside a frame")
        if not data:
            raise EOFError
        self._bytes += data

    def _missing(self) -> int:
        if len(self._bytes) < _LENGTHS.size:
            return _LENGTHS.size - len(self._bytes)
        header, _ = _LENGTHS.unpack_from(self._bytes)
        return _LENGTHS.size + int(header) - len(self._bytes)

    def _complete(self) -> Header | None:
        if len(self._bytes) < _LENGTHS.size:
            return None
        header, body = _LENGTHS.unpack_from(self._bytes)
        _check(header, body)
        if body:
            raise FrameError("a body on a socket")
        if self._missing():
            return None
        return _parsed(self._bytes[_LENGTHS.size :])


def close_files(fds: Iterable[int]) -> None:
    """Close descriptors that came with a frame."""
    for fd in fds:
        os.close(fd)


def put_frame(fd: int, header: Mapping[str, Any], body: bytes = b"") -> None:
    """Make one frame the whole content of an open file."""
    content = memoryview(_lengths_and_header(header, len(body)))
    os.ftruncate(fd, 0)
    _write(fd, content, 0)
    _write(fd, memoryview(body), len(content))


def take_frame(fd: int) -> tuple[Header, bytes]:
    """The one frame that an open file holds; EOFError when it is empty."""
    size = os.fstat(fd).st_size
    if not size:
        raise EOFError
    start = os.pread(fd, _LENGTHS.size, 0)
    if len(start) < _LENGTHS.size:
        raise FrameError("less than two lengths")
    header, body = _LENGTHS.unpack(start)
    _check(header, body)
    if size != _LENGTHS.size + header + body:
        raise FrameError("the lengths do not fit the file")
    return (
        _parsed(_read(fd, header, _LENGTHS.size)),
        _read(fd, body, _LENGTHS.size + header),
    )


def _lengths_and_header(header: Mapping[str, Any], body: int) -> bytes:
    text = json.dumps(header, separators=(",", ":")).encode()
    _check(len(text), body)
    return _LENGTHS.pack(len(text), body) + text


def _check(header: int, body: int) -> None:
    if header > MAX_HEADER:
        raise FrameError(f"a header of {header} bytes")
    if body > MAX_BODY:
        raise FrameError(f"a body of {body} bytes")


def _parsed(text: bytes | bytearray) -> Header:
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FrameError("the header is no JSON") from error
    if not isinstance(header, dict):
        raise FrameError("the header is no object")
    return header


def _write(fd: int, content: memoryview, offset: int) -> None:
    # By position: the descriptor's own position is shared with every process that holds it.
    while content:
        written = os.pwrite(fd, content, offset)
        content = content[written:]
        offset += written


def _read(fd: int, length: int, offset: int) -> bytes:
    content = os.pread(fd, length, offset)
    while len(content) < length:
        more = os.pread(fd, length - len(content), offset + len(content))
        if not more:
            raise FrameError("the file was cut while it was read")
        content += more
    return content
