"""How the signer agreed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from docgen.domain.language import Language


class EnteredBy(StrEnum):
    """Whose hands typed the code; a code may be told to the operator (contract, point 9.5)."""

    SUBSCRIBER = "subscriber"
    EMPLOYEE = "employee"


class WayOfSigning(StrEnum):
    """How a paper may be signed: annexes 2 and 3 print the first two.

    A detached ЭЦП is a CMS over the sealed bytes, kept beside the file and never inside it.
    """

    SMS_CODE = "sms_code"
    BY_HAND = "by_hand"
    DETACHED_EDS = "detached_eds"


@dataclass(frozen=True, kw_only=True)
class ConsentText:
    """The sentence the subscriber agreed to, as it was shown."""

    version: str
    language: Language
    text: str


@dataclass(frozen=True, kw_only=True)
class SmsConsent:
    """A live code, typed in time (contract, points 3, 9 and 12)."""

    challenge_id: str
    attempt_id: str
    confirmed_at: datetime
    entered_by: EnteredBy
    employee_id: str | None
    text: ConsentText

    way = WayOfSigning.SMS_CODE


@dataclass(frozen=True, kw_only=True)
class HandwrittenConsent:
    """Strokes on a tablet or a scanned paper, before a named witness (contract, point 12)."""

    evidence_sha256: str
    witness: str
    confirmed_at: datetime
    text: ConsentText

    way = WayOfSigning.BY_HAND


Consent = SmsConsent | HandwrittenConsent
