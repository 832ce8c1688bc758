"""Stand-ins for what a service works with: they wait, fail, or die as a test tells them."""

from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event

from docgen.adapters.jobs.attempt import attempt
from docgen.domain.dispatch import Message, Taken
from docgen.domain.errors import DocgenError
from docgen.domain.rendering import Rendered, RenderOrder
from docgen.domain.verdict import Report, Verdict
from docgen.domain.work import Task
from docgen.ports import Work
from tests.fakes import FakeRenderer, FakeSms

_PATIENCE = 20.0


class Killed(BaseException):
    """As SIGKILL: nobody catches it, nothing is tidied up."""


@dataclass
class Gate:
    """Whoever passes waits until it is opened; `reached` tells that somebody does."""

    reached: Event = field(default_factory=Event)
    opened: Event = field(default_factory=Event)

    def passed(self) -> None:
        """Wait, but not for ever."""
        self.reached.set()
        assert self.opened.wait(_PATIENCE)

    def await_somebody(self) -> None:
        """Until somebody waits."""
        assert self.reached.wait(_PATIENCE)


@dataclass
class HeldSms(FakeSms):
    """Sends once the gate is open."""

    gate: Gate = field(default_factory=Gate)

    def send(self, message: Message) -> Taken:
        """Take the message, later."""
        self.gate.passed()
        return super().send(message)


@dataclass
class HeldRenderer(FakeRenderer):
    """Renders once the gate is open."""

    gate: Gate = field(default_factory=Gate)

    def render(self, order: RenderOrder) -> Rendered:
        """Make it, later."""
        self.gate.passed()
        return super().render(order)


@dataclass
class DeadlySms(FakeSms):
    """The process dies while the message is handed over, before or after the gateway took it."""

    taken: bool = True
    fatal: BaseException | None = field(default_factory=Killed)

    def send(self, message: Message) -> Taken:
        """Die, or take it once `fatal` is None."""
        if self.taken or self.fatal is None:
            receipt = super().send(message)
        if self.fatal is not None:
            raise self.fatal
        return receipt


@dataclass
class DeadlyRenderer(FakeRenderer):
    """The process dies while the document is made."""

    def render(self, order: RenderOrder) -> Rendered:
        """Die."""
        raise Killed(order.template)


@dataclass
class Worker:
    """Does what is owed at once; while `away`, nobody hears of it."""

    work: Work
    away: bool = False
    at_once: bool = True

    def tell(self, task: Task, envelope_id: str) -> bool:
        """There is work."""
        if not self.away:
            attempt(self.work, task, envelope_id)
        return not self.away

    def wait(self, _task: Task, _envelope_id: str, *, most: timedelta) -> bool:  # noqa: ARG002
        """False: whatever was heard is done already."""
        return False


@dataclass
class FakeTurnstile:
    """Lets everybody in, or raises `failing` while that is set; remembers who came."""

    failing: DocgenError | None = None
    visitors: list[str] = field(default_factory=list)

    def admit(self, address: str) -> None:
        """Count a visit."""
        self.visitors.append(address)
        if self.failing is not None:
            raise self.failing


@dataclass
class FakeVerifier:
    """Says of every file what it is told to, or raises `failing` while that is set."""

    report: Report = field(default_factory=lambda: Report(verdict=Verdict.VALID))
    failing: DocgenError | None = None
    judged: list[bytes] = field(default_factory=list)

    def verify(self, pdf: bytes) -> Report:
        """The report."""
        self.judged.append(pdf)
        if self.failing is not None:
            raise self.failing
        return self.report
