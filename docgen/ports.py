"""Everything the core needs from outside, on one page."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from docgen.domain.challenge import Binding, Challenge, ChallengePolicy
from docgen.domain.consent import WayOfSigning
from docgen.domain.envelope import Envelope, SealLevel, State
from docgen.domain.journal import Entry, Fact
from docgen.domain.language import Language
from docgen.domain.subscriber import Phone

# --- time and chance ------------------------------------------------------------------------


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """This moment, aware, in UTC."""


class Chance(Protocol):
    """The only source of ids and secrets."""

    def identifier(self) -> str:
        """A new opaque id that sorts by time of making."""

    def token(self) -> str:
        """128 unguessable bits, URL-safe."""

    def code(self, digits: int) -> str:
        """A uniformly chosen one-time code of that many decimal digits."""


# --- the register ---------------------------------------------------------------------------


class Envelopes(Protocol):
    """Envelopes by id, each saved only over the version it was read at."""

    def add(self, envelope: Envelope) -> None:
        """Store a new envelope as its version 1."""

    def get(self, envelope_id: str) -> Envelope:
        """The envelope, locked for the rest of a writing unit; raises EnvelopeNotFound."""

    def save(self, envelope: Envelope) -> None:
        """Store the next version; raises StaleEnvelope if another was stored meanwhile."""

    def in_state(self, state: State) -> Sequence[str]:
        """Ids of all envelopes in that state, the oldest first, so that none is left out."""

    def overdue(self, now: datetime) -> Sequence[str]:
        """Ids of all open envelopes (draft, ready, code_sent) whose time is over."""

    def by_sealed_hash(self, sha256: str) -> Envelope | None:
        """The envelope that holds a document sealed with exactly these bytes, if any."""


class Challenges(Protocol):
    """Codes sent, without the codes."""

    def add(self, challenge: Challenge) -> None:
        """Store a new challenge in state SENT and mark the envelope's other SENT ones REPLACED."""

    def latest(self, envelope_id: str) -> Challenge | None:
        """The newest challenge of an envelope, if any was ever made."""

    def save(self, challenge: Challenge) -> None:
        """Store what the gateway answered or how many attempts were used."""

    def confirm(
        self, challenge_id: str, *, manifest_hash: str, attempt_id: str, now: datetime
    ) -> bool:
        """The legal act: one conditional update; True only for the caller whose update counted."""


class Journal(Protocol):
    """Append-only, chained per envelope."""

    def append(self, envelope_id: str, fact: Fact) -> Entry:
        """Write the next entry of that envelope's chain."""

    def of(self, envelope_id: str) -> Sequence[Entry]:
        """All entries of an envelope, in order."""

    def envelope_ids(self) -> Sequence[str]:
        """Every envelope that has entries, also those whose envelope is gone."""


class Task(StrEnum):
    """Work that must follow a transaction."""

    RENDER = "render"
    SEAL = "seal"


@dataclass(frozen=True, kw_only=True)
class OutboxRow:
    """A piece of work owed since its transaction; ids only."""

    id: str
    task: Task
    envelope_id: str
    created_at: datetime


class Outbox(Protocol):
    """Work owed, written in the same transaction as the reason for it."""

    def add(self, row: OutboxRow) -> None:
        """Owe it."""

    def owed(self, *, limit: int) -> Sequence[OutboxRow]:
        """The oldest unpaid rows, without an upper age."""

    def settle(self, task: Task, envelope_id: str, *, now: datetime) -> None:
        """Mark the envelope's rows of that task as done."""


class UnitOfWork(Protocol):
    """One transaction; everything in it is undone unless `commit` is called."""

    envelopes: Envelopes
    challenges: Challenges
    journal: Journal
    outbox: Outbox

    def next_number(self, series: str) -> int:
        """The next number of a series, starting at 1; never given twice, gaps are allowed."""

    def commit(self) -> None:
        """Make it last."""


class Register(Protocol):
    """The database."""

    def begin(self) -> AbstractContextManager[UnitOfWork]:
        """A writing unit: rows it reads are locked against other writers."""

    def view(self) -> AbstractContextManager[UnitOfWork]:
        """A reading unit: sees one consistent state and blocks nobody; never commit it."""

    def hold(self, envelope_id: str) -> AbstractContextManager[bool]:
        """Whether we are the only process at work on it; freed at exit, also by death."""

    def ping(self) -> None:
        """Raise Unavailable unless the database answers."""


class Blobs(Protocol):
    """Bytes under their SHA-256."""

    def put(self, content: bytes) -> str:
        """Store durably and return the hash in hexadecimal; storing twice is storing once."""

    def get(self, sha256: str) -> bytes:
        """The bytes, checked against their hash; raises BlobNotFound or BlobDamaged."""


# --- codes and messages ---------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Spent:
    """The code was right, and this attempt is the one that used it."""

    at: datetime = field(compare=False)
    """When it was used; a repeated attempt gets the first time."""


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """Not the code; so many attempts are left."""

    attempts_used: int
    attempts_left: int


@dataclass(frozen=True, kw_only=True)
class Gone:
    """No live code: exhausted, expired or spent by another attempt."""

    reason: str
    attempts_used: int


SpendOutcome = Spent | Wrong | Gone


@dataclass(frozen=True, kw_only=True)
class Issued:
    """Times of a code that was stored."""

    expires_at: datetime
    resend_at: datetime


class CodeStore(Protocol):
    """Counts and compares, atomically, and fails closed: raises CodesUnavailable when in doubt."""

    def issue(
        self, binding: Binding, code: str, *, policy: ChallengePolicy, now: datetime
    ) -> Issued:
        """Keep the MAC for its life, kill the older code; raises LimitReached in a cool-down."""

    def withdraw(self, binding: Binding) -> None:
        """The message was never sent: forget the code and its cool-down, not the failures."""

    def spend(
        self,
        binding: Binding,
        code: str,
        *,
        attempt_id: str,
        policy: ChallengePolicy,
        now: datetime,
    ) -> SpendOutcome:
        """Count an attempt and compare; the same right `attempt_id` again gives Spent again."""

    def ping(self) -> None:
        """Raise CodesUnavailable unless the store answers."""


@dataclass(frozen=True, kw_only=True)
class SmsReceipt:
    """Who took the message, and under which id."""

    provider: str
    message_id: str


class SmsGateway(Protocol):
    """The way to the phone."""

    def send(self, phone: Phone, text: str, *, reference: str) -> SmsReceipt:
        """Hand the message over once; raises SmsUnavailable when no route takes it."""


# --- documents ------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class RenderOrder:
    """What to make: a template name, and for each language, in order, the values it sees."""

    template: str
    """Path below `templates_kk` and `templates_ru` without the ending: `acceptance_act`."""
    contexts: Mapping[Language, Mapping[str, Any]]
    title: str
    identifier: str
    """Goes into the metadata (dc:identifier): how a file says which document it is."""
    qr: str | None = None
    """Text of the QR code that takes the place of the template's picture named `qr`."""


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A normalised PDF/A-3b of one revision, ready to be frozen."""

    pdf: bytes
    pages: int
    template_sha256: str
    engine: str


class Renderer(Protocol):
    """From Word and values to PDF/A."""

    def render(self, order: RenderOrder) -> Rendered:
        """Make the document; raises TemplateRejected, RenderFailed or RendererUnavailable."""

    def close(self) -> None:
        """Stop what was started."""


@dataclass(frozen=True, kw_only=True)
class SealOrder:
    """What to seal: the frozen bytes, the pages to add, the evidence, and what the seal shows."""

    frozen: bytes
    protocol: bytes
    evidence: bytes
    way: WayOfSigning
    caption: tuple[str, ...]
    """Lines of the visible seal, top to bottom; below them it names the holder of its key."""
    reason: str
    location: str


@dataclass(frozen=True, kw_only=True)
class SealedPdf:
    """The frozen bytes plus exactly one revision."""

    pdf: bytes
    level: SealLevel
    signer: str
    serial: str
    sealed_at: datetime


class Sealer(Protocol):
    """The operator's seal."""

    def seal(self, order: SealOrder) -> SealedPdf:
        """Seal; raises SealRefused, SealKeyUnusable, or SealUnavailable without its authority."""

    def examine(self, frozen: bytes, caption: tuple[str, ...]) -> None:
        """Raise SealRefused unless these bytes could be sealed with such a caption."""

    def check(self) -> None:
        """Raise SealKeyUnusable unless the key could seal now."""


class Verdict(StrEnum):
    """What a file turns out to be."""

    VALID = "valid"
    CHANGED_AFTER_ISSUE = "changed_after_issue"
    INVALID = "invalid"
    UNSEALED = "unsealed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class SealFacts:
    """What the seal itself says."""

    level: str
    signer: str
    serial: str
    time: datetime | None
    timestamp_authority: str | None


@dataclass(frozen=True, kw_only=True)
class Report:
    """A verdict and all it rests on; `reasons` are codes with texts in `docgen.texts`."""

    verdict: Verdict
    seal: SealFacts | None = None
    confirmed_hash: str | None = None
    first_revision_hash: str | None = None
    evidence: Mapping[str, Any] | None = None
    journal_chain_ok: bool | None = None
    reasons: tuple[str, ...] = field(default_factory=tuple)


class Verifier(Protocol):
    """Judges a file by itself and the trust roots, offline."""

    def verify(self, pdf: bytes) -> Report:
        """The report; raises UnreadableDocument for what is not a PDF."""


# --- work that follows ----------------------------------------------------------------------


class Jobs(Protocol):
    """Told after a commit; may forget, since the outbox does not."""

    def tell(self, task: Task, envelope_id: str) -> None:
        """There is work; never raises."""


Work = Callable[[Task, str], None]
