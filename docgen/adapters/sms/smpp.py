"""SMPP, from where a message is wanted: it is handed to the link, the one process that is bound."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from docgen.adapters.sms import smpp_frames
from docgen.adapters.sms.smpp_frames import (
    GIVE_UP_WITHIN,
    KNOW_WITHIN,
    LONGEST,
    BadFrame,
    Frame,
    Say,
)
from docgen.domain.dispatch import Message, Taken, plain
from docgen.domain.errors import SmsRefused, SmsUncertain

ROUTE = "smpp"


@dataclass(frozen=True, kw_only=True)
class SmppGateway:
    """Implements ports.SmsGateway over the link's socket."""

    socket: Path

    def send(self, message: Message) -> Taken:
        """Hand the message over once.

        Raises SmsRefused where it has certainly not left: no link, no bind, no turn in time, or the
        centre said no. Raises SmsUncertain where it was let go and no answer came.
        """
        try:
            with self._connected() as line:
                line.say(smpp_frames.of_message(message))
                said, told = line.hear()
                if said is Say.REFUSED:
                    raise SmsRefused(_raw(told))
                if said is not Say.TURN:
                    raise SmsRefused("link speaks wrongly")
                line.say(smpp_frames.frame(Say.GO))
                return _outcome(line)
        except (OSError, BadFrame):
            # What a system error says could name the socket only, but it says nothing new either.
            raise SmsRefused("link absent") from None

    def status(self) -> Frame:
        """How the link is; raises SmsRefused where there is none."""
        try:
            with self._connected() as line:
                line.say(smpp_frames.frame(Say.STATUS))
                return line.hear()[1]
        except (OSError, BadFrame):
            raise SmsRefused("link absent") from None

    @contextmanager
    def _connected(self) -> Iterator["_Line"]:
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as connection:
            line = _Line(connection, within=GIVE_UP_WITHIN)
            connection.settimeout(GIVE_UP_WITHIN)
            connection.connect(os.fspath(self.socket))
            if not smpp_frames.is_ours(connection):
                raise SmsRefused("link of another user")
            yield line


def _outcome(line: "_Line") -> Taken:
    """It was let go: from here on only the link's word can say that it has not left."""
    line.until = time.monotonic() + KNOW_WITHIN
    try:
        said, told = line.hear()
    except TimeoutError:
        raise SmsUncertain("link silent") from None
    except (OSError, BadFrame):
        raise SmsUncertain("link lost") from None
    if said is Say.TAKEN:
        return Taken(provider=ROUTE, message_id=str(told.get("id")), raw=_raw(told))
    if said is Say.REFUSED:
        raise SmsRefused(_raw(told))
    raise SmsUncertain(_raw(told))


def _raw(told: Frame) -> str:
    return plain(told.get("raw", ""))


class _Line:
    """One connection, on which one frame follows another until a moment."""

    def __init__(self, connection: socket.socket, *, within: float) -> None:
        self.until = time.monotonic() + within
        self._connection = connection

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
