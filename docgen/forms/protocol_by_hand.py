"""What the signing protocol tells of a signature by hand."""

from typing import Any

from docgen.domain.consent import Drawn, HandwrittenConsent, Scanned
from docgen.domain.evidence import SCAN_FILES, STROKES_FILE
from docgen.domain.language import Language
from docgen.texts.dates import moment
from docgen.texts.phrases import say

DASH = "—"
_TENTHS = 100


def hand_context(consent: HandwrittenConsent, language: Language) -> dict[str, Any]:
    """When, before whom, on what; how it was done, and the hashes of what is kept of it."""
    hand, witness = consent.hand, consent.witness
    drawn = isinstance(hand, Drawn)
    kind = "drawn" if drawn else "scanned"
    told = _of_strokes(hand, language) if isinstance(hand, Drawn) else _of_scan(hand, language)
    return {
        "confirmed_at": moment(consent.confirmed_at),
        "kind": say(f"hand.{kind}", language),
        "witness": witness.name,
        "witness_id": witness.employee_id,
        "witness_role": witness.role or DASH,
        "device": hand.device or DASH,
        "told": told,
        "file": STROKES_FILE if isinstance(hand, Drawn) else SCAN_FILES[hand.media_type],
        "hashes": [
            {"name": say(f"hand.hash.{name}", language), "sha256": sha256}
            for name, sha256 in consent.files().items()
        ],
    }


def _of_strokes(hand: Drawn, language: Language) -> str:
    whole, tenths = divmod(round(hand.lasted_ms / _TENTHS), 10)
    return say(
        "hand.strokes",
        language,
        strokes=hand.strokes,
        points=hand.points,
        seconds=f"{whole},{tenths}",
        tool=say(f"tool.{hand.tool}", language),
    )


def _of_scan(hand: Scanned, language: Language) -> str:
    return say("hand.scan", language, pages=hand.pages, kind=_short(hand.uploaded_type))


def _short(media_type: str) -> str:
    return media_type.rpartition("/")[2].upper()
