"""What is found wrong in the register, by table and row."""

from dataclasses import dataclass
from enum import StrEnum


class Mismatch(StrEnum):
    """What can be wrong with a row; each has its sentence in the texts."""

    UNREADABLE = "unreadable"
    """Its columns make no sense, or contradict one another."""
    CHANGED = "changed"
    """It is not what the journal says of it."""
    UNTOLD = "untold"
    """The journal knows nothing of it."""
    MISSING = "missing"
    """The journal, or an anchor, tells of it."""
    DETACHED = "detached"
    """The entry after it was written over another one."""
    BACKDATED = "backdated"
    """It is dated before an anchor that does not hold it."""
    NOT_ANCHORED = "not_anchored"
    """Days are over and no anchor is there: the worker was away, or anchors were deleted."""
    ROOT_DIFFERS = "root_differs"
    """The leaves do not make the anchor's root."""
    TOKEN_REFUSED = "token_refused"  # noqa: S105  # a time-stamp token is no secret
    """The time-stamp token does not prove the anchor."""
    FILE_MISSING = "file_missing"
    """The bytes are not there."""
    FILE_DAMAGED = "file_damaged"
    """There are other bytes than registered."""
    UNGUARDED = "unguarded"
    """The database would let anybody change it: its triggers are gone."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One row that is not as it was written; rows of the journal are `ENVELOPE/SEQUENCE`."""

    fault: Mismatch
    table: str
    row: str
    detail: str = ""
