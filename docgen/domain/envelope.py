"""The life of what one subscriber signs at once."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from docgen.domain.canonical import canonical_json
from docgen.domain.consent import Consent, SmsConsent
from docgen.domain.errors import (
    AlreadyConfirmed,
    AlreadySuperseded,
    DocumentNotFound,
    FieldError,
    MoveNotAllowed,
    NotReady,
    joined,
)
from docgen.domain.language import Language
from docgen.domain.subscriber import Phone, Subscriber


class State(StrEnum):
    """Where an envelope stands."""

    DRAFT = "draft"
    READY = "ready"
    CODE_SENT = "code_sent"
    CONFIRMED = "confirmed"
    SEALED = "sealed"
    DECLINED = "declined"
    EXPIRED = "expired"
    VOID = "void"


class Verb(StrEnum):
    """What can be done to an envelope."""

    RENDER = "render"
    SEND_CODE = "send_code"
    CONFIRM = "confirm"
    SIGN_BY_HAND = "sign_by_hand"
    SEAL = "seal"
    DECLINE = "decline"
    EXPIRE = "expire"
    VOID = "void"


@dataclass(frozen=True)
class Move:
    """From which states a verb leads where."""

    sources: frozenset[State]
    target: State


def _move(*sources: State, to: State) -> Move:
    return Move(frozenset(sources), to)


MOVES: Mapping[Verb, Move] = {
    Verb.RENDER: _move(State.DRAFT, to=State.READY),
    Verb.SEND_CODE: _move(State.READY, State.CODE_SENT, to=State.CODE_SENT),
    Verb.CONFIRM: _move(State.CODE_SENT, to=State.CONFIRMED),
    Verb.SIGN_BY_HAND: _move(State.READY, State.CODE_SENT, to=State.CONFIRMED),
    Verb.SEAL: _move(State.CONFIRMED, to=State.SEALED),
    Verb.DECLINE: _move(State.READY, State.CODE_SENT, to=State.DECLINED),
    Verb.EXPIRE: _move(State.DRAFT, State.READY, State.CODE_SENT, to=State.EXPIRED),
    Verb.VOID: _move(
        State.DRAFT, State.READY, State.CODE_SENT, State.CONFIRMED, to=State.VOID
    ),
}  # fmt: skip

SUPERSEDED = "superseded"
"""The reason of an envelope that another one was made in the place of."""

_WAITING_FOR_RENDER = {Verb.SEND_CODE, Verb.CONFIRM, Verb.SIGN_BY_HAND, Verb.DECLINE}
_DONE_AFTER_CONFIRMATION = {Verb.SEND_CODE, Verb.CONFIRM, Verb.SIGN_BY_HAND}


class SealLevel(StrEnum):
    """The PAdES baseline level reached (ETSI EN 319 142-1)."""

    B_B = "B-B"
    B_LT = "B-LT"


@dataclass(frozen=True, kw_only=True)
class Frozen:
    """The exact PDF the subscriber saw, and what made it."""

    sha256: str
    size: int
    pages: int
    template_sha256: str
    engine: str
    frozen_at: datetime


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """The frozen bytes plus one signed revision."""

    sha256: str
    size: int
    level: SealLevel
    signer: str
    serial: str
    evidence_sha256: str
    sealed_at: datetime
    ends_at: datetime | None = None
    """When the first of the certificates it rests on ends; None where that was not noted."""


@dataclass(frozen=True, kw_only=True)
class Archived:
    """The sealed bytes plus document time stamps (B-LTA): a version beside the first."""

    number: int
    """From 2 on: the sealed file is the first version."""
    sha256: str
    size: int
    authority: str
    """Who made the newest time stamp."""
    stamped_at: datetime
    ends_at: datetime
    """When the certificate behind the newest time stamp ends."""


@dataclass(frozen=True, kw_only=True)
class Detached:
    """The operator's national signature over the sealed bytes, kept beside the file (CAdES)."""

    sha256: str
    size: int
    signed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Document:
    """One paper: a form with its values, later its frozen and its sealed bytes."""

    id: str
    number: str
    form: str
    languages: tuple[Language, ...]
    values: Mapping[str, Any]
    verification_token: str
    edition: str
    """Of which edition of the form it is made."""
    templates: Mapping[Language, str]
    """SHA-256 of that edition's Word files."""
    frozen: Frozen | None = None
    sealed: Sealed | None = None
    detached: Detached | None = None
    archived: tuple[Archived, ...] = ()
    """Later versions, in order."""

    def frozen_hash(self) -> str:
        """SHA-256 of the frozen PDF; raises DocumentNotFound before it is rendered."""
        if self.frozen is None:
            raise DocumentNotFound(self.id)
        return self.frozen.sha256


@dataclass(frozen=True, kw_only=True)
class Reference:
    """How the operator's own systems know this visit."""

    order_number: str
    account_number: str
    region: str | None = None


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """One or more documents that one subscriber confirms at once; immutable once ready."""

    id: str
    version: int = 0
    state: State = State.DRAFT
    owner: str
    client: str
    subscriber: Subscriber
    reference: Reference
    documents: tuple[Document, ...]
    salt: str
    """Key of the HMACs that stand for personal data elsewhere; erasing it unties them."""
    created_at: datetime
    expires_at: datetime
    warnings: tuple[FieldError, ...] = ()
    """What whoever made it was warned of; pointers as in the request for it."""
    consent: Consent | None = None
    reason: str | None = None
    """Why it was declined or made void, in the words of whoever did it, or SUPERSEDED."""
    supersedes: str | None = None
    """In whose place it was made."""
    superseded_by: str | None = None
    """Which one was made in its place."""

    @property
    def is_test(self) -> bool:
        """Whether it is for trying out only, and binds nobody: as its phone is nobody's."""
        return self.subscriber.phone.is_test

    def document(self, document_id: str) -> Document:
        """The document by its id; raises DocumentNotFound."""
        for document in self.documents:
            if document.id == document_id:
                return document
        raise DocumentNotFound(document_id)

    @property
    def manifest_hash(self) -> str:
        """One SHA-256 over the hashes of all documents, in their order: what a code is bound to."""
        listed = [{"document": d.id, "sha256": d.frozen_hash()} for d in self.documents]
        return hashlib.sha256(canonical_json({"manifest": listed})).hexdigest()

    def allows(self, verb: Verb) -> bool:
        """Whether the state has such a move."""
        return self.state in MOVES[verb].sources

    def require_in_time(self, verb: Verb, now: datetime) -> None:
        """As `require`, and also refuse once the time to sign is over, swept or not."""
        self.require(verb)
        if now >= self.expires_at:
            raise MoveNotAllowed(verb, State.EXPIRED)

    def require(self, verb: Verb) -> None:
        """Raise NotReady, AlreadyConfirmed or MoveNotAllowed where the state has no such move."""
        if self.allows(verb):
            return
        if self.state is State.DRAFT and verb in _WAITING_FOR_RENDER:
            raise NotReady(verb, self.state)
        if self.state in {State.CONFIRMED, State.SEALED} and verb in _DONE_AFTER_CONFIRMATION:
            raise AlreadyConfirmed(verb, self.state)
        raise MoveNotAllowed(verb, self.state)

    def _moved(self, verb: Verb, **changes: Any) -> Self:
        self.require(verb)
        return replace(self, state=MOVES[verb].target, **changes)

    def render(self, frozen: Mapping[str, Frozen]) -> Self:
        """Ready: every document has its frozen bytes, given by document id."""
        documents = tuple(replace(d, frozen=frozen[d.id]) for d in self.documents)
        return self._moved(Verb.RENDER, documents=documents)

    def send_code(self) -> Self:
        """A code is on its way."""
        return self._moved(Verb.SEND_CODE)

    def confirm(self, consent: Consent) -> Self:
        """The subscriber's correct live code."""
        return self._moved(Verb.CONFIRM, consent=consent)

    def sign_by_hand(self, consent: Consent) -> Self:
        """The subscriber's own hand."""
        return self._moved(Verb.SIGN_BY_HAND, consent=consent)

    def seal(self, sealed: Mapping[str, Sealed]) -> Self:
        """Sealed: every document has its sealed bytes, given by document id."""
        documents = tuple(replace(d, sealed=sealed[d.id]) for d in self.documents)
        return self._moved(Verb.SEAL, documents=documents)

    def sign_detached(self, detached: Mapping[str, Detached]) -> Self:
        """The same state: sealed documents have a signature beside them, given by document id."""
        if self.state is not State.SEALED:
            raise MoveNotAllowed("sign_detached", self.state)
        documents = tuple(
            replace(d, detached=d.detached or detached.get(d.id)) for d in self.documents
        )
        return replace(self, documents=documents)

    def confirmed_by(self, attempt_id: str) -> bool:
        """Whether it was that attempt that confirmed it."""
        consent = self.consent
        return isinstance(consent, SmsConsent) and consent.attempt_id == attempt_id

    def warned(self, more: tuple[FieldError, ...]) -> Self:
        """With further warnings; what was told already is not told twice."""
        return replace(self, warnings=joined(self.warnings, more))

    def decline(self, reason: str) -> Self:
        """The subscriber does not agree."""
        return self._moved(Verb.DECLINE, reason=reason)

    def expire(self) -> Self:
        """The time to sign is over."""
        return self._moved(Verb.EXPIRE)

    def void(self, reason: str) -> Self:
        """The operator withdraws it."""
        return self._moved(Verb.VOID, reason=reason)

    def supersede(self, successor: str) -> Self:
        """Void, since the envelope of that id stands in its place; raises AlreadySuperseded."""
        if self.superseded_by is not None:
            raise AlreadySuperseded(Verb.VOID, self.state, self.superseded_by)
        return self._moved(Verb.VOID, reason=SUPERSEDED, superseded_by=successor)


@dataclass(frozen=True, kw_only=True)
class EnvelopeFilter:
    """Which envelopes are looked for: all that is set must fit."""

    owner: str
    region: str | None = None
    state: State | None = None
    phone: Phone | None = None
    account_number: str | None = None
    order_number: str | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    tests: bool = False
    """Tests only; otherwise none."""
