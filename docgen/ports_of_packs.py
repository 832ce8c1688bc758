"""What the core needs from outside to make notary packs; a page of ports beside the first."""

from typing import Protocol

from docgen.domain.calendar import Calendar


class WorkingDays(Protocol):
    """What is known of working days."""

    def calendar(self, first: int, last: int) -> Calendar:
        """The days of those years, both included; raises Misconfigured for a file that lies."""
