"""Limit how many wrong codes may be typed at all, by what the register remembers."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from docgen.domain.challenge import Challenge, ChallengePolicy
from docgen.domain.errors import CodeGone, CodeWrong
from docgen.domain.journal import Entry, Event
from docgen.domain.pseudonyms import Pseudonyms
from docgen.domain.sending_limits import SendingPolicy, wait_until_allowed
from docgen.ports import Clock, Coming, UnitOfWork
from docgen.usecases.find_matter import Matter


@dataclass(frozen=True, kw_only=True)
class Guessed:
    """What the register knows of codes that were typed."""

    here: Sequence[Entry]
    """Journals of codes for the same content."""
    elsewhere: Sequence[datetime]
    """When wrong ones were typed that had gone to the same phone."""


@dataclass(frozen=True, kw_only=True)
class LimitGuesses:
    """Asked before a code is compared.

    The store of codes counts at once and exactly. The register counts a moment later and for ever:
    a store that came back with an older memory gives nobody more guesses than he had.
    """

    clock: Clock
    pseudonyms: Pseudonyms
    policy: ChallengePolicy = field(default_factory=ChallengePolicy)
    sending: SendingPolicy = field(default_factory=SendingPolicy)

    def look(self, unit: UnitOfWork, matter: Matter) -> Guessed:
        """All that `__call__` wants to know, in a unit that reads more than that."""
        elsewhere = self._elsewhere(unit, matter)
        entries = [entry for chain in matter.alike(unit) for entry in unit.journal.of(chain)]
        return Guessed(here=entries, elsewhere=elsewhere())

    def _elsewhere(self, unit: UnitOfWork, matter: Matter) -> Coming[Sequence[datetime]]:
        """A number of tests is everybody's: only what was typed for this counts."""
        if matter.phone.is_test:
            return tuple
        since = self.clock.now() - self.sending.wrong_codes.window
        return unit.tallies.wrong_codes(self.pseudonyms.of_phone(matter.phone), since=since)

    def __call__(self, guessed: Guessed, challenge: Challenge, *, attempt_id: str) -> None:
        """Raises CodeGone where no guess is left, CodeWrong for what was wrong already."""
        now, daily = self.clock.now(), self.sending.wrong_codes
        wrong = [entry for entry in guessed.here if entry.event is Event.CODE_WRONG]
        of_challenge = [e.details for e in wrong if e.details["challenge"] == challenge.id]
        for known in of_challenge:
            if known.get("attempt") == attempt_digest(attempt_id):
                raise CodeWrong(int(known["left"]))
        recent = sum(entry.at > now - self.policy.failures_window for entry in wrong)
        is_over = (
            len(of_challenge) >= challenge.attempts_allowed
            or recent >= self.policy.failures
            or len(wrong) >= self.policy.guesses
            or wait_until_allowed(guessed.elsewhere, daily, now=now) is not None
        )
        if is_over:
            raise CodeGone("exhausted")


def attempt_digest(attempt_id: str) -> str:
    """What stands for an attempt in the journal: its id is in a caller's own words."""
    return hashlib.sha256(attempt_id.encode()).hexdigest()[:32]
