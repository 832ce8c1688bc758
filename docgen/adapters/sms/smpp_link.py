"""The link: the one process that is bound to the message centre."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from aiosmpplib.state import SmppCommandStatus

from docgen.adapters.sms import smpp_report
from docgen.adapters.sms.smpp import ROUTE
from docgen.adapters.sms.smpp_bind import Bind
from docgen.adapters.sms.smpp_desk import Desk
from docgen.adapters.sms.smpp_frames import LONGEST
from docgen.adapters.sms.smpp_pace import Pace
from docgen.adapters.sms.smpp_pdu import NotSmpp, Pdu
from docgen.adapters.sms.smpp_place import Place
from docgen.adapters.sms.smpp_report import ReceiptIds
from docgen.adapters.sms.smpp_session import Centre
from docgen.domain.dispatch import Receipt
from docgen.domain.errors import DocgenError
from docgen.ports import Clock

log = logging.getLogger(__name__)

_TAKERS: Final = 4
"""Receipts that are made durable at once."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """How a centre wants to be used."""

    sender: str
    """Up to 11 letters and digits, as registered with the operators."""
    rate: float
    """Messages a second."""
    window: int
    """Messages that may wait for its answer at once."""
    receipt_ids: ReceiptIds = ReceiptIds.SAME


@dataclass(frozen=True, kw_only=True)
class Link:
    """Bound as long as the centre lets it; processes hand it their messages over a socket.

    `take` makes a receipt durable; only then the centre hears that we have it.
    """

    centre: Centre
    profile: Profile
    place: Place
    take: Callable[[Receipt], object]
    clock: Clock

    async def run(self, stop: asyncio.Event) -> None:
        """Be the link until told to stop; then finish what the centre was given, and unbind.

        Raises Misconfigured where another link is at work; whatever else keeps it from ever binding
        ends it too, so that somebody starts it anew.
        """
        with self.place.held() as listening, ThreadPoolExecutor(_TAKERS, "receipt") as takers:
            bind = Bind(self.centre, _Receipts(self, takers))
            desk = Desk(
                bind=bind,
                sender=self.profile.sender,
                receipt_ids=self.profile.receipt_ids,
                pace=Pace(self.profile.rate),
                window=asyncio.Semaphore(self.profile.window),
            )
            binding = asyncio.create_task(bind.keep())
            serving = _Serving(desk)
            server = await asyncio.start_unix_server(serving, sock=listening, limit=LONGEST)
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({stopping, binding}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            server.close()
            desk.close()
            await serving.finished()
            binding.cancel()
            with suppress(asyncio.CancelledError):
                await binding
            if bind.session is not None:
                await bind.session.unbind()
            # Receipts that are not begun are not answered either: the centre sends them again.
            takers.shutdown(wait=False, cancel_futures=True)
        log.info("the link has ended")


class _Serving:
    """Connections that are being served."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._desk.serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finished(self) -> None:
        """Every one of them has heard what there is to hear."""
        if self._tasks:
            await asyncio.wait(self._tasks)


@dataclass(frozen=True)
class _Receipts:
    """How a deliver_sm is answered: after what it says is kept, and never before."""

    link: Link
    takers: ThreadPoolExecutor

    def __call__(self, request: Pdu, answer: Callable[[SmppCommandStatus], object]) -> None:
        loop = asyncio.get_running_loop()

        def answered(taking: Future[SmppCommandStatus]) -> None:
            if not taking.cancelled():
                loop.call_soon_threadsafe(answer, taking.result())

        self.takers.submit(self._taken, request).add_done_callback(answered)

    def _taken(self, request: Pdu) -> SmppCommandStatus:
        """Makes it durable; how it is to be answered then."""
        ids, now = self.link.profile.receipt_ids, self.link.clock.now()
        try:
            receipt = smpp_report.receipt(request, route=ROUTE, ids=ids, at=now)
        except NotSmpp as error:
            log.warning("a receipt that cannot be read: %s", error)
            return SmppCommandStatus.ESME_RX_P_APPN
        if receipt is None:
            log.info("a message from a phone, which nobody takes here")
            return SmppCommandStatus.ESME_RX_P_APPN
        try:
            self.link.take(receipt)
        except DocgenError as error:
            log.warning("a receipt is not kept, the centre sends it again: %s", error.code)
            return SmppCommandStatus.ESME_RX_T_APPN
        except Exception as error:  # noqa: BLE001 - said below
            # Whatever it was, the receipt is worth another try; its words may name somebody.
            log.error("a receipt is not kept, the centre sends it again: %s", type(error).__name__)  # noqa: TRY400
            return SmppCommandStatus.ESME_RX_T_APPN
        return SmppCommandStatus.ESME_ROK
