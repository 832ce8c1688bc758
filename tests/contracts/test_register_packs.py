"""Packs in the register: one of each number, sealed once, with a chain of entries."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from docgen.adapters.db.register import SqlRegister
from docgen.domain.envelope import SealLevel
from docgen.domain.errors import Conflict, PackNotFound
from docgen.domain.pack_record import Pack, PackEntry, PackEvent, SealedVolume, follow, number_of

_NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
_PACK = Pack(
    id=number_of("a7" * 32, 2026),
    owner="collection",
    client="office",
    input_sha256="a7" * 32,
    case_sha256="b1" * 32,
    volume_sha256="c2" * 32,
    volume_pages=38,
    manifest_sha256="d3" * 32,
    created_at=_NOW,
)
_SEALED = replace(
    _PACK,
    sealed=SealedVolume(
        sha256="e4" * 32, level=SealLevel.B_LT, signer="CN=Seal", serial="01", sealed_at=_NOW,
        package_sha256="f5" * 32,
    ),
)  # fmt: skip


def _entry(*before: PackEntry) -> PackEntry:
    return follow(
        before, PackEvent.BOUND, pack_id=_PACK.id, at=_NOW, actor="office", details={"a": "1"}
    )


def _added(register: SqlRegister) -> None:
    with register.begin() as unit:
        unit.packs.add(_PACK)
        unit.packs.append(_entry())
        unit.commit()


def test_what_is_added_comes_back(register: SqlRegister) -> None:
    """As it was, with its entries and their hashes."""
    _added(register)

    with register.view() as unit:
        assert unit.packs.get(_PACK.id) == _PACK
        assert list(unit.packs.entries(_PACK.id)) == [_entry()]


def test_a_number_is_taken_once(register: SqlRegister) -> None:
    """Whoever comes second is told."""
    _added(register)

    with register.begin() as unit, pytest.raises(Conflict):
        unit.packs.add(_PACK)


def test_a_pack_is_sealed_once(register: SqlRegister) -> None:
    """The first seal stays."""
    _added(register)
    with register.begin() as unit:
        unit.packs.save(_SEALED)
        unit.commit()

    with register.begin() as unit, pytest.raises(Conflict):
        unit.packs.save(_SEALED)
    with register.view() as unit:
        assert unit.packs.get(_PACK.id) == _SEALED


def test_two_cannot_write_the_same_entry(register: SqlRegister) -> None:
    """The chain has one second entry."""
    _added(register)
    second = _entry(_entry())
    with register.begin() as unit:
        unit.packs.append(second)
        unit.commit()

    with register.begin() as unit, pytest.raises(Conflict):
        unit.packs.append(second)


def test_an_unknown_pack_is_not_found(register: SqlRegister) -> None:
    """Neither read nor sealed."""
    with register.begin() as unit:
        with pytest.raises(PackNotFound):
            unit.packs.get("NP-2026-0")
        with pytest.raises(PackNotFound):
            unit.packs.save(_SEALED)
