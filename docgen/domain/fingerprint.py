"""What a row said when it was written: in the journal, so that a row changed later is noticed.

HMACs under the row's salt, a document's and a code's under their envelope's: to whoever lacks it
they tell nothing of a person.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache, partial
from operator import attrgetter
from typing import Any

from docgen.domain.caller import ApiKey
from docgen.domain.canonical import canonical_json, instant, writer
from docgen.domain.challenge import Challenge
from docgen.domain.envelope import Archived, Document, Envelope
from docgen.domain.journal import ROWS
from docgen.domain.pack_record import Pack
from docgen.domain.staff import StaffMember
from docgen.domain.visit import Visit, VisitState

PREFIX = ROWS
ENVELOPE = f"{PREFIX}envelope"
CHALLENGE = f"{PREFIX}challenge"
VERSION = f"{PREFIX}version"
VISIT = f"{PREFIX}visit"
MEMBER = f"{PREFIX}staff"
KEY = f"{PREFIX}key"
PACK = f"{PREFIX}pack"

_OWN_ROWS: Mapping[type, set[str]] = {
    Envelope: {"version", "documents"},
    Document: {"archived"},
    ApiKey: {"last_used_at"},
    Visit: {"version", "changed_at"},
    Pack: {"building", "due_on"},
}
"""Fields that are rows of their own, or only tell how often, when or how far."""
_OPEN = {"content", "phone_subject"}
"""Fields of a visit that a technician is writing: journals tell moves, and no single letters."""
_ORDER = "order"
_LATER = {
    "state", "resend_at", "attempts_used", "provider", "provider_message_id", "sent_at",
    "confirmed_at", "attempt_id", "told_to", "delivery",
}  # fmt: skip
"""Fields of a challenge that are not known when it is issued; other entries tell of them."""


def fingerprints(envelope: Envelope) -> dict[str, str]:
    """Of the envelope as it is saved and of each of its documents, to be told with the move."""
    told = {ENVELOPE: of_envelope(envelope)}
    return told | {
        f"{PREFIX}{d.number}": of_document(d, salt=envelope.salt) for d in envelope.documents
    }


def of_envelope(envelope: Envelope) -> str:
    """Of the envelope's own row, and of the order of its documents."""
    content = _spelt(envelope) | {_ORDER: [document.id for document in envelope.documents]}
    return _digest(envelope.salt, content)


def of_document(document: Document, *, salt: str) -> str:
    """Of a document's row."""
    return _digest(salt, _spelt(document))


def of_challenge(challenge: Challenge, *, salt: str) -> str:
    """Of what is settled when a code is issued."""
    settled = {name: value for name, value in _spelt(challenge).items() if name not in _LATER}
    return _digest(salt, settled)


def of_version(version: Archived, *, salt: str) -> str:
    """Of a later version of a file."""
    return _digest(salt, _spelt(version))


def of_visit(visit: Visit) -> str:
    """Of a visit's row; while somebody writes it, of all that he does not write."""
    left_out = _OPEN if visit.state is VisitState.BEGUN else set()
    content = {name: value for name, value in _spelt(visit).items() if name not in left_out}
    return _digest(visit.salt or "", content)


def of_member(member: StaffMember) -> str:
    """Of an account: who it is, what he may do, and by what he signs in."""
    return _digest(member.salt or "", _spelt(member))


def of_key(key: ApiKey) -> str:
    """Of a program's key; the hash of its secret, which nobody is told, is the salt."""
    return _digest(key.secret_sha256, _spelt(key))


def of_pack(pack: Pack) -> str:
    """Of a pack's row, under the hash of its case: it tells nothing to whoever lacks that."""
    return _digest(pack.input_sha256, _spelt(pack))


def _digest(salt: str, content: Mapping[str, Any]) -> str:
    """HMAC-SHA-256 in hexadecimal; nothing where the content was never written by us.

    Halves of characters, which JSON can hold and UTF-8 cannot, are in no row of ours.
    """
    try:
        written = canonical_json(content, by=_AS_WRITTEN)
        return hmac.digest(salt.encode(), written, "sha256").hex()
    except ValueError:
        return ""


@cache
def _spelling(kind: type) -> Callable[[Any], Any]:
    """How values of that kind are spelt: found out once, since a row has dozens of them."""
    if is_dataclass(kind):
        left_out = _OWN_ROWS.get(kind, set())
        return partial(_named, tuple(f.name for f in fields(kind) if f.name not in left_out))
    known: tuple[tuple[type, Callable[[Any], Any]], ...] = (
        (datetime, instant),
        (date, date.isoformat),
        (Enum, attrgetter("value")),
        (Mapping, dict),
        (frozenset, sorted),
        (Decimal, str),
    )
    for of, spelt in known:
        if issubclass(kind, of):
            return spelt
    raise TypeError(f"no journal tells of a {kind.__name__}")


def _spelt(value: Any) -> Any:
    """What JSON does not hold as it is; the rest it finds out itself."""
    kind: Any = type(value)
    return _spelling(kind)(value)


def _named(names: tuple[str, ...], row: Any) -> dict[str, Any]:
    """A field without content is left out, so that new ones change nothing old."""
    held: dict[str, Any] = {}
    for name in names:
        each = getattr(row, name)
        # Most have content: these are compared with nothing.
        if each or (each is not None and each != ()):
            held[name] = each
    return held


_AS_WRITTEN = writer(_spelt)
