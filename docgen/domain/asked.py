"""Requests that must have one effect and one answer, however often they come."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class AskedOnce:
    """A request under an idempotency key, and its answer once there is one."""

    client: str
    key: str
    fingerprint: str
    """Tells this request from any other; cannot be turned back without the caller's secret."""
    resource_id: str
    """The id of what the request makes, so that asking twice cannot make two."""
    claimed_at: datetime
    """Since when somebody is at it; also tells one claim from a later one."""
    resumed: bool = False
    """Somebody else was at it before; not kept, only told to who claims it."""
    free: bool = False
    """Nobody is at it any more, though nobody has answered."""
    answer: str | None = None
