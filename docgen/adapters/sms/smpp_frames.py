"""What a process that has a message and the link say to one another, over a unix socket.

One line of JSON is one frame; a connection has one message after another:

    process                          link
    send ────────────────────────►   waits for its turn
         ◄──────────────────  turn   or refused: it has not left and will not
    go   ────────────────────────►   only now it goes to the centre
         ◄─────────────────  taken   or refused, or uncertain

Without `go` nothing leaves. Whoever said it and hears nothing more knows that he does not know.
After anything but a last word a connection is closed: nothing that comes late is taken for an
answer to the next message.
"""

import json
import os
import socket
import struct
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from docgen.domain.dispatch import Message

TURN_WITHIN: Final = 1.2
"""Seconds a message may wait for its turn, and be tried anew where the centre is too busy."""
GIVE_UP_WITHIN: Final = 1.6
"""Seconds after which a process stops waiting for a link that says nothing: its spare has two."""
ANSWER_WITHIN: Final = 8.0
"""Seconds the centre has to answer."""
KNOW_WITHIN: Final = ANSWER_WITHIN + TURN_WITHIN + 1.0
"""Seconds after `go` by which the link has said what came of it."""

LONGEST: Final = 16_384
"""Bytes of a frame."""

Frame = dict[str, Any]


class Say(StrEnum):
    """What a frame says."""

    SEND = "send"
    STATUS = "status"
    TURN = "turn"
    GO = "go"
    TAKEN = "taken"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"


LAST_WORDS: Final = frozenset({Say.TAKEN, Say.REFUSED, Say.UNCERTAIN})
"""Of a message: there is nothing more to say of it."""


class BadFrame(Exception):
    """What came is no frame of ours."""


def frame(say: Say, **values: Any) -> bytes:
    """A frame as it goes over the socket."""
    return json.dumps({"say": say.value, **values}).encode() + b"\n"


def read(line: bytes) -> tuple[Say, Frame]:
    """What a line says; raises BadFrame, which repeats nothing of it."""
    try:
        told = json.loads(line)
        return Say(told["say"]), told
    except (ValueError, KeyError, TypeError):
        raise BadFrame from None


def of_message(message: Message) -> bytes:
    """A message as it goes to the link."""
    return frame(
        Say.SEND,
        to=message.phone.value,
        text=message.text,
        reference=message.reference,
        life=message.life / timedelta(seconds=1),
    )


def is_ours(connection: socket.socket) -> bool:
    """Whether the other end of a unix socket is a process of our own user."""
    size = struct.calcsize("3i")
    peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    _, user, _ = struct.unpack("3i", peer)
    return bool(user == os.getuid())
