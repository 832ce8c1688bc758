"""Lifted limits in SQL."""

from datetime import datetime

from sqlalchemy import func, insert, select, type_coerce
from sqlalchemy.orm import Session

from docgen.adapters.db.columns import UtcDateTime
from docgen.adapters.db.rows import LimitLiftRow
from docgen.domain.sending_limits import Limit


class SqlLifts:
    """Implements ports.Lifts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, limit: Limit, subject: str, *, envelope_id: str, at: datetime) -> None:
        """From that moment on counting begins anew."""
        self._session.execute(
            insert(LimitLiftRow).values(
                limit_name=limit.value, subject=subject, envelope_id=envelope_id, lifted_at=at
            )
        )

    def last(self, limit: Limit, subject: str) -> datetime | None:
        """When that was the last time, if ever."""
        latest = type_coerce(func.max(LimitLiftRow.lifted_at), UtcDateTime())
        wanted = (LimitLiftRow.limit_name == limit.value) & (LimitLiftRow.subject == subject)
        return self._session.scalar(select(latest).where(wanted))
