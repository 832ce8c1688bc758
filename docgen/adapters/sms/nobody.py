"""The phone of numbers that nobody has: what is sent there is heard by nobody."""

from dataclasses import dataclass

from docgen.domain.dispatch import Message, Taken
from docgen.domain.errors import SmsRefused, SmsUncertain
from docgen.domain.for_tests import REFUSED, UNCERTAIN
from docgen.ports import Chance

PROVIDER = "test"


@dataclass(frozen=True, kw_only=True)
class NobodysPhone:
    """Takes, refuses or leaves in doubt by the last digits of the number."""

    chance: Chance

    def send(self, message: Message) -> Taken:
        """That it was taken; raises SmsRefused, also for whatever is somebody's number."""
        if not message.phone.is_test or message.phone.value.endswith(REFUSED):
            raise SmsRefused("test")
        if message.phone.value.endswith(UNCERTAIN):
            raise SmsUncertain("test")
        return Taken(provider=PROVIDER, message_id=self.chance.identifier())
