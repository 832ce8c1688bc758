"""Where processes hand their messages in, and wait for what the centre says of them."""

import asyncio
import logging
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from aiosmpplib.state import SmppCommandStatus

from docgen.adapters.sms import smpp_frames, smpp_report
from docgen.adapters.sms.smpp_bind import Bind
from docgen.adapters.sms.smpp_frames import TURN_WITHIN, BadFrame, Frame, Say, frame
from docgen.adapters.sms.smpp_pace import Pace
from docgen.adapters.sms.smpp_pdu import Order, Pdu, spoken
from docgen.adapters.sms.smpp_report import ReceiptIds
from docgen.adapters.sms.smpp_session import Lost, NotSent

log = logging.getLogger(__name__)

BUSY: Final = frozenset({SmppCommandStatus.ESME_RTHROTTLED, SmppCommandStatus.ESME_RMSGQFUL})
"""Not taken, and may be tried anew (SMPP 3.4, 5.1.3)."""
NOBODY_KNOWS: Final = frozenset({SmppCommandStatus.ESME_RUNKNOWNERR})
"""Every other error says that the message was not taken: it gets no id (4.4.2)."""

_REST: Final = 0.25
"""Seconds of rest after a centre was too busy."""
_AGREE_WITHIN: Final = 1.0
"""Seconds a process has to say `go`."""
_TURN: Final = frame(Say.TURN)


class _Gone(Exception):
    """The process does not want it any more, or has died; nothing has left."""


@dataclass
class Desk:
    """Takes one message after another of each connection; all of them hear what became of them."""

    bind: Bind
    sender: str
    receipt_ids: ReceiptIds
    pace: Pace
    window: asyncio.Semaphore
    """As many as may wait for the centre's answer at once."""
    waiting: int = field(default=0, init=False)
    """Messages that have no turn yet."""
    _is_closed: bool = field(default=False, init=False)
    _idle: set[StreamWriter] = field(default_factory=set, init=False)

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Serve one connection to its end."""
        try:
            if smpp_frames.is_ours(writer.get_extra_info("socket")):
                while (line := await self._next(reader, writer)) != b"":
                    said, told = smpp_frames.read(line)
                    writer.write(await self._answer(said, told, _Asker(reader, writer)))
                    await writer.drain()
        except (BadFrame, _Gone, OSError):
            log.info("a process went away before its message did")
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def close(self) -> None:
        """Take nothing more; messages that were begun are finished."""
        self._is_closed = True
        for writer in self._idle:
            writer.close()

    async def _next(self, reader: StreamReader, writer: StreamWriter) -> bytes:
        """What is said between messages, whenever that is; nothing at the connection's end."""
        if self._is_closed:
            return b""
        self._idle.add(writer)
        try:
            return await _line(reader)
        finally:
            self._idle.discard(writer)

    async def _answer(self, said: Say, told: Frame, asker: "_Asker") -> bytes:
        if said is Say.STATUS:
            return self._status()
        if said is not Say.SEND:
            raise BadFrame
        order = self._order(told)
        by = asyncio.get_running_loop().time() + TURN_WITHIN
        if self.waiting >= self.pace.rate * TURN_WITHIN or not await self._enters(by=by):
            return _refused("link full")
        try:
            return await self._submit(order, asker, by)
        finally:
            self.window.release()

    async def _enters(self, *, by: float) -> bool:
        """Whether it is let through the window in time."""
        if not self.window.locked():
            # A time limit costs more than all the rest.
            return await self.window.acquire()
        self.waiting += 1
        try:
            async with asyncio.timeout_at(by):
                return await self.window.acquire()
        except TimeoutError:
            return False
        finally:
            self.waiting -= 1

    async def _submit(self, order: Order, asker: "_Asker", by: float) -> bytes:
        """Until the centre has said yes or no, or it is too late to ask again."""
        reason = "link full"
        while True:
            if not await self.pace.turn(by=by):
                return _refused(reason)
            if (missing := self._missing()) is not None:
                return _refused(missing)
            await asker.agrees()
            answer = await self._sent(order)
            if isinstance(answer, bytes):
                return answer
            if answer.status not in BUSY:
                return self._outcome(answer)
            reason = spoken(answer.status)
            self.pace.rest(_REST)

    async def _sent(self, order: Order) -> Pdu | bytes:
        """What the centre answers, or what there is to say without its answer."""
        session = self.bind.session
        if session is None:
            return _refused("unbound")
        try:
            return await session.submit(order)
        except NotSent:
            return _refused("unbound")
        except Lost:
            return _uncertain("bind lost")
        except TimeoutError:
            return _uncertain("centre silent")
        except ValueError:
            # Its text would repeat the message's.
            return _refused("cannot be written")

    def _missing(self) -> str | None:
        """Why nothing can go to the centre now."""
        session = self.bind.session
        if session is None or session.ended.is_set():
            return "unbound"
        return "centre silent" if session.is_silent else None

    def _outcome(self, answer: Pdu) -> bytes:
        raw = spoken(answer.status)
        if answer.status in NOBODY_KNOWS:
            return _uncertain(raw)
        if answer.status:
            return _refused(raw)
        named = smpp_report.named(answer, self.receipt_ids)
        return frame(Say.TAKEN, id=named, raw=raw) if named else _uncertain(f"{raw} without id")

    def _order(self, told: Frame) -> Order:
        try:
            return Order(
                sender=self.sender,
                phone=told["to"].removeprefix("+"),
                text=told["text"],
                reference=told["reference"],
                life=timedelta(seconds=told["life"]),
            )
        except (KeyError, TypeError, AttributeError):
            raise BadFrame from None

    def _status(self) -> bytes:
        session = self.bind.session
        return frame(
            Say.STATUS,
            bound=session is not None,
            silent=session is not None and session.is_silent,
            in_flight=session.in_flight if session else 0,
            waiting=self.waiting,
            why=self.bind.why,
        )


class _Asker:
    """The process whose message it is."""

    def __init__(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._agreed = False

    async def agrees(self) -> None:
        """Let it say `go`, once; raises _Gone where it does not."""
        if self._agreed:
            return
        self._writer.write(_TURN)
        try:
            async with asyncio.timeout(_AGREE_WITHIN):
                said, _ = smpp_frames.read(await _line(self._reader))
        except (BadFrame, OSError):
            raise _Gone from None
        if said is not Say.GO:
            raise _Gone
        self._agreed = True


async def _line(reader: StreamReader) -> bytes:
    try:
        return await reader.readline()
    except ValueError:
        # It is beyond the limit.
        raise BadFrame from None


def _refused(raw: str) -> bytes:
    return frame(Say.REFUSED, raw=raw)


def _uncertain(raw: str) -> bytes:
    return frame(Say.UNCERTAIN, raw=raw)
