"""SMPP, from where a message is wanted: it is handed to the link, the one process that is bound."""

import os
import select
import socket
import time
import weakref
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from docgen.adapters.sms import smpp_frames
from docgen.adapters.sms.smpp_frames import (
    GIVE_UP_WITHIN,
    KNOW_WITHIN,
    LAST_WORDS,
    LONGEST,
    BadFrame,
    Frame,
    Say,
)
from docgen.domain.dispatch import Message, Taken, plain
from docgen.domain.errors import SmsRefused, SmsUncertain

ROUTE = "smpp"

_MOST_KEPT: Final = 8
"""Lines that wait for a next message; few threads have one at once."""


@dataclass(frozen=True, kw_only=True)
class SmppGateway:
    """Implements ports.SmsGateway over the link's socket.

    A line on which the link has said its last word of one message is kept for another.
    """

    socket: Path
    _kept: list["_Line"] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Leave no line open behind it."""
        weakref.finalize(self, _close_all, self._kept)

    def send(self, message: Message) -> Taken:
        """Hand the message over once.

        Raises SmsRefused where it has certainly not left: no link, no bind, no turn in time, or the
        centre said no. Raises SmsUncertain where it was let go and no answer came.
        """
        try:
            line = self._quiet() or self._connected()
            try:
                said, told = _handed_over(line, message)
            except BaseException:
                # What may still come on it is no answer to the next message.
                line.close()
                raise
        except (OSError, BadFrame):
            # What a system error says could name the socket only, but it says nothing new either.
            raise SmsRefused("link absent") from None
        self._keep(line)
        if said is Say.TAKEN:
            return Taken(provider=ROUTE, message_id=str(told.get("id")), raw=_raw(told))
        raise (SmsRefused if said is Say.REFUSED else SmsUncertain)(_raw(told))

    def status(self) -> Frame:
        """How the link is; raises SmsRefused where there is none."""
        try:
            with closing(self._connected()) as line:
                line.say(smpp_frames.frame(Say.STATUS))
                return line.hear()[1]
        except (OSError, BadFrame):
            raise SmsRefused("link absent") from None

    def _quiet(self) -> "_Line | None":
        """A kept line whose link is still there."""
        with suppress(IndexError):
            while not (line := self._kept.pop()).is_quiet:
                line.close()
            line.until = time.monotonic() + GIVE_UP_WITHIN
            return line
        return None

    def _connected(self) -> "_Line":
        """A new one; raises SmsRefused where it leads to another user's process, or OSError."""
        with ExitStack() as left_open:
            connection = left_open.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            connection.settimeout(GIVE_UP_WITHIN)
            connection.connect(os.fspath(self.socket))
            if not smpp_frames.is_ours(connection):
                raise SmsRefused("link of another user")
            left_open.pop_all()
        return _Line(connection, within=GIVE_UP_WITHIN)

    def _keep(self, line: "_Line") -> None:
        if len(self._kept) < _MOST_KEPT:
            self._kept.append(line)
        else:
            line.close()


def _handed_over(line: "_Line", message: Message) -> tuple[Say, Frame]:
    """The link's last word of it; raises SmsRefused, SmsUncertain, OSError or BadFrame."""
    line.say(smpp_frames.of_message(message))
    said, told = line.hear()
    if said is Say.REFUSED:
        return said, told
    if said is not Say.TURN:
        raise SmsRefused("link speaks wrongly")
    line.say(smpp_frames.frame(Say.GO))
    return _outcome(line)


def _outcome(line: "_Line") -> tuple[Say, Frame]:
    """It was let go: from here on only the link's word can say that it has not left."""
    line.until = time.monotonic() + KNOW_WITHIN
    try:
        said, told = line.hear()
    except TimeoutError:
        raise SmsUncertain("link silent") from None
    except (OSError, BadFrame):
        raise SmsUncertain("link lost") from None
    if said not in LAST_WORDS:
        raise SmsUncertain(_raw(told))
    return said, told


def _raw(told: Frame) -> str:
    return plain(told.get("raw", ""))


class _Line:
    """A connection, on which one frame follows another until a moment."""

    def __init__(self, connection: socket.socket, *, within: float) -> None:
        self.until = time.monotonic() + within
        self._connection = connection
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)

    @property
    def is_quiet(self) -> bool:
        """Whether it is open still: nobody has closed it, or said what nobody asked for."""
        return not self._poll.poll(0)

    def close(self) -> None:
        """Nothing more is said on it."""
        self._connection.close()

    def say(self, frame: bytes) -> None:
        """Raises OSError."""
        self._wait_no_longer()
        self._connection.sendall(frame)

    def hear(self) -> tuple[Say, Frame]:
        """Raises OSError (TimeoutError when the time is over), or BadFrame."""
        heard = b""
        while not heard.endswith(b"\n"):
            self._wait_no_longer()
            more = self._connection.recv(LONGEST)
            if not more or len(heard) > LONGEST:
                raise BadFrame
            heard += more
        return smpp_frames.read(heard)

    def _wait_no_longer(self) -> None:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)


def _close_all(lines: list[_Line]) -> None:
    for line in lines:
        line.close()
