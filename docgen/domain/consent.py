"""How the signer agreed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from docgen.domain.errors import FieldError, ValuesRejected
from docgen.domain.handwriting import Tool
from docgen.domain.language import Language


class EnteredBy(StrEnum):
    """Whose hands typed the code, and where."""

    SUBSCRIBER = "subscriber"
    """His own, on his own phone or in the cabinet (contract, point 9.4)."""
    SUBSCRIBER_ON_TABLET = "subscriber_on_tablet"
    """His own, on the tablet that the employee handed over."""
    EMPLOYEE = "employee"
    """The employee's, whom the subscriber told the code (contract, point 9.5)."""


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
class Typist:
    """Who typed a code, and on what."""

    entered_by: EnteredBy = EnteredBy.SUBSCRIBER
    employee_id: str | None = None
    """Who typed it, or handed his tablet over."""
    device: str | None = None
    """A short name of what it was typed on."""

    @property
    def actor(self) -> str:
        """As the journal names him."""
        if self.entered_by is EnteredBy.EMPLOYEE:
            return f"employee:{self.employee_id}"
        return "subscriber"

    @property
    def told_to(self) -> str | None:
        """The employee whom the subscriber told the code, if he did."""
        return self.employee_id if self.entered_by is EnteredBy.EMPLOYEE else None

    def details(self) -> dict[str, str]:
        """As the journal tells it: ids and names of things only."""
        known = {"employee": self.employee_id, "device": self.device}
        told = {name: value for name, value in known.items() if value is not None}
        return {"entered_by": self.entered_by.value} | told


def typist(entered_by: EnteredBy | None, *, employee_id: str | None, device: str | None) -> Typist:
    """Who typed, where whoever asks may leave out the first: an employee named has typed himself.

    Raises ValuesRejected where the parts contradict one another.
    """
    if entered_by is None:
        entered_by = EnteredBy.SUBSCRIBER if employee_id is None else EnteredBy.EMPLOYEE
    alone = entered_by is EnteredBy.SUBSCRIBER
    if alone and employee_id is not None:
        raise ValuesRejected((FieldError("/employee_id", "typed_without_employee"),))
    if not alone and employee_id is None:
        raise ValuesRejected((FieldError("/employee_id", "required"),))
    return Typist(entered_by=entered_by, employee_id=employee_id, device=device)


@dataclass(frozen=True, kw_only=True)
class TypedCode(Typist):
    """A live code, typed in time."""

    challenge_id: str
    attempt_id: str
    confirmed_at: datetime


@dataclass(frozen=True, kw_only=True)
class SmsConsent(TypedCode):
    """A code typed under the sentence that was shown (contract, points 3, 9 and 12)."""

    text: ConsentText

    way = WayOfSigning.SMS_CODE


@dataclass(frozen=True, kw_only=True)
class Witness:
    """The employee who saw it being signed."""

    name: str
    employee_id: str
    role: str | None = None

    @property
    def shown(self) -> str:
        """As people read it."""
        known = (self.name, self.role, self.employee_id)
        return ", ".join(each for each in known if each is not None)


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Strokes on a screen, as `domain/handwriting.py` keeps them, and their picture (PNG)."""

    strokes_sha256: str
    image_sha256: str
    tool: Tool
    strokes: int
    points: int
    lasted_ms: int
    """From the first touch to the last."""
    device: str | None = None
    """A short name of what it was drawn on."""


@dataclass(frozen=True, kw_only=True)
class Scanned:
    """A paper that was signed, as pictures of its pages, and the file that was sent of it."""

    scan_sha256: str
    media_type: str
    """`image/jpeg` of one page, or `application/pdf`."""
    pages: int
    uploaded_sha256: str
    uploaded_type: str
    device: str | None = None


@dataclass(frozen=True, kw_only=True)
class HandwrittenConsent:
    """Strokes on a tablet or a scanned paper, before a named witness (contract, point 12)."""

    hand: Drawn | Scanned
    witness: Witness
    confirmed_at: datetime
    text: ConsentText

    @property
    def sha256(self) -> str:
        """Of what is attached to the sealed file: the strokes, or the scan."""
        return self.hand.strokes_sha256 if isinstance(self.hand, Drawn) else self.hand.scan_sha256

    def files(self) -> dict[str, str]:
        """SHA-256 of every file kept of it, by the name that journal and evidence have for it."""
        if isinstance(self.hand, Drawn):
            return {"strokes": self.hand.strokes_sha256, "image": self.hand.image_sha256}
        return {"scan": self.hand.scan_sha256, "uploaded": self.hand.uploaded_sha256}

    way = WayOfSigning.BY_HAND


Consent = SmsConsent | HandwrittenConsent
