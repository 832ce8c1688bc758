"""Lifted limits in SQL."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select, type_coerce

from docgen.adapters.db.columns import UtcDateTime
from docgen.adapters.db.prepared import PreparedQuery
from docgen.adapters.db.rows import LimitLiftRow
from docgen.domain.sending_limits import Limit

_LAST = PreparedQuery(
    select(type_coerce(func.max(LimitLiftRow.lifted_at), UtcDateTime())).where(
        LimitLiftRow.limit_name == bindparam("its_limit"),
        LimitLiftRow.subject == bindparam("its_subject"),
    )
)


class SqlLifts:
    """Implements ports.Lifts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, limit: Limit, subject: str, *, envelope_id: str, at: datetime) -> None:
        """From that moment on counting begins anew."""
        self._connection.execute(
            insert(LimitLiftRow).values(
                limit_name=limit.value, subject=subject, envelope_id=envelope_id, lifted_at=at
            )
        )

    def last(self, limit: Limit, subject: str) -> datetime | None:
        """When that was the last time, if ever."""
        given = {"its_limit": limit.value, "its_subject": subject}
        return next(iter(_LAST.column(self._connection, given)), None)
