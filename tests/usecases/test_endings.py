"""The other ends of an envelope's life."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from docgen.domain.envelope import State
from docgen.domain.errors import MoveNotAllowed, SealUnavailable, StaleEnvelope
from docgen.domain.finding import Finding, Mismatch
from docgen.usecases.decline import Decline
from docgen.usecases.void import Void
from tests.fakes import FakeJobs
from tests.usecases.counted import CountedRegister
from tests.usecases.evidence import Closed
from tests.usecases.world import LIFE, World, attempt


def test_a_subscriber_may_decline_with_a_reason(here: World) -> None:
    """The reason is kept with the envelope and stays off the journal."""
    envelope = here.code_sent()

    declined = Decline(register=here.register, clock=here.clock)(
        envelope.id, reason="Бағасы келіспейді", actor="subscriber"
    )

    assert (declined.state, declined.reason) == (State.DECLINED, "Бағасы келіспейді")
    assert here.events(envelope.id)[-1] == "declined"
    assert "Бағасы" not in repr(here.journal(envelope.id))


def test_the_operator_may_void_what_is_not_sealed(here: World) -> None:
    """After the seal it is too late."""
    void = Void(register=here.register, clock=here.clock)
    envelope, sealed = here.created(), here.code_sent()
    here.confirm(sealed.id, attempt(here.chance.given[-1]))

    assert void(envelope.id, reason="Қате тапсырыс", actor="client:field").state is State.VOID
    with pytest.raises(MoveNotAllowed):
        void(sealed.id, reason="кеш", actor="client:field")


def test_the_sweep_expires_what_is_overdue(here: World) -> None:
    """At the very end of its time, not before."""
    envelope = here.created()
    here.clock.advance(LIFE - timedelta(seconds=1))
    assert here.sweep().expired == 0

    here.clock.advance(timedelta(seconds=1))
    assert here.sweep().expired == 1
    assert here.envelope(envelope.id).state is State.EXPIRED
    assert here.sweep().expired == 0


def test_a_sweep_that_finds_nothing_looks_once(here: World, counted: CountedRegister) -> None:
    """It comes again every few seconds for ever: beside purging and hops, one unit tells all."""
    here.code_sent()
    counted.writes = counted.views = 0

    here.sweep()

    assert (counted.writes, counted.views) == (1, 2)


def test_what_one_step_of_a_sweep_makes_due_the_next_does(here: World) -> None:
    """What was looked at before is not believed after anything was done."""
    inline, here.jobs = here.jobs, FakeJobs()
    overdue = here.created()
    here.clock.advance(LIFE)
    here.jobs = inline

    swept = here.sweep()

    assert (swept.expired, swept.rendered, swept.waiting) == (1, 0, 0)
    assert here.envelope(overdue.id).state is State.EXPIRED


def test_what_is_confirmed_never_expires(here: World) -> None:
    """The subscriber signed in time; the seal may be late."""
    envelope = here.code_sent()
    here.jobs = FakeJobs()
    here.confirm(envelope.id, attempt(here.chance.given[-1]))
    here.clock.advance(LIFE)

    assert not here.expire(envelope.id)
    assert here.envelope(envelope.id).state is State.CONFIRMED


def _checked(here: World) -> list[Finding]:
    return Closed(here).check()


def test_the_journal_of_everything_holds(here: World) -> None:
    """Every chain of a busy day is in order."""
    for _ in range(3):
        envelope = here.code_sent()
        here.confirm(envelope.id, attempt(here.chance.given[-1]))

    assert _checked(here) == []


def test_a_forged_entry_is_found(here: World, sqlite_url: str) -> None:
    """Somebody with the database's file, who takes its guard off, still leaves a trace."""
    here.code_sent()
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as database:
        database.execute("DROP TRIGGER journal_no_update")
        database.execute("UPDATE journal SET actor = 'nobody' WHERE sequence = 2")
        database.commit()

    (found,) = [each for each in _checked(here) if each.fault is not Mismatch.UNGUARDED]
    assert (found.fault, found.table, found.row[-2:]) == (Mismatch.CHANGED, "journal", "/2")


def _cut(sqlite_url: str, statement: str) -> None:
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as database:
        database.execute("DROP TRIGGER journal_no_delete")
        database.execute(statement)
        database.commit()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM journal",
        "DELETE FROM journal WHERE sequence = 1",
        "DELETE FROM journal WHERE event = 'sealed'",
    ],
)
def test_a_missing_chain_head_or_tail_is_found(
    here: World, sqlite_url: str, statement: str
) -> None:
    """What an envelope has become must have been written down."""
    envelope = here.code_sent()
    here.confirm(envelope.id, attempt(here.chance.given[-1]))
    _cut(sqlite_url, statement)

    assert [each for each in _checked(here) if each.fault is not Mismatch.UNGUARDED]


def test_an_expiry_that_fails_does_not_stop_the_sweep(here: World) -> None:
    """The overdue one is held by somebody else; the others are sealed all the same."""
    overdue, confirmed = here.created(), here.code_sent()
    inline, here.jobs = here.jobs, FakeJobs()
    here.confirm(confirmed.id, attempt(here.chance.given[-1]))
    here.jobs = inline
    here.clock.advance(LIFE)

    def refuse(_envelope_id: str) -> bool:
        raise StaleEnvelope

    swept = replace(here.sweep, expire=refuse)()  # type: ignore[arg-type]

    assert (swept.expired, swept.sealed) == (0, 1)
    assert here.envelope(overdue.id).state is State.READY


def test_a_sweep_asks_an_authority_that_is_down_once(here: World) -> None:
    """It is down for all who wait: drafts must not wait behind them."""
    sealed = [here.code_sent() for _ in range(3)]
    here.sealer.failing = SealUnavailable("down")
    for envelope, code in zip(sealed, here.chance.given, strict=True):
        here.confirm(envelope.id, attempt(code))
    asked = len(here.renderer.orders)

    swept = here.sweep()

    assert (swept.sealed, swept.waiting) == (0, 3)
    assert len(here.renderer.orders) == asked + 1
