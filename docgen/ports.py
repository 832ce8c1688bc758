"""Everything the core needs from outside, on one page."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from docgen.domain import dispatch
from docgen.domain.asked import AskedOnce
from docgen.domain.caller import ApiKey
from docgen.domain.challenge import Challenge
from docgen.domain.dispatch import AskedOf, Hop, Message, Receipt, Taken
from docgen.domain.envelope import Envelope, EnvelopeFilter, State
from docgen.domain.journal import Entry, Fact
from docgen.domain.language import Language
from docgen.domain.number import DirectoryAnswer
from docgen.domain.recalled import Recalled
from docgen.domain.rendering import Rendered, RenderOrder
from docgen.domain.sealing import DetachedOrder, Rehearsal, SealAbility, SealedPdf, SealOrder
from docgen.domain.sending_limits import (
    Counted,
    Limit,
    Of,
    Outcome,
    SpentMoney,
)
from docgen.domain.subscriber import Iin, Phone
from docgen.domain.template import Finding, Inspection, RouteReport, TemplateFile
from docgen.domain.verdict import Report
from docgen.domain.verification import Verification
from docgen.domain.work import Backlog, OutboxRow, Task
from docgen.ports_of_copies import Copies
from docgen.ports_of_evidence import Anchors, Audit, Versions
from docgen.ports_of_packs import PackBatches, Packs
from docgen.ports_of_staff import Knocks, Sessions, SignInTries, Staff, Visits
from docgen.ports_of_tickets import Tickets
from docgen.ports_of_webhooks import Deliveries, News, Webhooks

T = TypeVar("T")
Coming = Callable[[], T]
"""An answer that comes along with what is asked next, or at the latest when it is called.

Several are asked for before the first is called: then they cost one journey to the database. It is
called once, and within the unit of work.
"""

# --- time and chance ------------------------------------------------------------------------


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """This moment, aware, in UTC."""


class Timer(Clock, Protocol):
    """A clock by which one can also wait."""

    def pause(self, time_to_pass: timedelta) -> None:
        """Let so much time pass."""


class Chance(Protocol):
    """The only source of ids and secrets."""

    def identifier(self) -> str:
        """A new opaque id that sorts by time of making."""

    def token(self) -> str:
        """128 unguessable bits, URL-safe."""

    def code(self, digits: int) -> str:
        """A uniformly chosen one-time code of that many decimal digits."""

    def roll(self) -> int:
        """Uniform in 0..9999, for choices that guard nothing."""


# --- the register ---------------------------------------------------------------------------


class Envelopes(Protocol):
    """Envelopes by id, each saved only over the version it was read at."""

    def add(self, envelope: Envelope) -> None:
        """Store a new envelope as its version 1."""

    def get(self, envelope_id: str) -> Envelope:
        """The envelope, locked for the rest of a writing unit; raises EnvelopeNotFound."""

    def state(self, envelope_id: str) -> State:
        """The envelope's alone, locking nothing; raises EnvelopeNotFound."""

    def save(self, envelope: Envelope) -> None:
        """Store the next version.

        StaleEnvelope is raised, by the commit at the latest, if another was stored meanwhile.
        """

    def find(
        self, wanted: EnvelopeFilter, *, after: str | None, limit: int
    ) -> Coming[Sequence[Envelope]]:
        """The newest that fit, by id from the newest down; with `after`, those older than that."""

    def in_state(self, state: State) -> Sequence[str]:
        """Ids of all envelopes in that state, the oldest first, so that none is left out."""

    def overdue(self, now: datetime) -> Sequence[str]:
        """Ids of all open envelopes (draft, ready, code_sent) whose time is over."""

    def without_detached(self) -> Sequence[str]:
        """Ids of sealed envelopes, tests apart, with a document without a detached signature."""

    def by_token(self, token: str) -> Envelope:
        """The envelope of the document that prints this token; raises DocumentNotFound."""

    def by_number(self, number: str) -> Envelope:
        """The envelope of the document of that number; raises DocumentNotFound."""

    def persons_at(self, phone: Phone, *, owner: str, since: datetime) -> Coming[frozenset[Iin]]:
        """Whose the owner's envelopes of this number are that were made since."""


class Verifications(Protocol):
    """Verifications of numbers; every one is kept."""

    def add(self, verification: Verification) -> None:
        """Store a new one, open."""

    def get(self, verification_id: str) -> Verification:
        """The one, locked for the rest of a writing unit; raises VerificationNotFound."""

    def warn(self, verification: Verification) -> None:
        """Store its warnings, and nothing else of it."""

    def confirm(self, verification: Verification) -> bool:
        """Store its confirmation: one conditional update; True only where it was open still."""

    def history(self, phone: Phone, *, owner: str) -> Coming[Sequence[Verification]]:
        """All that the owner has had of a number, the newest first."""

    def alike(self, manifest_hash: str) -> Sequence[str]:
        """Ids of all whose codes are bound to the same."""

    def ids(self, *, confirmed: bool) -> Sequence[str]:
        """Ids of all that are confirmed, or of all that are not."""


class Challenges(Protocol):
    """Codes sent, without the codes."""

    def add(self, challenge: Challenge, *, is_first: bool = False) -> None:
        """Store a new challenge in state SENT and mark the chain's other SENT ones REPLACED.

        StaleEnvelope is raised, here or by the commit, in a race, and where there is one although
        the new one was said to be the `is_first` of them.
        """

    def find(self, challenge_id: str) -> Challenge | None:
        """The challenge of that id, if it was ever made."""

    def latest(self, chain: str) -> Challenge | None:
        """The newest challenge of an envelope or a verification, if any was ever made."""

    def save(self, challenge: Challenge) -> None:
        """Store what the gateway answered or how many attempts were used."""

    def carried(
        self, challenge_id: str, delivery: dispatch.Delivery, *, by: Hop | None = None
    ) -> None:
        """Store how far its code has come, and by whom it went last; nothing where there is none.

        Of a code that was delivered it stays so.
        """

    def confirm(
        self,
        challenge_id: str,
        *,
        manifest_hash: str,
        attempt_id: str,
        now: datetime,
        told_to: str | None = None,
    ) -> Coming[bool]:
        """The legal act: one conditional update; True only for the caller whose update counted."""

    def told(self, employee_id: str, *, since: datetime) -> int:
        """How many codes, told to that employee, have confirmed since."""


class Hops(Protocol):
    """Every handing over of a message to a route, and what was heard of it."""

    def add(self, hop: Hop) -> None:
        """Store a hop that begins."""

    def save(self, hop: Hop) -> None:
        """Store what came of it; NotFound is raised by the commit at the latest."""

    def of_challenge(self, challenge_id: str) -> Sequence[Hop]:
        """All hops of a challenge, in order."""

    def of_sending(self, sending: str) -> Sequence[Hop]:
        """All hops of one sending, in order."""

    def recent(self, route: str, *, limit: int) -> Sequence[Hop]:
        """The last hops of a route, the newest first."""

    def alone(self, route: str, message_id: str) -> None:
        """Keep off who else asks for it, until the unit ends; before any chain is locked."""

    def locked(self, route: str, message_id: str) -> tuple[Hop, Sequence[Receipt]] | None:
        """The newest hop that the provider knows by this id, and what was heard since it began.

        It is locked, with its chain as `UnitOfWork.lock` does it. None where there is no such hop,
        or was another a moment ago.
        """

    def unanswered(self, before: datetime) -> Sequence[Hop]:
        """Hops begun before, of which no answer is known: whoever waited for it has died."""

    def awaiting(self, route: str, since: datetime, *, limit: int) -> Sequence[Hop]:
        """Hops begun since that the provider knows and has not told the end of, newest first."""

    def hear(self, receipt: Receipt, *, received_at: datetime) -> None:
        """Keep a receipt, whether its hop is known yet or not; the same word again is one word."""

    def heard(self, route: str, message_id: str, *, since: datetime) -> Sequence[Receipt]:
        """Receipts under that id that were last received then or later, in order."""


class Tallies(Protocol):
    """What the register knows of messages and codes, for those who count; refused ones are none."""

    def sendings(self, of: Of, name: str, *, since: datetime) -> Sequence[Counted]:
        """Sendings that left, or may have, since then, in order."""

    def money(self, client: str, *, since: datetime, minute: datetime, each: int) -> SpentMoney:
        """Cost since then, `each` where it is not known; sendings since `minute` by name."""

    def subscribers(self, phone: str, *, since: datetime) -> Sequence[tuple[Iin, datetime]]:
        """To whom codes went by this phone since then, each with the last time; `phone` stands."""

    def outcomes(
        self, of: Of, name: str, *, since: datetime, before: datetime, now: datetime
    ) -> Coming[Sequence[Outcome]]:
        """What came of the envelopes to which codes went between, as far as it is over.

        Of the newest messages only, where there are very many.
        """

    def knows(self, phone: str) -> Coming[bool]:
        """Whether any message was ever begun to this phone; `phone` stands for it."""

    def wrong_codes(self, phone: str, *, since: datetime) -> Coming[Sequence[datetime]]:
        """When wrong codes were typed that had gone to this phone, in order."""


class Lifts(Protocol):
    """Limits that somebody has looked into, and lifted."""

    def add(self, limit: Limit, subject: str, *, envelope_id: str, at: datetime) -> None:
        """From that moment on counting begins anew."""

    def last(self, limit: Limit, subject: str) -> datetime | None:
        """When that was the last time, if ever."""


class Journal(Protocol):
    """Append-only, chained per envelope."""

    def append(self, envelope_id: str, fact: Fact) -> Entry:
        """Write the next entry of that envelope's chain; it is news until somebody tells it."""

    def of(self, envelope_id: str) -> Sequence[Entry]:
        """All entries of an envelope, in order."""

    def last(self, envelope_id: str) -> Coming[Entry | None]:
        """The newest of them."""

    def follow(self, last: Entry) -> None:
        """What is appended comes after this one, read before; StaleEnvelope if anything else has.

        It is raised by the commit at the latest.
        """

    def envelope_ids(self) -> Sequence[str]:
        """Every envelope that has entries, also those whose envelope is gone."""


class Outbox(Protocol):
    """Work owed, written in the same transaction as the reason for it."""

    def add(self, row: OutboxRow) -> None:
        """Owe it."""

    def owed(self, *, limit: int) -> Sequence[OutboxRow]:
        """The oldest unpaid rows, without an upper age."""

    def backlog(self) -> Mapping[Task, Backlog]:
        """How much is owed of each task, without those of which nothing is."""

    def settle(self, task: Task, envelope_id: str, *, now: datetime) -> None:
        """Mark the envelope's rows of that task as done."""


class ApiKeys(Protocol):
    """Keys of programs that call from outside."""

    def add(self, key: ApiKey) -> None:
        """Store a new key; raises Conflict for an id in use, or a key that is followed already."""

    def get(self, key_id: str) -> ApiKey:
        """The key, live or not; raises ApiKeyNotFound."""

    def all(self) -> Sequence[ApiKey]:
        """Every key, the oldest first."""

    def used(self, key_id: str, *, now: datetime) -> None:
        """Remember when it was last used; an older time never replaces a newer one."""

    def revoke(self, key_id: str, *, now: datetime) -> None:
        """End it for ever; the first time counts. Raises ApiKeyNotFound."""

    def expire(self, key_id: str, *, at: datetime) -> None:
        """Let it end then, where it would not end earlier; without effect on an unknown key."""

    def allow(self, key_id: str, addresses: Sequence[str]) -> None:
        """Let it count in these networks alone, anywhere for none; raises ApiKeyNotFound."""


class AskedRequests(Protocol):
    """Requests that must have one effect and one answer, however often they come.

    What is known when it is committed may be asked for then: to ask earlier takes longer.
    """

    def add(self, request: AskedOnce) -> Callable[[], bool]:
        """Claim a new key of the client; False where the client has used it already."""

    def get(self, client: str, key: str) -> AskedOnce:
        """The request; raises NotFound."""

    def reclaim(self, request: AskedOnce, *, now: datetime) -> bool:
        """Take over a claim; True only for the one caller who saw the latest `claimed_at`."""

    def answer(self, request: AskedOnce, answer: str) -> Callable[[], bool]:
        """Keep the answer; False where the claim was taken over or released meanwhile."""

    def free(self, request: AskedOnce) -> None:
        """Give up our own claim: the next one may take it over at once."""

    def release(self, request: AskedOnce) -> None:
        """Forget our own claim, so that the request may be made anew."""

    def purge(self, before: datetime) -> int:
        """Forget those claimed before; how many."""


class UnitOfWork(Protocol):
    """One transaction; everything in it is undone unless `commit` is called."""

    envelopes: Envelopes
    verifications: Verifications
    challenges: Challenges
    versions: Versions
    hops: Hops
    tallies: Tallies
    lifts: Lifts
    journal: Journal
    anchors: Anchors
    audit: Audit
    outbox: Outbox
    news: News
    webhooks: Webhooks
    deliveries: Deliveries
    keys: ApiKeys
    packs: Packs
    pack_batches: PackBatches
    staff: Staff
    sessions: Sessions
    knocks: Knocks
    sign_in_tries: SignInTries
    visits: Visits
    asked: AskedRequests
    tickets: Tickets
    copies: Copies

    def lock(self, chain: str) -> None:
        """Keep other writers off an envelope or a verification until the unit ends."""

    def recall(self, envelope_id: str) -> Recalled:
        """An envelope and all that is known of it, at once; only in a reading unit.

        Raises EnvelopeNotFound.
        """

    def foresee(self, chain: str) -> None:
        """An envelope and its newest challenge will be asked for: fetch them at one journey."""

    def next_number(self, series: str) -> Coming[int]:
        """The next number of a series, starting at 1; never given twice, gaps are allowed."""

    def commit(self) -> None:
        """Make it last."""


class Register(Protocol):
    """The database."""

    def begin(self) -> AbstractContextManager[UnitOfWork]:
        """A writing unit: rows it reads are locked against other writers."""

    def view(self) -> AbstractContextManager[UnitOfWork]:
        """A reading unit: sees one consistent state and blocks nobody; never commit it."""

    def glance(self) -> AbstractContextManager[UnitOfWork]:
        """The same for whoever asks once: only what is asked together is surely of one moment."""

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


class SmsGateway(Protocol):
    """One route to the phone."""

    def send(self, message: Message) -> Taken:
        """Hand the message over once.

        Raises SmsRefused where it has certainly not left, SmsUncertain where nobody knows.
        """


class ReceiptSource(Protocol):
    """A provider that can be asked what became of messages."""

    @property
    def pace(self) -> timedelta:
        """Time between two questions about one message."""

    @property
    def most(self) -> int:
        """Messages that one question may be about."""

    def ask(self, asked: Sequence[AskedOf]) -> Sequence[Receipt]:
        """What it knows of them now, those it does not know left out; raises SmsUnavailable."""


class ReceiptReader(Protocol):
    """Reads what a provider posts to us by itself."""

    def read(self, form: Mapping[str, str]) -> Receipt | None:
        """The receipt, or None for a word without meaning to us; raises SignatureWrong."""


class SubscriberDirectory(Protocol):
    """The network's own books: whose a number is."""

    def look_up(self, phone: Phone, iin: Iin) -> DirectoryAnswer:
        """What they say; raises DirectoryUnavailable, within about a second."""


class EmployeeNumbers(Protocol):
    """The numbers of those who sign others up."""

    def has(self, phone: Phone) -> bool:
        """Whether it is one of theirs; never raises."""


# --- documents ------------------------------------------------------------------------------


class Renderer(Protocol):
    """From Word and values to PDF/A."""

    def render(self, order: RenderOrder) -> Rendered:
        """Make the document; raises TemplateRejected, RenderFailed or RendererUnavailable."""

    def close(self) -> None:
        """Stop what was started."""


Trials = Callable[[], Sequence[RenderOrder]]


class RouteProver(Protocol):
    """Tries templates before anybody's paper is made of them."""

    def prove(self, name: str, languages: tuple[Language, ...], trials: Trials) -> RouteReport:
        """Find the fastest route whose bytes are right; what is known already needs no trials."""


class TemplateFiles(Protocol):
    """The Word files of templates, as they lie in folders."""

    def find(self, name: str, language: Language) -> TemplateFile | None:
        """The one that is rendered under that name; raises TemplateRejected if unreadable."""

    def names(self, language: Language) -> Sequence[str]:
        """Names of all there are in that language, in order."""

    def shown(self, name: str, language: Language) -> str:
        """How people find it, or where it would have to lie."""


class TemplateInspector(Protocol):
    """Looks into Word files without rendering them; never raises for what is in them."""

    def inspect(self, docx: bytes) -> Inspection:
        """Tags, marks, and all that is wrong with the file by itself."""

    def disagreements(self, one: bytes, other: bytes) -> Sequence[Finding]:
        """Why the other readable file could not follow the one in a document, said of the other."""


class Sealer(Protocol):
    """The operator's seal."""

    def seal(self, order: SealOrder) -> SealedPdf:
        """Seal; raises SealRefused, SealKeyUnusable, or SealUnavailable without its authority."""

    def examine(self, frozen: bytes, caption: tuple[str, ...]) -> None:
        """Raise SealRefused unless these bytes could be sealed with such a caption."""

    def rehearse(self, order: SealOrder) -> Rehearsal:
        """Seal, judge, and give the bytes to nobody; raises as `seal` does."""

    def check(self) -> SealAbility:
        """What the key could do now; raises SealKeyUnusable, or SealUnavailable where it is."""


class DetachedSigner(Protocol):
    """The operator's national signature, beside the file."""

    def sign(self, order: DetachedOrder) -> bytes:
        """A detached CMS in DER (CAdES, RFC 5652); raises SealRefused or SealUnavailable."""


class Verifier(Protocol):
    """Judges a file by itself and the trust roots, offline."""

    def verify(self, pdf: bytes) -> Report:
        """The report; raises UnreadableDocument for what is not a PDF."""


class Turnstile(Protocol):
    """Lets strangers in so often and no oftener."""

    def admit(self, address: str) -> None:
        """Count a visit from there; raises LimitReached, and Unavailable where nobody counts."""


class PageImages(Protocol):
    """Pages as a screen shows and speaks them."""

    def image(self, pdf: bytes, page: int, *, width: int) -> bytes:
        """WebP of a page (from 1), so many pixels wide; raises DocumentNotFound beyond the last."""

    def text(self, pdf: bytes, page: int) -> str:
        """The words of a page (from 1), line by line; raises DocumentNotFound beyond the last."""


# --- work that follows ----------------------------------------------------------------------


class Jobs(Protocol):
    """Told after a commit; may forget, since what is owed follows from the envelope's state."""

    @property
    def at_once(self) -> bool:
        """Whether work is attempted before `tell` returns."""

    def tell(self, task: Task, envelope_id: str) -> bool:
        """There is work; whether it was heard. Never raises, and never waits a second."""

    def wait(self, task: Task, envelope_id: str, *, most: timedelta) -> bool:
        """Wait until that work was attempted, no longer than `most`, and perhaps less long.

        False at once where it cannot be waited for like that. Never raises.
        """


Work = Callable[[Task, str], None]
