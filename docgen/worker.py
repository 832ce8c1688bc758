"""The worker's life: it does what it is told and sweeps behind it, until a signal ends it."""

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from docgen import garbage
from docgen.domain.errors import DocgenError
from docgen.signals import awaited
from docgen.usecases.sweep import Swept

log = logging.getLogger(__name__)

_UNTIL_NEXT_POLL = 5.0
"""Seconds after which a worker looks again whether nobody polls."""
_AFTER_A_FAULT = 1.0
"""Seconds until it is tried again to tell anything."""


class Consumer(Protocol):
    """Does in threads of its own what the queue says."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """Take nothing new, and come back when all that was begun is finished."""


class Sweeper(Protocol):
    """Finds what is stuck by its state."""

    def __call__(self, *, until: Callable[[], bool]) -> Swept:
        """Move it on, one after another; begin none once `until` says True."""


class Poller(Protocol):
    """Asks others for what they do not tell by themselves."""

    def __call__(self, *, until: Callable[[], bool], pause: Callable[[float], object]) -> None:
        """Go on until `until` says True, or come back where another process does it."""


class Gatherer(Protocol):
    """Lets news come together before it is told."""

    def __call__(self, *, pause: Callable[[float], object]) -> bool:
        """Let some time pass; whether it is told here then."""


class Teller(Protocol):
    """Tells other programs what happened."""

    def __call__(self) -> bool:
        """One round; whether there is more to tell than it could at once."""


def run(
    consumer: Consumer,
    sweep: Sweeper,
    *,
    sweep_every: float,
    gather: Gatherer,
    tell: Teller,
    poll: Poller | None = None,
) -> None:
    """Work until SIGTERM or SIGINT, then finish what was begun; a second signal ends it at once.

    To be called in the main thread. It sweeps at once and then every so many seconds: the queue may
    have forgotten anything while nobody was here.
    """
    signals = awaited()
    stopping = threading.Event()
    sweeping = threading.Thread(
        target=_sweep_again, args=(sweep, sweep_every, stopping), name="sweep"
    )
    polling = threading.Thread(target=_poll_again, args=(poll, stopping), name="receipts")
    telling = threading.Thread(target=_tell_again, args=(gather, tell, stopping), name="telling")
    garbage.look_seldom()
    consumer.start()
    sweeping.start()
    polling.start()
    telling.start()
    log.info("the worker is at work")
    log.info("%s: finishing what was begun", signals.get().name)
    stopping.set()
    consumer.stop()
    sweeping.join()
    polling.join()
    telling.join()
    log.info("the worker has finished")


def _sweep_again(sweep: Sweeper, every: float, stopping: threading.Event) -> None:
    while not stopping.is_set():
        try:
            _log(sweep(until=stopping.is_set))
        except DocgenError as failure:
            log.warning("the sweep waits: %s", failure.code)
        except Exception:
            # Without it whatever the queue forgets would wait for ever.
            log.exception("the sweep failed")
        stopping.wait(every)


def _poll_again(poll: Poller | None, stopping: threading.Event) -> None:
    while poll is not None and not stopping.is_set():
        try:
            poll(until=stopping.is_set, pause=stopping.wait)
        except DocgenError as failure:
            log.warning("receipts wait: %s", failure.code)
        except Exception:
            # Without it no code would ever be known to have arrived.
            log.exception("asking for receipts failed")
        stopping.wait(_UNTIL_NEXT_POLL)


def _tell_again(gather: Gatherer, tell: Teller, stopping: threading.Event) -> None:
    """News is told soon, and without pause while there is much of it."""
    more = False
    while not stopping.is_set():
        is_told, more = more, False
        try:
            is_told = is_told or gather(pause=stopping.wait)
            more = is_told and not stopping.is_set() and tell()
        except DocgenError as failure:
            log.warning("telling waits: %s", failure.code)
            stopping.wait(_AFTER_A_FAULT)
        except Exception:
            log.exception("telling failed")
            stopping.wait(_AFTER_A_FAULT)


def _log(swept: Swept) -> None:
    if swept != Swept(rendered=0, sealed=0, expired=0, waiting=0):
        log.info(
            "swept: rendered %d, sealed %d, signed %d, built %d, expired %d, waiting %d",
            swept.rendered,
            swept.sealed,
            swept.signed,
            swept.built,
            swept.expired,
            swept.waiting,
        )
