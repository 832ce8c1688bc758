"""Work that must follow a transaction, and is owed until it is done."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Task(StrEnum):
    """Work that must follow a transaction."""

    RENDER = "render"
    SEAL = "seal"
    SIGN_DETACHED = "sign_detached"
    BUILD_PACK = "build_pack"
    """Of a notary pack; the row names the pack in the place of an envelope."""
    BUILD_LINE = "build_line"
    """A pack of a batch; its line is what is owed, and no row says so again."""


@dataclass(frozen=True, kw_only=True)
class OutboxRow:
    """A piece of work owed since its transaction; ids only."""

    id: str
    task: Task
    envelope_id: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """Work of one kind that is owed."""

    count: int
    oldest: datetime
