"""What the signing protocol's Word template sees: the evidence, for people."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from docgen.domain.challenge import Challenge
from docgen.domain.consent import Consent, HandwrittenConsent, WayOfSigning
from docgen.domain.dispatch import Hop
from docgen.domain.envelope import Document, Envelope, Frozen, SealLevel
from docgen.domain.evidence import RETENTION_YEARS, messages, values_hash
from docgen.domain.journal import Entry
from docgen.domain.language import BOTH, Language
from docgen.domain.operator import Operator
from docgen.domain.sealing import SealAbility
from docgen.domain.subscriber import PhoneVerification, Subscriber
from docgen.domain.ticket import Channel
from docgen.forms.protocol_by_hand import hand_context
from docgen.texts.dates import formal, local_day, moment
from docgen.texts.money import grouped
from docgen.texts.phrases import phrases, say

TEMPLATE = "papers/signing_protocol"
BY_HAND_TEMPLATE = "papers/signing_protocol_by_hand"
TEMPLATES = (TEMPLATE, BY_HAND_TEMPLATE)
TITLE = "Қол қою хаттамасы / Протокол подписания"
DASH = "—"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything the protocol of one document is made from."""

    envelope: Envelope
    document: Document
    frozen: Frozen
    consent: Consent
    challenge: Challenge | None
    hops: Sequence[Hop] = ()
    """By which the confirmed code went, in order."""
    entries: Sequence[Entry]
    titles: Mapping[str, Mapping[str, str]]
    """Names of the papers by document id, then by language."""
    operator: Operator
    seal: SealAbility
    verify_url: str


def template_for(way: WayOfSigning) -> str:
    """Which of the protocol's templates tells of that way."""
    return BY_HAND_TEMPLATE if way is WayOfSigning.BY_HAND else TEMPLATE


def context(facts: Facts, language: Language) -> dict[str, Any]:
    """Strings and rows of strings; persons masked, every time with its zone."""
    consent = facts.consent
    how = (
        {"hand": hand_context(consent, language)}
        if isinstance(consent, HandwrittenConsent)
        else {"code": _code(facts, language), "messages": _messages(facts.hops, language)}
    )
    return _shared(facts, language) | how


def _shared(facts: Facts, language: Language) -> dict[str, Any]:
    envelope, person = facts.envelope, facts.envelope.subscriber
    return {
        "document": _document(facts, language),
        "envelope": {
            "id": envelope.id,
            "order_number": envelope.reference.order_number,
            "account_number": envelope.reference.account_number,
            "manifest_sha256": envelope.manifest_hash,
        },
        "documents": _documents(facts, language),
        "operator": {
            "name": facts.operator.name[language],
            "bin": facts.operator.bin.value,
            "address": facts.operator.address[language],
        },
        "subscriber": {
            "full_name": person.full_name,
            "iin": person.iin.masked(),
            "phone": person.phone.masked(),
        },
        "verification": _verification(person.phone_verification, language),
        "consent": _consent(facts.consent, language),
        "seal": _seal(facts, language),
        "events": [_event(entry, language) for entry in facts.entries],
        "chain_hash": facts.entries[-1].hash if facts.entries else DASH,
        "verify": {"url": facts.verify_url, "token": facts.document.verification_token},
    }


def caption(
    document: Document, subscriber: Subscriber, *, way: WayOfSigning, at: datetime
) -> tuple[str, ...]:
    """Lines of the visible seal, in both languages."""
    by_code = way is WayOfSigning.SMS_CODE
    return (
        " / ".join(say(f"seal.{way}", language) for language in BOTH),
        subscriber.full_name,
        f"{subscriber.phone.masked()}, {moment(at)}" if by_code else moment(at),
        f"№ {document.number}",
        *(say(_sealed(subscriber), language) for language in BOTH),
    )


def _sealed(subscriber: Subscriber) -> str:
    """What the seal means."""
    return "seal.test" if subscriber.phone.is_test else "seal.sealed"


def _title(facts: Facts, document: Document, language: Language) -> str:
    """The paper's name, and of a test that it binds nobody."""
    title = facts.titles[document.id][language.value]
    return say("word.test", language, title=title) if facts.envelope.is_test else title


def _documents(facts: Facts, language: Language) -> list[dict[str, str]]:
    return [
        {
            "no": str(place),
            "number": each.number,
            "title": _title(facts, each, language),
            "sha256": each.frozen_hash(),
        }
        for place, each in enumerate(facts.envelope.documents, start=1)
    ]


def _verification(event: PhoneVerification, language: Language) -> dict[str, str]:
    return {
        "method": _method(event, language),
        "verified_at": moment(event.verified_at),
        "identified_by": event.identified_by,
        "identity_document": say(f"identity_document.{event.identity_document}", language),
    }


def _method(event: PhoneVerification, language: Language) -> str:
    """Whoever reads it sees whether the register itself holds it."""
    method = say(f"method.{event.method}", language)
    if event.here is None:
        return say("word.stated_by_client", language, method=method)
    return say("word.verified_here", language, method=method, id=event.here.id)


def _document(facts: Facts, language: Language) -> dict[str, str]:
    document, frozen = facts.document, facts.frozen
    return {
        "number": document.number,
        "title": _title(facts, document, language),
        "date": formal(local_day(facts.envelope.created_at), language),
        "pages": str(frozen.pages),
        "size": grouped_bytes(frozen.size),
        "sha256": frozen.sha256,
        "template_sha256": frozen.template_sha256,
        "engine": frozen.engine,
        "values_sha256": values_hash(document),
        "form": document.form,
        "edition": document.edition,
        "languages": ", ".join(say(f"language.{each}", language) for each in document.languages),
    }


def grouped_bytes(size: int) -> str:
    """`123 456`: a whole number grouped by thousands."""
    return grouped(Decimal(size), places=0)


def _consent(consent: Consent, language: Language) -> dict[str, str]:
    return {
        "text": consent.text.text,
        "version": consent.text.version,
        "sha256": hashlib.sha256(consent.text.text.encode()).hexdigest(),
        "way": say(f"way.{consent.way}", language),
    }


def _code(facts: Facts, language: Language) -> dict[str, str]:
    challenge = facts.challenge
    if challenge is None:
        return dict.fromkeys(_CODE_FIELDS, DASH)
    return {
        "challenge_id": challenge.id,
        "digits": str(challenge.digits),
        "bound_to": challenge.manifest_hash,
        "issued_at": moment(challenge.issued_at),
        "sent_at": DASH if challenge.sent_at is None else moment(challenge.sent_at),
        "expires_at": moment(challenge.expires_at),
        "confirmed_at": moment(facts.consent.confirmed_at),
        "attempts": say(
            "word.attempts",
            language,
            wrong=challenge.attempts_used,
            allowed=challenge.attempts_allowed,
        ),
        "entered_by": _entered_by(facts.consent, language),
    }


_CODE_FIELDS = (
    "challenge_id", "digits", "bound_to", "issued_at", "sent_at", "expires_at", "confirmed_at",
    "attempts", "entered_by",
)  # fmt: skip


def _messages(hops: Sequence[Hop], language: Language) -> list[dict[str, str]]:
    """Each handing over to a route, as the evidence states it; a row of dashes for none."""
    stated = messages(hops)
    if not stated:
        return [dict.fromkeys(("no", "route", "message_id", "at", "status", "delivery"), DASH)]
    return [_message(each, language) for each in stated]


def _message(stated: Mapping[str, Any], language: Language) -> dict[str, str]:
    delivery = say(f"delivery.{stated['delivery']}", language)
    return {
        "no": str(stated["number"]),
        "route": stated["route"] or DASH,
        "message_id": stated["message_id"] or DASH,
        "at": _moment(stated["answered_at"] or stated["begun_at"]),
        "status": _with_raw(say(f"hop.{stated['state']}", language), stated["raw"]),
        "delivery": _with_raw(delivery, stated["delivery_raw"])
        + ("" if stated["delivery_at"] is None else f", {_moment(stated['delivery_at'])}"),
    }


def _with_raw(said: str, raw: str | None) -> str:
    """Our word, and in brackets the provider's own."""
    return f"{said} ({raw})" if raw else said


def _moment(stated: str) -> str:
    return moment(datetime.fromisoformat(stated))


def _seal(facts: Facts, language: Language) -> dict[str, str]:
    seal, source = facts.seal, facts.operator.time_source
    return {
        "holder": seal.holder,
        "serial": seal.serial,
        "level": f"PAdES {seal.level}",
        "clock": source or say("protocol.clock", language),
        "time": say(
            "protocol.time." + ("stamped" if seal.level is SealLevel.B_LT else "own"), language
        ),
        "retention": say("protocol.retention", language, years=RETENTION_YEARS),
    }


def _entered_by(consent: Consent, language: Language) -> str:
    if isinstance(consent, HandwrittenConsent):
        return DASH
    who = say(f"word.{consent.entered_by}", language, id=consent.employee_id or DASH)
    if consent.device is None:
        return who
    if consent.device in set(Channel):
        return say(f"word.over_{consent.device}", language, who=who)
    return say("word.on_device", language, who=who, device=consent.device)


def _event(entry: Entry, language: Language) -> dict[str, str]:
    return {
        "no": str(entry.sequence),
        "at": moment(entry.at),
        "actor": _actor(entry.actor, language),
        "event": say(f"event.{entry.event}", language),
        "hash": entry.hash,
    }


def _actor(actor: str, language: Language) -> str:
    """In words where we know the kind; as it was written otherwise, so that no seal fails on it."""
    kind, _, identifier = actor.partition(":")
    known = f"actor.{kind}" in phrases(language)
    return say(f"actor.{kind}", language, id=identifier) if known else actor
