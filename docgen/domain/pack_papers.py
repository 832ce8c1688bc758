"""The papers of a notary pack, in the order they are bound: the checklist of twenty places.

A place holds one paper or several. What is ours is made for the pack; the rest is brought along.
"""

from dataclasses import dataclass
from enum import StrEnum


class Slot(StrEnum):
    """What a paper in the pack is."""

    INVENTORY = "inventory"
    APPLICATION_TO_NOTARY = "application_to_notary"
    POWER_OF_ATTORNEY = "power_of_attorney"
    REGISTRATION = "registration"
    LICENCE = "licence"
    CONTRACT = "contract"
    PUBLICATION = "publication"
    APPLICATION = "application"
    ACCEPTANCE_ACT = "acceptance_act"
    TARIFFS = "tariffs"
    INVOICE = "invoice"
    INVOICE_DELIVERY = "invoice_delivery"
    ACCOUNT_STATEMENT = "account_statement"
    DEBT_CALCULATION = "debt_calculation"
    SERVICE_RECORD = "service_record"
    CLAIM_LETTER = "claim_letter"
    TERMINATION_NOTICE = "termination_notice"
    NOTICE_DELIVERY = "notice_delivery"
    ACKNOWLEDGEMENT = "acknowledgement"
    EQUIPMENT = "equipment"
    INSTALMENTS = "instalments"
    SIGNING_PROTOCOL = "signing_protocol"
    ADDRESS = "address"
    CHECKS = "checks"
    FEE = "fee"
    IDENTITY_COPY = "identity_copy"
    """Never taken: paper copies of identity documents are not collected (PDL 7(10))."""


class Wanted(StrEnum):
    """When a paper has to be there."""

    MADE = "made"
    """By us, for every pack."""
    ALWAYS = "always"
    MONTHLY = "monthly"
    """One for each claimed month."""
    ACKNOWLEDGED = "acknowledged"
    """Where something rests on an acknowledgement."""
    EQUIPMENT = "equipment"
    """Where equipment or its rent is claimed."""
    AGREED = "agreed"
    """Where there is an instalment agreement."""
    NEVER = "never"
    OPTIONAL = "optional"


@dataclass(frozen=True, kw_only=True)
class Place:
    """One line of the checklist."""

    number: int
    """1 to 20, as the checklist counts."""
    slot: Slot
    wanted: Wanted
    signed: bool = False
    """Whether it is signed by the debtor, so that its seal or its paper original is looked for."""


CHECKLIST = tuple(
    Place(number=number, slot=slot, wanted=wanted, signed=signed)
    for number, slot, wanted, signed in (
        (1, Slot.INVENTORY, Wanted.MADE, False),
        (2, Slot.APPLICATION_TO_NOTARY, Wanted.MADE, False),
        (3, Slot.POWER_OF_ATTORNEY, Wanted.ALWAYS, False),
        (3, Slot.REGISTRATION, Wanted.ALWAYS, False),
        (4, Slot.LICENCE, Wanted.ALWAYS, False),
        (5, Slot.CONTRACT, Wanted.ALWAYS, False),
        (5, Slot.PUBLICATION, Wanted.ALWAYS, False),
        (6, Slot.APPLICATION, Wanted.ALWAYS, True),
        (7, Slot.ACCEPTANCE_ACT, Wanted.ALWAYS, True),
        (8, Slot.TARIFFS, Wanted.ALWAYS, False),
        (9, Slot.INVOICE, Wanted.MONTHLY, False),
        (9, Slot.INVOICE_DELIVERY, Wanted.ALWAYS, False),
        (10, Slot.ACCOUNT_STATEMENT, Wanted.MADE, False),
        (11, Slot.DEBT_CALCULATION, Wanted.MADE, False),
        (12, Slot.SERVICE_RECORD, Wanted.ALWAYS, False),
        (13, Slot.CLAIM_LETTER, Wanted.ALWAYS, False),
        (13, Slot.TERMINATION_NOTICE, Wanted.OPTIONAL, False),
        (13, Slot.NOTICE_DELIVERY, Wanted.ALWAYS, False),
        (14, Slot.ACKNOWLEDGEMENT, Wanted.ACKNOWLEDGED, True),
        (15, Slot.EQUIPMENT, Wanted.EQUIPMENT, False),
        (16, Slot.INSTALMENTS, Wanted.AGREED, False),
        (17, Slot.SIGNING_PROTOCOL, Wanted.OPTIONAL, False),
        (18, Slot.ADDRESS, Wanted.ALWAYS, False),
        (19, Slot.CHECKS, Wanted.ALWAYS, False),
        (20, Slot.FEE, Wanted.ALWAYS, False),
        (0, Slot.IDENTITY_COPY, Wanted.NEVER, False),
    )
)

PLACES = {place.slot: place for place in CHECKLIST}


class Form(StrEnum):
    """What looking into a file of a pack has shown."""

    GOOD = "good"
    """A PDF that can be bound, and of a document of ours a seal that is valid today."""
    ABSENT = "absent"
    OTHER_BYTES = "other_bytes"
    """Not the SHA-256 that the case names."""
    NOT_PDF = "not_pdf"
    """Nothing that pages can be bound from."""
    SEAL_NOT_VALID = "seal_not_valid"
    """A document of ours whose seal is not valid today."""
    TEST = "test"
    """Made for trying out: it binds nobody, whoever sealed it."""
    UNSEALED = "unsealed"
    """Sound, without a seal of ours."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One paper of the case after it was looked into."""

    slot: Slot
    path: str
    form: Form
    pages: int = 0
    verdict: str = ""
    detached: bool = False
    """Whether a `.cms` with the operator's national signature lies beside it."""

    @property
    def there(self) -> bool:
        """Whether it can be bound."""
        return self.form in {Form.GOOD, Form.UNSEALED}
