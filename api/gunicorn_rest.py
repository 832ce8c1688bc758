"""How long gunicorn's processes rest: until something happens, or one of them may be overdue.

Gunicorn wakes each of them every second, to tell and to ask whether all stir and whether the parent
is there. All of that can be known without looking so often.
"""

import ctypes
import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

_PR_SET_PDEATHSIG = 1
_LEAST = 1.0
"""Gunicorn's own measure: no later than so much after its time one that does not stir is ended."""
_BETWEEN = 10.0
"""Where nobody has to stir at all."""
_SIGNS = 3
"""So many signs of life are given within the time after which one that gives none is ended."""


def until_somebody_may_be_overdue(arbiter: Any) -> Callable[..., Sequence[int]]:
    """In place of the arbiter's waiting for signals; the end of a process is one, and wakes it."""

    def wait_for_signals(timeout: float = _LEAST) -> Sequence[int]:
        seconds = max(timeout, _least_left(arbiter))
        signals: Sequence[int] = type(arbiter).wait_for_signals(arbiter, timeout=seconds)
        return signals

    return wait_for_signals


def _least_left(arbiter: Any) -> float:
    """Seconds until the first of them is overdue; one that begins has given no sign yet."""
    left = [float(arbiter.timeout or _BETWEEN)]
    for worker in list(arbiter.WORKERS.values()):
        # The file of one that has ended just now may be closed.
        with suppress(OSError, ValueError):
            left.append(worker.tmp.last_update() + left[0] - time.monotonic())
    return min(left)


def until_next_sign(worker: Any) -> float:
    """Seconds for which a process that waits for callers may rest."""
    left = [(worker.cfg.timeout or _BETWEEN) / _SIGNS]
    for waiting in (worker.keepalived_conns, worker.pending_conns):
        # Those who let a connection lie are hung up on in their order.
        left += [first.timeout - time.monotonic() for first in list(waiting)[:1]]
    return max(min(left), 0.0)


def end_with_parent(parent: int) -> bool:
    """Be told to end as soon as the parent has ended; False where it has already (prctl(2))."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    return os.getppid() == parent
