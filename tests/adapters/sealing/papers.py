"""What the tests seal: a frozen act and a protocol, and honest evidence.

The two PDFs were written by LibreOffice 7.4 from Word files with the bookmarks of a template
(PDF/A-3b, ExportBookmarksToPDFDestination) and normalised by pikepdf.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from docgen.domain import evidence, journal
from docgen.domain.canonical import canonical_json
from docgen.domain.consent import WayOfSigning
from docgen.domain.envelope import State
from docgen.domain.sealing import Attachment, SealOrder
from tests import builders, hands

_DATA = Path(__file__).parent / "data"

FROZEN = (_DATA / "frozen.pdf").read_bytes()
"""Two pages of PDF/A-3b, kk and ru, with the destinations a template has."""
PROTOCOL = (_DATA / "protocol.pdf").read_bytes()
"""One page."""

CAPTION = (
    "SMS-кодпен расталды / Подтверждено SMS-кодом",
    "Үмбетова Әлия Серікқызы",
    "+7 701 ***-**-42, 02.03.2026 14:32:00 (UTC+5)",
    "№ AA-26-000001",
    "Оператордың электрондық мөрімен бекітілді",
)


@dataclass(frozen=True)
class ShiftedClock:
    """The machine's clock, moved."""

    shift: timedelta = timedelta()

    def now(self) -> datetime:
        """This moment, moved by the shift."""
        return datetime.now(UTC) + self.shift


def stated(frozen: bytes = FROZEN) -> dict[str, Any]:
    """The evidence of a document whose frozen bytes are these, as values."""
    confirmed = builders.envelope(State.CONFIRMED)
    document = confirmed.documents[0]
    was = document.frozen
    assert was is not None
    digest = hashlib.sha256(frozen).hexdigest()
    document = replace(document, frozen=replace(was, sha256=digest, size=len(frozen)))
    envelope = replace(confirmed, documents=(document,))
    first = journal.chain(builders.fact(), envelope_id=envelope.id, last=None)
    confirmation = builders.fact(journal.Event.CONFIRMED)
    second = journal.chain(confirmation, envelope_id=envelope.id, last=first)
    return evidence.build(
        envelope,
        document,
        challenge=builders.challenge(envelope),
        entries=(first, second),
        circumstances=builders.circumstances(),
    )


def stated_by_hand(frozen: bytes = FROZEN, **consent: Any) -> dict[str, Any]:
    """The evidence of the same document, signed by hand."""
    made = stated(frozen)
    signed = builders.confirmed_by_hand()
    by_hand = evidence.build(
        replace(signed, consent=builders.handwritten_consent(**consent)),
        signed.documents[0],
        challenge=None,
        entries=(),
        circumstances=builders.circumstances(),
    )
    return made | {"consent": by_hand["consent"], "challenge": None}


def order_by_hand(**changes: Any) -> SealOrder:
    """An order to seal the frozen act, signed on a screen."""
    content = hands.strokes().content()
    kept = builders.drawn(strokes_sha256=hashlib.sha256(content).hexdigest())
    attached = Attachment(
        name=evidence.STROKES_FILE,
        media_type="application/json",
        content=content,
        description="Strokes of the hand",
    )
    built = order(
        way=WayOfSigning.BY_HAND,
        evidence=canonical_json(stated_by_hand(hand=kept)),
        attachments=(attached,),
    )
    return replace(built, **changes)


def order_of_scan(content: bytes) -> SealOrder:
    """An order to seal the frozen act, signed on paper."""
    scan = builders.scanned(
        scan_sha256=hashlib.sha256(content).hexdigest(), media_type="image/jpeg"
    )
    attached = Attachment(
        name="scan.jpg", media_type="image/jpeg", content=content, description="Scan"
    )
    return order(
        way=WayOfSigning.BY_HAND,
        evidence=canonical_json(stated_by_hand(hand=scan)),
        attachments=(attached,),
    )


def order(**changes: Any) -> SealOrder:
    """An order to seal the frozen act, confirmed by SMS."""
    built = SealOrder(
        frozen=FROZEN,
        protocol=PROTOCOL,
        evidence=canonical_json(stated(changes.get("frozen", FROZEN))),
        way=WayOfSigning.SMS_CODE,
        caption=CAPTION,
        reason="Оператордың электрондық мөрімен бекітілді",
        location="Алматы",
    )
    return replace(built, **changes)
