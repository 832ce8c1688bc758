"""Find what stands still: how long already, and what hinders it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from docgen.domain.copy import CopyState
from docgen.domain.envelope import State
from docgen.domain.journal import Entry, Event
from docgen.domain.pack_batch import LineState, line_name
from docgen.domain.pack_states import PackState
from docgen.domain.webhook import DeliveryState, Try, WebhookState
from docgen.ports import Clock, Register, UnitOfWork

_REACHED_BY = {
    State.DRAFT: {Event.CREATED},
    State.CONFIRMED: {Event.CONFIRMED, Event.SIGNED_BY_HAND},
}
_HINDRANCES = {Event.RENDER_FAILED, Event.SEAL_WAITS, Event.SEAL_FAILED}
NOT_DONE = "not_done_yet"
"""Nothing that the journal knows: nobody has come to it, or a part of ours was away."""


@dataclass(frozen=True, kw_only=True)
class Stuck:
    """What waits for us, or for somebody whom we keep asking."""

    envelope_id: str
    """Or the number of a pack, `NB-2026-7K3M9QF2TZ/17` for batch and place of a line, the id of an
    envelope with the way of its copy, or of a webhook."""
    state: State | PackState | LineState | CopyState | WebhookState
    since: datetime
    age: timedelta
    reason: str
    """Code of the error that its journal tells last, else NOT_DONE."""
    last_tried_at: datetime | None
    """When that error was first met: a repetition is not written down again."""


@dataclass(frozen=True, kw_only=True)
class FindStuck:
    """Whatever there is to be done still, by us or by whom we keep asking.

    Drafts, confirmed envelopes, packs and lines of batches to be built, copies that are owed,
    and webhooks that nothing reaches. They are found by their state, whatever the queue says.
    """

    register: Register
    clock: Clock

    def __call__(self, *, older_than: timedelta) -> Sequence[Stuck]:
        """Those that have waited longer, the oldest first."""
        with self.register.view() as unit:
            found = [each for state in _REACHED_BY for each in self._waiting(unit, state)]
            found += [*self._packs(unit), *self._lines(unit)]
            found += [*self._copies(unit), *self._webhooks(unit)]
        longer = [each for each in found if each.age > older_than]
        return sorted(longer, key=lambda each: (each.since, each.envelope_id))

    def _waiting(self, unit: UnitOfWork, state: State) -> Iterator[Stuck]:
        now = self.clock.now()
        for envelope_id in unit.envelopes.in_state(state):
            entries = unit.journal.of(envelope_id)
            reached = [entry.at for entry in entries if entry.event in _REACHED_BY[state]]
            since = reached[-1] if reached else entries[0].at if entries else now
            hindrance = _hindrance(entries, since)
            yield Stuck(
                envelope_id=envelope_id,
                state=state,
                since=since,
                age=now - since,
                reason=NOT_DONE if hindrance is None else hindrance.details["error"],
                last_tried_at=None if hindrance is None else hindrance.at,
            )

    def _packs(self, unit: UnitOfWork) -> Iterator[Stuck]:
        now = self.clock.now()
        for pack in unit.packs.asked():
            if pack.building is None:
                continue
            waits = [e.at for e in unit.journal.of(pack.id) if e.event is Event.PACK_WAITS]
            yield Stuck(
                envelope_id=pack.id,
                state=pack.state,
                since=pack.building.asked_at,
                age=now - pack.building.asked_at,
                reason=pack.building.error or NOT_DONE,
                last_tried_at=waits[-1] if waits else None,
            )

    def _lines(self, unit: UnitOfWork) -> Iterator[Stuck]:
        """A failed one waits for somebody to resume its batch; others for a worker, or a run."""
        now = self.clock.now()
        for batch, line in unit.pack_batches.standing():
            since = line.finished_at or batch.created_at
            yield Stuck(
                envelope_id=line_name(batch.id, line.place),
                state=line.state,
                since=since,
                age=now - since,
                reason=str(line.outcome.get("code", NOT_DONE)),
                last_tried_at=line.finished_at,
            )

    def _copies(self, unit: UnitOfWork) -> Iterator[Stuck]:
        """Owed since the seal; tried again and again, without an end."""
        now = self.clock.now()
        for copy in unit.copies.owed():
            entries = unit.journal.of(copy.envelope_id)
            since = next((e.at for e in entries if e.event is Event.SEALED), now)
            waits = [e for e in entries if e.event is Event.COPY_WAITS]
            its = [e for e in waits if e.details.get("way") == copy.way]
            yield Stuck(
                envelope_id=copy.id,
                state=copy.state,
                since=since,
                age=now - since,
                reason=str(its[-1].details["error"]) if its else NOT_DONE,
                last_tried_at=its[-1].at if its else None,
            )

    def _webhooks(self, unit: UnitOfWork) -> Iterator[Stuck]:
        """Told on until their receiver answers, or until they are disabled."""
        now = self.clock.now()
        for webhook in unit.webhooks.failing():
            since = webhook.failing_since or now
            owed = unit.deliveries.of(webhook.id, state=DeliveryState.OWED, after=None, limit=1)
            tries = [attempt for delivery in owed for attempt in delivery.tries]
            yield Stuck(
                envelope_id=webhook.id,
                state=webhook.state,
                since=since,
                age=now - since,
                reason=_said(tries[-1]) if tries else NOT_DONE,
                last_tried_at=tries[-1].at if tries else None,
            )


def _said(attempt: Try) -> str:
    return attempt.error or f"status_{attempt.status}"


def _hindrance(entries: Sequence[Entry], since: datetime) -> Entry | None:
    met = [e for e in entries if e.event in _HINDRANCES and e.at >= since and "error" in e.details]
    return met[-1] if met else None
