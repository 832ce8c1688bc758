"""Tell what became of a pack: each thing with the day it happened, by who knows of it."""

import hashlib
from dataclasses import dataclass

from docgen.domain.caller import Caller
from docgen.domain.journal import Event
from docgen.domain.pack_deadlines import require_true, years_of
from docgen.domain.pack_record import Pack
from docgen.domain.pack_states import Outcome, PackState
from docgen.ports import Clock, Register
from docgen.ports_of_packs import WorkingDays
from docgen.texts.dates import local_day
from docgen.usecases.note_pack import keep_pack, visible_pack


@dataclass(frozen=True, kw_only=True)
class TellOutcome:
    """Each is an entry of the pack's journal; reasons, which may name people, by their hash."""

    register: Register
    clock: Clock
    days: WorkingDays

    def __call__(self, pack_id: str, told: Outcome, *, caller: Caller | None) -> Pack:
        """The pack, as an employee at the command line tells it where there is no caller.

        Raises PackNotFound, PackMoveNotAllowed, or ValuesRejected for what cannot have been. The
        same thing told twice is told once.
        """
        with self.register.begin() as unit:
            known = unit.packs.get(pack_id) if caller is None else visible_pack(
                unit, pack_id, caller
            )  # fmt: skip
            if known.outcomes and _same(known.outcomes[-1], told):
                return known
            calendar = self.days.calendar(*years_of(known))
            require_true(known, told, today=local_day(self.clock.now()), calendar=calendar)
            pack = keep_pack(
                unit, known.became(told), Event.PACK_MOVED, at=told.at, actor=told.by,
                details=_details(known, told), days=self.days,
            )  # fmt: skip
            unit.commit()
        return pack


def _same(one: Outcome, other: Outcome) -> bool:
    facts = ("state", "on", "number", "reason", "recipient", "how")
    return all(getattr(one, name) == getattr(other, name) for name in facts)


def _details(pack: Pack, told: Outcome) -> dict[str, str]:
    named = {"on": told.on.isoformat()}
    for name in ("number", "recipient", "how"):
        value = getattr(told, name)
        if value is not None:
            named[name] = value
    if told.reason is not None:
        named["reason_sha256"] = hashlib.sha256(told.reason.encode()).hexdigest()
    if told.state is PackState.SUBMITTED and pack.sealed is not None:
        named["package"] = pack.sealed.package_sha256
    return named
