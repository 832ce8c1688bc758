"""A technician's visit before there is anything to sign: planned, a draft, then an envelope."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

from docgen.domain.envelope import Reference
from docgen.domain.errors import StaleVisit, VisitBegun


class VisitState(StrEnum):
    """How far it has come; what becomes of its envelope, the envelope says."""

    PLANNED = "planned"
    BEGUN = "begun"
    """A technician is writing; what he writes is settled by the next state."""
    SIGNING = "signing"
    """An envelope was made of it."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What is known of a visit; the values are checked when an envelope is made of them."""

    id: str
    owner: str
    client: str
    """Which program, or person, planned it."""
    reference: Reference
    planned_on: date
    slot: str | None = None
    """When on that day, as people say it: `10:00–12:00`."""
    employee_id: str | None = None
    """Who is to go; None where anybody of the region may."""
    phone_subject: str | None = None
    """What stands for the subscriber's number, to be found by."""
    content: Mapping[str, Any] = field(repr=False)
    """`{subscriber, documents}` as an envelope is asked for, perhaps in part."""
    state: VisitState = VisitState.PLANNED
    version: int = 1
    envelope_id: str | None = None
    created_at: datetime
    changed_at: datetime
    salt: str | None = field(default=None, repr=False)
    """Under which the journal holds what the row says; the oldest rows have none."""

    def require_version(self, version: int) -> None:
        """Raise StaleVisit for any but the present one."""
        if version != self.version:
            raise StaleVisit(self.version)

    def require_planned(self) -> None:
        """Raise VisitBegun unless nobody has begun it."""
        if self.state is not VisitState.PLANNED:
            raise VisitBegun

    def changed(self, now: datetime, **parts: Any) -> Self:
        """The next version, with these parts."""
        return replace(self, version=self.version + 1, changed_at=now, **parts)


@dataclass(frozen=True, kw_only=True)
class VisitFilter:
    """Which visits are looked for; the caller's owner always, and his region where he has one."""

    owner: str
    region: str | None = None
    planned_on: date | None = None
    order_number: str | None = None
    account_number: str | None = None
    phone_subject: str | None = None
