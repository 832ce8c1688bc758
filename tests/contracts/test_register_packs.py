"""Packs in the register: one of each number, sealed once, found by what people know of them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from docgen.adapters.db.register import SqlRegister
from docgen.domain.envelope import SealLevel
from docgen.domain.errors import Conflict, PackNotFound
from docgen.domain.pack_batch import BatchLine, LineState, PackBatch
from docgen.domain.pack_record import (
    BoundVolume,
    Building,
    BuildStep,
    FurtherSeal,
    FurtherVolume,
    Pack,
    PackFilter,
    PackPaper,
    SealedVolume,
    number_of,
)
from docgen.domain.pack_states import Outcome, PackState

_NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
_PACK = Pack(
    id=number_of("a7" * 32, 2026),
    owner="collection",
    client="office",
    input_sha256="a7" * 32,
    case_sha256="b1" * 32,
    checked_sha256="b2" * 32,
    state=PackState.BOUND,
    account_number="7700123",
    debtor="Әлібекова Гүлнұр Сәкенқызы",
    as_of=date(2026, 11, 27),
    total=Decimal("36498.20"),
    month_from=date(2026, 3, 1),
    month_to=date(2026, 8, 1),
    limitation_ends=date(2029, 4, 27),
    created_at=_NOW,
    changed_at=_NOW,
    bound=BoundVolume(sha256="c2" * 32, pages=38, manifest_sha256="d3" * 32),
)
_SEALED = replace(
    _PACK,
    state=PackState.SEALED,
    sealed=SealedVolume(
        sha256="e4" * 32, level=SealLevel.B_LT, signer="CN=Seal", serial="01", sealed_at=_NOW,
        package_sha256="f5" * 32,
    ),
)  # fmt: skip


def _added(register: SqlRegister, *packs: Pack) -> None:
    with register.begin() as unit:
        for pack in packs or (_PACK,):
            unit.packs.add(pack)
        unit.commit()


def _other(number: int, **changes: Any) -> Pack:
    later = _NOW + timedelta(minutes=number)
    return replace(_PACK, id=f"NP-2026-{number}", created_at=later, **changes)


def test_what_is_added_comes_back(register: SqlRegister) -> None:
    """As it was, with what became of it and how far its making has come."""
    told = Outcome(
        state=PackState.MADE, on=date(2026, 12, 1), at=_NOW, by="employee:E-7", number="4821"
    )
    whole = replace(
        _SEALED,
        region="ALA",
        state=PackState.MADE,
        outcomes=(told,),
        due_on=date(2026, 12, 2),
        building=Building(
            asked_at=_NOW, asked_by="e", step=BuildStep.SEALING, error="seal_unavailable"
        ),
    )
    _added(register, whole)

    with register.view() as unit:
        assert unit.packs.get(_PACK.id) == whole


def test_a_number_is_taken_once(register: SqlRegister) -> None:
    """Whoever comes second is told."""
    _added(register)

    with register.begin() as unit, pytest.raises(Conflict):
        unit.packs.add(_PACK)


def test_a_pack_is_sealed_once(register: SqlRegister) -> None:
    """The first seal stays; what becomes of the pack is stored beside it."""
    _added(register)
    with register.begin() as unit:
        unit.packs.save(_SEALED)
        unit.commit()
    assert _SEALED.sealed is not None
    again = replace(_SEALED, sealed=replace(_SEALED.sealed, sha256="00" * 32))

    with register.begin() as unit, pytest.raises(Conflict):
        unit.packs.save(again)
    with register.begin() as unit:
        unit.packs.save(replace(_SEALED, state=PackState.SUBMITTED))
        unit.commit()
    with register.view() as unit:
        assert unit.packs.get(_PACK.id) == replace(_SEALED, state=PackState.SUBMITTED)


def test_an_unknown_pack_is_not_found(register: SqlRegister) -> None:
    """Neither read nor sealed."""
    with register.begin() as unit:
        with pytest.raises(PackNotFound):
            unit.packs.get("NP-2026-0")
        with pytest.raises(PackNotFound):
            unit.packs.save(_SEALED)


def test_packs_are_found_by_part_of_what_is_known(register: SqlRegister) -> None:
    """Number, account or name in any letters; an owner's, a region's, a state's, what is due."""
    due = _other(2, due_on=date(2026, 12, 5), region="ALA", account_number="99_1", debtor="Ким")
    _added(register, _PACK, due, _other(3, owner="another"))

    def found(**wanted: Any) -> list[str]:
        asked = PackFilter(**{"owner": "collection", **wanted})
        with register.view() as unit:
            return [each.id for each in unit.packs.find(asked, after=None, limit=10)]

    assert found() == [due.id, _PACK.id]
    assert found(sought="ГҮЛНҰР") == [_PACK.id]
    assert found(sought="9_1") == [due.id]
    assert found(sought="_") == [due.id]
    assert found(region="ALA") == [due.id]
    assert found(due_by=date(2026, 12, 5)) == [due.id]
    assert found(due_by=date(2026, 12, 4)) == []
    assert found(states=frozenset({PackState.SEALED})) == []


def test_packs_that_a_batch_left_blocked_are_found(register: SqlRegister) -> None:
    """Of that batch, and of the owner who asks."""
    blocked, ready, elsewhere = _other(1), _other(2), _other(3)
    _added(register, blocked, ready, elsewhere)
    left = {
        "NB-1": ((LineState.BLOCKED, blocked.id), (LineState.READY, ready.id)),
        "NB-2": ((LineState.BLOCKED, elsewhere.id),),
    }
    with register.begin() as unit:
        for batch_id, told in left.items():
            lines = [
                BatchLine(batch_id=batch_id, place=n, case="", given={}, state=state, pack_id=pack)
                for n, (state, pack) in enumerate(told, start=1)
            ]
            batch = PackBatch(
                id=batch_id, owner="collection", client="office", lines=len(lines),
                created_at=_NOW,
            )  # fmt: skip
            unit.pack_batches.add(batch, lines)
        unit.commit()

    def found(owner: str) -> list[str]:
        wanted = PackFilter(owner=owner, blocked_in="NB-1")
        with register.view() as unit:
            return [each.id for each in unit.packs.find(wanted, after=None, limit=9)]

    assert found("collection") == [blocked.id]
    assert found("another") == []


def test_a_long_list_is_read_page_by_page(register: SqlRegister) -> None:
    """The newest first, none twice, none left out."""
    packs = [_other(number) for number in range(5)]
    _added(register, *packs)
    read: list[str] = []

    with register.view() as unit:
        while page := unit.packs.find(
            PackFilter(owner="collection"), after=read[-1] if read else None, limit=2
        ):
            read += [each.id for each in page]

    assert read == [each.id for each in reversed(packs)]


def test_what_is_asked_for_is_found_until_it_is_made(register: SqlRegister) -> None:
    """Whoever asked first comes first; a step is noted only while somebody has asked."""
    first = _other(1, building=Building(asked_at=_NOW, asked_by="a", error="busy"))
    second = _other(2, building=Building(asked_at=_NOW + timedelta(seconds=1), asked_by="b"))
    _added(register, second, first, _PACK)

    with register.begin() as unit:
        unit.packs.note_step(first.id, BuildStep.BINDING)
        unit.packs.note_step(_PACK.id, BuildStep.BINDING)
        unit.commit()
    with register.view() as unit:
        asked = unit.packs.asked()
        assert [each.id for each in asked] == [first.id, second.id]
        assert asked[0].building == Building(asked_at=_NOW, asked_by="a", step=BuildStep.BINDING)
        assert unit.packs.get(_PACK.id).building is None


def test_papers_are_of_those_who_brought_them(register: SqlRegister) -> None:
    """The same file twice is one paper; others do not see it."""
    paper = PackPaper(
        owner="collection", sha256="aa" * 32, size=7, pages=3, client="c", added_at=_NOW
    )
    with register.begin() as unit:
        unit.packs.add_paper(paper)
        unit.packs.add_paper(replace(paper, client="d"))
        unit.commit()

    with register.view() as unit:
        assert list(unit.packs.papers("collection", [paper.sha256])) == [paper]
        assert list(unit.packs.papers("another", [paper.sha256])) == []
        assert (unit.packs.pages_of(paper.sha256), unit.packs.pages_of("bb" * 32)) == (3, 0)


def test_packs_of_an_account_are_known(register: SqlRegister) -> None:
    """Of that owner alone."""
    _added(register, _PACK, _other(1), _other(2, account_number="1"), _other(3, owner="x"))

    with register.view() as unit:
        found = [each.id for each in unit.packs.of_account("collection", "7700123")]

    assert found == [_PACK.id, "NP-2026-1"]


def test_several_volumes_and_their_seals_come_back(register: SqlRegister) -> None:
    """In their order; what is sealed is told of each."""
    further = (FurtherVolume(sha256="a1" * 32, pages=9), FurtherVolume(sha256="a2" * 32, pages=3))
    seals = tuple(
        FurtherSeal(sha256=each * 32, level=SealLevel.B_LT, sealed_at=_NOW) for each in ("b8", "b9")
    )
    assert _SEALED.bound is not None
    assert _SEALED.sealed is not None
    pack = replace(
        _SEALED,
        bound=replace(_SEALED.bound, further=further),
        sealed=replace(_SEALED.sealed, further=seals),
    )

    _added(register, replace(pack, state=PackState.BOUND, sealed=None))
    with register.begin() as unit:
        unit.packs.save(pack)
        unit.commit()

    with register.view() as unit:
        assert unit.packs.get(pack.id) == pack
    assert pack.volume_pages == 38 + 9 + 3


def test_when_it_is_tried_again_comes_back(register: SqlRegister) -> None:
    """Each refusal leaves it alone for twice as long, a day at most."""
    building = Building(asked_at=_NOW, asked_by="office")
    pauses = []
    for _ in range(12):
        building = building.refused("pack_not_ready", at=_NOW)
        assert building.next_try_at is not None
        pauses.append(building.next_try_at - _NOW)
    _added(register, replace(_PACK, building=building))

    with register.view() as unit:
        assert unit.packs.get(_PACK.id).building == building
    assert pauses[:3] == [timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1)]
    assert set(pauses[7:]) == {timedelta(days=1)}
