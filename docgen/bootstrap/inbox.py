"""The demo's phone."""

from docgen.adapters.sms.inbox import Inbox
from docgen.bootstrap import CHANCE, CLOCK
from docgen.settings import Settings


def inbox(settings: Settings) -> Inbox:
    """Where the demo's messages land."""
    return Inbox(path=settings.var / "inbox.jsonl", clock=CLOCK, chance=CHANCE)
