"""One bind to a message centre, from the connection until either side lets go.

aiosmpplib's own session cannot serve: it answers every deliver_sm with success, whatever became of
it here (`ESME._receive_data`), it sends after a rebind what was meant for the bind that is gone
(`ESME._send_data`), it logs messages, and it has no TLS.
"""

import asyncio
import logging
import ssl
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Self

from aiosmpplib.state import SmppCommand, SmppCommandStatus

from docgen.adapters.sms import smpp_pdu
from docgen.adapters.sms.smpp_frames import ANSWER_WITHIN
from docgen.adapters.sms.smpp_pdu import NotSmpp, Order, Pdu, spoken

log = logging.getLogger(__name__)

SILENT_AFTER: Final = 2.0
"""Seconds a centre may leave a request without a word before it is given no more."""

_LAST_NUMBER: Final = 0x7FFF_FFFF

Deliver = Callable[[Pdu, Callable[[SmppCommandStatus], object]], None]
"""Takes a deliver_sm, and says in the loop, as soon as it is kept or not, how to answer it."""


@dataclass(frozen=True, kw_only=True)
class Centre:
    """A message centre and who we are to it."""

    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    system_type: str = ""
    tls: ssl.SSLContext | None = None
    connect_within: float = 5.0
    enquire_every: float = 15.0
    answer_within: float = ANSWER_WITHIN


class BindRefused(Exception):
    """The centre does not let us in; the message is its status."""


class NotSent(Exception):
    """The bind was gone before anything left."""


class Lost(Exception):
    """The bind is gone, and with it whatever the centre had to say."""


class Session:
    """Bound, until `ended`."""

    def __init__(
        self, centre: Centre, deliver: Deliver, reader: StreamReader, writer: StreamWriter
    ) -> None:
        self.ended = asyncio.Event()
        self.why = ""
        self._centre = centre
        self._deliver = deliver
        self._reader = reader
        self._writer = writer
        self._sequence = 0
        self._waiting: dict[int, asyncio.Future[Pdu]] = {}
        self._asked_at: dict[int, float] = {}
        self._heard_at = self._now()
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def bound(cls, centre: Centre, deliver: Deliver) -> Self:
        """Connect and bind; raises BindRefused, NotSmpp, or OSError (TimeoutError is one)."""
        async with asyncio.timeout(centre.connect_within):
            reader, writer = await asyncio.open_connection(centre.host, centre.port, ssl=centre.tls)
            session = cls(centre, deliver, reader, writer)
            try:
                await session._bind()
            except BaseException:
                writer.close()
                raise
        session._begin(session._read())
        session._begin(session._keep())
        return session

    @property
    def in_flight(self) -> int:
        """Requests that wait for an answer."""
        return len(self._waiting)

    @property
    def is_silent(self) -> bool:
        """Whether it owes an answer and has not said a word for too long."""
        oldest = min(self._asked_at.values(), default=self._now())
        return self._now() - max(oldest, self._heard_at) > SILENT_AFTER

    async def submit(self, order: Order) -> Pdu:
        """The centre's answer; raises NotSent, Lost, TimeoutError, or ValueError for bad words."""
        sequence = self._next()
        answer = await self._ask(sequence, smpp_pdu.submit(sequence, order))
        if answer.status == SmppCommandStatus.ESME_RINVBNDSTS:
            self._end("the centre says that we are not bound")
        return answer

    async def unbind(self) -> None:
        """Let go as the protocol wants it, or without an answer after a while."""
        with suppress(NotSent, Lost, TimeoutError):
            sequence = self._next()
            await asyncio.wait_for(self._ask(sequence, smpp_pdu.unbind(sequence)), SILENT_AFTER)
        await self.close("unbound")

    async def close(self, why: str) -> None:
        """End it; whoever waits for an answer hears that it is lost."""
        self._end(why)
        for task in self._tasks - {asyncio.current_task()}:
            task.cancel()
        await asyncio.gather(*self._tasks - {asyncio.current_task()}, return_exceptions=True)

    async def _bind(self) -> None:
        sequence = self._next()
        who = self._centre
        self._writer.write(
            smpp_pdu.bind(
                sequence,
                system_id=who.system_id,
                password=who.password,
                system_type=who.system_type,
            )
        )
        try:
            answer = await smpp_pdu.read(self._reader)
        except asyncio.IncompleteReadError as error:
            raise BindRefused("closed") from error
        if answer.command == SmppCommand.BIND_TRANSCEIVER_RESP and answer.status == 0:
            return
        if answer.command not in {SmppCommand.BIND_TRANSCEIVER_RESP, SmppCommand.GENERIC_NACK}:
            raise NotSmpp("another answer than to a bind")
        raise BindRefused(spoken(answer.status))

    async def _ask(self, sequence: int, request: bytes) -> Pdu:
        if self.ended.is_set() or self._writer.is_closing():
            raise NotSent
        answered: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
        self._waiting[sequence] = answered
        self._asked_at[sequence] = self._now()
        try:
            self._writer.write(request)
            async with asyncio.timeout(self._centre.answer_within):
                return await answered
        except TimeoutError:
            if self._heard_at < self._asked_at[sequence]:
                self._end("the centre is silent")
            raise
        finally:
            self._waiting.pop(sequence, None)
            self._asked_at.pop(sequence, None)

    async def _read(self) -> None:
        """What the centre says, until it says no more."""
        try:
            while True:
                said = await smpp_pdu.read(self._reader)
                self._heard_at = self._now()
                if said.command & smpp_pdu.ANSWER:
                    self._answered(said)
                elif said.command == SmppCommand.DELIVER_SM:
                    self._deliver(said, partial(self._deliver_answered, said))
                elif said.command != SmppCommand.ALERT_NOTIFICATION:
                    self._writer.write(smpp_pdu.answer(said))
                if said.command == SmppCommand.UNBIND:
                    await self._writer.drain()
                    self._end("the centre unbinds")
                    return
        except (asyncio.IncompleteReadError, OSError) as error:
            self._end(type(error).__name__)
        except NotSmpp as error:
            self._end(str(error))
        finally:
            # Whatever it was: nobody reads any more, so nobody may wait.
            self._end("reading failed")

    def _answered(self, said: Pdu) -> None:
        waiting = self._waiting.get(said.sequence)
        if waiting is None or waiting.done():
            log.warning("an answer nobody waits for any more: %s", spoken(said.status))
        else:
            waiting.set_result(said)

    def _deliver_answered(self, request: Pdu, status: SmppCommandStatus) -> None:
        if not self.ended.is_set():
            self._writer.write(smpp_pdu.answer(request, status))

    async def _keep(self) -> None:
        """Ask, where nothing was heard for a while, whether anybody is there."""
        while True:
            quiet = self._now() - self._heard_at
            if quiet < self._centre.enquire_every:
                await asyncio.sleep(self._centre.enquire_every - quiet)
                continue
            sequence = self._next()
            with suppress(NotSent, Lost, TimeoutError):
                await self._ask(sequence, smpp_pdu.enquire_link(sequence))
            if self.ended.is_set():
                return

    def _end(self, why: str) -> None:
        if self.ended.is_set():
            return
        self.why = why
        self.ended.set()
        self._writer.close()
        for answered in self._waiting.values():
            if not answered.done():
                answered.set_exception(Lost(why))

    def _begin(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _next(self) -> int:
        """Numbers of requests go from 1 to 0x7FFFFFFF (5.1.4), and then begin anew."""
        self._sequence = self._sequence % _LAST_NUMBER + 1
        return self._sequence

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
