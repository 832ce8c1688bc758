"""A debtor's case as the collection department has it: the facts a notary pack is made from.

What is missing is None: that something is missing is a finding, never a reason to stop reading.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from docgen.domain.debt import Acknowledgement, DebtFacts, Invoice, Payment
from docgen.domain.language import Language


class Venue(StrEnum):
    """Where the inscription is to be made (notariat law, 92-2(3); point 30)."""

    REGISTRATION = "registration"
    RESIDENCE = "residence"
    REAL_ESTATE = "real_estate"
    OPERATOR_LOCATION = "operator_location"


class NoticeKind(StrEnum):
    """What the debtor was written."""

    CLAIM_LETTER = "claim_letter"
    TERMINATION_NOTICE = "termination_notice"


class Channel(StrEnum):
    """By what it was sent (33.7)."""

    EMAIL = "email"
    SMS = "sms"
    MESSENGER = "messenger"
    CABINET = "cabinet"
    REGISTERED_LETTER = "registered_letter"

    @property
    def electronic(self) -> bool:
        """Whether it counts as received on the day of sending (33.7)."""
        return self is not Channel.REGISTERED_LETTER


class LetterResult(StrEnum):
    """What the post says of a registered letter."""

    DELIVERED = "delivered"
    RETURNED_NOT_FOUND = "returned_not_found"
    RETURNED_REFUSED = "returned_refused"
    RETURNED_EXPIRED = "returned_expired"


class AckKind(StrEnum):
    """In which paper the debtor acknowledges the debt (checklist, 14)."""

    REPLY = "reply"
    INSTALMENT_AGREEMENT = "instalment_agreement"
    RECONCILIATION = "reconciliation"


class AgreementState(StrEnum):
    """Where an instalment agreement stands."""

    IN_FORCE = "in_force"
    DEFAULTED = "defaulted"
    COMPLETED = "completed"


class Bankruptcy(StrEnum):
    """Procedures by the law on citizens' solvency (BKR)."""

    NONE = "none"
    COURT = "court"
    """In court, or restoration of solvency: creditors claim inside it only (art. 22)."""
    EXTRAJUDICIAL = "extrajudicial"


class InscriptionState(StrEnum):
    """What became of an earlier inscription."""

    SUBMITTED = "submitted"
    """It is being made: the papers are with a notary."""
    ALIVE = "alive"
    CANCELLED = "cancelled"
    EXECUTED = "executed"


@dataclass(frozen=True, kw_only=True)
class Debtor:
    """Who owes; addresses in full, as they are to be printed."""

    surname: str | None = None
    name: str | None = None
    patronymic: str | None = None
    iin: str | None = None
    birth_date: date | None = None
    registration_address: str | None = None
    residence_address: str | None = None
    service_address: str | None = None
    email: str | None = None
    verified_mobile: str | None = None
    deceased: bool = False

    @property
    def full_name(self) -> str:
        """Surname, name and patronymic, as far as they are known."""
        return " ".join(part for part in (self.surname, self.name, self.patronymic) if part)


@dataclass(frozen=True, kw_only=True)
class Bank:
    """The creditor's account (92-3(2))."""

    iban: str
    bik: str
    name: Mapping[Language, str]


@dataclass(frozen=True, kw_only=True)
class Branch:
    """The branch that acts for the operator."""

    name: Mapping[Language, str]
    bin: str
    address: Mapping[Language, str]


@dataclass(frozen=True, kw_only=True)
class Creditor:
    """Who recovers: the operator, its bank, and the branch that acts."""

    name: Mapping[Language, str]
    bin: str
    address: Mapping[Language, str]
    bank: Bank | None = None
    branch: Branch | None = None


@dataclass(frozen=True, kw_only=True)
class PowerOfAttorney:
    """What the representative acts by (art. 42)."""

    number: str
    issued_on: date
    valid_until: date


@dataclass(frozen=True, kw_only=True)
class Representative:
    """Who comes to the notary."""

    full_name: str
    iin: str
    power_of_attorney: PowerOfAttorney | None = None


@dataclass(frozen=True, kw_only=True)
class Contract:
    """The edition of the public contract, and how the debtor joined it (4, 14, 44)."""

    order: str
    order_date: date
    in_force_from: date
    in_force_to: date | None = None
    earlier_relations: bool = False
    """Whether this edition says that it applies to earlier relations too (44)."""
    application_number: str | None = None
    application_date: date | None = None


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One letter to the debtor, by one channel."""

    kind: NoticeKind
    channel: Channel
    sent_on: date
    result: LetterResult | None = None
    result_on: date | None = None

    @property
    def received_on(self) -> date | None:
        """When it counts as received (33.7); None where nothing says that it does."""
        if self.channel.electronic:
            return self.sent_on
        return None if self.result is None else self.result_on


@dataclass(frozen=True, kw_only=True)
class Dispute:
    """Whether the debtor disputes anything (34.3, 42)."""

    open: bool
    closed_on: date | None = None
    agreed: bool = True
    """Whether a closed one ended with an agreement."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a check of the debtor's state of law said, when and by which source."""

    bankruptcy: Bankruptcy
    on: date
    source: str


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """An instalment agreement on this debt (point 12)."""

    number: str
    signed_on: date
    state: AgreementState


@dataclass(frozen=True, kw_only=True)
class Inscription:
    """An earlier inscription on this account."""

    number: str
    made_on: date
    state: InscriptionState
    period_from: date
    period_to: date
    on_objection: bool = False


@dataclass(frozen=True, kw_only=True)
class OtherAccount:
    """Another account of the same person with money on it (33.21)."""

    account_number: str
    prepayment: Decimal


@dataclass(frozen=True, kw_only=True)
class AddressFacts:
    """Where the addresses come from (32.5)."""

    confirmed_on: date
    source: str
    change_pending: bool = False


@dataclass(frozen=True, kw_only=True)
class Fee:
    """What the notary is paid (92-3(6)); its rate is not verified, so it is entered."""

    amount: Decimal
    receipt: str
    paid_on: date


@dataclass(frozen=True, kw_only=True)
class Notary:
    """To whom the pack goes."""

    full_name: str
    licence_number: str
    licence_date: date
    city: Mapping[Language, str]


@dataclass(frozen=True, kw_only=True)
class StatedClaim:
    """What the billing system, or a collector, says is claimed."""

    principal: Decimal | None = None
    penalty: Decimal | None = None
    other: Decimal | None = None
    total: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A file of the pack that comes from outside, and what is said of it."""

    slot: str
    path: str
    sha256: str
    pages: int | None = None
    original: str | None = None
    """Where the paper original is registered, where there is one: `archive, No. 12`."""
    month: date | None = None
    """Of an invoice or its delivery: the first day of its month."""


@dataclass(frozen=True, kw_only=True)
class Override:
    """Somebody answers for going on in spite of a warning."""

    rule: str
    by: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Case:
    """All of it."""

    as_of: date
    debtor: Debtor
    creditor: Creditor
    account_number: str | None = None
    representative: Representative | None = None
    contract: Contract | None = None
    invoices: tuple[Invoice, ...] = ()
    stated_penalties: Mapping[str, Decimal]
    """What the case says of the penalty of an invoice, by its number."""
    payments: tuple[Payment, ...] = ()
    suspended_on: date | None = None
    acknowledgement: Acknowledgement | None = None
    acknowledged_in: AckKind | None = None
    earlier_acknowledgements: tuple[Acknowledgement, ...] = ()
    """Older papers of the same debt, where several were signed through this service."""
    signed_here: tuple[tuple[str, str], ...] = ()
    """Number and envelope of each acknowledgement that the service has found by itself."""
    agreement: Agreement | None = None
    notices: tuple[Notice, ...] = ()
    dispute: Dispute | None = None
    checked: Checked | None = None
    inscriptions: tuple[Inscription, ...] = ()
    other_accounts: tuple[OtherAccount, ...] = ()
    address: AddressFacts | None = None
    venue: Venue | None = None
    fee: Fee | None = None
    notary: Notary | None = None
    stated: StatedClaim
    papers: tuple[Paper, ...] = ()
    overrides: tuple[Override, ...] = ()

    @property
    def debt(self) -> DebtFacts:
        """What the claim is reckoned from."""
        newest = () if self.acknowledgement is None else (self.acknowledgement,)
        papers = (*self.earlier_acknowledgements, *newest)
        return DebtFacts(
            as_of=self.as_of,
            invoices=self.invoices,
            payments=self.payments,
            acknowledgements=papers,
        )
