"""Verify a file: what it is, and why we say so."""

from dataclasses import dataclass
from typing import Any

from docgen.domain.consent import WayOfSigning
from docgen.domain.language import BOTH
from docgen.domain.verdict import Report, Verdict
from docgen.ports import Verifier
from docgen.texts.phrases import say

STANDING = frozenset({Verdict.VALID, Verdict.TEST, Verdict.CHANGED_AFTER_ISSUE})
"""Of these the seal stands, and so does what it covers."""
_WAYS = {WayOfSigning.SMS_CODE.value, WayOfSigning.BY_HAND.value}


@dataclass(frozen=True, kw_only=True)
class VerifyDocument:
    """Judges a file by itself and the trust roots alone."""

    verifier: Verifier

    def __call__(self, pdf: bytes) -> Report:
        """The report; raises UnreadableDocument for what is not a PDF."""
        return self.verifier.verify(pdf).named()


def describe(report: Report, *, registered: bool | None) -> dict[str, Any]:
    """The verdict as JSON values, reasons in both languages; `registered` is None offline."""
    seal = report.seal
    return {
        "verdict": report.verdict.value,
        "test": report.is_test,
        "message": {lang.value: say(f"verdict.{report.verdict}", lang) for lang in BOTH},
        "seal": None
        if seal is None
        else {
            "level": seal.level,
            "signer": seal.signer,
            "serial": seal.serial,
            "time": None if seal.time is None else seal.time.isoformat(),
            "timestamp_authority": seal.timestamp_authority,
        },
        "confirmed_hash": report.confirmed_hash,
        "first_revision_hash": report.first_revision_hash,
        "evidence": report.evidence,
        "journal_chain_ok": report.journal_chain_ok,
        "signing": signing(report),
        "registered": registered,
        "reasons": [_told("reason", code) for code in report.reasons],
        "notices": [_told("notice", code) for code in report.notices],
    }


def signing(report: Report) -> dict[str, str] | None:
    """How it was signed, in both languages, where the seal over the evidence stands."""
    consent = (report.evidence or {}).get("consent")
    way = consent.get("way") if isinstance(consent, dict) else None
    if report.verdict not in STANDING or not isinstance(way, str) or way not in _WAYS:
        return None
    return {"way": way} | {lang.value: say(f"seal.{way}", lang) for lang in BOTH}


def _told(kind: str, code: str) -> dict[str, str]:
    return {"code": code} | {lang.value: say(f"{kind}.{code}", lang) for lang in BOTH}
