"""People who sign in, in either database; and their passwords."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from docgen.adapters.db.register import SqlRegister
from docgen.adapters.staff.argon2_passwords import Argon2Passwords
from docgen.domain.errors import Conflict, NotAuthenticated, StaffNotFound
from docgen.domain.staff import (
    FITTER,
    Entrance,
    Identity,
    Knock,
    Role,
    Session,
    StaffMember,
    Tries,
)
from docgen.ports_of_staff import Passwords
from tests.builders import NOW, identifier
from tests.contracts.races import at_once
from tests.fakes import QuickPasswords

_HOUR = timedelta(hours=1)


def _member(**changes: Any) -> StaffMember:
    made = StaffMember(
        id=identifier(),
        login="e.seitkali",
        full_name="Сейтқали Ержан Маратұлы",
        employee_id="E-20417",
        position=FITTER,
        contacts="165",
        roles=frozenset({Role.TECHNICIAN, Role.OFFICE}),
        owner="operator",
        region="ALA",
        created_at=NOW,
        password_hash="a hash",  # noqa: S106 - of nothing
    )
    return replace(made, **changes)


def _session(member: StaffMember, **changes: Any) -> Session:
    made = Session(
        id=identifier(),
        staff_id=member.id,
        entrance=Entrance.PASSWORD,
        begun_at=NOW,
        ends_at=NOW + _HOUR,
    )
    return replace(made, **changes)


def _added(register: SqlRegister, member: StaffMember, *sessions: Session) -> None:
    with register.begin() as unit:
        unit.staff.add(member)
        for session in sessions:
            unit.sessions.add(session)
        unit.commit()


def test_an_account_comes_back_as_it_was(register: SqlRegister) -> None:
    """By id, login or identity; one that is changed comes back changed."""
    local = _member()
    theirs = _member(password_hash=None, identity=Identity(issuer="https://i", subject="1"))
    _added(register, local)
    _added(register, theirs)
    locked = replace(local, locked_at=NOW + _HOUR, roles=frozenset({Role.AUDITOR}))

    with register.begin() as unit:
        assert (unit.staff.get(local.id), unit.staff.by_login("e.seitkali")) == (local, local)
        assert theirs.identity is not None
        assert unit.staff.by_identity(theirs.identity) == theirs
        unit.staff.save(locked)
        assert unit.staff.get(local.id) == locked
        assert {each.id for each in unit.staff.all()} == {local.id, theirs.id}
        for look in (partial(unit.staff.get, "x"), partial(unit.staff.by_login, "x")):
            with pytest.raises(StaffNotFound):
                look()
        with pytest.raises(StaffNotFound):
            unit.staff.save(_member())


def test_a_login_or_an_identity_is_one_persons(register: SqlRegister) -> None:
    """A second one is refused, and the unit goes on."""
    identity = Identity(issuer="https://i", subject="1")
    _added(register, _member())
    _added(register, _member(password_hash=None, identity=identity))

    with register.begin() as unit:
        for second in (_member(), _member(password_hash=None, identity=identity)):
            with pytest.raises(Conflict):
                unit.staff.add(second)
        assert len(unit.staff.all()) == 2


def test_sessions_end_for_one_person_only(register: SqlRegister) -> None:
    """All live ones of his at once; those of others, and what was over before, stay as they are."""
    member, other = _member(), _member(login="other")
    live, over = _session(member, signing="e1", pin_hash="h", wrong_pins=2), _session(member)
    over = replace(over, ended_at=NOW)
    others = _session(other)
    _added(register, member, live, over)
    _added(register, other, others)
    now = NOW + timedelta(minutes=1)

    with register.begin() as unit:
        assert unit.sessions.get(live.id) == live
        assert unit.sessions.end_all(member.id, now=now) == 1
        assert unit.sessions.get(live.id) == replace(live, ended_at=now)
        assert unit.sessions.get(over.id) == over
        assert unit.sessions.get(others.id) == others
        assert unit.sessions.purge(NOW + 2 * _HOUR) == 3
        with pytest.raises(NotAuthenticated):
            unit.sessions.get(live.id)


def test_a_way_to_the_provider_is_used_by_one(registers: list[SqlRegister]) -> None:
    """Of many who come back at once with the same, one gets on."""
    knock = Knock(state_sha256="s", browser_sha256="b", nonce="n", verifier="v", begun_at=NOW)
    with registers[0].begin() as unit:
        unit.knocks.add(knock)
        unit.commit()

    def take(register: SqlRegister) -> Knock | None:
        with register.begin() as unit:
            try:
                taken = unit.knocks.take("s")
            except NotAuthenticated:
                return None
            unit.commit()
            return taken

    taken = at_once([partial(take, each) for each in registers])

    assert [each for each in taken if each is not None] == [knock]


def test_tries_are_counted_one_by_one(registers: list[SqlRegister]) -> None:
    """Of many at once each gets a number of its own; after the window counting begins anew."""

    def take(register: SqlRegister, later: timedelta = timedelta()) -> Tries:
        with register.begin() as unit:
            now = NOW + later
            tries = unit.sign_in_tries.take("a", now=now, since=now - _HOUR)
            unit.commit()
            return tries

    counted = at_once([partial(take, each) for each in registers])

    right = [each for each in counted if isinstance(each, Tries)]
    assert sorted(each.count for each in right) == list(range(1, len(registers) + 1))
    assert {each.since for each in right} == {NOW}
    assert take(registers[0], _HOUR) == Tries(count=1, since=NOW + _HOUR)
    with registers[0].begin() as unit:
        unit.sign_in_tries.forgive("a")
        unit.commit()
    assert take(registers[0], _HOUR).count == 1


@pytest.mark.parametrize(
    "passwords",
    [Argon2Passwords(memory_kib=64, rounds=1), QuickPasswords()],
    ids=["argon2", "quick"],
)
def test_a_password_fits_its_own_hash(passwords: Passwords) -> None:
    """And no other; without a hash, or with one that is none, nothing fits."""
    known = passwords.hashed("құпиясөз")

    assert passwords.fits("құпиясөз", known)
    assert "құпиясөз" not in known
    for secret, against in (("Құпиясөз", known), ("", known), ("құпиясөз", None), ("x", "none")):
        assert not passwords.fits(secret, against)


def test_argon2_is_as_slow_as_its_standard_wants() -> None:
    """RFC 9106, the second choice: 64 MiB, three rounds, four lanes; salted each time."""
    passwords = Argon2Passwords()

    assert passwords.hashed("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.hashed("x") != passwords.hashed("x")
