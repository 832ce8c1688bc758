"""Codes that were sent, held against what the journal says of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from docgen.domain import fingerprint
from docgen.domain.challenge import Challenge, ChallengeState
from docgen.domain.consent import EnteredBy
from docgen.domain.envelope import Envelope
from docgen.domain.finding import Finding, Mismatch
from docgen.domain.journal import Entry, Event


@dataclass
class _Told:
    """What the entries say of one challenge."""

    manifest: str | None
    issued_at: datetime
    print: str | None
    state: ChallengeState = ChallengeState.SENT
    is_repeated: bool = False
    """It was sent once more: that no route took the repetition leaves it as it was."""
    attempts: int = 0
    confirmed_at: datetime | None = None
    attempt_id: str | None = None
    told_to: str | None = None
    messages: set[tuple[str | None, str | None]] = field(default_factory=set)


def challenge_findings(
    envelope: Envelope, challenges: Sequence[Challenge], entries: Sequence[Entry]
) -> Iterator[Finding]:
    """Rows of challenges that are missing, untold, or not as the journal says."""
    told = _replayed(entries)
    for challenge in challenges:
        said = told.pop(challenge.id, None)
        if said is None:
            yield Finding(fault=Mismatch.UNTOLD, table="challenges", row=challenge.id)
        elif not _agrees(challenge, said, salt=envelope.salt):
            yield Finding(fault=Mismatch.CHANGED, table="challenges", row=challenge.id)
    for name in told:
        yield Finding(fault=Mismatch.MISSING, table="challenges", row=name)


def _agrees(challenge: Challenge, said: _Told, *, salt: str) -> bool:
    message = (challenge.provider, challenge.provider_message_id)
    print_ = said.print or fingerprint.of_challenge(challenge, salt=salt)
    return (
        challenge.manifest_hash == said.manifest
        and challenge.issued_at == said.issued_at
        and fingerprint.of_challenge(challenge, salt=salt) == print_
        and challenge.state is said.state
        and challenge.attempts_used == said.attempts
        and challenge.confirmed_at == said.confirmed_at
        and challenge.attempt_id == said.attempt_id
        and challenge.told_to == said.told_to
        and (message in said.messages or (message == (None, None) and not said.messages))
        and (challenge.sent_at is None) == (not said.messages)
    )


def _replayed(entries: Sequence[Entry]) -> dict[str, _Told]:
    """The challenges as the register must hold them after these entries."""
    told: dict[str, _Told] = {}
    latest = ""
    for entry in entries:
        name = entry.details.get("challenge", "")
        if entry.event is Event.CODE_ISSUED:
            for other in told.values():
                if other.state is ChallengeState.SENT:
                    other.state = ChallengeState.REPLACED
            told[name] = _issued(entry)
            latest = name
        elif name in told:
            _hear(told[name], entry, is_latest=name == latest)
    return told


def _issued(entry: Entry) -> _Told:
    return _Told(
        manifest=entry.details.get("manifest"),
        issued_at=entry.at,
        print=entry.details.get(fingerprint.CHALLENGE),
    )


def _hear(said: _Told, entry: Entry, *, is_latest: bool) -> None:
    details: Mapping[str, str] = entry.details
    if entry.event is Event.CODE_SENT:
        said.messages.add((details.get("provider"), details.get("message")))
    elif entry.event is Event.CODE_REPEATED:
        said.is_repeated = True
    elif entry.event is Event.CODE_NOT_SENT and said.state is ChallengeState.SENT:
        said.state = ChallengeState.SENT if said.is_repeated else ChallengeState.FAILED
    elif entry.event is Event.CODE_WRONG and is_latest:
        said.attempts = max(said.attempts, _number(details.get("attempts", "")))
    elif entry.event is Event.CONFIRMED:
        said.state = ChallengeState.CONFIRMED
        said.confirmed_at, said.attempt_id = entry.at, details.get("attempt")
        if details.get("entered_by") == EnteredBy.EMPLOYEE:
            said.told_to = details.get("employee")


def _number(said: str) -> int:
    return int(said) if said.isdecimal() else 0
