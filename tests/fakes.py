"""Fakes of the ports, their state open to tests."""

import hashlib
import io
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pikepdf

from docgen.domain.dispatch import AskedOf, Message, Receipt, Taken
from docgen.domain.envelope import SealLevel
from docgen.domain.errors import BlobDamaged, BlobNotFound, DirectoryUnavailable, DocgenError
from docgen.domain.language import Language
from docgen.domain.number import DirectoryAnswer
from docgen.domain.rendering import Rendered, RenderOrder
from docgen.domain.sealing import Rehearsal, SealAbility, SealedPdf, SealOrder
from docgen.domain.sending_limits import Alert
from docgen.domain.subscriber import Iin, Phone
from docgen.domain.verdict import Report, Verdict
from docgen.domain.work import Task
from docgen.ports_of_handwriting import Picture, Scan
from tests.builders import NOW, sha256


@dataclass
class FakeClock:
    """Stands still until it is set or moved."""

    moment: datetime = NOW
    pauses: list[timedelta] = field(default_factory=list)
    while_pausing: Callable[[], object] = lambda: None

    def now(self) -> datetime:
        """The moment it was set to."""
        return self.moment

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.moment += by

    def pause(self, time_to_pass: timedelta) -> None:
        """Time passes at once; `pauses` remembers how long."""
        self.pauses.append(time_to_pass)
        self.advance(time_to_pass)
        self.while_pausing()


class CountingChance:
    """Ids and tokens in order; codes as queued, else 000001, 000002 and so on."""

    def __init__(self, codes: Sequence[str] = ()) -> None:
        self.codes = list(codes)
        self.given: list[str] = []
        self.rolled = 0
        self._ids = itertools.count(1)
        self._tokens = itertools.count(1)

    def identifier(self) -> str:
        """`01` and 24 digits."""
        return f"01{next(self._ids):024d}"

    def token(self) -> str:
        """22 characters, as 128 bits take in base64."""
        return f"token{next(self._tokens):017d}"

    def code(self, digits: int) -> str:
        """The next code; `given` remembers it."""
        code = self.codes.pop(0) if self.codes else f"{len(self.given) + 1:0{digits}d}"
        self.given.append(code)
        return code

    def roll(self) -> int:
        """As it is set."""
        return self.rolled


@dataclass
class FakeSms:
    """Keeps what it is given; raises `failing` instead while that is set."""

    sent: list[Message] = field(default_factory=list)
    failing: DocgenError | None = None
    cost_tiyn: int | None = None

    def send(self, message: Message) -> Taken:
        """Take the message."""
        if self.failing is not None:
            raise self.failing
        self.sent.append(message)
        name = f"message-{len(self.sent)}"
        return Taken(provider="fake", message_id=name, cost_tiyn=self.cost_tiyn)


@dataclass
class FakeAlerts:
    """Remembers what it was told, and of which journal."""

    told: list[tuple[Alert, str]] = field(default_factory=list)

    def tell(self, alert: Alert, *, chain: str) -> None:
        """Remember it."""
        self.told.append((alert, chain))


@dataclass
class FakeReceipts:
    """Tells what it was given to tell, of those it is asked about."""

    pace: timedelta = timedelta(seconds=4)
    most: int = 2
    told: dict[str, Receipt] = field(default_factory=dict)
    asked: list[tuple[AskedOf, ...]] = field(default_factory=list)
    failing: DocgenError | None = None

    def ask(self, asked: Sequence[AskedOf]) -> Sequence[Receipt]:
        """What it knows; `asked` remembers the question."""
        self.asked.append(tuple(asked))
        if self.failing is not None:
            raise self.failing
        return [self.told[each.message_id] for each in asked if each.message_id in self.told]


@dataclass
class FakeDirectory:
    """Says of every number what it is told to, or raises `failing` while that is set."""

    answer: DirectoryAnswer = field(default_factory=DirectoryAnswer)
    failing: DirectoryUnavailable | None = None
    asked: list[tuple[Phone, Iin]] = field(default_factory=list)

    def look_up(self, phone: Phone, iin: Iin) -> DirectoryAnswer:
        """The answer."""
        self.asked.append((phone, iin))
        if self.failing is not None:
            raise self.failing
        return self.answer


@dataclass
class FakeEmployees:
    """Knows the numbers in `known`."""

    known: set[Phone] = field(default_factory=set)

    def has(self, phone: Phone) -> bool:
        """Whether it is one of them."""
        return phone in self.known


@dataclass
class FakeRenderer:
    """Makes a valid PDF of one page that carries title and identifier; no PDF/A."""

    orders: list[RenderOrder] = field(default_factory=list)
    failing: DocgenError | None = None
    closed: bool = False

    def render(self, order: RenderOrder) -> Rendered:
        """The same bytes for the same order."""
        if self.failing is not None:
            raise self.failing
        self.orders.append(order)
        return Rendered(
            pdf=_pdf(order.title, order.identifier, order.contexts),
            pages=1,
            template_sha256=sha256(order.template),
            engine="fake",
        )

    def close(self) -> None:
        """Remember it."""
        self.closed = True


@dataclass
class FakeScans:
    """Takes every picture and every paper as it is."""

    width: int = 800
    height: int = 300

    def picture(self, png: bytes) -> Picture:
        """Of that size, whatever it is."""
        return Picture(content=png, width=self.width, height=self.height)

    def scan(self, content: bytes) -> Scan:
        """A file of one page."""
        kind = "application/pdf"
        return Scan(content=content, media_type=kind, pages=1, uploaded_type=kind)


@dataclass
class FakeSealer:
    """Appends a comment for a revision, so that sealed bytes begin with the frozen ones."""

    orders: list[SealOrder] = field(default_factory=list)
    failing: DocgenError | None = None
    unusable: DocgenError | None = None
    unfit: DocgenError | None = None
    examined: list[tuple[bytes, tuple[str, ...]]] = field(default_factory=list)
    sealed_at: datetime = NOW
    serial: str = "01"
    """Of the certificate it seals with; whoever looked before saw `01`."""
    level: SealLevel = SealLevel.B_B
    ends_at: datetime | None = None

    def seal(self, order: SealOrder) -> SealedPdf:
        """The frozen bytes and a mark."""
        if self.failing is not None:
            raise self.failing
        self.orders.append(order)
        mark = f"\n% sealed over {hashlib.sha256(order.evidence).hexdigest()}\n%%EOF\n"
        return SealedPdf(
            pdf=order.frozen + mark.encode(),
            level=self.level,
            signer="CN=Fake Seal",
            serial=self.serial,
            sealed_at=self.sealed_at,
            ends_at=self.ends_at,
        )

    def examine(self, frozen: bytes, caption: tuple[str, ...]) -> None:
        """Raise `unfit` where it is set."""
        self.examined.append((frozen, caption))
        if self.unfit is not None:
            raise self.unfit

    def rehearse(self, order: SealOrder) -> Rehearsal:
        """Seal, and say that it was valid."""
        self.seal(order)
        report = Report(verdict=Verdict.VALID)
        return Rehearsal(report=report, sealing=timedelta(), verifying=timedelta())

    def check(self) -> SealAbility:
        """What it could do; raises `unusable` where it is set."""
        if self.unusable is not None:
            raise self.unusable
        return SealAbility(
            holder="CN=Fake Seal", serial="01", key="P-256", valid_until=NOW + timedelta(days=365),
            level=SealLevel.B_B,
        )  # fmt: skip


@dataclass
class MemoryBlobs:
    """Bytes in a dictionary."""

    contents: dict[str, bytes] = field(default_factory=dict)

    def put(self, content: bytes) -> str:
        """Keep it."""
        key = hashlib.sha256(content).hexdigest()
        self.contents[key] = content
        return key

    def get(self, sha256: str) -> bytes:
        """The bytes, checked."""
        content = self.contents.get(sha256)
        if content is None:
            raise BlobNotFound(sha256)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise BlobDamaged(sha256)
        return content


@dataclass
class FakeJobs:
    """Remembers what it was told; forgets nothing and does nothing."""

    told: list[tuple[Task, str]] = field(default_factory=list)
    heard: bool = True
    at_once: bool = False
    waits: list[timedelta] = field(default_factory=list)

    def tell(self, task: Task, envelope_id: str) -> bool:
        """There is work; whether it was heard is as `heard` says."""
        self.told.append((task, envelope_id))
        return self.heard

    def wait(self, _task: Task, _envelope_id: str, *, most: timedelta) -> bool:
        """False: nobody here tells when work was attempted; `most` is remembered."""
        self.waits.append(most)
        return False


def _pdf(title: str, identifier: str, contexts: Any) -> bytes:
    languages = "+".join(str(Language(language)) for language in contexts)
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.docinfo["/Title"] = title
        pdf.docinfo["/Subject"] = f"{identifier} {languages} {sha256(repr(contexts))}"
        content = io.BytesIO()
        pdf.save(content, deterministic_id=True)
        return content.getvalue()


class QuickPasswords:
    """Hashes that cost nothing; they remember how often they were asked to compare."""

    def __init__(self) -> None:
        self.compared = 0

    def hashed(self, secret: str) -> str:
        """What `fits` knows again."""
        return f"quick:{hashlib.sha256(secret.encode()).hexdigest()}"

    def fits(self, secret: str, known: str | None) -> bool:
        """Whether it is the one."""
        self.compared += 1
        return self.hashed(secret) == known
