"""Build what somebody at the desk has asked for: a worker's part."""

from dataclasses import dataclass, replace

from docgen.domain.errors import DocgenError, PackNotReady, PackOutdated, ValuesRejected
from docgen.domain.journal import Event, Fact, says
from docgen.domain.pack_record import Pack
from docgen.domain.pack_states import AT_THE_DESK
from docgen.domain.work import Task
from docgen.ports import Register
from docgen.usecases.build_pack import BuildPack
from docgen.usecases.open_pack import Keyed, Whose
from docgen.usecases.work_pack import PapersOf


@dataclass(frozen=True, kw_only=True)
class BuildAsked:
    """Done once, however often it is told; what hinders it is written down, and it stays owed.

    Before its time comes again, only somebody who asks has it tried.
    """

    register: Register
    build: BuildPack
    papers_of: PapersOf

    def __call__(self, pack_id: str) -> None:
        """Build it if that is owed; raises what hinders it for now."""
        with self.register.view() as unit:
            pack = unit.packs.get(pack_id)
        if pack.building is None or pack.building.waits(self.build.clock.now()):
            return
        given = self.build.open.case_of(pack)
        whose = Whose.of(pack, actor=pack.building.asked_by)
        try:
            named = Keyed(key=pack.input_sha256, number=pack.id)
            self.build.make(named, given, self.papers_of(pack.owner, given), whose)
        except (PackNotReady, PackOutdated, ValuesRejected) as refused:
            if pack.state in AT_THE_DESK:
                # It is a draft again, with what was found: whoever asked reads why.
                self._forget(pack)
                return
            self._note(pack_id, refused, by_rules=True)
            raise
        except DocgenError as failure:
            self._note(pack_id, failure)
            raise

    def _forget(self, pack: Pack) -> None:
        with self.register.begin() as unit:
            unit.outbox.settle(Task.BUILD_PACK, pack.id, now=self.build.clock.now())
            unit.commit()

    def _note(self, pack_id: str, failure: DocgenError, *, by_rules: bool = False) -> None:
        """Say once what it waits for, however often it is tried.

        What the rules hinder is not mended by trying: it is left alone for longer and longer.
        """
        now = self.build.clock.now()
        with self.register.begin() as unit:
            known = unit.packs.get(pack_id)
            if known.building is None:
                return
            building = known.building.refused(failure.code, at=now) if by_rules else None
            building = building or replace(known.building, error=failure.code)
            unit.packs.save(replace(known, building=building))
            fact = Fact(
                event=Event.PACK_WAITS, at=now, actor="system", details={"error": failure.code}
            )
            if not says(unit.journal.of(pack_id)[-1], fact):
                unit.journal.append(pack_id, fact)
            unit.commit()
