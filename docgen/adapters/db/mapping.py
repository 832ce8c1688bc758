"""Between envelopes and their rows."""

from collections.abc import Sequence
from typing import Any, TypeVar

from docgen.adapters.db.people import consent_json, consent_of, subscriber_json, subscriber_of
from docgen.adapters.db.rows import DocumentRow, DocumentVersionRow, EnvelopeRow
from docgen.domain.envelope import (
    Archived,
    Detached,
    Document,
    Envelope,
    Frozen,
    Reference,
    Sealed,
    SealLevel,
    State,
)
from docgen.domain.errors import FieldError
from docgen.domain.language import Language

T = TypeVar("T")


def envelope_columns(envelope: Envelope) -> dict[str, Any]:
    """The columns of an envelope, all but its version."""
    return {
        "id": envelope.id,
        "owner": envelope.owner,
        "client": envelope.client,
        "region": envelope.reference.region,
        "phone": envelope.subscriber.phone.value,
        "order_number": envelope.reference.order_number,
        "account_number": envelope.reference.account_number,
        "subscriber": subscriber_json(envelope.subscriber),
        "salt": envelope.salt,
        "supersedes": envelope.supersedes,
        "created_at": envelope.created_at,
        "expires_at": envelope.expires_at,
    } | life_columns(envelope)


def life_columns(envelope: Envelope) -> dict[str, Any]:
    """The columns that change in an envelope's life: how far it has come, and by what."""
    return {
        "state": envelope.state.value,
        "consent": None if envelope.consent is None else consent_json(envelope.consent),
        "reason": envelope.reason,
        "superseded_by": envelope.superseded_by,
        "warnings": warnings_json(envelope.warnings),
    }


def document_columns(document: Document, *, envelope_id: str, position: int) -> dict[str, Any]:
    """The columns of a document in its place, without bytes yet."""
    return {
        "id": document.id,
        "envelope_id": envelope_id,
        "position": position,
        "number": document.number,
        "form": document.form,
        "languages": [language.value for language in document.languages],
        "form_values": dict(document.values),
        "verification_token": document.verification_token,
        "edition": document.edition,
        "template_hashes": {lang.value: sha for lang, sha in document.templates.items()},
    } | bytes_columns(document)


def bytes_columns(document: Document) -> dict[str, Any]:
    """The columns that change in a document's life: what its frozen and its sealed bytes are."""
    return (
        _frozen_columns(document.frozen)
        | _sealed_columns(document.sealed)
        | _detached_columns(document.detached)
    )


def envelope_of(row: EnvelopeRow, documents: Sequence[Document]) -> Envelope:
    """The envelope of a row and its documents in their order."""
    return Envelope(
        id=row.id,
        version=row.version,
        state=State(row.state),
        owner=row.owner,
        client=row.client,
        subscriber=subscriber_of(row.subscriber),
        reference=Reference(
            order_number=row.order_number,
            account_number=row.account_number,
            region=row.region,
        ),
        documents=tuple(documents),
        salt=row.salt,
        created_at=row.created_at,
        expires_at=row.expires_at,
        consent=None if row.consent is None else consent_of(row.consent),
        reason=row.reason,
        supersedes=row.supersedes,
        superseded_by=row.superseded_by,
        warnings=warnings_of(row.warnings),
    )


def warnings_json(warnings: Sequence[FieldError]) -> list[Any] | None:
    """Warnings as they are stored; None for none."""
    return [[w.pointer, w.code, list(map(list, w.params))] for w in warnings] or None


def warnings_of(stored: Sequence[Any] | None) -> tuple[FieldError, ...]:
    """The warnings that `warnings_json` wrote."""
    return tuple(_warning_of(*each) for each in stored or ())


def _warning_of(pointer: str, code: str, params: list[list[str]]) -> FieldError:
    return FieldError(pointer, code, tuple((name, value) for name, value in params))


def document_of(row: DocumentRow, versions: Sequence[DocumentVersionRow]) -> Document:
    """The document of a row and its later versions in their order."""
    return Document(
        id=row.id,
        number=row.number,
        form=row.form,
        languages=tuple(Language(language) for language in row.languages),
        values=row.form_values,
        verification_token=row.verification_token,
        edition=row.edition,
        templates={Language(lang): sha for lang, sha in row.template_hashes.items()},
        frozen=_frozen_of(row),
        sealed=_sealed_of(row),
        detached=_detached_of(row),
        archived=tuple(version_of(version) for version in versions),
    )


def version_columns(version: Archived, *, document_id: str) -> dict[str, Any]:
    """The columns of a later version."""
    return {
        "document_id": document_id,
        "number": version.number,
        "sha256": version.sha256,
        "size": version.size,
        "authority": version.authority,
        "stamped_at": version.stamped_at,
        "ends_at": version.ends_at,
    }


def version_of(row: DocumentVersionRow) -> Archived:
    """The later version of a row."""
    return Archived(
        number=row.number,
        sha256=row.sha256,
        size=row.size,
        authority=row.authority,
        stamped_at=row.stamped_at,
        ends_at=row.ends_at,
    )


def _frozen_columns(frozen: Frozen | None) -> dict[str, Any]:
    return {
        "frozen_sha256": None if frozen is None else frozen.sha256,
        "frozen_size": None if frozen is None else frozen.size,
        "frozen_pages": None if frozen is None else frozen.pages,
        "frozen_template_sha256": None if frozen is None else frozen.template_sha256,
        "frozen_engine": None if frozen is None else frozen.engine,
        "frozen_at": None if frozen is None else frozen.frozen_at,
    }


def _sealed_columns(sealed: Sealed | None) -> dict[str, Any]:
    return {
        "sealed_sha256": None if sealed is None else sealed.sha256,
        "sealed_size": None if sealed is None else sealed.size,
        "sealed_level": None if sealed is None else sealed.level.value,
        "sealed_signer": None if sealed is None else sealed.signer,
        "sealed_serial": None if sealed is None else sealed.serial,
        "sealed_evidence_sha256": None if sealed is None else sealed.evidence_sha256,
        "sealed_at": None if sealed is None else sealed.sealed_at,
        "sealed_ends_at": None if sealed is None else sealed.ends_at,
    }


def _detached_columns(detached: Detached | None) -> dict[str, Any]:
    return {
        "detached_sha256": None if detached is None else detached.sha256,
        "detached_size": None if detached is None else detached.size,
        "detached_at": None if detached is None else detached.signed_at,
    }


def _frozen_of(row: DocumentRow) -> Frozen | None:
    if row.frozen_sha256 is None:
        return None
    return Frozen(
        sha256=row.frozen_sha256,
        size=_kept(row.frozen_size),
        pages=_kept(row.frozen_pages),
        template_sha256=_kept(row.frozen_template_sha256),
        engine=_kept(row.frozen_engine),
        frozen_at=_kept(row.frozen_at),
    )


def _sealed_of(row: DocumentRow) -> Sealed | None:
    if row.sealed_sha256 is None:
        return None
    return Sealed(
        sha256=row.sealed_sha256,
        size=_kept(row.sealed_size),
        level=SealLevel(_kept(row.sealed_level)),
        signer=_kept(row.sealed_signer),
        serial=_kept(row.sealed_serial),
        evidence_sha256=_kept(row.sealed_evidence_sha256),
        sealed_at=_kept(row.sealed_at),
        ends_at=row.sealed_ends_at,
    )


def _detached_of(row: DocumentRow) -> Detached | None:
    if row.detached_sha256 is None:
        return None
    return Detached(
        sha256=row.detached_sha256,
        size=_kept(row.detached_size),
        signed_at=_kept(row.detached_at),
    )


def _kept(value: T | None) -> T:
    if value is None:
        raise ValueError("a document's bytes are described in full or not at all")
    return value
