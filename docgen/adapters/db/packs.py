"""Packs in SQL."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Select, insert, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from docgen.adapters.db.pack_batch_rows import PackBatchLineRow
from docgen.adapters.db.pack_mapping import (
    columns_of,
    pack_of,
    paper_columns,
    paper_of,
    seal_columns,
)
from docgen.adapters.db.pack_rows import PackPaperRow, PackRow
from docgen.adapters.db.prepared import PreparedQuery
from docgen.adapters.db.reading import all_rows, one_row
from docgen.domain.errors import Conflict, PackNotFound
from docgen.domain.pack_batch import LineState
from docgen.domain.pack_record import BuildStep, Pack, PackFilter, PackPaper

_ASKED = PreparedQuery(
    select(PackRow).where(PackRow.asked_at.is_not(None)).order_by(PackRow.asked_at)
)


class SqlPacks:
    """Implements ports_of_packs.Packs."""

    def __init__(self, connection: Connection, *, locking: bool) -> None:
        self._connection = connection
        self._locking = locking

    def add(self, pack: Pack) -> None:
        """Store a new one; raises Conflict for a number that is taken."""
        columns = columns_of(pack) | seal_columns(pack)
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(PackRow).values(**columns))
        except IntegrityError:
            raise Conflict("there is a pack of that number") from None

    def get(self, pack_id: str) -> Pack:
        """The pack, locked in a writing unit; raises PackNotFound."""
        wanted = select(PackRow).where(PackRow.id == pack_id)
        if self._locking:
            wanted = wanted.with_for_update()
        row = one_row(self._connection, wanted)
        if row is None:
            raise PackNotFound(pack_id)
        return pack_of(row)

    def save(self, pack: Pack) -> None:
        """Store it as it is now; raises PackNotFound, and Conflict for a second seal."""
        columns = columns_of(pack)
        wanted = PackRow.id == pack.id
        if pack.sealed is not None:
            same = PackRow.sealed_sha256 == pack.sealed.sha256
            wanted &= or_(PackRow.sealed_sha256.is_(None), same)
            columns |= seal_columns(pack)
        stored = self._connection.execute(
            update(PackRow).where(wanted).values(**columns).returning(PackRow.id)
        ).one_or_none()
        if stored is None:
            self.get(pack.id)
            raise Conflict("the pack is sealed already")

    def note_step(self, pack_id: str, step: BuildStep) -> None:
        """How far the making of one has come that somebody asked for."""
        self._connection.execute(
            update(PackRow)
            .where(PackRow.id == pack_id, PackRow.asked_at.is_not(None))
            .values(step=step.value, error=None)
        )

    def find(self, wanted: PackFilter, *, after: str | None, limit: int) -> Sequence[Pack]:
        """Those that fit, the newest first; with `after`, those beyond it."""
        rows = all_rows(
            self._connection,
            select(PackRow)
            .where(*self._conditions(wanted, after))
            .order_by(PackRow.created_at.desc(), PackRow.id.desc())
            .limit(limit),
        )
        return [pack_of(row) for row in rows]

    def of_account(self, owner: str, account_number: str) -> Sequence[Pack]:
        """All that were ever made of that account."""
        rows = all_rows(
            self._connection,
            select(PackRow)
            .where(PackRow.owner == owner, PackRow.account_number == account_number)
            .order_by(PackRow.created_at, PackRow.id),
        )
        return [pack_of(row) for row in rows]

    def asked(self) -> Sequence[Pack]:
        """Those that somebody wants built, whoever asked first."""
        return [pack_of(row) for row in all_rows(self._connection, _ASKED)]

    def page(self, *, after: str, limit: int) -> Sequence[Pack]:
        """All there are, by number, beyond that one."""
        rows = all_rows(
            self._connection,
            select(PackRow).where(PackRow.id > after).order_by(PackRow.id).limit(limit),
        )
        return [pack_of(row) for row in rows]

    def add_paper(self, paper: PackPaper) -> None:
        """Keep that it was brought along; the first time counts."""
        if self.papers(paper.owner, [paper.sha256]):
            return
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(PackPaperRow).values(**paper_columns(paper)))
        except IntegrityError:
            return

    def papers(self, owner: str, hashes: Sequence[str]) -> Sequence[PackPaper]:
        """Those of these files that were brought along for that owner's packs."""
        rows = all_rows(
            self._connection,
            select(PackPaperRow).where(
                PackPaperRow.owner == owner, PackPaperRow.sha256.in_(hashes)
            ),
        )
        return [paper_of(row) for row in rows]

    def pages_of(self, sha256: str) -> int:
        """How many pages a file has that anybody brought along; 0 where nobody did."""
        found = select(PackPaperRow.pages).where(PackPaperRow.sha256 == sha256).limit(1)
        return self._connection.scalar(found) or 0

    def _conditions(self, wanted: PackFilter, after: str | None) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = [PackRow.owner == wanted.owner]
        if wanted.region is not None:
            found.append(PackRow.region == wanted.region)
        if wanted.states:
            found.append(PackRow.state.in_([state.value for state in wanted.states]))
        if wanted.due_by is not None:
            found.append(PackRow.due_on <= wanted.due_by)
        if wanted.blocked_in is not None:
            found.append(PackRow.id.in_(_blocked_in(wanted.blocked_in)))
        if wanted.sought:
            found.append(PackRow.sought.contains(wanted.sought.casefold(), autoescape=True))
        if after is not None:
            last = select(PackRow.created_at, PackRow.id).where(PackRow.id == after)
            found.append(tuple_(PackRow.created_at, PackRow.id) < last.scalar_subquery())
        return found


def _blocked_in(batch_id: str) -> Select[str | None]:
    return select(PackBatchLineRow.pack_id).where(
        PackBatchLineRow.batch_id == batch_id,
        PackBatchLineRow.state == LineState.BLOCKED.value,
    )
