"""A caller's connection that is given up when he is too slow: a byte now and then keeps no thread.

The bound is that of Apache's `mod_reqtimeout`: so many seconds, and more as bytes come along.
"""

import socket
import struct
import time
from typing import Any, Final, Self

PACE: Final = 64 * 1024
"""Bytes a second that lengthen the time: 20 MB may take five minutes."""
_PIECE: Final = 256 * 1024


class PacedSocket(socket.socket):
    """Reads a request and writes its answer: `patience` seconds each, and one for every `PACE`.

    Raises BlockingIOError where the time is over, as the kernel does for a caller who says nothing.
    """

    _patience = 0.0
    _ends = 0.0
    _answering = False

    @classmethod
    def over(cls, plain: socket.socket, *, patience: float) -> Self:
        """In place of the plain one, which is closed to others."""
        paced = cls(plain.family, plain.type, plain.proto, fileno=plain.detach())
        paced._patience = patience
        # Without it a tablet that leaves the network keeps its thread for ever.
        silence = struct.pack("ll", int(patience), 0)
        paced.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, silence)
        paced.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, silence)
        return paced

    def begin(self) -> None:
        """A request is to be read."""
        self._ends, self._answering = time.monotonic() + self._patience, False

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """What has come."""
        self._require_time()
        content = super().recv(size, flags)
        self._ends += len(content) / PACE
        return content

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        """All of it; the time that the answer took to be made is nobody's fault out there."""
        if not self._answering:
            self.begin()
            self._answering = True
        left = memoryview(data)
        while left:
            self._require_time()
            sent = self.send(left[:_PIECE], flags)
            self._ends += sent / PACE
            left = left[sent:]

    def _require_time(self) -> None:
        if time.monotonic() >= self._ends:
            raise BlockingIOError("a caller is too slow")
