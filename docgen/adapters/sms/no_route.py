"""Where no way to the phone is set up: every message is refused, aloud."""

from docgen.domain.errors import SmsUnavailable
from docgen.domain.subscriber import Phone
from docgen.ports import SmsReceipt


class NoRoute:
    """Keeps a service without a gateway honest: no code is ever called sent."""

    def send(self, phone: Phone, text: str, *, reference: str) -> SmsReceipt:  # noqa: ARG002
        """Raise SmsUnavailable."""
        raise SmsUnavailable("no SMS gateway is set up")
