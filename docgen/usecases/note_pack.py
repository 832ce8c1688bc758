"""Store a pack and write what happened to it, in one: the entry vouches for the whole row."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from docgen.domain.caller import Caller
from docgen.domain.errors import PackNotFound
from docgen.domain.fingerprint import PACK, of_pack
from docgen.domain.journal import Event, Fact
from docgen.domain.pack_deadlines import deadlines, years_of
from docgen.domain.pack_record import Pack
from docgen.ports import UnitOfWork
from docgen.ports_of_packs import WorkingDays


def keep_pack(
    unit: UnitOfWork,
    pack: Pack,
    event: Event,
    *,
    at: datetime,
    actor: str,
    details: Mapping[str, str],
    days: WorkingDays,
    new: bool = False,
) -> Pack:
    """The pack as it is stored; the unit is yet to be committed."""
    terms = deadlines(pack, days.calendar(*years_of(pack)))
    kept = replace(pack, due_on=terms[0].on if terms else None)
    if new:
        unit.packs.add(kept)
    else:
        unit.packs.save(kept)
    told = {**details, "state": kept.state.value, PACK: of_pack(kept)}
    unit.journal.append(pack.id, Fact(event=event, at=at, actor=actor, details=told))
    return kept


def visible_pack(unit: UnitOfWork, pack_id: str, caller: Caller) -> Pack:
    """The pack, if the caller may see it; raises PackNotFound."""
    pack = unit.packs.get(pack_id)
    if not caller.may_see(pack.owner, pack.region):
        raise PackNotFound(pack_id)
    return pack
