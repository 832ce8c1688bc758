"""The signals that end a process which does something else meanwhile."""

import signal
from queue import SimpleQueue
from types import FrameType

Signals = SimpleQueue[signal.Signals]


def awaited() -> Signals:
    """Where the first signal arrives; the second has its default effect, which is death."""
    # SimpleQueue.put may interrupt itself; Event.set takes a lock that the main thread may hold.
    # Blocked signals and sigwait would be inherited by LibreOffice, which then ignores SIGTERM.
    arrived: Signals = SimpleQueue()

    def first(number: int, _frame: FrameType | None) -> None:
        for either in (signal.SIGTERM, signal.SIGINT):
            signal.signal(either, signal.SIG_DFL)
        arrived.put(signal.Signals(number))

    for either in (signal.SIGTERM, signal.SIGINT):
        signal.signal(either, first)
    return arrived
