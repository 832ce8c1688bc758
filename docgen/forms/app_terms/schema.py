"""Values of annex 5; its terms are accepted by what the subscriber does (points 17, 28, 29, 33)."""

from enum import StrEnum
from typing import Any

from docgen.domain.language import Language
from docgen.forms.fields import Code
from docgen.forms.form import FormValues, Words


class Channel(StrEnum):
    """Where the subscriber does it (points 4 and 17)."""

    CABINET = "cabinet"
    MOBILE_APP = "mobile_app"


class Event(StrEnum):
    """What he does: registers (points 17, 28, 29), or goes on after a change (points 21, 33)."""

    REGISTER = "register"
    CONTINUE = "continue"


class Values(FormValues):
    """One acceptance of the terms."""

    order_number: Code
    channel: Channel
    event: Event

    def context(self, language: Language, words: Words) -> dict[str, Any]:  # noqa: ARG002
        """Channel and event in words, and what the event means by the terms themselves."""
        return {
            "channel": words(f"channels.{self.channel}"),
            "event": words(f"events.{self.event}"),
            "accepted": words(f"accepted.{self.event}"),
        }
