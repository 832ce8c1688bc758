"""What a file turns out to be, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from docgen.domain.for_tests import EVIDENCE


class Verdict(StrEnum):
    """What a file turns out to be."""

    VALID = "valid"
    TEST = "test"
    """Sealed and intact as a valid one, and made for trying out: it binds nobody."""
    CHANGED_AFTER_ISSUE = "changed_after_issue"
    INVALID = "invalid"
    UNSEALED = "unsealed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class SealFacts:
    """What the seal itself says."""

    level: str
    signer: str
    serial: str
    time: datetime | None
    timestamp_authority: str | None


@dataclass(frozen=True, kw_only=True)
class Report:
    """A verdict and all it rests on; `reasons` are codes with texts in `docgen.texts`."""

    verdict: Verdict
    seal: SealFacts | None = None
    confirmed_hash: str | None = None
    first_revision_hash: str | None = None
    evidence: Mapping[str, Any] | None = None
    journal_chain_ok: bool | None = None
    reasons: tuple[str, ...] = field(default_factory=tuple)
    notices: tuple[str, ...] = field(default_factory=tuple)
    """What the seal leaves open without making the verdict worse; codes, as reasons are."""
    claimed_token: str | None = None
    """Which document the file says it is, by the token it prints: true only of a valid one."""

    @property
    def is_test(self) -> bool:
        """Whether the evidence says that the paper was made for trying out."""
        return (self.evidence or {}).get(EVIDENCE) is True

    def named(self) -> Self:
        """The report under its own verdict: a test is never a valid paper, however well sealed."""
        if self.verdict is Verdict.VALID and self.is_test:
            return replace(self, verdict=Verdict.TEST)
        return self
