"""What is to be sealed, and what came of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from docgen.domain.consent import WayOfSigning
from docgen.domain.envelope import SealLevel
from docgen.domain.verdict import Report


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file that lies beside the evidence in a sealed file."""

    name: str
    media_type: str
    content: bytes
    description: str


@dataclass(frozen=True, kw_only=True)
class SealOrder:
    """What to seal: the frozen bytes, the pages to add, the evidence, and what the seal shows."""

    frozen: bytes
    protocol: bytes
    evidence: bytes
    way: WayOfSigning
    caption: tuple[str, ...]
    """Lines of the visible seal, top to bottom; below them it names the holder of its key."""
    reason: str
    location: str
    attachments: tuple[Attachment, ...] = ()
    """The strokes of a hand, which are drawn into the seal's picture too, or a scan."""


@dataclass(frozen=True, kw_only=True)
class SealedPdf:
    """The frozen bytes plus exactly one revision."""

    pdf: bytes
    level: SealLevel
    signer: str
    serial: str
    sealed_at: datetime
    ends_at: datetime | None = None
    """When the first of the certificates it rests on ends."""


@dataclass(frozen=True, kw_only=True)
class ArchivedPdf:
    """A sealed file plus one revision more: validation data and a document time stamp."""

    pdf: bytes
    authority: str
    stamped_at: datetime
    ends_at: datetime
    """When the certificate of that authority ends."""


@dataclass(frozen=True, kw_only=True)
class StampJudged:
    """What a time-stamp token says, and what is to be said against it."""

    stamped_at: datetime | None
    authority: str | None
    fault: str | None = None
    """`unreadable`, `of_other_bytes`, `broken` or `not_trusted`; None for a good one."""


@dataclass(frozen=True, kw_only=True)
class DetachedOrder:
    """Sealed bytes that the operator also signs with the national signature, beside the file."""

    envelope_id: str
    document_id: str
    pdf: bytes


@dataclass(frozen=True, kw_only=True)
class SealAbility:
    """What the seal could do now."""

    holder: str
    """Who the certificate says the seal is, as the visible seal shows it."""
    serial: str
    key: str
    """`RSA-3072`, `P-256` and so on."""
    valid_until: datetime
    level: SealLevel
    detached: bool = False
    """Whether the operator's national signature is made beside the file."""


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """A seal that was made, judged and thrown away."""

    report: Report
    sealing: timedelta
    verifying: timedelta
