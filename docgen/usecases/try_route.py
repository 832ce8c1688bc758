"""Try a route by hand: one message, and what becomes of it; nothing is written down."""

from dataclasses import dataclass
from datetime import timedelta

from docgen.domain.dispatch import AskedOf, Delivery, Message, Receipt, Taken
from docgen.domain.errors import SmsRefused, SmsUnavailable
from docgen.ports import ReceiptSource, SmsGateway, Timer

_OPEN = (Delivery.UNDERWAY, Delivery.UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class TryRoute:
    """Over a gateway, and where receipts can be asked for."""

    gateway: SmsGateway
    source: ReceiptSource | None
    clock: Timer
    most: timedelta = timedelta(seconds=15)
    """Somebody waits before the screen."""

    def __call__(self, message: Message) -> Taken:
        """Hand it over; raises SmsRefused, also for a number that nobody has, or SmsUncertain."""
        if message.phone.is_test:
            raise SmsRefused("test")
        return self.gateway.send(message)

    def last_word(self, message: Message, taken: Taken, *, wait: timedelta) -> Receipt | None:
        """The last that was heard, as soon as it is final; None where nothing was."""
        last: Receipt | None = None
        end = self.clock.now() + wait
        asked = (AskedOf(message_id=taken.message_id, phone=message.phone),)
        while self.source is not None and (left := end - self.clock.now()) > timedelta():
            self.clock.pause(min(self.source.pace, self.most, left))
            try:
                last = next(iter(self.source.ask(asked)), last)
            except SmsUnavailable:
                continue
            if last is not None and last.delivery not in _OPEN:
                return last
        return last
