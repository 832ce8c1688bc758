"""A desk from which one code is sent over two routes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from docgen.adapters.db.register import SqlRegister
from docgen.domain.challenge import Challenge
from docgen.domain.dispatch import Delivery, Hop, Receipt, Sending
from docgen.domain.envelope import State
from docgen.domain.routes import Route
from docgen.ports import UnitOfWork
from docgen.usecases.dispatch_message import DispatchMessage, Way
from docgen.usecases.take_receipt import TakeReceipt
from tests.builders import challenge, envelope, identifier, sha256
from tests.fakes import CountingChance, FakeClock, FakeSms

LIFE = timedelta(minutes=3)


@dataclass
class Desk:
    """A register with one envelope whose code is to be sent, and two routes."""

    url: str
    register: SqlRegister
    challenge: Challenge
    clock: FakeClock = field(default_factory=FakeClock)
    chance: CountingChance = field(default_factory=CountingChance)
    primary: FakeSms = field(default_factory=FakeSms)
    spare: FakeSms = field(default_factory=FakeSms)
    noted: list[Hop] = field(default_factory=list)

    @property
    def dispatch(self) -> DispatchMessage:
        """The use case; chance picks the primary as long as it is 0."""
        return DispatchMessage(
            register=self.register,
            ways=(
                Way(route=Route(name="primary", weight=90), gateway=self.primary),
                Way(route=Route(name="spare", weight=10), gateway=self.spare),
            ),
            clock=self.clock,
            chance=self.chance,
            subject_of=lambda phone: sha256(phone.value),
        )

    @property
    def take(self) -> TakeReceipt:
        """The use case."""
        return TakeReceipt(register=self.register, clock=self.clock)

    def send(self, *, avoid: str | None = None) -> Hop:
        """The code goes out."""
        return self.dispatch(
            replace(self._sending(), avoid=avoid),
            "Код 482913",
            life=LIFE,
            details={"language": "kk"},
            noted=self._note,
        )

    def _sending(self) -> Sending:
        with self.register.view() as unit:
            phone = unit.envelopes.get(self.challenge.chain).subscriber.phone
        return Sending(
            id=identifier(),
            challenge_id=self.challenge.id,
            chain=self.challenge.chain,
            phone=phone,
            client="field",
            employee_id="E-1",
        )

    def begun(self) -> Hop:
        """A hop whose route has not answered yet."""
        sending = self._sending()
        with self.register.begin() as unit:
            begun = self.dispatch.begin(unit, sending)
            unit.commit()
        assert begun.hop is not None
        return begun.hop

    def _note(self, unit: UnitOfWork, hop: Hop) -> None:
        unit.envelopes.get(hop.chain)
        self.noted.append(hop)

    @property
    def hops(self) -> list[Hop]:
        """As they are in the register."""
        with self.register.view() as unit:
            return list(unit.hops.of_challenge(self.challenge.id))

    @property
    def events(self) -> list[str]:
        """What the journal tells of the envelope."""
        with self.register.view() as unit:
            return [e.event.value for e in unit.journal.of(self.challenge.chain)]

    @property
    def delivery(self) -> Delivery:
        """How far the challenge has come."""
        with self.register.view() as unit:
            found = unit.challenges.find(self.challenge.id)
        assert found is not None
        return found.delivery


@contextmanager
def opened(url: str) -> Iterator[Desk]:
    """Over a database that is there."""
    register = SqlRegister(url)
    stored = envelope(State.CODE_SENT)
    sent = challenge(stored)
    with register.begin() as unit:
        unit.envelopes.add(stored)
        unit.challenges.add(sent)
        unit.commit()
    yield Desk(url=url, register=register, challenge=sent)
    register.close()


def receipt_of(of: Hop, delivery: Delivery = Delivery.DELIVERED, raw: str = "DELIVRD") -> Receipt:
    """What a provider says of it."""
    assert of.message_id is not None
    return Receipt(
        route=of.route, message_id=of.message_id, delivery=delivery, raw=raw, at=of.begun_at
    )
