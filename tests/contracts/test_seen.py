"""What a process has seen of envelopes it reads again only if it has changed."""

from collections.abc import Callable
from typing import cast

import pytest
from sqlalchemy import text

from docgen.adapters.db.register import SqlRegister, SqlUnit
from docgen.adapters.db.seen import MOST, Seen
from docgen.domain.envelope import Envelope, State
from docgen.domain.errors import EnvelopeNotFound
from tests.builders import envelope, frozen, sealed, sms_consent
from tests.contracts.wires import END


@pytest.fixture
def ours(register: SqlRegister) -> SqlRegister:
    """A process, with one envelope."""
    with register.begin() as unit:
        unit.envelopes.add(envelope(id="e1"))
        unit.commit()
    return register


@pytest.fixture
def theirs(registers: list[SqlRegister]) -> SqlRegister:
    """Another process at the same database."""
    return registers[0]


def _read(register: SqlRegister) -> Envelope:
    with register.view() as unit:
        return unit.envelopes.get("e1")


def _change(register: SqlRegister, move: Callable[[Envelope], Envelope]) -> Envelope:
    """Its next version, saved by that process."""
    with register.begin() as unit:
        unit.envelopes.save(move(unit.envelopes.get("e1")))
        unit.commit()
    return _read(register)


def _frozen(register: SqlRegister) -> Envelope:
    return _change(register, lambda e: e.render({each.id: frozen(each.id) for each in e.documents}))


def test_what_has_not_changed_is_not_read_again(ours: SqlRegister) -> None:
    """Not in a view, nor in a glance, nor where it is locked."""
    seen = _read(ours)

    assert _read(ours) is seen
    with ours.glance() as unit:
        assert unit.envelopes.get("e1") is seen
    with ours.begin() as unit:
        assert unit.envelopes.get("e1") is seen


def test_what_another_process_changed_is_read_again(ours: SqlRegister, theirs: SqlRegister) -> None:
    """By its version it is seen to be another one."""
    seen = _read(ours)
    changed = _frozen(theirs)

    assert changed.version == seen.version + 1
    assert _read(ours) == changed
    with ours.begin() as unit:
        assert unit.envelopes.get("e1").state is State.READY


def test_what_a_unit_read_of_its_own_writing_is_not_remembered(ours: SqlRegister) -> None:
    """It may be undone, and somebody else give its version to something else."""
    seen = _read(ours)
    with ours.begin() as unit:
        unit.envelopes.save(unit.envelopes.get("e1").void("Қате"))
        cast("SqlUnit", unit).envelopes_changed()
        assert unit.envelopes.get("e1").state is State.VOID

    assert _read(ours) == seen
    assert _frozen(ours).state is State.READY


def test_what_was_locked_and_seen_may_be_saved(ours: SqlRegister) -> None:
    """The lock is taken though nothing was read."""
    _read(ours)

    assert _change(ours, lambda e: e.void("Қате")).reason == "Қате"


def test_what_was_saved_was_seen_as_soon_as_it_lasts(ours: SqlRegister) -> None:
    """And is what the database would tell."""
    with ours.begin() as unit:
        unit.envelopes.save(unit.envelopes.get("e1").void("Қате"))
        saved = unit.envelopes.get("e1")
        unit.commit()

    assert _read(ours) is saved
    ours._units._seen.forget()  # type: ignore[attr-defined]
    assert _read(ours) == saved


def test_what_was_saved_and_undone_was_never_seen(ours: SqlRegister) -> None:
    """Somebody else may give its version to something else."""
    before = _read(ours)
    with ours.begin() as unit:
        unit.envelopes.save(unit.envelopes.get("e1").void("Қате"))

    assert _read(ours) == before
    assert _frozen(ours).state is State.READY


def test_what_is_sealed_is_read_each_time(ours: SqlRegister) -> None:
    """Later versions of its documents are added without a version of its own."""
    _frozen(ours)
    _change(ours, lambda e: e.send_code())
    _change(ours, lambda e: e.confirm(sms_consent()))
    _change(ours, lambda e: e.seal({each.id: sealed(each.id) for each in e.documents}))

    assert _read(ours) is not _read(ours)
    assert _read(ours) == _read(ours)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE envelopes SET state = 'declined'",
        "UPDATE documents SET frozen_sha256 = upper(frozen_sha256)",
    ],
)
def test_state_and_bytes_that_were_changed_by_hand_are_read(ours: SqlRegister, change: str) -> None:
    """Though whoever did so left the version as it was; also where it is locked."""
    seen = _frozen(ours)
    with ours._engine.begin() as connection:
        connection.execute(text(change))

    assert _read(ours) != seen
    with ours.begin() as unit:
        assert unit.envelopes.get("e1") != seen


def test_what_is_no_longer_there_is_not_found(ours: SqlRegister) -> None:
    """Though it was seen."""
    _read(ours)
    with ours._engine.begin() as connection:
        connection.execute(text("DELETE FROM documents"))
        connection.execute(text("DELETE FROM envelopes"))

    with pytest.raises(EnvelopeNotFound):
        _read(ours)


def test_over_a_new_line_nothing_was_seen(wired: SqlRegister, other: SqlRegister) -> None:
    """The server behind it may have been restored, and have given the version anew."""
    seen = _read(wired)
    with other._engine.begin() as connection:
        connection.execute(text("UPDATE envelopes SET client = 'restored'"))
        connection.execute(END)

    assert seen.client != "restored"
    assert _read(wired).client == "restored"


def test_a_line_lost_in_the_middle_is_a_new_one(wired: SqlRegister, other: SqlRegister) -> None:
    """What was to be compared with what was seen is read, too."""
    _read(wired)
    with wired.view() as unit:
        cast("SqlUnit", unit).foresee("e1")
        with other._engine.begin() as connection:
            connection.execute(text("UPDATE envelopes SET client = 'restored'"))
            connection.execute(END)
        assert unit.envelopes.get("e1").client == "restored"


def test_only_so_many_are_remembered() -> None:
    """And of those the ones that were read last."""
    seen = Seen()
    for number in range(MOST):
        seen.keep(envelope(id=f"e{number}"), among=seen.held)
    seen.keep(envelope(id="e0"), among=seen.held)
    seen.keep(envelope(id="new"), among=seen.held)

    assert len(seen.held) == MOST
    assert "e1" not in seen.held
    assert {"e0", "e2", "new"} <= set(seen.held)


def test_who_read_before_all_was_forgotten_is_not_remembered() -> None:
    """It came over the line that was lost."""
    seen = Seen()
    held = seen.held
    seen.forget()
    seen.keep(envelope(id="e1"), among=held)

    assert not seen.held
