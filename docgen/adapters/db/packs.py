"""Packs in SQL."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from docgen.adapters.db.pack_rows import PackEntryRow, PackRow
from docgen.adapters.db.reading import all_rows, one_row
from docgen.domain.envelope import SealLevel
from docgen.domain.errors import Conflict, PackNotFound
from docgen.domain.pack_record import Pack, PackEntry, PackEvent, SealedVolume


class SqlPacks:
    """Implements ports_of_packs.Packs."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, pack: Pack) -> None:
        """Store a new one; raises Conflict for a number that is taken."""
        columns = {
            name: getattr(pack, name)
            for name in (
                "id", "owner", "client", "input_sha256", "case_sha256", "volume_sha256",
                "volume_pages", "manifest_sha256", "created_at",
            )
        }  # fmt: skip
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(PackRow).values(**columns))
        except IntegrityError:
            raise Conflict("there is a pack of that number") from None

    def get(self, pack_id: str) -> Pack:
        """The pack; raises PackNotFound."""
        row = one_row(self._connection, select(PackRow).where(PackRow.id == pack_id))
        if row is None:
            raise PackNotFound(pack_id)
        return Pack(
            id=row.id,
            owner=row.owner,
            client=row.client,
            input_sha256=row.input_sha256,
            case_sha256=row.case_sha256,
            volume_sha256=row.volume_sha256,
            volume_pages=row.volume_pages,
            manifest_sha256=row.manifest_sha256,
            created_at=row.created_at,
            sealed=_sealed(row),
        )

    def save(self, pack: Pack) -> None:
        """Store that it is sealed; raises PackNotFound, and Conflict where it was sealed before."""
        sealed = pack.sealed
        if sealed is None:
            return
        wanted = (PackRow.id == pack.id) & PackRow.sealed_sha256.is_(None)
        stored = self._connection.execute(
            update(PackRow)
            .where(wanted)
            .values(
                sealed_sha256=sealed.sha256,
                level=sealed.level.value,
                signer=sealed.signer,
                serial=sealed.serial,
                sealed_at=sealed.sealed_at,
                package_sha256=sealed.package_sha256,
            )
            .returning(PackRow.id)
        ).one_or_none()
        if stored is None:
            self.get(pack.id)
            raise Conflict("the pack is sealed already")

    def append(self, entry: PackEntry) -> None:
        """Write the next entry of its chain; raises Conflict where another took its place."""
        columns = {
            "pack_id": entry.pack_id,
            "sequence": entry.sequence,
            "event": entry.event.value,
            "at": entry.at,
            "actor": entry.actor,
            "details": dict(entry.details),
            "previous_hash": entry.previous_hash,
            "hash": entry.hash,
        }
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(PackEntryRow).values(**columns))
        except IntegrityError:
            raise Conflict("something else was written of the pack") from None

    def entries(self, pack_id: str) -> Sequence[PackEntry]:
        """All entries of a pack, in order."""
        rows = all_rows(
            self._connection,
            select(PackEntryRow)
            .where(PackEntryRow.pack_id == pack_id)
            .order_by(PackEntryRow.sequence),
        )
        return [
            PackEntry(
                pack_id=row.pack_id,
                sequence=row.sequence,
                event=PackEvent(row.event),
                at=row.at,
                actor=row.actor,
                details=row.details,
                previous_hash=row.previous_hash,
                hash=row.hash,
            )
            for row in rows
        ]


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
    )
