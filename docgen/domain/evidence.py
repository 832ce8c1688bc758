"""What a sealed file carries about itself: everything needed to check it without us.

No code, no code's MAC, no full IIN and no full phone: masked values for people, HMACs under the
envelope's salt for whoever holds the register.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from docgen.domain import journal
from docgen.domain.canonical import canonical_json, instant
from docgen.domain.challenge import Challenge
from docgen.domain.consent import Consent, SmsConsent
from docgen.domain.dispatch import Hop
from docgen.domain.envelope import Document, Envelope, Frozen
from docgen.domain.errors import ChainBroken
from docgen.domain.subscriber import PhoneVerification

FORMAT = "qoltanba-evidence/1"
FILE_NAME = "evidence.json"
STATED = "stated_by_client"
VERIFIED_HERE = "verified_here"


def build(
    envelope: Envelope,
    document: Document,
    *,
    challenge: Challenge | None,
    hops: Sequence[Hop] = (),
    entries: Sequence[journal.Entry],
    title: Mapping[str, str],
) -> dict[str, Any]:
    """The evidence of one document, as JSON values; times are UTC (ISO 8601)."""
    frozen = document.frozen
    if frozen is None or envelope.consent is None:
        raise ValueError("evidence is built of a confirmed envelope only")
    return {
        "format": FORMAT,
        "document": _document(document, frozen, title),
        "envelope": {
            "id": envelope.id,
            "order_number": envelope.reference.order_number,
            "manifest_sha256": envelope.manifest_hash,
            "documents": [
                {"document": d.id, "number": d.number, "sha256": d.frozen_hash()}
                for d in envelope.documents
            ],
        },
        "subscriber": _subscriber(envelope, entries),
        "consent": _consent(envelope.consent),
        "challenge": None if challenge is None else _challenge(challenge, hops),
        "journal": {
            "envelope_id": envelope.id,
            "entries": [entry.columns() | {"hash": entry.hash} for entry in entries],
        },
    }


def confirmed_hash(evidence: Mapping[str, Any]) -> str | None:
    """The hash the code was bound to, as the evidence states it; None in foreign JSON."""
    document = evidence.get("document")
    value = document.get("sha256") if isinstance(document, dict) else None
    return value if isinstance(value, str) else None


def chain_holds(evidence: Mapping[str, Any]) -> bool:
    """Whether the journal extract's hashes follow from one another and begin at the beginning."""
    try:
        entries = [_entry(columns) for columns in evidence["journal"]["entries"]]
        journal.check(entries)
    except (ChainBroken, KeyError, TypeError, ValueError):
        return False
    return bool(entries)


def parse(content: bytes) -> dict[str, Any] | None:
    """The evidence in an attachment; None where it is not evidence of ours."""
    try:
        value = json.loads(content)
        # Python reads more than JSON can say: NaN, and halves of characters.
        canonical_json({"evidence": value})
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict) and value.get("format") == FORMAT:
        return value
    return None


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
        "engine": frozen.engine,
        "frozen_at": instant(frozen.frozen_at),
        "verification_token": document.verification_token,
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
        "directory": [_asked(e) for e in entries if e.event is journal.Event.NUMBER_CHECKED],
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
            "device": consent.device,
        }
    return stated | {
        "witness": consent.witness,
        "strokes_or_scan_sha256": consent.evidence_sha256,
    }


def _challenge(challenge: Challenge, hops: Sequence[Hop]) -> dict[str, Any]:
    return {
        "id": challenge.id,
        "channel": str(challenge.channel),
        "purpose": challenge.purpose,
        "bound_to": challenge.manifest_hash,
        "issued_at": instant(challenge.issued_at),
        "expires_at": instant(challenge.expires_at),
        "sent_at": None if challenge.sent_at is None else instant(challenge.sent_at),
        "provider": challenge.provider,
        "provider_message_id": challenge.provider_message_id,
        "attempts_used": challenge.attempts_used,
        "attempts_allowed": challenge.attempts_allowed,
        "delivery": str(challenge.delivery),
        "hops": [_hop(hop) for hop in hops],
    }


def _hop(hop: Hop) -> dict[str, Any]:
    """A hop by which the code went or was refused; a status is in the provider's own words."""
    return {
        "number": hop.number,
        "route": hop.route,
        "provider": hop.provider,
        "message_id": hop.message_id,
        "begun_at": instant(hop.begun_at),
        "state": str(hop.state),
        "status": hop.raw,
        "answered_at": None if hop.answered_at is None else instant(hop.answered_at),
        "delivery": str(hop.delivery),
        "delivery_status": hop.delivery_raw,
        "delivery_at": None if hop.delivery_at is None else instant(hop.delivery_at),
    }


def _entry(columns: Mapping[str, Any]) -> journal.Entry:
    return journal.Entry(
        envelope_id=columns["envelope_id"],
        sequence=columns["sequence"],
        event=journal.Event(columns["event"]),
        at=datetime.fromisoformat(columns["at"]),
        actor=columns["actor"],
        details=columns["details"],
        previous_hash=columns["previous_hash"],
        hash=columns["hash"],
    )
