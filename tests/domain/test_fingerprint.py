"""Fingerprints of rows: every column counts, and no person can be read from them."""

from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any

import pytest

from docgen.domain import fingerprint
from docgen.domain.envelope import (
    Archived,
    Detached,
    Document,
    Envelope,
    Frozen,
    Reference,
    Sealed,
    State,
)
from docgen.domain.errors import FieldError
from docgen.domain.language import Language
from tests import builders

NOW = builders.NOW
ENVELOPE: dict[str, Any] = {
    "id": "other",
    "state": State.VOID,
    "owner": "other",
    "client": "other",
    "subscriber": builders.subscriber(name="Дана"),
    "reference": Reference(order_number="ORD-2", account_number="ACC-1", region="Алматы"),
    "salt": "b3RoZXI",
    "created_at": NOW + timedelta(microseconds=1),
    "expires_at": NOW,
    "warnings": (FieldError("/x", "code", (("limit", "1"),)),),
    "consent": builders.sms_consent(attempt_id="other"),
    "reason": "other",
    "supersedes": "other",
    "superseded_by": "other",
}
DOCUMENT: dict[str, Any] = {
    "id": "other",
    "number": "AA-26-999999",
    "form": "other",
    "languages": (Language.RU,),
    "values": {"ports": 5},
    "verification_token": "other",
    "edition": "other",
    "templates": {Language.KK: "0" * 64},
    "frozen": builders.frozen("other"),
    "sealed": builders.sealed("other"),
    "detached": Detached(sha256="0" * 64, size=1, signed_at=NOW),
}


def _sealed() -> Envelope:
    return builders.envelope(State.SEALED, documents=(builders.document(), builders.document()))


@pytest.mark.parametrize("name", ENVELOPE)
def test_every_field_of_an_envelope_counts(name: str) -> None:
    """Another value makes another fingerprint."""
    envelope = _sealed()
    changed = replace(envelope, **{name: ENVELOPE[name]})
    before, after = fingerprint.fingerprints(envelope), fingerprint.fingerprints(changed)
    assert before[fingerprint.ENVELOPE] != after[fingerprint.ENVELOPE]


@pytest.mark.parametrize("name", DOCUMENT)
def test_every_field_of_a_document_counts(name: str) -> None:
    """Another value makes another fingerprint of that document, and leaves the other's alone."""
    envelope = _sealed()
    first, second = envelope.documents
    changed = replace(envelope, documents=(replace(first, **{name: DOCUMENT[name]}), second))
    before, after = fingerprint.fingerprints(envelope), fingerprint.fingerprints(changed)
    assert before[f"row.{first.number}"] != after.get(f"row.{first.number}")
    assert before[f"row.{second.number}"] == after[f"row.{second.number}"]


def test_no_field_slips_out_of_the_tests() -> None:
    """A field added later has a forgery above, or is left out on purpose."""
    assert {f.name for f in fields(Envelope)} == {*ENVELOPE, "version", "documents"}
    assert {f.name for f in fields(Document)} == {*DOCUMENT, "archived"}


@pytest.mark.parametrize("kind", [Frozen, Sealed])
def test_every_hash_time_and_size_of_the_bytes_counts(kind: type) -> None:
    """Down to the last field of what was frozen and sealed."""
    envelope = _sealed()
    document = envelope.documents[0]
    name = kind.__name__.lower()
    made = getattr(document, name)
    for each in fields(kind):
        forged = replace(document, **{name: replace(made, **{each.name: "other"})})
        changed = replace(envelope, documents=(forged, *envelope.documents[1:]))
        before, after = fingerprint.fingerprints(envelope), fingerprint.fingerprints(changed)
        assert before[f"row.{document.number}"] != after[f"row.{document.number}"]


def test_the_order_of_documents_counts() -> None:
    """The code was bound to it."""
    envelope = _sealed()
    turned = replace(envelope, documents=envelope.documents[::-1])
    before, after = fingerprint.fingerprints(envelope), fingerprint.fingerprints(turned)
    assert before[fingerprint.ENVELOPE] != after[fingerprint.ENVELOPE]


def test_later_versions_have_fingerprints_of_their_own() -> None:
    """Archiving a document is no change of it; every field of a version counts."""
    envelope = _sealed()
    version = Archived(
        number=2, sha256="a" * 64, size=9, authority="A", stamped_at=NOW, ends_at=NOW
    )
    archived = replace(envelope.documents[0], archived=(version,))
    changed = replace(envelope, documents=(archived, *envelope.documents[1:]))
    assert fingerprint.fingerprints(changed) == fingerprint.fingerprints(envelope)
    told = fingerprint.of_version(version, salt="s")
    for each in fields(Archived):
        forged = replace(version, **{each.name: None})  # type: ignore[arg-type]
        assert fingerprint.of_version(forged, salt="s") != told


def test_a_challenge_is_known_by_what_was_settled_when_it_was_issued() -> None:
    """What is learnt later is told by other entries."""
    issued = builders.challenge(_sealed())
    told = fingerprint.of_challenge(issued, salt="s")
    assert fingerprint.of_challenge(replace(issued, attempts_used=3), salt="s") == told
    for name in ("id", "chain", "manifest_hash", "purpose", "digits", "attempts_allowed"):
        assert fingerprint.of_challenge(replace(issued, **{name: "7"}), salt="s") != told  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Row:
    """A row of some version."""

    name: str = "x"


@dataclass(frozen=True)
class _Grown(_Row):
    """The same, with fields that a later version adds."""

    note: str | None = None
    marks: tuple[str, ...] = ()


def test_a_field_that_is_empty_changes_nothing() -> None:
    """So a field that a later version adds does not make old rows look changed."""
    assert fingerprint._spelt(_Grown()) == fingerprint._spelt(_Row())
    assert fingerprint._spelt(_Grown(note="")) != fingerprint._spelt(_Row())


def test_without_the_salt_a_fingerprint_tells_nothing() -> None:
    """The same person under another salt cannot be recognised."""
    envelope = _sealed()
    other = replace(envelope, salt="another")
    assert not set(fingerprint.fingerprints(envelope).values()) & set(
        fingerprint.fingerprints(other).values()
    )
