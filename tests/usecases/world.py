"""Use cases over a real register and a real Redis, with fakes where the world is slow."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from docgen.adapters.db.register import SqlRegister
from docgen.adapters.jobs.inline import InlineJobs
from docgen.adapters.otp.redis_codes import Pepper, RedisCodes
from docgen.domain.challenge import ChallengePolicy
from docgen.domain.envelope import Envelope
from docgen.domain.journal import Entry
from docgen.domain.language import BOTH, Language
from docgen.domain.work import Task
from docgen.forms.catalogue import Catalogue
from docgen.ports import Jobs, Renderer, Sealer
from docgen.usecases.confirm_by_code import Attempt, ConfirmByCode
from docgen.usecases.create_envelope import CreateEnvelope, DocumentRequest, EnvelopeRequest
from docgen.usecases.expire import Expire
from docgen.usecases.render_envelope import RenderEnvelope
from docgen.usecases.seal_envelope import SealEnvelope
from docgen.usecases.send_code import SendCode
from docgen.usecases.sweep import Sweep
from tests.builders import operator
from tests.fakes import CountingChance, FakeClock, FakeRenderer, FakeSealer, FakeSms, MemoryBlobs
from tests.forms.samples import act_request

POLICY = ChallengePolicy()
LIFE = timedelta(hours=72)
OPERATOR = operator()


@dataclass
class World:
    """One installation; `jobs` may be exchanged for a fake that does nothing."""

    database_url: str
    register: SqlRegister
    codes: RedisCodes
    jobs: Jobs | None = None
    clock: FakeClock = field(default_factory=FakeClock)
    chance: CountingChance = field(default_factory=CountingChance)
    sms: FakeSms = field(default_factory=FakeSms)
    renderer: FakeRenderer = field(default_factory=FakeRenderer)
    sealer: FakeSealer = field(default_factory=FakeSealer)
    papers: Renderer | None = None
    seal_of: Sealer | None = None
    """In place of the fakes, where a test wants real ones."""
    blobs: MemoryBlobs = field(default_factory=MemoryBlobs)
    forms: Catalogue = field(default_factory=Catalogue)
    owes_detached: bool = False

    def work(self, task: Task, envelope_id: str) -> None:
        """Do what is owed."""
        if task is Task.RENDER:
            self.render(envelope_id)
        else:
            self.seal(envelope_id)

    @property
    def _jobs(self) -> Jobs:
        return self.jobs or InlineJobs(work=self.work)

    @property
    def create(self) -> CreateEnvelope:
        """The use case."""
        return CreateEnvelope(
            register=self.register, forms=self.forms, clock=self.clock, chance=self.chance,
            jobs=self._jobs, life=LIFE,
        )  # fmt: skip

    @property
    def render(self) -> RenderEnvelope:
        """The use case."""
        return RenderEnvelope(
            register=self.register, forms=self.forms, renderer=self.papers or self.renderer,
            sealer=self.seal_of or self.sealer,
            blobs=self.blobs, clock=self.clock, operator=OPERATOR, public_url="https://q.example",
        )  # fmt: skip

    @property
    def send(self) -> SendCode:
        """The use case."""
        return SendCode(
            register=self.register, forms=self.forms, codes=self.codes, sms=self.sms,
            clock=self.clock, chance=self.chance, policy=POLICY,
        )  # fmt: skip

    @property
    def confirm(self) -> ConfirmByCode:
        """The use case."""
        return ConfirmByCode(
            register=self.register, codes=self.codes, clock=self.clock, chance=self.chance,
            jobs=self._jobs, policy=POLICY,
        )  # fmt: skip

    @property
    def seal(self) -> SealEnvelope:
        """The use case."""
        return SealEnvelope(
            register=self.register, forms=self.forms, renderer=self.papers or self.renderer,
            sealer=self.seal_of or self.sealer,
            blobs=self.blobs, clock=self.clock, operator=OPERATOR, public_url="https://q.example",
            owes_detached=self.owes_detached,
        )  # fmt: skip

    @property
    def expire(self) -> Expire:
        """The use case."""
        return Expire(register=self.register, clock=self.clock)

    @property
    def sweep(self) -> Sweep:
        """The use case."""
        return Sweep(register=self.register, work=self.work, expire=self.expire, clock=self.clock)

    def created(self, *, documents: int = 1) -> Envelope:
        """An envelope of the sample visit, rendered unless `jobs` does nothing."""
        return self.create(request(documents=documents))

    def code_sent(self) -> Envelope:
        """The same with a code on its way; the code is the last of `chance.given`."""
        envelope = self.created()
        self.send(envelope.id, language=Language.KK, actor="employee:E-1")
        return self.envelope(envelope.id)

    def envelope(self, envelope_id: str) -> Envelope:
        """As it is in the register now."""
        with self.register.view() as unit:
            return unit.envelopes.get(envelope_id)

    def journal(self, envelope_id: str) -> Sequence[Entry]:
        """Its entries."""
        with self.register.view() as unit:
            return unit.journal.of(envelope_id)

    def events(self, envelope_id: str) -> list[str]:
        """Names of its entries."""
        return [entry.event.value for entry in self.journal(envelope_id)]


def world(database_url: str, redis_url: str, *, jobs: Jobs | None = None) -> World:
    """A world over those services."""
    codes = RedisCodes(redis_url, subject_key=b"s" * 32, pepper=Pepper("k1", b"p" * 32))
    register = SqlRegister(database_url)
    return World(database_url=database_url, register=register, codes=codes, jobs=jobs)


def request(*, documents: int = 1) -> EnvelopeRequest:
    """The sample visit."""
    mapped = act_request()
    act = DocumentRequest(form="acceptance_act", languages=BOTH, values=mapped["values"])
    return EnvelopeRequest(
        owner="operator",
        client="field",
        subscriber=mapped["subscriber"],
        reference=mapped["reference"],
        documents=(act,) * documents,
    )


def attempt(code: str, name: str = "a1", **changes: str) -> Attempt:
    """One try to confirm."""
    return Attempt(id=name, code=code, language=Language.KK, **changes)
