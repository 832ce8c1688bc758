"""Check a number: what the register, the directory and the list of employees say of it."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from docgen.domain.errors import DirectoryUnavailable, FieldError
from docgen.domain.evidence import pseudonym
from docgen.domain.journal import Event, Fact
from docgen.domain.number import DirectoryAnswer, Found, NumberPolicy, NumberReport, report
from docgen.domain.subscriber import Iin, Phone
from docgen.domain.verification import Verification, newest_confirmed, newest_for_another
from docgen.ports import (
    Clock,
    Coming,
    EmployeeNumbers,
    Register,
    SubscriberDirectory,
    UnitOfWork,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Used:
    """For whom the owner has used a number before, as the register has it."""

    persons: int = 1
    another_at: datetime | None = None
    """When another person was last shown to have it."""


@dataclass(frozen=True, kw_only=True)
class CheckNumber:
    """Asks everybody; what they find is told, and where it must be, it stops the code."""

    register: Register
    clock: Clock
    employees: EmployeeNumbers
    directory: SubscriberDirectory | None = None
    """Without one, nothing is known of SIMs, nor whose a number is."""
    policy: NumberPolicy

    def __call__(
        self, phone: Phone, iin: Iin, *, owner: str, used: Used | None = None
    ) -> NumberReport:
        """What there is to tell, and the refusal for whoever would send a code; raises neither.

        `used` is what `look` found a moment ago, where it was called.
        """
        now = self.clock.now()
        if phone.is_test:
            # Nobody has it, and whoever tries out shares it with all who do.
            nothing = Found(answer=None, unavailable=False, of_employee=False, persons=1)
            return report(nothing, now=now, policy=self.policy)
        answer, unavailable = self._asked(phone, iin)
        if used is None:
            with self.register.view() as unit:
                used = self.look(unit, phone, iin, owner=owner)()
        found = Found(
            answer=answer,
            unavailable=unavailable,
            of_employee=self.employees.has(phone),
            persons=used.persons,
            verified_for_another_at=used.another_at,
        )
        return report(found, now=now, policy=self.policy)

    def _asked(self, phone: Phone, iin: Iin) -> tuple[DirectoryAnswer | None, bool]:
        if self.directory is None:
            return None, False
        try:
            return self.directory.look_up(phone, iin), False
        except DirectoryUnavailable as failure:
            log.warning("a number was not checked: %s", failure)
            return None, True

    def look(self, unit: UnitOfWork, phone: Phone, iin: Iin, *, owner: str) -> Coming[Used]:
        """What the register knows, in a unit that reads more than that."""
        if phone.is_test:
            return Used
        since = self.clock.now() - self.policy.shared_window
        persons = unit.envelopes.persons_at(phone, owner=owner, since=since)
        history = unit.verifications.history(phone, owner=owner)
        return lambda: _used(persons(), history(), iin, since=since)


def _used(
    persons: frozenset[Iin], history: Sequence[Verification], iin: Iin, *, since: datetime
) -> Used:
    lately = {each.person.iin for each in history if each.created_at >= since}
    own = newest_confirmed(history, iin)
    after = None if own is None or own.confirmation is None else own.confirmation.confirmed_at
    return Used(
        persons=len(persons | lately | {iin}),
        another_at=newest_for_another(history, iin, after=after),
    )


def fact_of(
    checked: NumberReport, *, phone: Phone, salt: str, at: datetime, before: str
) -> Fact | None:
    """What a journal keeps of it; None where there is nothing to tell.

    `before` says what was about to happen: `creation` or `code`.
    """
    if not checked.directory and not checked.flags:
        return None
    details: Mapping[str, str] = {
        "before": before,
        "phone_hmac": pseudonym(salt, phone.value),
        "flags": " ".join(flag.code for flag in checked.flags),
    }
    return Fact(
        event=Event.NUMBER_CHECKED,
        at=at,
        actor="system",
        details={**details, **checked.directory},
    )


def below(flags: tuple[FieldError, ...], root: str) -> tuple[FieldError, ...]:
    """The same flags, with pointers into a whole request."""
    return tuple(flag.below(root) for flag in flags)
