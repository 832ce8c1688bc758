"""What the core needs from outside to count codes, and what is sent of them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from docgen.domain.challenge import (
    Binding,
    ChallengePolicy,
    CodeHistory,
    Issued,
    Resent,
    SpendOutcome,
)
from docgen.domain.sending_limits import Alert, Asked, Counted, Limit, Meter, SpentMoney


class CodeStore(Protocol):
    """Counts and compares, atomically, and fails closed: raises CodesUnavailable when in doubt."""

    def issue(
        self,
        binding: Binding,
        code: str,
        *,
        policy: ChallengePolicy,
        now: datetime,
        is_first: bool = False,
    ) -> Issued:
        """Keep the MAC for its life, kill the older code.

        Raises LimitReached in a cool-down, CodesForgotten until it is reminded: there is nothing
        to remind of where the register has never known of a code, and `is_first` says so.
        """

    def resend(self, binding: Binding, *, policy: ChallengePolicy, now: datetime) -> Resent:
        """The live code once more; raises LimitReached in a cool-down, CodeGone where none is."""

    def remind(self, binding: Binding, history: CodeHistory) -> None:
        """Tell a store that has forgotten what the register knows of the phone and content."""

    def withdraw(self, binding: Binding) -> None:
        """The message was never sent: forget the code and its cool-down, not the failures."""

    def spend(
        self,
        binding: Binding,
        code: str,
        *,
        attempt_id: str,
        policy: ChallengePolicy,
        now: datetime,
    ) -> SpendOutcome:
        """Count an attempt and compare; the same right `attempt_id` again gives Spent again."""

    def ping(self) -> None:
        """Raise CodesUnavailable unless the store answers."""


class SendLimits(Protocol):
    """Counts sendings, each on all its meters or on none; raises CodesUnavailable when in doubt."""

    @property
    def memory(self) -> str:
        """A name of what it remembers, as it was last heard; another one once anything is lost."""

    def take(
        self,
        asked: Asked,
        *,
        now: datetime,
        unknown: Collection[Limit] = (),
        memory: str = "",
    ) -> frozenset[Limit]:
        """Count it, once however often it is asked; raises LimitReached.

        Where what was counted is forgotten nothing is counted now: the answer names those limits,
        and whoever asked reminds them of what the register knows and asks again. Not of those that
        are `unknown` to the register, though, as long as the `memory` is the same that it was
        before the register was read: then nothing can have been counted meanwhile and lost.
        """

    def remind(self, meter: Meter, known: Sequence[Counted]) -> None:
        """Tell a meter that has forgotten; one that has not stays as it is."""

    def remind_of_money(self, asked: Asked, spent: SpentMoney, *, now: datetime) -> None:
        """The same for the purse."""

    def give_back(self, asked: Asked) -> None:
        """It never left; twice is once."""

    def ping(self) -> None:
        """Raise CodesUnavailable unless the store answers."""


class Alerts(Protocol):
    """Where those who watch the service hear of it; never raises."""

    def tell(self, alert: Alert, *, chain: str) -> None:
        """`chain` is the journal in which the case begins: it names nobody."""
