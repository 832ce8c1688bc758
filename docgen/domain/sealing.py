"""What is to be sealed, and what came of it."""

from dataclasses import dataclass
from datetime import datetime

from docgen.domain.consent import WayOfSigning
from docgen.domain.envelope import SealLevel


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


@dataclass(frozen=True, kw_only=True)
class SealedPdf:
    """The frozen bytes plus exactly one revision."""

    pdf: bytes
    level: SealLevel
    signer: str
    serial: str
    sealed_at: datetime


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
