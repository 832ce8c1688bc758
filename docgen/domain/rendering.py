"""What is to be made of a Word template, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from docgen.domain.language import Language


@dataclass(frozen=True, kw_only=True)
class RenderOrder:
    """What to make: a template name, and for each language, in order, the values it sees."""

    template: str
    """Path below `templates_kk` and `templates_ru` without the ending: `acceptance_act`."""
    contexts: Mapping[Language, Mapping[str, Any]]
    title: str
    identifier: str
    """Goes into the metadata (dc:identifier): how a file says which document it is."""
    made_at: datetime
    """Stands in the metadata: the same order gives the same bytes whenever it is carried out."""
    qr: str | None = None
    """Text of the QR code that takes the place of the template's picture named `qr`."""
    pinned: Mapping[Language, str] = field(default_factory=dict)
    """SHA-256 that the Word files must have; those of other languages may be any."""
    caller: str = ""
    """For whom it is: callers take turns."""
    batch: bool = False
    """Nobody waits for it: those who do go first."""


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A normalised PDF/A-3b of one revision, ready to be frozen."""

    pdf: bytes
    pages: int
    template_sha256: str
    engine: str
