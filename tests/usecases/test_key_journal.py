"""What is done to keys is written down, and a key that was changed otherwise is found."""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text

from docgen.domain.errors import ApiKeyNotFound, ValuesRejected
from docgen.domain.finding import Finding, Mismatch
from docgen.usecases.issue_key import IssuedKey, IssueKey, KeyRequest
from docgen.usecases.list_keys import ListKeys
from docgen.usecases.move_key import MoveKey
from docgen.usecases.revoke_key import RevokeKey
from docgen.usecases.rotate_key import RotateKey
from tests.usecases.evidence import Closed
from tests.usecases.world import World

_BY = "system"


def _issued(world: World, **wanted: object) -> IssuedKey:
    request = KeyRequest(**{"client": "portal", "owner": "operator"} | wanted)  # type: ignore[arg-type]
    return IssueKey(register=world.register, clock=world.clock, chance=world.chance)(
        request, by=_BY
    )


def _rotated(world: World, key_id: str) -> IssuedKey:
    rotate = RotateKey(register=world.register, clock=world.clock, chance=world.chance)
    return rotate(key_id, overlap=timedelta(days=1), by=_BY)


def _move(world: World, key_id: str, *addresses: str) -> None:
    MoveKey(register=world.register, clock=world.clock)(key_id, addresses, by=_BY)


def _revoke(world: World, key_id: str) -> None:
    RevokeKey(register=world.register, clock=world.clock)(key_id, by=_BY)


def test_every_change_of_a_key_is_in_its_journal(anywhere: World) -> None:
    """Who did what to which key, and when; what it counts for then."""
    old = _issued(anywhere, addresses=("10.0.0.0/8", "10.0.0.0/8", "192.0.2.7"))
    begun = anywhere.clock.now()
    anywhere.clock.advance(timedelta(hours=1))
    _move(anywhere, old.kept.id, "2001:db8::/32")
    new = _rotated(anywhere, old.kept.id)
    _revoke(anywhere, old.kept.id)

    entries = anywhere.journal(old.kept.id)
    assert [(e.event.value, e.actor) for e in entries] == [
        ("key_issued", _BY), ("key_moved", _BY), ("key_rotated", _BY), ("key_revoked", _BY),
    ]  # fmt: skip
    assert [e.at for e in entries] == [begun] + [begun + timedelta(hours=1)] * 3
    assert [e.details["addresses"] for e in entries[:2]] == [
        "10.0.0.0/8 192.0.2.7/32",
        "2001:db8::/32",
    ]
    assert entries[2].details["successor"] == new.kept.id
    (first,) = anywhere.journal(new.kept.id)
    assert (first.event.value, first.details["follows"]) == ("key_issued", old.kept.id)
    assert first.details["addresses"] == "2001:db8::/32"


def test_no_secret_is_in_a_journal(here: World) -> None:
    """Neither the key nor the hash by which it is known."""
    old = _issued(here)
    new = _rotated(here, old.kept.id)

    told = repr([*here.journal(old.kept.id), *here.journal(new.kept.id)])

    for each in (old, new):
        assert each.secret.split("_", 2)[2] not in told
        assert each.kept.secret_sha256 not in told


def test_what_changes_nothing_is_not_written_down(here: World) -> None:
    """A second revocation, the same addresses again, a refusal."""
    key = _issued(here, addresses=("10.0.0.0/8",)).kept.id
    _move(here, key, "10.0.0.0/8")
    _revoke(here, key)
    _revoke(here, key)
    with pytest.raises(ValuesRejected) as refused:
        _move(here, key, "10.0.0.0/8", "10.0.0.1/8")
    with pytest.raises(ApiKeyNotFound):
        _move(here, "nobody", "10.0.0.0/8")

    assert here.events(key) == ["key_issued", "key_revoked"]
    assert [(e.pointer, e.code) for e in refused.value.errors] == [
        ("/addresses/1", "network_invalid")
    ]


def test_a_key_for_no_network_is_not_made(here: World) -> None:
    """A slip of the pen must not let anybody in, or lock everybody out."""
    with pytest.raises(ValuesRejected):
        _issued(here, addresses=("10.0.0.1/8",))

    assert ListKeys(register=here.register)() == []


def _checked(world: World) -> list[Finding]:
    return Closed(world).check()


def _written(world: World, statement: str, **values: object) -> None:
    """By hand, past every use case."""
    engine = create_engine(world.database_url)
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()


def test_keys_that_were_used_and_changed_as_they_may_be_are_in_order(anywhere: World) -> None:
    """When a key was used last is in no journal, and no finding."""
    old = _issued(anywhere, region="almaty", origins=("https://cabinet.example",))
    _move(anywhere, old.kept.id, "10.0.0.0/8")
    _rotated(anywhere, old.kept.id)
    with anywhere.register.begin() as unit:
        unit.keys.used(old.kept.id, now=anywhere.clock.now())
        unit.commit()

    assert _checked(anywhere) == []


@pytest.mark.parametrize(
    "change",
    [
        "addresses = NULL",
        "owner = 'other'",
        "region = NULL",
        "client = 'tablet'",
        "scopes = '[\"envelopes:end\"]'",
        "origins = '[\"https://other.example\"]'",
        "secret_sha256 = 'abc'",
        "revoked_at = NULL",
        "follows = 'another'",
    ],
)
def test_a_key_that_was_widened_by_hand_is_named(anywhere: World, change: str) -> None:
    """Whichever column it is."""
    key = _issued(anywhere, region="almaty", addresses=("10.0.0.0/8",)).kept.id
    _revoke(anywhere, key)

    _written(anywhere, f"UPDATE api_keys SET {change} WHERE id = :id", id=key)  # noqa: S608

    (found,) = _checked(anywhere)
    assert (found.fault, found.table, found.row) == (Mismatch.CHANGED, "api_keys", key)


def test_a_key_that_nobody_issued_is_named(anywhere: World) -> None:
    """Whoever writes one into the register has a key, and is found."""
    known = _issued(anywhere).kept.id
    _written(
        anywhere,
        "INSERT INTO api_keys (id, client, owner, scopes, secret_sha256, created_at)"
        " SELECT 'forged', client, owner, scopes, secret_sha256, created_at FROM api_keys"
        " WHERE id = :id",
        id=known,
    )

    (found,) = _checked(anywhere)
    assert (found.fault, found.table, found.row) == (Mismatch.UNTOLD, "api_keys", "forged")


def test_a_key_that_makes_no_sense_is_named(anywhere: World) -> None:
    """And does not hide the others."""
    first, second = _issued(anywhere).kept.id, _issued(anywhere).kept.id
    _written(anywhere, "UPDATE api_keys SET scopes = '[\"all\"]' WHERE id = :id", id=first)
    _written(anywhere, "UPDATE api_keys SET owner = 'other' WHERE id = :id", id=second)

    found = {(each.fault, each.row) for each in _checked(anywhere)}
    assert found == {(Mismatch.UNREADABLE, first), (Mismatch.CHANGED, second)}
