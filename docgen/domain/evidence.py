"""What a sealed file carries about itself: everything needed to check it without us.

No code, no code's MAC, no full IIN and no full phone: masked values for people, HMACs under the
envelope's salt for whoever holds the register.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docgen.domain import for_tests, journal, pack_evidence
from docgen.domain.canonical import canonical_json, instant
from docgen.domain.challenge import Challenge
from docgen.domain.consent import Consent, Drawn, HandwrittenConsent, Scanned, SmsConsent
from docgen.domain.dispatch import Hop
from docgen.domain.envelope import Document, Envelope, Frozen
from docgen.domain.operator import Operator
from docgen.domain.sealing import SealAbility
from docgen.domain.subscriber import PhoneVerification

FORMAT = "qoltanba-evidence/1"
FILE_NAME = "evidence.json"
STROKES_FILE = "strokes.json"
SCAN_FILES = {"image/jpeg": "scan.jpg", "application/pdf": "scan.pdf"}
STATED = "stated_by_client"
VERIFIED_HERE = "verified_here"
RETENTION_YEARS = 3
"""After the contract's end (public contract, annex 5, point 15)."""
_MAC = "HMAC-SHA-256"


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What the evidence states beside the envelope itself."""

    title: Mapping[str, str]
    operator: Operator
    seal: SealAbility
    """The seal as it was just before it was put on."""
    verify_url: str


@dataclass(frozen=True, kw_only=True)
class Named:
    """Of which document evidence speaks."""

    envelope_id: str
    document_id: str


def build(
    envelope: Envelope,
    document: Document,
    *,
    challenge: Challenge | None,
    hops: Sequence[Hop] = (),
    entries: Sequence[journal.Entry],
    circumstances: Circumstances,
) -> dict[str, Any]:
    """The evidence of one document, as JSON values; times are UTC (ISO 8601).

    Its schema is `evidence_schema.SCHEMA`, its meaning is told in docs/evidence.md.
    """
    frozen = document.frozen
    if frozen is None or envelope.consent is None:
        raise ValueError("evidence is built of a confirmed envelope only")
    return ({for_tests.EVIDENCE: True} if envelope.is_test else {}) | {
        "format": FORMAT,
        "document": _document(document, frozen, circumstances.title),
        "operator": _operator(circumstances.operator),
        "envelope": _envelope(envelope),
        "subscriber": _subscriber(envelope, entries),
        "consent": _consent(envelope.consent),
        "challenge": None if challenge is None else _challenge(challenge, hops),
        "journal": _journal(envelope, entries),
        "seal": _seal(circumstances.seal),
        "clock": {"zone": "UTC", "source": circumstances.operator.time_source},
        "retention": {"years_after_contract_end": RETENTION_YEARS},
        "verify_url": circumstances.verify_url,
    }


def confirmed_hash(evidence: Mapping[str, Any]) -> str | None:
    """The hash the code was bound to, as the evidence states it; None in foreign JSON."""
    document = evidence.get("document")
    value = document.get("sha256") if isinstance(document, dict) else None
    return value if isinstance(value, str) else None


def verification_token(evidence: Mapping[str, Any]) -> str | None:
    """The token that the document prints, as the evidence states it; None in foreign JSON."""
    document = evidence.get("document")
    value = document.get("verification_token") if isinstance(document, dict) else None
    return value if isinstance(value, str) else None


def chain_holds(evidence: Mapping[str, Any]) -> bool:
    """Whether the journal extract is this envelope's, whole, and its hashes follow one another."""
    try:
        own, told = evidence["envelope"]["id"], evidence["journal"]
    except (KeyError, TypeError):
        return False
    return journal.extract_holds(own, told)


def manifest_holds(evidence: Mapping[str, Any]) -> bool:
    """Whether the manifest lists this document's hash, and is what the code was bound to."""
    try:
        envelope, document = evidence["envelope"], evidence["document"]
        listed = [
            {"document": each["document"], "sha256": each["sha256"]}
            for each in envelope["documents"]
        ]
        ours = {"document": document["id"], "sha256": document["sha256"]}
        challenge = evidence["challenge"]
        bound_to = envelope["manifest_sha256"] if challenge is None else challenge["bound_to"]
        digest = hashlib.sha256(canonical_json({"manifest": listed})).hexdigest()
    except (KeyError, TypeError, ValueError):
        return False
    return ours in listed and digest == envelope["manifest_sha256"] == bound_to


def parse(content: bytes) -> dict[str, Any] | None:
    """The evidence in an attachment; None where it is not evidence of ours."""
    try:
        value = json.loads(content)
        # Python reads more than JSON can say: NaN, and halves of characters.
        canonical_json({"evidence": value})
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict) and value.get("format") in {FORMAT, pack_evidence.FORMAT}:
        return value
    return None


def names(content: bytes) -> Named | None:
    """Of which document the evidence says it speaks; None where it is not evidence of ours."""
    try:
        stated = parse(content) or {}
        envelope_id, document_id = stated["envelope"]["id"], stated["document"]["id"]
    except (KeyError, TypeError):
        return None
    if isinstance(envelope_id, str) and isinstance(document_id, str):
        return Named(envelope_id=envelope_id, document_id=document_id)
    return None


def messages(hops: Sequence[Hop]) -> list[dict[str, Any]]:
    """Each handing over of the message to a route, and what was heard of it until the seal."""
    return [
        {
            "number": hop.number,
            "route": hop.route,
            "provider": hop.provider,
            "message_id": hop.message_id,
            "state": str(hop.state),
            "raw": hop.raw,
            "begun_at": instant(hop.begun_at),
            "answered_at": None if hop.answered_at is None else instant(hop.answered_at),
            "delivery": str(hop.delivery),
            "delivery_raw": hop.delivery_raw,
            "delivery_at": None if hop.delivery_at is None else instant(hop.delivery_at),
        }
        for hop in hops
    ]


def values_hash(document: Document) -> str:
    """SHA-256 over the canonical JSON of a document's values, in hexadecimal."""
    return hashlib.sha256(canonical_json(document.values)).hexdigest()


def pseudonym(salt: str, value: str) -> str:
    """HMAC-SHA-256 of a personal value under the envelope's salt, in hexadecimal."""
    return hmac.new(salt.encode(), value.encode(), hashlib.sha256).hexdigest()


def _document(document: Document, frozen: Frozen, title: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": document.id,
        "number": document.number,
        "form": document.form,
        "edition": document.edition,
        "title": dict(title),
        "languages": [str(language) for language in document.languages],
        "sha256": frozen.sha256,
        "size": frozen.size,
        "pages": frozen.pages,
        "values_sha256": values_hash(document),
        "template_sha256": frozen.template_sha256,
        "word_files_sha256": {str(lang): sha256 for lang, sha256 in document.templates.items()},
        "engine": frozen.engine,
        "frozen_at": instant(frozen.frozen_at),
        "verification_token": document.verification_token,
    }


def _operator(operator: Operator) -> dict[str, Any]:
    return {
        "name": {str(language): name for language, name in operator.name.items()},
        "bin": operator.bin.value,
    }


def _envelope(envelope: Envelope) -> dict[str, Any]:
    return {
        "id": envelope.id,
        "order_number": envelope.reference.order_number,
        "account_number": envelope.reference.account_number,
        "supersedes": envelope.supersedes,
        "manifest_sha256": envelope.manifest_hash,
        "documents": [
            {"document": d.id, "number": d.number, "sha256": d.frozen_hash()}
            for d in envelope.documents
        ],
    }


def _subscriber(envelope: Envelope, entries: Sequence[journal.Entry]) -> dict[str, Any]:
    person = envelope.subscriber
    return {
        "full_name": person.full_name,
        "iin": person.iin.masked(),
        "iin_hmac": pseudonym(envelope.salt, person.iin.value),
        "phone": person.phone.masked(),
        "phone_hmac": pseudonym(envelope.salt, person.phone.value),
        "phone_verification": _verification(person.phone_verification),
        "directory": [_asked(entry) for entry in entries if _is_asked(entry)],
    }


def _verification(event: PhoneVerification) -> dict[str, Any]:
    """Whether the register itself holds it, or the client merely says so."""
    here = event.here
    return {
        "method": str(event.method),
        "verified_at": instant(event.verified_at),
        "identified_by": event.identified_by,
        "identity_document": str(event.identity_document),
        "source": STATED if here is None else VERIFIED_HERE,
        "verification": None
        if here is None
        else {
            "id": here.id,
            "journal_head": here.journal_head,
            "challenge": dict(here.challenge),
        },
    }


def _is_asked(entry: journal.Entry) -> bool:
    return entry.event is journal.Event.NUMBER_CHECKED and {"before", "flags"} <= set(entry.details)


def _asked(entry: journal.Entry) -> dict[str, Any]:
    """What was found of the number at that moment, as the journal keeps it."""
    return {
        "at": instant(entry.at),
        "before": entry.details["before"],
        "belongs": entry.details.get("directory"),
        "sim_changed_at": entry.details.get("sim_changed_at"),
        "flags": entry.details["flags"].split(),
    }


def _consent(consent: Consent) -> dict[str, Any]:
    stated = {
        "way": str(consent.way),
        "confirmed_at": instant(consent.confirmed_at),
        "text": consent.text.text,
        "text_version": consent.text.version,
        "text_language": str(consent.text.language),
        "text_sha256": hashlib.sha256(consent.text.text.encode()).hexdigest(),
    }
    if isinstance(consent, SmsConsent):
        return stated | {
            "entered_by": str(consent.entered_by),
            "employee_id": consent.employee_id,
            "attempt_id": consent.attempt_id,
            "device": consent.device,
        }
    return stated | _by_hand(consent)


def _by_hand(consent: HandwrittenConsent) -> dict[str, Any]:
    """Who saw it, and what is attached beside the evidence: strokes or a scan."""
    hand, witness = consent.hand, consent.witness
    drawn = hand if isinstance(hand, Drawn) else None
    scanned = hand if isinstance(hand, Scanned) else None
    return {
        "witness": {
            "name": witness.name,
            "employee_id": witness.employee_id,
            "role": witness.role,
        },
        "device": hand.device,
        "strokes": None
        if drawn is None
        else {
            "file": STROKES_FILE,
            "sha256": drawn.strokes_sha256,
            "image_sha256": drawn.image_sha256,
            "tool": str(drawn.tool),
            "strokes": drawn.strokes,
            "points": drawn.points,
            "lasted_ms": drawn.lasted_ms,
        },
        "scan": None
        if scanned is None
        else {
            "file": SCAN_FILES[scanned.media_type],
            "sha256": scanned.scan_sha256,
            "media_type": scanned.media_type,
            "pages": scanned.pages,
            "uploaded_sha256": scanned.uploaded_sha256,
            "uploaded_type": scanned.uploaded_type,
        },
    }


def attached(evidence: Mapping[str, Any]) -> Mapping[str, str]:
    """SHA-256 of each file that lies beside the evidence, by its name; of foreign JSON none."""
    consent = evidence.get("consent")
    parts = [consent.get(kind) for kind in ("strokes", "scan")] if isinstance(consent, dict) else []
    listed = ((each.get("file"), each.get("sha256")) for each in parts if isinstance(each, dict))
    return {str(name): str(sha256) for name, sha256 in listed}


def _challenge(challenge: Challenge, hops: Sequence[Hop]) -> dict[str, Any]:
    return {
        "id": challenge.id,
        "channel": str(challenge.channel),
        "purpose": challenge.purpose,
        "digits": challenge.digits,
        "mac_algorithm": _MAC,
        "bound_to": challenge.manifest_hash,
        "issued_at": instant(challenge.issued_at),
        "expires_at": instant(challenge.expires_at),
        "delivery": str(challenge.delivery),
        "messages": messages(hops),
        "attempts_used": challenge.attempts_used,
        "attempts_allowed": challenge.attempts_allowed,
    }


def _journal(envelope: Envelope, entries: Sequence[journal.Entry]) -> dict[str, Any]:
    return {
        "envelope_id": envelope.id,
        "entries": [entry.columns() | {"hash": entry.hash} for entry in entries],
        "head": entries[-1].hash if entries else journal.GENESIS,
    }


def _seal(seal: SealAbility) -> dict[str, Any]:
    return {"holder": seal.holder, "serial": seal.serial, "level": str(seal.level)}
