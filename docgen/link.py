"""The life of the link to the message centre, until a signal ends it."""

import asyncio
import ctypes
import logging
import signal
from typing import Final, Protocol

log = logging.getLogger(__name__)

_PR_SET_DUMPABLE: Final = 4


class Linked(Protocol):
    """Bound to a message centre."""

    async def run(self, stop: asyncio.Event) -> None:
        """Until told to stop; then finish what was begun."""


def run(link: Linked) -> None:
    """Be the link until SIGTERM or SIGINT; a second signal ends it at once."""
    _leave_no_core()
    asyncio.run(_until_a_signal(link))


async def _until_a_signal(link: Linked) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def first(number: signal.Signals) -> None:
        for either in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(either)
            signal.signal(either, signal.SIG_DFL)
        log.info("%s: finishing what was begun", number.name)
        stop.set()

    for either in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(either, first, either)
    await link.run(stop)


def _leave_no_core() -> None:
    """Messages on their way hold codes: no core file, no look into the memory by others."""
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
