"""Rows of packs to packs, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from docgen.adapters.db.pack_rows import PackPaperRow, PackRow
from docgen.domain.canonical import instant
from docgen.domain.envelope import SealLevel
from docgen.domain.pack_record import (
    BoundVolume,
    Building,
    BuildStep,
    FurtherSeal,
    FurtherVolume,
    Pack,
    PackPaper,
    SealedVolume,
)
from docgen.domain.pack_states import Outcome, PackState

_SAME = (
    "id", "owner", "client", "region", "input_sha256", "case_sha256", "checked_sha256",
    "account_number", "debtor", "as_of", "month_from", "month_to", "limitation_ends", "blocks",
    "warnings", "created_at", "changed_at", "due_on",
)  # fmt: skip
"""Columns that are called and kept as the fields are."""
_WORDS = ("by", "number", "reason", "recipient", "how")


def columns_of(pack: Pack) -> dict[str, Any]:
    """The columns of a pack, those of its seal apart."""
    bound, building = pack.bound, pack.building
    return {name: getattr(pack, name) for name in _SAME} | {
        "state": pack.state.value,
        "sought": f"{pack.id} {pack.account_number} {pack.debtor}".casefold(),
        "total": str(pack.total),
        "volume_sha256": None if bound is None else bound.sha256,
        "volume_pages": None if bound is None else bound.pages,
        "manifest_sha256": None if bound is None else bound.manifest_sha256,
        "further_volumes": [] if bound is None else [asdict(each) for each in bound.further],
        "outcomes": [_told(each) for each in pack.outcomes],
        "asked_at": None if building is None else building.asked_at,
        "asked_by": None if building is None else building.asked_by,
        "step": None if building is None else building.step.value,
        "error": None if building is None else building.error,
        "refusals": 0 if building is None else building.refusals,
        "next_try_at": None if building is None else building.next_try_at,
    }


def seal_columns(pack: Pack) -> dict[str, Any]:
    """The columns of its seal."""
    sealed = pack.sealed
    if sealed is None:
        return {}
    return {
        "sealed_sha256": sealed.sha256,
        "level": sealed.level.value,
        "signer": sealed.signer,
        "serial": sealed.serial,
        "sealed_at": sealed.sealed_at,
        "package_sha256": sealed.package_sha256,
        "further_seals": [_further(each) for each in sealed.further],
    }


def pack_of(row: PackRow) -> Pack:
    """The pack of a row; raises ValueError for words that none of ours has."""
    return Pack(
        **{name: getattr(row, name) for name in _SAME},
        state=PackState(row.state),
        total=Decimal(row.total),
        bound=_bound(row),
        sealed=_sealed(row),
        outcomes=tuple(_outcome(each) for each in row.outcomes),
        building=_building(row),
    )


def paper_columns(paper: PackPaper) -> dict[str, Any]:
    """The columns of what was brought along."""
    return {
        "owner": paper.owner,
        "sha256": paper.sha256,
        "size": paper.size,
        "pages": paper.pages,
        "client": paper.client,
        "added_at": paper.added_at,
    }


def paper_of(row: PackPaperRow) -> PackPaper:
    """What was brought along."""
    return PackPaper(
        owner=row.owner,
        sha256=row.sha256,
        size=row.size,
        pages=row.pages,
        client=row.client,
        added_at=row.added_at,
    )


def _told(outcome: Outcome) -> dict[str, Any]:
    words = {name: getattr(outcome, name) for name in _WORDS}
    told = {"state": outcome.state.value, "on": outcome.on.isoformat(), "at": instant(outcome.at)}
    return told | {name: word for name, word in words.items() if word is not None}


def _outcome(told: Mapping[str, Any]) -> Outcome:
    return Outcome(
        state=PackState(told["state"]),
        on=date.fromisoformat(told["on"]),
        at=datetime.fromisoformat(told["at"]),
        **{name: told.get(name) for name in _WORDS},  # type: ignore[arg-type]  # `by` is always there
    )


def _bound(row: PackRow) -> BoundVolume | None:
    if row.volume_sha256 is None or row.manifest_sha256 is None:
        return None
    return BoundVolume(
        sha256=row.volume_sha256,
        pages=row.volume_pages or 0,
        manifest_sha256=row.manifest_sha256,
        further=tuple(FurtherVolume(**each) for each in row.further_volumes),
    )


def _sealed(row: PackRow) -> SealedVolume | None:
    if row.sealed_sha256 is None or row.level is None or row.sealed_at is None:
        return None
    return SealedVolume(
        sha256=row.sealed_sha256,
        level=SealLevel(row.level),
        signer=row.signer or "",
        serial=row.serial or "",
        sealed_at=row.sealed_at,
        package_sha256=row.package_sha256 or "",
        further=tuple(_further_seal(each) for each in row.further_seals),
    )


def _further(seal: FurtherSeal) -> dict[str, str]:
    return {
        "sha256": seal.sha256,
        "level": seal.level.value,
        "sealed_at": instant(seal.sealed_at),
    }


def _further_seal(told: Mapping[str, str]) -> FurtherSeal:
    return FurtherSeal(
        sha256=told["sha256"],
        level=SealLevel(told["level"]),
        sealed_at=datetime.fromisoformat(told["sealed_at"]),
    )


def _building(row: PackRow) -> Building | None:
    if row.asked_at is None:
        return None
    return Building(
        asked_at=row.asked_at,
        asked_by=row.asked_by or "",
        step=BuildStep(row.step or BuildStep.WAITING),
        error=row.error,
        refusals=row.refusals,
        next_try_at=row.next_try_at,
    )
