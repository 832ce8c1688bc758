"""All zygotes: as many as are needed, replaced when they die, swapped when they grow old."""

import selectors
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count

from docgen.adapters.rendering.engine.frames import BEGUN, FrameError, Header
from docgen.adapters.rendering.engine.job import Job
from docgen.adapters.rendering.engine.log import Log
from docgen.adapters.rendering.engine.zygote_process import Nursery, ZygoteProcess

FAILURES = 3
"""So many failed starts in a row, and no further start is tried for a while."""
PAUSE_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How many zygotes there may be, and when one is old."""

    most: int
    recycle_after: int
    """Forks."""
    recycle_over: int
    """KiB of private memory."""

    def old(self, zygote: ZygoteProcess) -> bool:
        """Whether another should take its place."""
        # Not after its first jobs: one that is born too large would be replaced for ever.
        grown = zygote.private_kb > self.recycle_over and zygote.forks * 20 >= self.recycle_after
        return zygote.forks >= self.recycle_after or grown


class Zygotes:
    """Starts with one, and opens a further place when more jobs wait than zygotes are free.

    `finished` is called with a job and the zygote's answer. A zygote that dies under a job
    answers `died` for it, or `not_begun` if it had not read it yet, and one that hangs `timed_out`.
    """

    def __init__(
        self,
        nursery: Nursery,
        bounds: Bounds,
        *,
        selector: selectors.BaseSelector,
        log: Log,
        finished: Callable[[Job, Header], None],
    ) -> None:
        self._nursery = nursery
        self._bounds = bounds
        self._selector = selector
        self._log = log
        self._finished = finished
        self._numbers = count(1)
        self._all: list[ZygoteProcess] = []
        self._places = 1
        self._failures = 0
        self._paused_until = 0.0
        self.hello: Header = {}
        self.complaint = ""
        self.swaps = 0
        self.deaths = 0

    @property
    def places(self) -> int:
        """How many zygotes share the work."""
        return self._places

    @property
    def unavailable(self) -> bool:
        """Whether there is none, and starting one has just failed several times."""
        return time.monotonic() < self._paused_until and not any(z.hello for z in self._all)

    def free(self) -> bool:
        """Whether a job could be given now."""
        return any(zygote.free for zygote in self._all)

    def give(self, job: Job) -> None:
        """Give the job to a free zygote, if possible not to the one in which it died before."""
        free = [zygote for zygote in self._all if zygote.free]
        zygote = min(free, key=lambda each: each is job.last_in)
        job.last_in = zygote
        zygote.give(job)
        self._watch(zygote)

    def cancel(self, job: Job) -> None:
        """Kill the job's child."""
        for zygote in self._all:
            if zygote.job is job:
                zygote.cancel()
                self._watch(zygote)

    def next_deadline(self) -> float:
        """When `expire` or `keep_up` has something to do, though nothing is heard before."""
        times = [zygote.deadline for zygote in self._all if zygote.deadline is not None]
        if self._paused_until:
            times.append(self._paused_until)
        return min(times, default=float("inf"))

    def expire(self) -> None:
        """Kill what hangs."""
        now = time.monotonic()
        for zygote in list(self._all):
            if zygote.deadline is None or now < zygote.deadline:
                continue
            if zygote.hello is None:
                self._not_started(zygote, "it did not say hello in time")
                continue
            self.deaths += 1
            self._log.warning("zygote_hung", pid=zygote.pid, forks=zygote.forks)
            self._lost(zygote, {"status": "timed_out", "detail": "the zygote hung"})

    def keep_up(self, waiting: int) -> None:
        """Start what is missing, for so many jobs that wait."""
        if time.monotonic() < self._paused_until:
            return
        self._paused_until = 0.0
        if waiting > sum(z.free or z.hello is None for z in self._all):
            self._places = min(self._bounds.most, self._places + 1)
        while self._lacking() and self._start():
            pass

    def told(self) -> list[Header]:
        """Each as the status shows it."""
        return [
            {
                "pid": zygote.pid,
                "forks": zygote.forks,
                "private_kb": zygote.private_kb,
                "busy": zygote.job is not None,
                "ready": zygote.hello is not None,
            }
            for zygote in self._all
        ]

    def close(self) -> None:
        """Kill all; their jobs are answered by nobody."""
        for zygote in list(self._all):
            self._bury(zygote)

    def _lacking(self) -> bool:
        # The old ones work on until a successor is ready, and there is one successor at a time.
        lasting = sum(not self._bounds.old(zygote) for zygote in self._all)
        starting = any(zygote.hello is None for zygote in self._all)
        return lasting < self._places and (len(self._all) < self._places or not starting)

    def _start(self) -> bool:
        try:
            zygote = ZygoteProcess(self._nursery, next(self._numbers))
        except OSError as error:
            self._failed(f"{self._nursery.command[0]}: {error.strerror}")
            return not self._paused_until
        self._all.append(zygote)
        self._selector.register(zygote.socket, selectors.EVENT_READ, partial(self._stirred, zygote))
        self._selector.register(zygote.ended, selectors.EVENT_READ, lambda _: self._ended(zygote))
        return True

    def _watch(self, zygote: ZygoteProcess) -> None:
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if zygote.unsent else 0)
        self._selector.modify(zygote.socket, events, partial(self._stirred, zygote))

    def _stirred(self, zygote: ZygoteProcess, events: int) -> None:
        if zygote not in self._all:
            return
        if events & selectors.EVENT_WRITE:
            zygote.send()
            self._watch(zygote)
        if events & selectors.EVENT_READ:
            self._heard(zygote)

    def _heard(self, zygote: ZygoteProcess) -> bool:
        """Read once; whether there may be more."""
        try:
            header = zygote.receive()
        except BlockingIOError:
            return False
        except (EOFError, FrameError, OSError) as error:
            self._gone(zygote, type(error).__name__)
            return False
        if header is None:
            return True
        if header == BEGUN and zygote.job is not None:
            zygote.begun = True
            return True
        if ("engine" in header) != (zygote.hello is None):
            self._gone(zygote, "it spoke out of turn")
            return False
        if zygote.hello is None:
            self._ready(zygote, header)
        else:
            self._answered(zygote, header)
        return True

    def _answered(self, zygote: ZygoteProcess, header: Header) -> None:
        job = zygote.finished(header)
        self.deaths += header["status"] == "died"
        if zygote.retiring or header.get("ends"):
            self._bury(zygote)
        if job is not None:
            self._finished(job, header)

    def _ready(self, zygote: ZygoteProcess, hello: Header) -> None:
        self._failures = 0
        self.hello = hello
        zygote.greeted(hello)
        if sum(each.hello is not None and not each.retiring for each in self._all) <= self._places:
            return
        old = [each for each in self._all if self._bounds.old(each) and not each.retiring]
        for each in old[:1]:
            self.swaps += 1
            each.retiring = True
            if each.job is None:
                self._bury(each)

    def _ended(self, zygote: ZygoteProcess) -> None:
        # It may have answered before it died.
        while zygote in self._all and self._heard(zygote):
            pass
        if zygote in self._all:
            self._gone(zygote, "it ended")

    def _gone(self, zygote: ZygoteProcess, why: str) -> None:
        if zygote.hello is None:
            self._not_started(zygote, why)
            return
        self.deaths += 1
        self._log.warning("zygote_died", pid=zygote.pid, forks=zygote.forks, why=why)
        status = "died" if zygote.begun else "not_begun"
        self._lost(zygote, {"status": status, "detail": "the zygote died"})

    def _lost(self, zygote: ZygoteProcess, answer: Header) -> None:
        job, zygote.job = zygote.job, None
        self._bury(zygote)
        if job is not None:
            self._finished(job, answer)

    def _not_started(self, zygote: ZygoteProcess, why: str) -> None:
        complaint = zygote.complaint()
        self._bury(zygote)
        self._failed(complaint or why)

    def _failed(self, complaint: str) -> None:
        self._failures += 1
        self.complaint = complaint
        self._log.warning("zygote_not_started", detail=complaint)
        if self._failures >= FAILURES:
            self._failures = 0
            self._paused_until = time.monotonic() + PAUSE_SECONDS
            self._log.error("no_zygote_can_be_started", seconds=PAUSE_SECONDS)

    def _bury(self, zygote: ZygoteProcess) -> None:
        self._all.remove(zygote)
        with suppress(KeyError):
            self._selector.unregister(zygote.socket)
            self._selector.unregister(zygote.ended)
        zygote.kill()
        if zygote.job is not None:
            zygote.job.close()
