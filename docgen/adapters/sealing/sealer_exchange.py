"""What the sealing process and those who ask it tell one another: JSON only, one each way.

Whoever asks connects to a UNIX stream socket, writes a request and ends its own direction; the
answer comes, and the connection is closed.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from docgen.domain.errors import (
    Busy,
    DocgenError,
    SealKeyUnusable,
    SealRefused,
    SealUnavailable,
    StaleEnvelope,
)
from docgen.domain.sealing import (
    DetachedOrder,
    Rehearsal,
    SealAbility,
    SealedPdf,
    SealOrder,
)

T = TypeVar("T")

MOST: Final = 64 * 1024 * 1024
"""Bytes of a request or an answer, the PDFs in it in base64."""
_PIECE: Final = 256 * 1024
_NAMED: Final[dict[str, type[DocgenError]]] = {
    kind.code: kind for kind in (Busy, SealRefused, SealKeyUnusable, SealUnavailable, StaleEnvelope)
}
"""What the process may raise; anything else is its own trouble."""


_BYTES: Final = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")


class Verb(StrEnum):
    """What can be asked of the process."""

    CHECK = "check"
    SEAL = "seal"
    REHEARSE = "rehearse"
    SIGN_DETACHED = "sign_detached"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is wanted, with what it needs."""

    __pydantic_config__ = _BYTES

    verb: Verb
    order: SealOrder | None = None
    detached: DetachedOrder | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of it, or the code of the error with its words."""

    __pydantic_config__ = _BYTES

    error: str | None = None
    words: str = ""
    ability: SealAbility | None = None
    sealed: SealedPdf | None = None
    rehearsal: Rehearsal | None = None
    cms: bytes | None = None

    @classmethod
    def of(cls, error: DocgenError) -> "Answer":
        """An error as it is told; of an unknown kind it is unavailability."""
        code = error.code if error.code in _NAMED else SealUnavailable.code
        return cls(error=code, words=str(error))

    def raised(self) -> None:
        """Raise the error it tells, if it does."""
        if self.error is not None:
            raise _NAMED.get(self.error, SealUnavailable)(self.words)


_REQUEST: Final = TypeAdapter(Request)
_ANSWER: Final = TypeAdapter(Answer)


@contextmanager
def reached(place: Path) -> Iterator[str]:
    """An address for that place while the block lasts; raises OSError where its folder is not.

    The kernel takes no address of more than 107 bytes (unix(7)), but folders may lie deep.
    """
    folder = os.open(place.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{place.name}"
    finally:
        os.close(folder)


def pack_request(request: Request) -> bytes:
    """The request as JSON."""
    return _REQUEST.dump_json(request)


def unpack_request(packed: bytes) -> Request:
    """The request from its JSON, whoever wrote it; raises ValueError for any other bytes."""
    return _unpacked(_REQUEST, packed)


def pack_answer(answer: Answer) -> bytes:
    """The answer as JSON."""
    return _ANSWER.dump_json(answer)


def unpack_answer(packed: bytes) -> Answer:
    """The answer from its JSON; raises ValueError for any other bytes."""
    return _unpacked(_ANSWER, packed)


def _unpacked(adapter: TypeAdapter[T], packed: bytes) -> T:
    try:
        return adapter.validate_json(packed)
    except ValidationError:
        # Its message would quote what a document says.
        raise ValueError("not understood") from None


def read_all(connection: socket.socket) -> bytes:
    """Everything until the other side has said all; raises ValueError beyond MOST, or OSError."""
    received = bytearray()
    while part := connection.recv(_PIECE):
        received += part
        if len(received) > MOST:
            raise ValueError("too much")
    return bytes(received)
