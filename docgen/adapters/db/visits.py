"""Visits in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from docgen.adapters.db.reading import all_rows, one_row
from docgen.adapters.db.visit_rows import VisitRow
from docgen.domain.envelope import Reference
from docgen.domain.errors import StaleVisit, VisitNotFound
from docgen.domain.visit import Visit, VisitFilter, VisitState


class SqlVisits:
    """Implements ports_of_staff.Visits."""

    def __init__(self, connection: Connection, *, locking: bool) -> None:
        self._connection = connection
        self._locking = locking

    def add(self, visit: Visit) -> None:
        """Store a new one."""
        self._connection.execute(insert(VisitRow).values(**visit_columns(visit)))

    def get(self, visit_id: str) -> Visit:
        """The visit, locked in a writing unit; raises VisitNotFound."""
        wanted = select(VisitRow).where(VisitRow.id == visit_id)
        if self._locking:
            wanted = wanted.with_for_update()
        row = one_row(self._connection, wanted)
        if row is None:
            raise VisitNotFound(visit_id)
        return visit_of(row)

    def save(self, visit: Visit) -> None:
        """Store the next version; raises StaleVisit where another was stored meanwhile."""
        updated = self._connection.execute(
            update(VisitRow)
            .where(VisitRow.id == visit.id, VisitRow.version == visit.version - 1)
            .values(**visit_columns(visit))
        )
        if updated.rowcount != 1:
            raise StaleVisit(self.get(visit.id).version)

    def reset(self, visit: Visit, *, was: int) -> None:
        """Put an older version back, over that one only; raises StaleVisit."""
        updated = self._connection.execute(
            update(VisitRow)
            .where(VisitRow.id == visit.id, VisitRow.version == was)
            .values(**visit_columns(visit))
        )
        if updated.rowcount != 1:
            raise StaleVisit(self.get(visit.id).version)

    def find(self, wanted: VisitFilter, *, after: str | None, limit: int) -> Sequence[Visit]:
        """Those that fit, by id; with `after`, those beyond it."""
        rows = all_rows(
            self._connection,
            select(VisitRow).where(*_conditions(wanted, after)).order_by(VisitRow.id).limit(limit),
        )
        return [visit_of(row) for row in rows]


def _conditions(wanted: VisitFilter, after: str | None) -> list[ColumnElement[bool]]:
    asked: list[tuple[Any, Any]] = [
        (VisitRow.region, wanted.region),
        (VisitRow.planned_on, wanted.planned_on),
        (VisitRow.order_number, wanted.order_number),
        (VisitRow.account_number, wanted.account_number),
        (VisitRow.phone_subject, wanted.phone_subject),
    ]
    found = [VisitRow.owner == wanted.owner]
    found += [column == value for column, value in asked if value is not None]
    return found if after is None else [*found, VisitRow.id > after]


def visit_columns(visit: Visit) -> dict[str, Any]:
    """As the table holds a visit."""
    return {
        "id": visit.id,
        "version": visit.version,
        "state": visit.state.value,
        "owner": visit.owner,
        "client": visit.client,
        "region": visit.reference.region,
        "order_number": visit.reference.order_number,
        "account_number": visit.reference.account_number,
        "planned_on": visit.planned_on,
        "slot": visit.slot,
        "employee_id": visit.employee_id,
        "phone_subject": visit.phone_subject,
        "content": dict(visit.content),
        "envelope_id": visit.envelope_id,
        "created_at": visit.created_at,
        "changed_at": visit.changed_at,
        "salt": visit.salt,
    }


def visit_of(row: VisitRow) -> Visit:
    """The visit of a row."""
    return Visit(
        id=row.id,
        version=row.version,
        state=VisitState(row.state),
        owner=row.owner,
        client=row.client,
        reference=Reference(
            order_number=row.order_number, account_number=row.account_number, region=row.region
        ),
        planned_on=row.planned_on,
        slot=row.slot,
        employee_id=row.employee_id,
        phone_subject=row.phone_subject,
        content=row.content,
        envelope_id=row.envelope_id,
        created_at=row.created_at,
        changed_at=row.changed_at,
        salt=row.salt,
    )
