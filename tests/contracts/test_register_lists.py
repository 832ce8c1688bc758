"""Lists of envelopes, in either database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import event

from docgen.adapters.db.register import SqlRegister
from docgen.domain.envelope import Envelope, EnvelopeFilter, State
from docgen.domain.subscriber import Phone
from tests.builders import NOW, document, envelope, subscriber

_OURS = EnvelopeFilter(owner="operator")
_PHONE = Phone("+77015550199")
_MICROSECOND = timedelta(microseconds=1)


def _add(register: SqlRegister, *envelopes: Envelope) -> None:
    with register.begin() as unit:
        for each in envelopes:
            unit.envelopes.add(each)
        unit.commit()


def _find(
    register: SqlRegister, wanted: EnvelopeFilter, *, after: str | None = None, limit: int = 100
) -> list[Envelope]:
    with register.view() as unit:
        return list(unit.envelopes.find(wanted, after=after, limit=limit)())


def _ids(envelopes: list[Envelope]) -> list[str]:
    return [each.id for each in envelopes]


def _referring(**changes: Any) -> Envelope:
    built = envelope()
    return replace(built, reference=replace(built.reference, **changes))


@contextmanager
def _statements(register: SqlRegister) -> Iterator[list[str]]:
    """The queries that SQLite runs meanwhile, with their values in them."""
    seen: list[str] = []

    def note(statement: str) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    def listen(connection: Any, *_given: Any) -> None:
        connection.set_trace_callback(note)

    event.listen(register._engine, "checkout", listen)
    yield seen
    event.remove(register._engine, "checkout", listen)


def test_found_envelopes_come_back_whole(register: SqlRegister) -> None:
    """Each is what a get by its id gives, with its documents in their order."""
    late, early = document(id="zzz"), document(id="aaa")
    built = [envelope(State.SEALED, documents=(late, early)), envelope(State.READY)]
    _add(register, *built)
    found = _find(register, _OURS)
    assert found == [replace(each, version=1) for each in reversed(built)]
    with register.view() as unit:
        assert found == [unit.envelopes.get(each.id) for each in found]


def test_the_newest_ids_come_first(register: SqlRegister) -> None:
    """Ids decide, not the order of storing and not `created_at`."""
    ids = ["01C", "01A", "01B9", "01BA", "00Z"]
    _add(register, *[envelope(id=each, created_at=NOW + n * _MICROSECOND)
                     for n, each in enumerate(ids)])  # fmt: skip
    assert _ids(_find(register, _OURS)) == ["01C", "01BA", "01B9", "01A", "00Z"]


def test_pages_follow_one_another(register: SqlRegister) -> None:
    """Each page begins after the last envelope of the one before, until nothing is left."""
    built = [envelope() for _ in range(7)]
    _add(register, *built)
    pages: list[list[str]] = [_ids(_find(register, _OURS, limit=3))]
    while pages[-1]:
        pages.append(_ids(_find(register, _OURS, after=pages[-1][-1], limit=3)))
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert [each for page in pages for each in page] == _ids(built)[::-1]


def test_what_is_made_meanwhile_does_not_shift_the_pages(register: SqlRegister) -> None:
    """The next page is the same though a newer envelope was stored after the first."""
    built = [envelope() for _ in range(4)]
    _add(register, *built)
    first = _find(register, _OURS, limit=2)
    _add(register, envelope())
    second = _find(register, _OURS, after=first[-1].id, limit=2)
    assert _ids(first + second) == _ids(built)[::-1]


def test_after_may_be_any_id(register: SqlRegister) -> None:
    """An id that nobody has, or that does not fit the filter, is a place all the same."""
    old, other, new = envelope(), envelope(owner="other"), envelope()
    _add(register, old, other, new)
    assert _ids(_find(register, _OURS, after=other.id)) == [old.id]
    assert _ids(_find(register, _OURS, after=f"{old.id}0")) == [old.id]
    assert _find(register, _OURS, after="") == []


def test_another_owners_envelopes_are_not_found(register: SqlRegister) -> None:
    """Not even when everything else fits."""
    ours, theirs = envelope(), envelope(owner="other")
    _add(register, ours, theirs)
    assert _ids(_find(register, _OURS)) == [ours.id]
    assert _ids(_find(register, EnvelopeFilter(owner="other"))) == [theirs.id]
    assert _find(register, EnvelopeFilter(owner="OPERATOR")) == []


def test_a_region_leaves_out_others_and_those_without(register: SqlRegister) -> None:
    """With a region only its envelopes fit; without one all do."""
    here, there, nowhere = (_referring(region=each) for each in ("Алматы", "Астана", None))
    _add(register, here, there, nowhere)
    assert _ids(_find(register, replace(_OURS, region="Алматы"))) == [here.id]
    assert len(_find(register, _OURS)) == 3


@pytest.mark.parametrize("state", list(State))
def test_a_state_leaves_out_the_others(register: SqlRegister, state: State) -> None:
    """Only envelopes in that state fit."""
    built = {each: envelope(each) for each in State}
    _add(register, *built.values())
    assert _ids(_find(register, replace(_OURS, state=state))) == [built[state].id]


def test_a_phone_finds_its_envelopes(register: SqlRegister) -> None:
    """The whole number, not a part of it."""
    theirs = [envelope(subscriber=subscriber(phone=_PHONE)) for _ in range(2)]
    _add(register, *theirs, envelope())
    assert _ids(_find(register, replace(_OURS, phone=_PHONE))) == _ids(theirs)[::-1]


def test_an_account_and_an_order_find_their_envelopes(register: SqlRegister) -> None:
    """Either by its exact number; the one is not taken for the other."""
    account, order = _referring(account_number="X-77"), _referring(order_number="X-77")
    _add(register, account, order)
    assert _ids(_find(register, replace(_OURS, account_number="X-77"))) == [account.id]
    assert _ids(_find(register, replace(_OURS, order_number="X-77"))) == [order.id]
    assert _find(register, replace(_OURS, order_number="X-7")) == []


def test_dates_bound_from_the_first_moment_to_before_the_last(register: SqlRegister) -> None:
    """`created_from` is part of the time, `created_before` is not."""
    moments = [NOW - _MICROSECOND, NOW, NOW + _MICROSECOND]
    built = [envelope(created_at=each) for each in moments]
    _add(register, *built)
    assert _ids(_find(register, replace(_OURS, created_from=NOW))) == _ids(built[:0:-1])
    assert _ids(_find(register, replace(_OURS, created_before=NOW))) == [built[0].id]
    only = replace(_OURS, created_from=NOW, created_before=NOW + _MICROSECOND)
    assert _ids(_find(register, only)) == [built[1].id]


def test_dates_of_another_zone_are_the_same_moments(register: SqlRegister) -> None:
    """Midnight in Almaty is asked for as such."""
    midnight = datetime(2026, 3, 2, tzinfo=timezone(timedelta(hours=5)))
    before, after = envelope(created_at=midnight - _MICROSECOND), envelope(created_at=midnight)
    _add(register, before, after)
    assert _ids(_find(register, replace(_OURS, created_from=midnight))) == [after.id]
    assert _ids(_find(register, replace(_OURS, created_before=midnight))) == [before.id]


def test_all_that_is_asked_must_fit(register: SqlRegister) -> None:
    """Of envelopes that each miss one condition none is found."""
    wanted = EnvelopeFilter(
        owner="operator",
        region="Алматы",
        state=State.READY,
        phone=Phone("+77015550142"),
        account_number="ACC-1",
        order_number="ORD-1",
        created_from=NOW,
        created_before=NOW + _MICROSECOND,
    )
    fits = envelope(State.READY)
    reference = fits.reference
    misses = [
        envelope(State.READY, owner="other"),
        envelope(State.READY, reference=replace(reference, region="Астана")),
        envelope(State.CODE_SENT),
        envelope(State.READY, subscriber=subscriber(phone=_PHONE)),
        envelope(State.READY, reference=replace(reference, account_number="ACC-2")),
        envelope(State.READY, reference=replace(reference, order_number="ORD-2")),
        envelope(State.READY, created_at=NOW - _MICROSECOND),
        envelope(State.READY, created_at=NOW + _MICROSECOND),
    ]
    _add(register, fits, *misses)
    assert _ids(_find(register, wanted)) == [fits.id]


def test_a_page_is_read_in_two_queries(sqlite_url: str) -> None:
    """One for the envelopes and one for all their documents, however many there are."""
    register = SqlRegister(sqlite_url)
    _add(register, *[envelope(documents=(document(), document())) for _ in range(5)])
    with _statements(register) as seen:
        found = _find(register, _OURS)
    assert [len(each.documents) for each in found] == [2] * 5
    assert len(seen) == 2
    register.close()


@pytest.mark.parametrize(
    "narrowed",
    [
        {},
        {"state": State.CODE_SENT},
        {"phone": _PHONE},
        {"account_number": "ACC-1"},
        {"order_number": "ORD-1"},
    ],
    ids=["nothing", "state", "phone", "account", "order"],
)
@pytest.mark.parametrize("after", [None, "id5"], ids=["first page", "later page"])
def test_sqlite_reads_a_page_straight_from_an_index(
    sqlite_url: str, narrowed: dict[str, Any], after: str | None
) -> None:
    """Whatever narrows the list, its index has the order too: nothing is read in vain or sorted."""
    register = SqlRegister(sqlite_url)
    with _statements(register) as seen:
        _find(register, replace(_OURS, **narrowed), after=after)
    with register._engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {seen[0]}").all()
    register.close()
    told = [row[3].replace(" AND id<?", "") for row in plan]
    column = next(iter(narrowed), None)
    index, extra = (f"{column}_id", f" AND {column}=?") if column else ("id", "")
    assert told == [f"SEARCH envelopes USING INDEX ix_envelopes_owner_{index} (owner=?{extra})"]
