"""The way to the phone in the tests: an inbox whose sender can be held."""

import time
from dataclasses import dataclass
from pathlib import Path

from docgen.adapters.sms.inbox import Inbox
from docgen.domain.dispatch import Message, Taken

BEFORE, AFTER = "before", "after"
"""The moments at which the gateway can be held: the message has not left, or it has."""


def hold_file(var: Path, moment: str) -> Path:
    """While it is there, whoever sends waits at that moment."""
    return var / f"hold-{moment}"


def held_file(var: Path, moment: str) -> Path:
    """Is there as soon as somebody waits."""
    return var / f"held-{moment}"


@dataclass(frozen=True)
class HeldInbox:
    """An inbox whose sender can be held before and after a message has left."""

    inner: Inbox
    var: Path

    def send(self, message: Message) -> Taken:
        """Leave the message, as soon as nobody minds."""
        self._wait(BEFORE)
        receipt = self.inner.send(message)
        self._wait(AFTER)
        return receipt

    def _wait(self, moment: str) -> None:
        while hold_file(self.var, moment).exists():
            held_file(self.var, moment).touch()
            time.sleep(0.02)
