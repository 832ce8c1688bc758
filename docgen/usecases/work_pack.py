"""Work on a pack at the desk: answer for a warning, and ask for it to be built."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from docgen.domain.caller import Caller
from docgen.domain.errors import FieldError, PackMoveNotAllowed, PackNotReady, ValuesRejected
from docgen.domain.journal import Event
from docgen.domain.pack_record import Building, Pack
from docgen.domain.pack_states import AT_THE_DESK, PackState
from docgen.domain.work import Task
from docgen.ports import Chance, Clock, Jobs, Register
from docgen.ports_of_packs import PaperFiles
from docgen.usecases.check_pack import CheckedPack
from docgen.usecases.note_pack import keep_pack, visible_pack
from docgen.usecases.open_pack import Keyed, OpenPack, Whose, with_answers
from docgen.usecases.owe_work import owe_work

PapersOf = Callable[[str, Mapping[str, Any]], PaperFiles]
"""The files of an owner's case."""


@dataclass(frozen=True, kw_only=True)
class AnswerWarning:
    """A named person answers for going on, with a reason; nobody can for what blocks."""

    register: Register
    open: OpenPack
    papers_of: PapersOf

    def __call__(self, pack_id: str, *, rule: str, by: str, reason: str, caller: Caller) -> Pack:
        """The pack, checked anew; raises PackNotFound, PackMoveNotAllowed or ValuesRejected."""
        with self.register.view() as unit:
            pack = visible_pack(unit, pack_id, caller)
        if pack.state not in AT_THE_DESK or pack.building is not None:
            raise PackMoveNotAllowed(PackState.CHECKED, pack.state)
        answer = {"rule": rule, "by": by, "reason": reason}
        kept = self.open.case_of(pack)
        given = with_answers({**kept, "overrides": [answer]}, kept)
        files = self.papers_of(pack.owner, given)
        checked = self.open.checked(given, files, pack.owner, but=pack.id)
        if not _answers(checked, rule):
            raise ValuesRejected((FieldError("/rule", "not_a_warning"),))
        whose = Whose.of(pack, actor=caller.actor)
        return self.open.keep(
            checked, given, whose, named=Keyed(key=pack.input_sha256, number=pack.id),
            stored=pack, event=Event.PACK_ANSWERED,
        )  # fmt: skip


def _answers(checked: CheckedPack, rule: str) -> bool:
    found = checked.examination
    refused = any(each.rule == rule and each.what == "no_override" for each in found.blocks)
    return not refused and any(each.finding.rule == rule for each in found.answered)


@dataclass(frozen=True, kw_only=True)
class AskForPack:
    """The building is owed from its transaction on, whoever dies; a worker does it."""

    register: Register
    clock: Clock
    chance: Chance
    jobs: Jobs
    open: OpenPack

    def __call__(self, pack_id: str, *, caller: Caller) -> Pack:
        """The pack; raises PackNotFound, or PackNotReady while rules stand in its way.

        What is sealed already, or is being built, is left as it is; what waits for its next try is
        tried now.
        """
        now = self.clock.now()
        with self.register.begin() as unit:
            known = visible_pack(unit, pack_id, caller)
            if known.sealed is not None:
                return known
            if known.state is PackState.DRAFT:
                raise PackNotReady(known.blocks, known.warnings)
            pack = known
            if known.building is not None and known.building.next_try_at is not None:
                pack = replace(known, building=replace(known.building, next_try_at=None))
                unit.packs.save(pack)
                unit.commit()
            elif known.building is None:
                asked = Building(asked_at=now, asked_by=caller.actor)
                pack = keep_pack(
                    unit, replace(known, building=asked), Event.PACK_ASKED, at=now,
                    actor=caller.actor, details={}, days=self.open.check.days,
                )  # fmt: skip
                owe_work(unit, pack_id, task=Task.BUILD_PACK, now=now, chance=self.chance)
                unit.commit()
        self.jobs.tell(Task.BUILD_PACK, pack_id)
        return pack
