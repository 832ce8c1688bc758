"""Use cases over a real register and a real Redis, with fakes where the world is slow."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from docgen.adapters.db.register import SqlRegister
from docgen.adapters.jobs.inline import InlineJobs
from docgen.adapters.otp.redis_codes import Pepper, RedisCodes
from docgen.adapters.otp.redis_limits import RedisLimits
from docgen.adapters.sms.nobody import NobodysPhone
from docgen.domain.challenge import ChallengePolicy
from docgen.domain.dispatch import AskedBy
from docgen.domain.envelope import Envelope
from docgen.domain.journal import Entry
from docgen.domain.language import BOTH, Language
from docgen.domain.number import NumberPolicy
from docgen.domain.pseudonyms import Pseudonyms
from docgen.domain.routes import Route
from docgen.domain.sending_limits import SendingPolicy
from docgen.domain.subscriber import Phone
from docgen.domain.work import Task
from docgen.forms.catalogue import Catalogue
from docgen.ports import Jobs, Renderer, Sealer
from docgen.ports_of_handwriting import Scans
from docgen.usecases.check_number import CheckNumber
from docgen.usecases.confirm_by_code import ConfirmByCode
from docgen.usecases.confirm_phone import ConfirmPhone
from docgen.usecases.create_envelope import CreateEnvelope, DocumentRequest, EnvelopeRequest
from docgen.usecases.dispatch_message import DispatchMessage, Way
from docgen.usecases.expire import Expire
from docgen.usecases.find_matter import FindMatter
from docgen.usecases.lift_limit import LiftLimit
from docgen.usecases.limit_guesses import LimitGuesses
from docgen.usecases.limit_sending import LimitSending
from docgen.usecases.render_envelope import RenderEnvelope
from docgen.usecases.seal_envelope import SealEnvelope
from docgen.usecases.send_code import SendCode
from docgen.usecases.settle_hops import SettleHops
from docgen.usecases.show_verification import ShowVerification
from docgen.usecases.sign_by_hand import SignByHand
from docgen.usecases.spend_code import Attempt, SpendCode
from docgen.usecases.sweep import Sweep
from docgen.usecases.take_receipt import TakeReceipt
from docgen.usecases.verify_phone import VerifyPhone
from tests.builders import operator
from tests.fakes import (
    CountingChance,
    FakeAlerts,
    FakeClock,
    FakeDirectory,
    FakeEmployees,
    FakeRenderer,
    FakeScans,
    FakeSealer,
    FakeSms,
    MemoryBlobs,
)
from tests.forms.samples import act_request

POLICY = ChallengePolicy()
LIFE = timedelta(hours=72)
OPERATOR = operator()
TECHNICIAN = AskedBy(client="field", employee_id="E-1")


SUBJECT_KEY = b"s" * 32
PSEUDONYMS = Pseudonyms(SUBJECT_KEY)


def subject_of(phone: Phone) -> str:
    """What stands for a phone in the register."""
    return PSEUDONYMS.of_phone(phone)


@dataclass
class World:
    """One installation; `jobs` may be exchanged for a fake that does nothing."""

    database_url: str
    register: SqlRegister
    codes: RedisCodes
    limits: RedisLimits
    jobs: Jobs | None = None
    clock: FakeClock = field(default_factory=FakeClock)
    chance: CountingChance = field(default_factory=CountingChance)
    sms: FakeSms = field(default_factory=FakeSms)
    spare: FakeSms | None = None
    alerts: FakeAlerts = field(default_factory=FakeAlerts)
    sending: SendingPolicy = field(default_factory=SendingPolicy)
    scans: Scans = field(default_factory=FakeScans)
    renderer: FakeRenderer = field(default_factory=FakeRenderer)
    sealer: FakeSealer = field(default_factory=FakeSealer)
    papers: Renderer | None = None
    seal_of: Sealer | None = None
    """In place of the fakes, where a test wants real ones."""
    blobs: MemoryBlobs = field(default_factory=MemoryBlobs)
    forms: Catalogue = field(default_factory=Catalogue)
    owes_detached: bool = False
    employees: FakeEmployees = field(default_factory=FakeEmployees)
    directory: FakeDirectory | None = None
    numbers: NumberPolicy = field(default_factory=NumberPolicy)

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
            jobs=self._jobs, check=self.check, life=LIFE,
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
            register=self.register, find=self.find, check=self.check, codes=self.codes,
            dispatch=self.dispatch, clock=self.clock, chance=self.chance, policy=POLICY,
            host="q.kz", limit_sending=self.limit_sending,
        )  # fmt: skip

    @property
    def limit_sending(self) -> LimitSending:
        """The use case."""
        return LimitSending(
            register=self.register, limits=self.limits, alerts=self.alerts, clock=self.clock,
            pseudonyms=PSEUDONYMS, policy=self.sending, codes=POLICY,
        )  # fmt: skip

    @property
    def lift_limit(self) -> LiftLimit:
        """The use case."""
        return LiftLimit(register=self.register, clock=self.clock, pseudonyms=PSEUDONYMS)

    @property
    def find(self) -> FindMatter:
        """The use case."""
        return FindMatter(forms=self.forms)

    @property
    def check(self) -> CheckNumber:
        """The use case."""
        return CheckNumber(
            register=self.register, clock=self.clock, employees=self.employees,
            directory=self.directory, policy=self.numbers,
        )  # fmt: skip

    @property
    def spend(self) -> SpendCode:
        """What both ways of confirming have in common."""
        return SpendCode(
            register=self.register, find=self.find, codes=self.codes, clock=self.clock,
            policy=POLICY, numbers=self.numbers, limit_guesses=self.limit_guesses,
        )  # fmt: skip

    @property
    def limit_guesses(self) -> LimitGuesses:
        """The use case."""
        return LimitGuesses(
            clock=self.clock, pseudonyms=PSEUDONYMS, policy=POLICY, sending=self.sending,
        )  # fmt: skip

    @property
    def verify_phone(self) -> VerifyPhone:
        """The use case."""
        return VerifyPhone(
            register=self.register, send=self.send, clock=self.clock, chance=self.chance
        )

    @property
    def show_verification(self) -> ShowVerification:
        """The use case."""
        return ShowVerification(register=self.register, clock=self.clock)

    @property
    def confirm_phone(self) -> ConfirmPhone:
        """The use case."""
        return ConfirmPhone(register=self.register, spend=self.spend)

    @property
    def dispatch(self) -> DispatchMessage:
        """The use case, over one route or two."""
        gateways = {"fake": self.sms} | ({} if self.spare is None else {"spare": self.spare})
        return DispatchMessage(
            register=self.register, clock=self.clock, chance=self.chance, subject_of=subject_of,
            ways=(
                *(Way(route=Route(name=name), gateway=g) for name, g in gateways.items()),
                Way(
                    route=Route(name="test", of_tests=True),
                    gateway=NobodysPhone(chance=self.chance),
                ),
            ),
        )  # fmt: skip

    @property
    def take_receipt(self) -> TakeReceipt:
        """The use case."""
        return TakeReceipt(register=self.register, clock=self.clock)

    @property
    def confirm(self) -> ConfirmByCode:
        """The use case."""
        return ConfirmByCode(
            register=self.register, spend=self.spend, chance=self.chance,
            jobs=self._jobs,
        )  # fmt: skip

    @property
    def sign_by_hand(self) -> SignByHand:
        """The use case."""
        return SignByHand(
            register=self.register, forms=self.forms, blobs=self.blobs, scans=self.scans,
            clock=self.clock, chance=self.chance, jobs=self._jobs,
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
        return Sweep(
            register=self.register, work=self.work, expire=self.expire, clock=self.clock,
            settle_hops=SettleHops(register=self.register, clock=self.clock),
        )  # fmt: skip

    def created(self, *, documents: int = 1) -> Envelope:
        """An envelope of the sample visit, rendered unless `jobs` does nothing."""
        return self.create(request(documents=documents))

    def code_sent(self) -> Envelope:
        """The same with a code on its way; the code is the last of `chance.given`."""
        envelope = self.created()
        self.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)
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
    codes = RedisCodes(redis_url, subject_key=SUBJECT_KEY, pepper=Pepper("k1", b"p" * 32))
    register = SqlRegister(database_url)
    limits = RedisLimits(redis_url)
    return World(
        database_url=database_url, register=register, codes=codes, limits=limits, jobs=jobs
    )


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


def attempt(code: str, name: str = "a1", **changes: Any) -> Attempt:
    """One try to confirm."""
    return Attempt(id=name, code=code, language=Language.KK, **changes)
