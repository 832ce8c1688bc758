"""Messages as a web process sends them: every hop in the register, a spare where one is given."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

from docgen.adapters.chance import SystemChance
from docgen.adapters.clock import SystemClock
from docgen.adapters.db.register import SqlRegister
from docgen.adapters.sms.smpp import ROUTE
from docgen.domain.dispatch import Hop, Message, Sending
from docgen.domain.errors import SmsRefused, SmsUnavailable, SmsUncertain
from docgen.domain.routes import BreakerPolicy, Route
from docgen.domain.subscriber import Phone
from docgen.ports import SmsGateway
from docgen.usecases.dispatch_message import DispatchMessage, Way

TEXT = "Код 482913: Қосылу актісі №1045. Бөгде адамға айтпаңыз\n@e.kz #482913"
PHONE = Phone("+77015550142")
LIFE = timedelta(minutes=3)
_CLOCK = SystemClock()


def message(text: str, *, reference: str = "hop-1") -> Message:
    """A message to the subscriber's phone."""
    return Message(phone=PHONE, text=text, reference=reference, life=LIFE)


def outcome(gateway: SmsGateway, text: str) -> str:
    """What becomes of a message: taken, refused or unknown."""
    try:
        gateway.send(message(text))
    except SmsRefused:
        return "refused"
    except SmsUncertain:
        return "unknown"
    return "taken"


def outcomes(gateway: SmsGateway, texts: Sequence[str]) -> dict[str, str]:
    """What becomes of messages that are all sent at once."""
    with ThreadPoolExecutor(len(texts)) as senders:
        return dict(
            zip(texts, senders.map(lambda text: outcome(gateway, text), texts), strict=True)
        )


class _FirstRoute(SystemChance):
    """Chooses the first route, always."""

    def roll(self) -> int:
        """The lowest."""
        return 0


class Sender:
    """Sends by SMPP, and by the spare where that refuses."""

    def __init__(
        self, database_url: str, gateway: SmsGateway, *, spare: SmsGateway | None = None
    ) -> None:
        self.register = SqlRegister(database_url)
        self._chance = _FirstRoute(_CLOCK)
        ways = [Way(route=Route(name=ROUTE), gateway=gateway)]
        if spare is not None:
            ways.append(Way(route=Route(name="spare"), gateway=spare))
        self._dispatch = DispatchMessage(
            register=self.register,
            ways=ways,
            clock=_CLOCK,
            chance=self._chance,
            subject_of=lambda phone: f"subject of {phone.value[-4:]}",
            # A route that fails on purpose is to be tried every time.
            breaker=BreakerPolicy(failures_in_a_row=1_000_000),
        )

    def send(self, text: str = TEXT) -> Hop:
        """The last hop it took, as the register has it."""
        sending = self._sending()
        with suppress(SmsUnavailable):
            self._dispatch(sending, text, life=LIFE, details={}, noted=lambda _unit, _hop: None)
        return self.hops(sending.id)[-1]

    def together(self, texts: Sequence[str]) -> dict[str, Hop]:
        """The last hops of messages that are all sent at once."""
        with ThreadPoolExecutor(len(texts)) as senders:
            return dict(zip(texts, senders.map(self.send, texts), strict=True))

    def hops(self, sending_id: str) -> list[Hop]:
        """All hops of a sending."""
        with self.register.view() as unit:
            return list(unit.hops.of_sending(sending_id))

    def again(self, hop: Hop) -> Hop:
        """The hop as it is now."""
        return self.hops(hop.sending)[hop.number - 1]

    def close(self) -> None:
        """Let the register go."""
        self.register.close()

    def _sending(self) -> Sending:
        return Sending(
            id=self._chance.identifier(),
            challenge_id=self._chance.identifier(),
            chain=self._chance.identifier(),
            phone=PHONE,
            client="portal",
            employee_id=None,
        )
