"""How a number becomes verified: a code to it, typed by a person whom somebody identified."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from docgen.domain.canonical import canonical_json, instant
from docgen.domain.challenge import Challenge
from docgen.domain.consent import TypedCode
from docgen.domain.envelope import Verb
from docgen.domain.errors import AlreadyConfirmed, FieldError, MoveNotAllowed, joined
from docgen.domain.subscriber import (
    IdentityDocument,
    Iin,
    Phone,
    PhoneVerification,
    VerificationMethod,
    VerifiedHere,
)

PURPOSE = "verify_phone"
LIFE = timedelta(hours=24)
"""How long one may wait for its code."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who says that a number is his."""

    surname: str
    name: str
    patronymic: str | None = None
    iin: Iin
    phone: Phone

    @property
    def full_name(self) -> str:
        """Surname, name and patronymic, in the order of the identity document."""
        return " ".join(part for part in (self.surname, self.name, self.patronymic) if part)


class VerificationState(StrEnum):
    """Where a verification stands."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True)
class Verification:
    """One try to show that a number is a person's: all are kept, the newest confirmed counts."""

    id: str
    owner: str
    client: str
    region: str | None
    person: Person
    identified_by: str
    """The employee who looked at the person and at the document (contract, points 8.3 and 11)."""
    identity_document: IdentityDocument
    salt: str = field(repr=False)
    """Key of the HMACs that stand for personal data elsewhere; one for a person's number."""
    created_at: datetime
    expires_at: datetime
    warnings: tuple[FieldError, ...] = ()
    """What whoever asked for it was warned of; pointers as in his request."""
    confirmation: TypedCode | None = None

    @property
    def phone(self) -> Phone:
        """The number."""
        return self.person.phone

    @property
    def manifest_hash(self) -> str:
        """What its codes are bound to: SHA-256 over who, which number, by what document, by whom.

        Under a salt, since it stands in journals and evidence, and numbers can be guessed. Begun
        anew for the same person and number it has the same salt, and so the same counted failures.
        """
        stated = {
            "phone_verification": {
                "surname": self.person.surname,
                "name": self.person.name,
                "patronymic": self.person.patronymic,
                "iin": self.person.iin.value,
                "phone": self.person.phone.value,
                "identity_document": self.identity_document.value,
                "identified_by": self.identified_by,
                "salt": self.salt,
            }
        }
        return hashlib.sha256(canonical_json(stated)).hexdigest()

    def state(self, now: datetime) -> VerificationState:
        """Where it stands at that moment."""
        if self.confirmation is not None:
            return VerificationState.CONFIRMED
        return VerificationState.OPEN if now < self.expires_at else VerificationState.EXPIRED

    def require_in_time(self, verb: Verb, now: datetime) -> None:
        """Raise AlreadyConfirmed, or MoveNotAllowed once its time is over."""
        match self.state(now):
            case VerificationState.CONFIRMED as state:
                raise AlreadyConfirmed(verb, state)
            case VerificationState.EXPIRED as state:
                raise MoveNotAllowed(verb, state)

    def confirmed_by(self, attempt_id: str) -> bool:
        """Whether it was that attempt that confirmed it."""
        return self.confirmation is not None and self.confirmation.attempt_id == attempt_id

    def warned(self, more: tuple[FieldError, ...]) -> Self:
        """With further warnings; what was told already is not told twice."""
        return replace(self, warnings=joined(self.warnings, more))

    def confirm(self, code: TypedCode) -> Self:
        """The number is the person's."""
        return replace(self, confirmation=code)


def newest_confirmed(history: Iterable[Verification], iin: Iin) -> Verification | None:
    """Of all verifications of a number, the one that counts for that person."""
    return _newest(each for each in history if each.person.iin == iin)


def newest_for_another(
    history: Iterable[Verification], iin: Iin, *, after: datetime | None
) -> datetime | None:
    """When the number was last verified for somebody else, if after that time or none is given."""
    found = _newest(each for each in history if each.person.iin != iin)
    if found is None or found.confirmation is None:
        return None
    at = found.confirmation.confirmed_at
    return at if after is None or at > after else None


def frozen(verification: Verification, challenge: Challenge, *, head: str) -> PhoneVerification:
    """What an envelope keeps of a confirmed verification, whatever becomes of the number later.

    `head` is the hash of the last entry of the verification's journal.
    """
    confirmation = verification.confirmation
    if confirmation is None:
        raise ValueError("only a confirmed verification is carried by envelopes")
    return PhoneVerification(
        method=VerificationMethod.SMS_CODE,
        verified_at=confirmation.confirmed_at,
        identified_by=verification.identified_by,
        identity_document=verification.identity_document,
        here=VerifiedHere(
            id=verification.id, journal_head=head, challenge=_facts(challenge, confirmation)
        ),
    )


def _newest(verifications: Iterable[Verification]) -> Verification | None:
    confirmed = [
        (each.confirmation.confirmed_at, each.id, each)
        for each in verifications
        if each.confirmation is not None
    ]
    return max(confirmed, key=lambda each: each[:2])[2] if confirmed else None


def _facts(challenge: Challenge, code: TypedCode) -> dict[str, str | int | None]:
    return {
        "id": challenge.id,
        "channel": challenge.channel.value,
        "bound_to": challenge.manifest_hash,
        "issued_at": instant(challenge.issued_at),
        "sent_at": None if challenge.sent_at is None else instant(challenge.sent_at),
        "confirmed_at": instant(code.confirmed_at),
        "delivery": challenge.delivery.value,
        "provider": challenge.provider,
        "provider_message_id": challenge.provider_message_id,
        "attempts_used": challenge.attempts_used,
        "attempts_allowed": challenge.attempts_allowed,
        "entered_by": code.entered_by.value,
        "employee_id": code.employee_id,
        "device": code.device,
    }
