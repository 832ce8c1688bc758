"""One-time codes: their policy, and what a code is bound to."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from docgen.domain.dispatch import Channel, Delivery
from docgen.domain.subscriber import Phone


@dataclass(frozen=True, kw_only=True)
class ChallengePolicy:
    """Limits of one envelope's codes (NIST SP 800-63B-4, 3.1.3; OWASP ASVS 5.0, 6.5)."""

    digits: int = 6
    life: timedelta = timedelta(seconds=180)
    attempts: int = 5
    failures: int = 10
    """Wrong codes per phone and content; a new code does not reset them."""
    failures_window: timedelta = timedelta(hours=1)
    cool_downs: tuple[timedelta, ...] = (
        timedelta(seconds=60),
        timedelta(seconds=120),
        timedelta(seconds=300),
    )
    """Wait before the second, third and every later code."""
    same_code: timedelta = timedelta(seconds=90)
    """A code that lives longer is sent again as it is: whichever message arrives is right."""
    guesses: int = 30
    """Wrong codes over the whole life of an envelope, or of a number's verification."""


@dataclass(frozen=True, kw_only=True)
class Binding:
    """Everything a code is bound to: change one byte of one document and the code is dead."""

    challenge_id: str
    phone: Phone
    purpose: str
    manifest_hash: str

    def message(self, *, key_id: str, code: str) -> bytes:
        """Bytes to authenticate; each part carries its length, so no two inputs look alike."""
        return _together(
            "otp-v1", key_id, self.challenge_id, self.phone.value,
            self.purpose, self.manifest_hash, code,
        )  # fmt: skip

    def surroundings(self, *, key_id: str, subject: str) -> bytes:
        """What a sealed code is tied to; `subject` stands for the phone."""
        return _together(
            "otp-sealed-v1", key_id, self.challenge_id, subject, self.purpose, self.manifest_hash
        )


class ChallengeState(StrEnum):
    """Where a challenge stands; only SENT can be confirmed."""

    SENT = "sent"
    REPLACED = "replaced"
    CONFIRMED = "confirmed"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """One code sent to one phone for one manifest; the code itself and its MAC are not here."""

    id: str
    chain: str
    """Whose journal tells of it: an envelope, or the verification of a number."""
    manifest_hash: str
    purpose: str
    channel: Channel = Channel.SMS
    state: ChallengeState
    issued_at: datetime
    expires_at: datetime
    resend_at: datetime
    digits: int
    attempts_allowed: int
    attempts_used: int = 0
    provider: str | None = None
    provider_message_id: str | None = None
    sent_at: datetime | None = None
    confirmed_at: datetime | None = None
    attempt_id: str | None = None
    told_to: str | None = None
    """The employee whom the subscriber told the code that confirmed (contract, point 9.5)."""
    delivery: Delivery = Delivery.UNDERWAY

    @property
    def attempts_left(self) -> int:
        """How many more codes may be typed."""
        return max(0, self.attempts_allowed - self.attempts_used)


@dataclass(frozen=True, kw_only=True)
class Spent:
    """The code was right, and this attempt is the one that used it."""

    at: datetime = field(compare=False)
    """When it was used; a repeated attempt gets the first time."""


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """Not the code; so many attempts are left."""

    attempts_used: int
    attempts_left: int


@dataclass(frozen=True, kw_only=True)
class Gone:
    """No live code: exhausted, expired or spent by another attempt."""

    reason: str
    attempts_used: int


SpendOutcome = Spent | Wrong | Gone


@dataclass(frozen=True, kw_only=True)
class Issued:
    """Times of a code that was stored."""

    expires_at: datetime
    resend_at: datetime


@dataclass(frozen=True, kw_only=True)
class Resent:
    """A live code, to be sent once more; its life goes on as it was."""

    code: str = field(repr=False)
    expires_at: datetime
    resend_at: datetime


@dataclass(frozen=True, kw_only=True)
class CodeHistory:
    """What the register knows of one phone and content, for a store of codes that has forgotten."""

    sent: tuple[datetime, ...]
    failed: tuple[datetime, ...]


def _together(*parts: str) -> bytes:
    encoded = (part.encode() for part in parts)
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
