"""Show what the register holds of one document to whoever has the paper, and of no person."""

from dataclasses import dataclass
from datetime import datetime

from docgen.domain.envelope import Detached, Document, Envelope, Frozen, Sealed, State
from docgen.domain.errors import DocumentNotFound
from docgen.ports import Register
from docgen.usecases.verify_upload import TOKEN


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A document without its values and its people."""

    number: str
    form: str
    state: State
    frozen: Frozen | None
    confirmed_at: datetime | None
    sealed: Sealed | None
    detached: Detached | None
    is_test: bool = False

    @classmethod
    def of(cls, document: Document, envelope: Envelope) -> "Issued":
        """What may be told of the document to anyone."""
        consent = envelope.consent
        return cls(
            number=document.number,
            form=document.form,
            state=envelope.state,
            frozen=document.frozen,
            confirmed_at=None if consent is None else consent.confirmed_at,
            sealed=document.sealed,
            detached=document.detached,
            is_test=envelope.is_test,
        )


@dataclass(frozen=True, kw_only=True)
class ShowIssued:
    """Finds a document by the token it prints: who can read the token holds the paper."""

    register: Register

    def __call__(self, token: str) -> Issued:
        """The document; raises DocumentNotFound, also for what is no token."""
        if not TOKEN.fullmatch(token):
            raise DocumentNotFound
        with self.register.view() as unit:
            envelope = unit.envelopes.by_token(token)
        for document in envelope.documents:
            if document.verification_token == token:
                return Issued.of(document, envelope)
        raise DocumentNotFound
