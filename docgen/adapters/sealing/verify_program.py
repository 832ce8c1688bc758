"""A program of its own: judges files of strangers, each in a forked child with narrow limits.

Run as `python -P -m docgen.adapters.sealing.verify_program` in a session of its own, with a UNIX
stream socket as stdin. There it reads its setup (a big-endian 32-bit length, JSON) and writes one
byte when it is ready. Then every byte it reads brings the descriptor of a connection on which one
file is asked about: a line with the moment of judgement, the PDF, end of stream. The child writes
its answer there and ends. One that goes beyond a limit is ended by the kernel: the connection then
closes without a whole answer, and this program lives on.

When stdin closes it ends with all its children, which are its process group.
"""

import importlib
import os
import resource
import signal
import socket
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NoReturn

from asn1crypto import x509

from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.adapters.sealing.verify_exchange import (
    Answer,
    Limits,
    Setup,
    pack_answer,
    unpack_setup,
)
from docgen.confined.limits import narrow
from docgen.domain.errors import UnreadableDocument

READY: Final = b"."
LENGTH: Final = struct.Struct(">I")
_PIECE: Final = 256 * 1024
_IN_USE: Final = ("cryptography.hazmat.backends.openssl.backend", "pyhanko.pdf_utils.filters")
"""Imported by libraries only when they need it: each child would do it anew, for 20 ms."""
_STANDARD: Final = (0, 1, 2)


@dataclass(frozen=True)
class _At:
    """A clock that stands still."""

    moment: datetime

    def now(self) -> datetime:
        """The moment of judgement."""
        return self.moment


def read_all(connection: socket.socket) -> bytes:
    """Everything until the other side has said all."""
    parts = []
    while part := connection.recv(_PIECE):
        parts.append(part)
    return b"".join(parts)


def judge(connection: socket.socket, roots: TrustRoots, limits: Limits) -> None:
    """Answer one question."""
    moment, _, pdf = read_all(connection).partition(b"\n")
    clock = _At(datetime.fromisoformat(moment.decode()))
    try:
        report = PadesVerifier(roots, clock=clock, limit=limits.size).verify(pdf)
        answer = Answer(report=report)
    except UnreadableDocument as unreadable:
        answer = Answer(unreadable=str(unreadable))
    connection.sendall(pack_answer(answer))


def child(descriptor: int, roots: TrustRoots, limits: Limits) -> NoReturn:
    """Be the process that judges one file; whatever happens, it says nothing but its answer."""
    try:
        silence = os.open(os.devnull, os.O_RDWR)
        for each in _STANDARD:
            os.dup2(silence, each)
        os.close(silence)
        narrow(
            cpu_seconds=limits.cpu_seconds,
            wall_seconds=limits.wall_seconds,
            memory=limits.memory,
        )
        judge(socket.socket(fileno=descriptor), roots, limits)
    finally:
        os._exit(0)


def serve(control: socket.socket, roots: TrustRoots, limits: Limits) -> None:
    """Fork a child for every question until stdin closes."""
    while descriptors := socket.recv_fds(control, 1, 1)[1]:
        if os.fork() == 0:
            child(descriptors[0], roots, limits)
        os.close(descriptors[0])


def read_setup(control: socket.socket) -> Setup:
    """What our parent wants of us."""
    (length,) = LENGTH.unpack(control.recv(LENGTH.size, socket.MSG_WAITALL))
    return unpack_setup(control.recv(length, socket.MSG_WAITALL))


def _certificates(listed: tuple[str, ...]) -> tuple[x509.Certificate, ...]:
    return tuple(x509.Certificate.load(bytes.fromhex(der), strict=True) for der in listed)


def main() -> None:
    """Get ready, serve, and take the children along."""
    # Whoever stops the service by signals lets requests finish first; we end when it closes stdin.
    for ignored in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
        signal.signal(ignored, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    control = socket.socket(fileno=0)
    setup = read_setup(control)
    roots = TrustRoots(_certificates(setup.roots), _certificates(setup.signers))
    for module in _IN_USE:
        importlib.import_module(module)
    control.sendall(READY)
    serve(control, roots, setup.limits)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
