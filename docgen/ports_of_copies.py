"""What the core needs from outside to give the subscriber his copy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from docgen.domain.copy import Copy, CopyWay


class Copies(Protocol):
    """Copies owed, written in the transaction of the seal."""

    def add(self, copy: Copy) -> None:
        """Owe it; the commit at the latest raises Conflict where such a copy was owed before."""

    def claim(
        self, now: datetime, *, until: datetime, most: Mapping[CopyWay, int]
    ) -> Sequence[Copy]:
        """Take what is due, whatever its age, of each way so many, and keep it until then.

        They are due again at that moment, as they say themselves.
        """

    def save(self, copy: Copy) -> None:
        """Store what came of a try."""

    def of(self, envelope_id: str) -> Sequence[Copy]:
        """All copies of an envelope."""

    def owed(self) -> Sequence[Copy]:
        """All that are owed still, those of the oldest envelopes first."""


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file in a letter."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """An e-mail; neither address nor words are shown by `repr`."""

    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    language: str
    reference: str
    """Makes its Message-ID: the same at every try, so that a doubled one is known as such."""
    attachments: tuple[Attachment, ...] = ()


class Mailer(Protocol):
    """The way to a mailbox."""

    def send(self, letter: Letter) -> str:
        """Hand it over, and return its Message-ID.

        Raises MailRefused where no later try will help, MailUnavailable where one may.
        """
