"""`docgen journal verify` holds packs as it holds envelopes: rows, chains, anchors, files."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from docgen.domain.finding import Mismatch
from tests.api.packing import PACKS, TODAY, opened, sealed
from tests.api.portal import Portal
from tests.usecases.by_hand import ByHand
from tests.usecases.evidence import Closed

_OF_WORK = {"due_on", "asked_at", "asked_by", "step", "error"}
"""How far work has come, and what follows from the rest: nothing rests on these."""


@pytest.fixture
def number(anywhere: Portal) -> str:
    """Of a pack that was handed over."""
    pack = opened(anywhere)
    sealed(anywhere, pack["id"])
    anywhere.world.clock.moment = TODAY + timedelta(days=1)
    facts = {"recipient": "Әбдірахманова С. Е., № 0004821", "how": "курьер"}
    body = {"outcome": "submitted", "on": "2026-11-21", **facts}
    assert anywhere.program.post(f"{PACKS}/{pack['id']}/outcomes", body).status_code == 200
    return str(pack["id"])


@pytest.fixture
def closed(anywhere: Portal, number: str) -> Closed:
    """Its world, a day later."""
    assert number
    days = Closed(anywhere.world)
    days.tomorrow()
    return days


@pytest.fixture
def by_hand(closed: Closed) -> Iterator[ByHand]:
    """Somebody at the same database, who has taken its guards off."""
    opened_by = ByHand(closed.world.database_url)
    yield opened_by
    opened_by.engine.dispose()


def _another(value: Any) -> Any:
    match value:
        case None:
            return None
        case int():
            return value + 1
        case str():
            return value + "x"
        case list():
            return [*value[:-1], {**value[-1], "on": "2026-11-20"}] if value else [{"a": 1}]
    return value + timedelta(days=1)


def test_packs_are_looked_at_and_anchored(closed: Closed, number: str) -> None:
    """Nothing is found where nobody touched anything; all six files are read."""
    assert closed.check() == []
    assert closed.checked.files == 6
    with closed.world.register.view() as unit:
        last = unit.anchors.last()
        assert last is not None
        leaves = unit.audit.leaves(last.day.isoformat(), after=-1, limit=100)
    assert number in {each.leaf.subject for each in leaves if each.leaf is not None}


def test_a_change_of_any_column_is_named(closed: Closed, by_hand: ByHand, number: str) -> None:
    """One at a time."""
    (row,) = by_hand.rows("packs")
    looked = set()
    for name, value in row.values.items():
        if name in _OF_WORK | {"id"} or value is None:
            continue
        with by_hand.changed(row, **{name: _another(value)}):
            named = {(each.table, each.row) for each in closed.check(files=False)}
        assert ("packs", number) in named, name
        looked.add(name)
    assert {"state", "total", "outcomes", "sealed_sha256", "debtor", "sought"} <= looked
    assert all(each.table != "packs" for each in closed.check())


def test_a_pack_that_is_gone_is_named(closed: Closed, by_hand: ByHand, number: str) -> None:
    """Its chain tells of it."""
    with by_hand.gone(*by_hand.rows("packs")):
        found = closed.check()

    named = {(each.fault, each.row) for each in found if each.table == "packs"}
    assert named == {(Mismatch.MISSING, number)}


def test_a_pack_that_nobody_opened_is_named(closed: Closed, by_hand: ByHand) -> None:
    """No chain tells of it."""
    (row,) = by_hand.rows("packs")
    with by_hand.engine.begin() as connection:
        connection.execute(row.table.insert().values(**row.values | {"id": "NP-2026-FORGED2345"}))

    assert ("packs", "NP-2026-FORGED2345") in {
        (each.table, each.row) for each in closed.check(files=False)
    }


def test_a_file_that_is_gone_is_named(closed: Closed, number: str) -> None:
    """The archive that the notary was given, as well as the case."""
    with closed.world.register.view() as unit:
        pack = unit.packs.get(number)
    assert pack.sealed is not None
    assert pack.as_of == date(2026, 11, 20)
    for sha256 in (pack.sealed.package_sha256, pack.case_sha256):
        kept = closed.world.blobs.contents.pop(sha256)
        (found,) = closed.check()
        assert (found.fault, found.row, found.detail) == (Mismatch.FILE_MISSING, number, sha256)
        closed.world.blobs.contents[sha256] = kept
