"""API keys, in either database."""

import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import Any

import pytest

from docgen.adapters.db.register import SqlRegister
from docgen.domain.caller import ApiKey, Caller, Scope, hash_of
from docgen.domain.errors import ApiKeyNotFound, Conflict
from tests.builders import NOW, identifier, outbox_row
from tests.contracts.races import at_once

_HOUR = timedelta(hours=1)


def _key(**changes: Any) -> ApiKey:
    caller = Caller(
        key_id=identifier(),
        client="portal",
        owner="operator",
        region=None,
        scopes=frozenset({Scope.ENVELOPES_READ, Scope.FORMS_READ}),
    )
    return replace(
        ApiKey(caller=caller, secret_sha256=hash_of("a secret"), created_at=NOW), **changes
    )


def _add(register: SqlRegister, *keys: ApiKey) -> None:
    with register.begin() as unit:
        for key in keys:
            unit.keys.add(key)
        unit.commit()


def _get(register: SqlRegister, key_id: str) -> ApiKey:
    with register.view() as unit:
        return unit.keys.get(key_id)


def _use(register: SqlRegister, key_id: str, now: datetime) -> None:
    with register.begin() as unit:
        unit.keys.used(key_id, now=now)
        unit.commit()


def _revoke(register: SqlRegister, key_id: str, now: datetime) -> None:
    with register.begin() as unit:
        unit.keys.revoke(key_id, now=now)
        unit.commit()


def test_a_key_comes_back_as_it_was(register: SqlRegister) -> None:
    """Every field returns; what may be absent is absent."""
    bare = _key()
    full = _key(expires_at=NOW + _HOUR, last_used_at=NOW + 2 * _HOUR, revoked_at=NOW + 3 * _HOUR)
    full = replace(full, caller=replace(full.caller, region="Алматы", scopes=frozenset(Scope)))
    none = replace(_key(), caller=replace(_key().caller, scopes=frozenset()))
    _add(register, bare, full, none)
    assert [_get(register, each.id) for each in (bare, full, none)] == [bare, full, none]


def test_an_unknown_key_is_named(register: SqlRegister) -> None:
    """Asking for an id nobody has raises ApiKeyNotFound."""
    with pytest.raises(ApiKeyNotFound):
        _get(register, "nobody")


def test_all_keys_are_listed_the_oldest_first(register: SqlRegister) -> None:
    """Live or not, each is listed by its age."""
    young, old = _key(), _key(created_at=NOW - _HOUR, revoked_at=NOW)
    oldest = _key(created_at=NOW - 2 * _HOUR, expires_at=NOW - _HOUR)
    _add(register, young, oldest, old)
    with register.view() as unit:
        assert list(unit.keys.all()) == [oldest, old, young]


def test_a_register_without_keys_lists_none(register: SqlRegister) -> None:
    """Nobody was given a key."""
    with register.view() as unit:
        assert list(unit.keys.all()) == []


def test_an_id_in_use_is_a_conflict(register: SqlRegister) -> None:
    """The key there is stays, the error does not quote the other, and the unit goes on."""
    taken = _key()
    clash = replace(taken, secret_sha256=hash_of("another secret"))
    owed = outbox_row()
    _add(register, taken)
    with register.begin() as unit:
        with pytest.raises(Conflict) as refused:
            unit.keys.add(clash)
        unit.outbox.add(owed)
        unit.commit()
    assert clash.secret_sha256 not in "".join(traceback.format_exception(refused.value))
    assert _get(register, taken.id) == taken
    with register.view() as unit:
        assert list(unit.outbox.owed(limit=2)) == [owed]


def test_the_last_use_is_remembered(register: SqlRegister) -> None:
    """Of that key only, in UTC."""
    used, other = _key(), _key()
    _add(register, used, other)
    _use(register, used.id, datetime(2026, 3, 2, 14, 30, tzinfo=timezone(timedelta(hours=5))))
    told = _get(register, used.id).last_used_at
    assert told == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert _get(register, other.id) == other


def test_an_older_use_does_not_replace_a_newer_one(register: SqlRegister) -> None:
    """Late news of an earlier use changes nothing."""
    key = _key()
    _add(register, key)
    for moment in (NOW + _HOUR, NOW, NOW + _HOUR):
        _use(register, key.id, moment)
    assert _get(register, key.id) == replace(key, last_used_at=NOW + _HOUR)


def test_the_use_of_an_unknown_key_is_nothing(register: SqlRegister) -> None:
    """There is nothing to remember it on, and nobody to refuse for it."""
    _use(register, "nobody", NOW)
    with pytest.raises(ApiKeyNotFound):
        _get(register, "nobody")


def test_an_end_is_only_ever_brought_forward(register: SqlRegister) -> None:
    """Of that key only; a later end changes nothing, and an unknown key is nothing."""
    key, other = _key(), _key()
    _add(register, key, other)
    for moment in (NOW + 2 * _HOUR, NOW + _HOUR, NOW + 3 * _HOUR):
        with register.begin() as unit:
            unit.keys.expire(key.id, at=moment)
            unit.keys.expire("nobody", at=moment)
            unit.commit()
    assert _get(register, key.id) == replace(key, expires_at=NOW + _HOUR)
    assert _get(register, other.id) == other


def test_two_keys_never_follow_the_same(register: SqlRegister) -> None:
    """The second is a conflict; keys that follow none are as many as one likes."""
    first, other = _key(), _key()
    successor = _key(follows=first.id)
    _add(register, first, other, successor)
    with register.begin() as unit, pytest.raises(Conflict):
        unit.keys.add(_key(follows=first.id))
    assert _get(register, successor.id) == successor


def test_the_first_revocation_counts(register: SqlRegister) -> None:
    """Revoking again is no failure and does not move the time; other keys stay live."""
    key, other = _key(), _key()
    _add(register, key, other)
    _revoke(register, key.id, NOW)
    _revoke(register, key.id, NOW + _HOUR)
    _revoke(register, key.id, NOW - _HOUR)
    assert _get(register, key.id) == replace(key, revoked_at=NOW)
    assert _get(register, other.id) == other


def test_revoking_an_unknown_key_is_named(register: SqlRegister) -> None:
    """There is nothing to end."""
    with pytest.raises(ApiKeyNotFound):
        _revoke(register, "nobody", NOW)


def test_a_use_does_not_revive_a_key(register: SqlRegister) -> None:
    """A revoked key may be remembered as used and stays revoked."""
    key = _key()
    _add(register, key)
    _revoke(register, key.id, NOW)
    _use(register, key.id, NOW + _HOUR)
    assert _get(register, key.id) == replace(key, revoked_at=NOW, last_used_at=NOW + _HOUR)


def test_a_revocation_is_read_in_its_own_unit(register: SqlRegister) -> None:
    """Within one unit a get after a revocation tells it."""
    key = _key()
    _add(register, key)
    with register.begin() as unit:
        assert unit.keys.get(key.id).revoked_at is None
        unit.keys.revoke(key.id, now=NOW)
        assert unit.keys.get(key.id).revoked_at == NOW
        assert [each.revoked_at for each in unit.keys.all()] == [NOW]


def test_of_parallel_keys_with_one_id_one_is_stored(registers: list[SqlRegister]) -> None:
    """Seven of eight are told that the id is in use."""
    keys = [replace(_key(), secret_sha256=hash_of(f"secret {n}")) for n in range(8)]
    keys = [replace(key, caller=keys[0].caller) for key in keys]
    told = at_once([partial(_add, *each) for each in zip(registers, keys, strict=True)])
    assert sum(isinstance(each, Conflict) for each in told) == 7
    assert _get(registers[0], keys[0].id) == keys[told.index(None)]


def test_of_parallel_uses_the_latest_stays(registers: list[SqlRegister]) -> None:
    """Eight note their use at once; whatever their order, the newest time is kept."""
    key = _key()
    _add(registers[0], key)
    times = [NOW + timedelta(seconds=(n * 5) % 8) for n in range(8)]
    told = at_once(
        [partial(_use, each, key.id, now) for each, now in zip(registers, times, strict=True)]
    )
    assert told == [None] * 8
    assert _get(registers[0], key.id).last_used_at == NOW + timedelta(seconds=7)


def test_of_parallel_revocations_one_time_stays(registers: list[SqlRegister]) -> None:
    """All succeed, and later ones do not move what the first has written."""
    key = _key()
    _add(registers[0], key)
    times = [NOW + timedelta(seconds=n) for n in range(8)]
    told = at_once(
        [partial(_revoke, each, key.id, now) for each, now in zip(registers, times, strict=True)]
    )
    first = _get(registers[0], key.id).revoked_at
    _revoke(registers[0], key.id, NOW + _HOUR)
    assert told == [None] * 8
    assert first in times
    assert _get(registers[0], key.id).revoked_at == first
