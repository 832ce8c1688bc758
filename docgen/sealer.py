"""The sealing process's life: it seals what the register warrants, until a signal ends it."""

import ctypes
import logging
import signal
from queue import SimpleQueue
from types import FrameType
from typing import Final, Protocol

from docgen import garbage

log = logging.getLogger(__name__)

_PR_SET_DUMPABLE: Final = 4


class Server(Protocol):
    """Answers in threads of its own."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """Take nothing new, and come back when all that was begun is finished."""


def conceal() -> None:
    """Let no other process of the same user look into this one, not even after its death.

    Neither debuggers nor /proc show its memory and environment then (prctl(2), PR_SET_DUMPABLE).
    To be called before a key or a passphrase is read.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        log.warning("this process could not be concealed")


def run(server: Server) -> None:
    """Seal until SIGTERM or SIGINT, then finish what was begun. To be called in the main thread."""
    signals: SimpleQueue[signal.Signals] = SimpleQueue()

    def arrived(number: int, _frame: FrameType | None) -> None:
        signals.put(signal.Signals(number))

    for either in (signal.SIGTERM, signal.SIGINT):
        signal.signal(either, arrived)
    garbage.look_seldom()
    server.start()
    log.info("the seal is ready")
    log.info("%s: finishing what was begun", signals.get().name)
    server.stop()
    log.info("the sealing process has finished")
