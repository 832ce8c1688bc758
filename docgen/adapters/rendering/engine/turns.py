"""Whose job is next: a bounded queue, fair between callers, interactive before batch."""

import math
from collections import Counter, deque
from collections.abc import Hashable
from typing import Generic, TypeVar

J = TypeVar("J", bound=Hashable)

MOST = 100
BATCH_EVERY = 8
"""Where both classes wait, one turn of so many goes to batch."""
FIRST_GUESS = 0.5
"""Seconds per job, until one has been measured."""
INERTIA = 0.9


class QueueIsFull(Exception):
    """As many jobs wait as may."""


class Turns(Generic[J]):
    """Jobs that wait; each is in the queue once at most."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._again: deque[J] = deque()
        self._interactive = _RoundRobin[J]()
        self._batch = _RoundRobin[J]()
        self._since_batch = 0
        self._average = FIRST_GUESS

    def __len__(self) -> int:
        return len(self._again) + len(self._interactive) + len(self._batch)

    def add(self, job: J, *, caller: str, batch: bool) -> None:
        """Let the job wait behind those of its caller; raises QueueIsFull.

        Once half of the places are taken, a caller has its share and no more, and one share is
        kept free for whoever comes next.
        """
        if len(self) >= self._most:
            raise QueueIsFull
        if 2 * len(self) >= self._most:
            waiting = self._interactive.waiting() + self._batch.waiting()
            callers = len(waiting.keys() | {caller})
            if waiting[caller] >= max(1, self._most // (callers + 1)):
                raise QueueIsFull
        (self._batch if batch else self._interactive).add(job, caller)

    def put_back(self, job: J) -> None:
        """Let a job that had its turn in vain be the next, even if the queue is full."""
        self._again.append(job)

    def take(self) -> J:
        """Remove and return the job whose turn it is; raises IndexError if none waits."""
        if self._again:
            return self._again.popleft()
        if self._batch and (not self._interactive or self._since_batch >= BATCH_EVERY - 1):
            self._since_batch = 0
            return self._batch.take()
        # Counted only while batch waits: turns that took nothing from it give it no claim.
        self._since_batch = self._since_batch + 1 if self._batch else 0
        return self._interactive.take()

    def cancel(self, job: J) -> bool:
        """Take the job out of the queue; whether it was there."""
        if job in self._again:
            self._again.remove(job)
            return True
        return self._interactive.remove(job) or self._batch.remove(job)

    def served(self, seconds: float) -> None:
        """Learn how long a job took."""
        self._average = INERTIA * self._average + (1 - INERTIA) * seconds

    def retry_after(self, zygotes: int) -> int:
        """Whole seconds after which the queue as it is now will be done, one at least."""
        return max(1, math.ceil(self._average * len(self) / max(1, zygotes)))


class _RoundRobin(Generic[J]):
    """One queue per caller, of which each gives one job in turn."""

    def __init__(self) -> None:
        self._callers: dict[str, deque[J]] = {}
        self._caller_of: dict[J, str] = {}

    def __len__(self) -> int:
        return len(self._caller_of)

    def waiting(self) -> Counter[str]:
        """How many jobs of each caller wait."""
        return Counter({caller: len(jobs) for caller, jobs in self._callers.items()})

    def add(self, job: J, caller: str) -> None:
        self._callers.setdefault(caller, deque()).append(job)
        self._caller_of[job] = caller

    def take(self) -> J:
        if not self._callers:
            raise IndexError("nothing waits")
        caller = next(iter(self._callers))
        jobs = self._callers.pop(caller)
        job = jobs.popleft()
        if jobs:
            self._callers[caller] = jobs
        del self._caller_of[job]
        return job

    def remove(self, job: J) -> bool:
        caller = self._caller_of.pop(job, None)
        if caller is None:
            return False
        self._callers[caller].remove(job)
        if not self._callers[caller]:
            del self._callers[caller]
        return True
