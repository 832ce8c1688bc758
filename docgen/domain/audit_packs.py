"""Notary packs held against the journal: every row that says something else is named."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docgen.domain.finding import Finding, Mismatch
from docgen.domain.fingerprint import PACK, of_pack
from docgen.domain.journal import Entry
from docgen.domain.pack_record import Pack

TABLE = "packs"


@dataclass(frozen=True, kw_only=True)
class StoredPack:
    """A row of a pack as it lies there, and its chain; None where the row makes no sense."""

    id: str
    pack: Pack | None
    entries: Sequence[Entry]


def pack_findings(stored: StoredPack) -> Iterator[Finding]:
    """Whether the row is what the newest entry that vouches for it says."""
    if stored.pack is None:
        yield Finding(fault=Mismatch.UNREADABLE, table=TABLE, row=stored.id)
        return
    vouching = [entry.details for entry in stored.entries if PACK in entry.details]
    if not vouching:
        yield Finding(fault=Mismatch.UNTOLD, table=TABLE, row=stored.id)
    elif vouching[-1][PACK] != of_pack(stored.pack):
        detail = f"{stored.pack.state}, {vouching[-1].get('state', '-')}"
        yield Finding(fault=Mismatch.CHANGED, table=TABLE, row=stored.id, detail=detail)


def files_of(pack: Pack) -> tuple[str, ...]:
    """Hashes of everything that must be there of it."""
    hashes = [pack.case_sha256, pack.checked_sha256]
    if pack.bound is not None:
        hashes += [*(each.sha256 for each in pack.volumes), pack.bound.manifest_sha256]
    if pack.sealed is not None:
        hashes += [pack.sealed.sha256, *(each.sha256 for each in pack.sealed.further)]
        hashes += [pack.sealed.package_sha256]
    return tuple(hashes)
