"""What answers about envelopes look like; personal data only masked."""

from datetime import datetime
from typing import Self

from api.v1.shapes import (
    ChallengeShape,
    ConsentShape,
    DocumentShape,
    NumberShape,
    ReferenceShape,
    SealShape,
    Shape,
    SubscriberShape,
    WarningShape,
    document_shape,
)
from docgen.domain.envelope import Envelope, State
from docgen.usecases.show_envelope import Shown

ENVELOPES = "/v1/envelopes"


class EnvelopeLinks(Shape):
    """What can be asked of an envelope."""

    self: str
    code: str
    confirmation: str
    handwritten: str
    decline: str
    void: str
    journal: str


class EnvelopeShape(Shape):
    """An envelope as a whole."""

    id: str
    state: State
    test: bool
    """Made for trying out, under a number that nobody has: it binds nobody."""
    owner: str
    client: str
    created_at: datetime
    expires_at: datetime
    subscriber: SubscriberShape
    phone_verification: NumberShape
    reference: ReferenceShape
    manifest_sha256: str | None
    documents: tuple[DocumentShape, ...]
    warnings: tuple[WarningShape, ...]
    challenge: ChallengeShape | None
    consent: ConsentShape | None
    seal: SealShape | None
    reason: str | None
    """Of whoever ended it; `superseded` where another one stands in its place."""
    supersedes: str | None
    superseded_by: str | None
    links: EnvelopeLinks

    @classmethod
    def of(cls, shown: Shown, *, public_url: str) -> Self:
        """The shape of an envelope and its newest challenge."""
        envelope, person = shown.envelope, shown.envelope.subscriber
        root = f"{ENVELOPES}/{envelope.id}"
        return cls(
            id=envelope.id,
            state=envelope.state,
            test=envelope.is_test,
            owner=envelope.owner,
            client=envelope.client,
            created_at=envelope.created_at,
            expires_at=envelope.expires_at,
            subscriber=SubscriberShape.of(person),
            phone_verification=NumberShape.of(person.phone_verification),
            reference=ReferenceShape.of(envelope.reference),
            manifest_sha256=_manifest(envelope),
            documents=tuple(document_shape(d, root, public_url) for d in envelope.documents),
            warnings=tuple(WarningShape.of(each) for each in envelope.warnings),
            challenge=None
            if shown.challenge is None
            else ChallengeShape.of(shown.challenge, person.phone),
            consent=ConsentShape.of(envelope.consent),
            seal=SealShape.of(envelope),
            reason=envelope.reason,
            supersedes=envelope.supersedes,
            superseded_by=envelope.superseded_by,
            links=_links(root),
        )


class SummaryShape(Shape):
    """An envelope in a list."""

    id: str
    state: State
    created_at: datetime
    expires_at: datetime
    subscriber: SubscriberShape
    reference: ReferenceShape
    documents: tuple[str, ...]
    """Their numbers."""
    warnings: tuple[WarningShape, ...]
    link: str

    @classmethod
    def of(cls, envelope: Envelope) -> Self:
        """The shape of an envelope in short."""
        return cls(
            id=envelope.id,
            state=envelope.state,
            created_at=envelope.created_at,
            expires_at=envelope.expires_at,
            subscriber=SubscriberShape.of(envelope.subscriber),
            reference=ReferenceShape.of(envelope.reference),
            documents=tuple(document.number for document in envelope.documents),
            warnings=tuple(WarningShape.of(each) for each in envelope.warnings),
            link=f"{ENVELOPES}/{envelope.id}",
        )


class EnvelopesShape(Shape):
    """A page of envelopes, the newest first; `next` is the cursor of the page after it."""

    envelopes: tuple[SummaryShape, ...]
    next: str | None


def _manifest(envelope: Envelope) -> str | None:
    frozen = all(document.frozen is not None for document in envelope.documents)
    return envelope.manifest_hash if frozen else None


def _links(root: str) -> EnvelopeLinks:
    return EnvelopeLinks(
        self=root,
        code=f"{root}/code",
        confirmation=f"{root}/confirmation",
        handwritten=f"{root}/handwritten",
        decline=f"{root}/decline",
        void=f"{root}/void",
        journal=f"{root}/journal",
    )
