"""What happened to an envelope."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from api.route import Answer, Call, Reply, Route
from api.v1.shapes import Shape
from docgen.domain.caller import Scope
from docgen.domain.journal import Entry, Event


class EntryShape(Shape):
    """One thing that happened."""

    sequence: int
    event: Event
    at: datetime
    actor: str
    details: dict[str, str]
    previous_hash: str
    hash: str


class JournalShape(Shape):
    """Everything that happened to an envelope, in order, under its chain of hashes."""

    envelope_id: str
    entries: tuple[EntryShape, ...]

    @classmethod
    def of(cls, envelope_id: str, entries: Sequence[Entry]) -> Self:
        """The shape of a chain."""
        return cls(
            envelope_id=envelope_id,
            entries=tuple(
                EntryShape(
                    sequence=each.sequence,
                    event=each.event,
                    at=each.at,
                    actor=each.actor,
                    details=dict(each.details),
                    previous_hash=each.previous_hash,
                    hash=each.hash,
                )
                for each in entries
            ),
        )


def read_journal(call: Call) -> Reply:
    """All entries, each with its hash."""
    envelope_id = call.envelope.envelope.id
    entries = call.docgen.read_journal(envelope_id)
    return Reply(body=JournalShape.of(envelope_id, entries))


ROUTES = (
    Route(
        method="GET",
        path="/v1/envelopes/{envelope_id}/journal",
        view=read_journal,
        summary="Read what happened to an envelope",
        tag="envelopes",
        scope=Scope.JOURNAL_READ,
        answer=Answer(says="The journal", model=JournalShape),
    ),
)
