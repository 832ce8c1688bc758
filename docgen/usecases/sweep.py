"""Sweep: find whatever is stuck, whatever its age, and move it on."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from docgen.domain.envelope import State
from docgen.domain.errors import DocgenError, SealUnavailable
from docgen.domain.pack_batch import LineState
from docgen.domain.webhook import WebhookPolicy
from docgen.domain.work import Task
from docgen.ports import Clock, Register, UnitOfWork, Work
from docgen.usecases.close_day import CloseDay
from docgen.usecases.expire import Expire
from docgen.usecases.settle_hops import SettleHops

log = logging.getLogger(__name__)
_LINES_AT_ONCE = 20
"""Of batches, the last that wait: others are at the first ones, and a sweep is to end soon."""
_LINE_WAITS = LineState.WAITING
_WAITING = {Task.RENDER: State.DRAFT, Task.SEAL: State.CONFIRMED}
"""The state in which an envelope waits; a detached signature waits in none of its own."""


@dataclass(frozen=True, kw_only=True)
class Swept:
    """How many envelopes were moved on, and how many still wait."""

    rendered: int
    sealed: int
    expired: int
    waiting: int
    signed: int = 0
    """By the national signature."""
    built: int = 0
    """Notary packs."""


@dataclass(frozen=True, kw_only=True)
class _Found:
    """What there is to be done at one moment."""

    overdue: Sequence[str]
    waiting: Mapping[Task, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """Ends what is overdue, then does all work owed; one failure does not stop the rest."""

    register: Register
    work: Work
    expire: Expire
    settle_hops: SettleHops
    clock: Clock
    signs_detached: bool = False
    """Whether a national signature is wanted beside each sealed file."""
    answers_kept: timedelta = timedelta(hours=72)
    """For so long a repeated request gets its first answer."""
    close_day: CloseDay | None = None
    """Once a day is over it is archived and anchored, after all that people wait for."""
    deliveries_kept: timedelta = WebhookPolicy().kept
    """For so long the log of what webhooks were told is kept."""

    def __call__(self, *, until: Callable[[], bool] = lambda: False) -> Swept:
        """What was done; whatever fails is logged and waits for the next time.

        Begins nothing more once `until` says True.
        """
        with self.register.begin() as unit:
            unit.asked.purge(self.clock.now() - self.answers_kept)
            unit.deliveries.purge(self.clock.now() - self.deliveries_kept)
            unit.tickets.purge_sessions(self.clock.now() - self.answers_kept)
            unit.commit()
        self._settle()
        found = self._look()
        expired = sum(self._expired(each) for each in found.overdue if not until())
        done, waiting, has_changed = dict.fromkeys(Task, 0), 0, expired > 0
        for task in Task:
            if has_changed:
                found = self._look()
            done[task], left = self._catch_up(task, found.waiting[task], until)
            waiting, has_changed = waiting + left, done[task] > 0
        if self.close_day is not None and not until():
            self.close_day(until=until)
        return Swept(
            rendered=done[Task.RENDER],
            sealed=done[Task.SEAL],
            signed=done[Task.SIGN_DETACHED],
            expired=expired,
            built=done[Task.BUILD_PACK] + done[Task.BUILD_LINE],
            waiting=waiting,
        )

    def _settle(self) -> None:
        with _guarded("settling of hops", "all"):
            self.settle_hops()

    def _look(self) -> _Found:
        """All at one look: mostly there is nothing, and sweeps follow each other for ever."""
        with self.register.view() as unit:
            return _Found(
                overdue=unit.envelopes.overdue(self.clock.now()),
                waiting={task: self._waiting(unit, task) for task in Task},
            )

    def _catch_up(
        self, task: Task, waiting: Sequence[str], until: Callable[[], bool]
    ) -> tuple[int, int]:
        """The state, not the outbox, tells what waits: no row can be lost that way."""
        done = 0
        for envelope_id in waiting:
            if until():
                break
            try:
                done += self._moved_on(task, envelope_id)
            except SealUnavailable as failure:
                # The authority is down for all of them: do not try each, others wait behind it.
                log.warning("%s: sealing waits: %s", task, failure.code)
                break
        return done, len(waiting) - done

    def _expired(self, envelope_id: str) -> bool:
        with _guarded("expiry", envelope_id):
            return self.expire(envelope_id)
        return False

    def _waiting(self, unit: UnitOfWork, task: Task) -> Sequence[str]:
        if task is Task.BUILD_PACK:
            now, asked = self.clock.now(), unit.packs.asked()
            return [p.id for p in asked if p.building and not p.building.waits(now)]
        if task is Task.BUILD_LINE:
            owed = unit.pack_batches.owed(limit=_LINES_AT_ONCE)
            return [f"{batch_id}/{place}" for batch_id, place in owed]
        if task is Task.SIGN_DETACHED:
            return unit.envelopes.without_detached() if self.signs_detached else ()
        return unit.envelopes.in_state(_WAITING[task])

    def _moved_on(self, task: Task, envelope_id: str) -> bool:
        with _guarded(task, envelope_id):
            self.work(task, envelope_id)
            with self.register.view() as unit:
                if task is Task.BUILD_PACK:
                    return unit.packs.get(envelope_id).building is None
                if task is Task.BUILD_LINE:
                    batch_id, _, place = envelope_id.rpartition("/")
                    return unit.pack_batches.line(batch_id, int(place)).state is not _LINE_WAITS
                envelope = unit.envelopes.get(envelope_id)
            if task is Task.SIGN_DETACHED:
                return all(document.detached for document in envelope.documents)
            return envelope.state is not _WAITING[task]
        return False


@contextmanager
def _guarded(what: str, envelope_id: str) -> Iterator[None]:
    """Whatever goes wrong with one envelope is logged, and the next one has its turn."""
    try:
        yield
    except SealUnavailable:
        raise
    except DocgenError as failure:
        log.warning("%s of envelope %s waits: %s", what, envelope_id, failure.code)
    except Exception:
        log.exception("%s of envelope %s failed", what, envelope_id)
