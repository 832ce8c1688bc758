"""A debtor's case as systems export it and collectors complete it: CASE.json, read leniently.

What is missing stays missing, for the rules to find; what is wrong in kind is refused, all at
once. Members whose names begin with `_` are remarks for people.
"""

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, ValidationError, model_validator

from docgen.domain.case import (
    AckKind,
    AgreementState,
    Bankruptcy,
    Channel,
    InscriptionState,
    LetterResult,
    NoticeKind,
    Venue,
)
from docgen.domain.debt import Component
from docgen.domain.errors import ValuesRejected
from docgen.domain.pack_papers import Slot
from docgen.forms.fields import Block, Code, Day, Flag, Line, LocalLine, Moment, Money, finding
from docgen.forms.findings import findings

_MOST_ROWS = 600
_SHORTEST_REASON = 10


def _first_day(value: object) -> object:
    """`2026-03` is the month that begins on that day."""
    return f"{value}-01" if isinstance(value, str) else value


Month = Annotated[Day, BeforeValidator(_first_day)]
"""A month, written as `2026-03`."""

Positive = Annotated[Money, Field(gt=0)]
Digits = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20)]
"""A number with a control digit, which a rule looks at: a wrong one is told with the rest."""
DayOfSending = Moment | Day


class Given(Block):
    """A block that may hold remarks."""

    @model_validator(mode="before")
    @classmethod
    def _without_remarks(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {key: value for key, value in given.items() if not str(key).startswith("_")}


class DebtorInput(Given):
    """Who owes."""

    surname: Line | None = None
    name: Line | None = None
    patronymic: Line | None = None
    iin: Digits | None = None
    birth_date: Day | None = None
    registration_address: Line | None = None
    residence_address: Line | None = None
    service_address: Line | None = None
    email: Line | None = None
    verified_mobile: Line | None = None
    deceased: Flag = False


class BankInput(Given):
    """The creditor's account."""

    iban: Code
    bik: Code
    name: LocalLine


class BranchInput(Given):
    """The branch that acts."""

    name: LocalLine
    bin: Digits
    address: LocalLine


class CreditorInput(Given):
    """What is not the operator's by the settings."""

    bank: BankInput | None = None
    branch: BranchInput | None = None


class PowerInput(Given):
    """A power of attorney."""

    number: Code
    issued_on: Day
    valid_until: Day


class RepresentativeInput(Given):
    """Who comes to the notary."""

    full_name: Line
    iin: Digits
    power_of_attorney: PowerInput | None = None


class JoinedInput(Given):
    """The application by which the debtor joined."""

    number: Code | None = None
    date: Day | None = None


class ContractInput(Given):
    """The edition of the contract."""

    order: Code
    order_date: Day
    in_force_from: Day
    in_force_to: Day | None = None
    earlier_relations: Flag = False
    application: JoinedInput = JoinedInput()


class InvoiceInput(Given):
    """One line of what was charged."""

    month: Month
    kind: Component
    charged: Positive
    number: Code | None = None
    due: Day | None = None
    penalty: Money | None = None
    set_aside: Flag = False
    note: Line | None = None


class PaymentInput(Given):
    """Money that came."""

    date: Day
    amount: Positive
    number: Code | None = None


class NoticeInput(Given):
    """A letter to the debtor."""

    kind: NoticeKind
    channel: Channel
    sent_at: DayOfSending
    result: LetterResult | None = None
    result_at: DayOfSending | None = None
    delivery: Code | None = None


class AcknowledgementInput(Given):
    """A paper in which the debtor acknowledges; `document` is the path of one of the papers."""

    kind: AckKind
    signed_on: Day
    debt_as_of: Day
    total: Positive
    penalty: Money | None = None
    components: tuple[Component, ...] | None = None
    document: Line | None = None


class AgreementInput(Given):
    """An instalment agreement."""

    number: Code
    signed_on: Day
    state: AgreementState


class DisputeInput(Given):
    """How the last dispute ended."""

    closed_on: Day
    agreed: Flag


class CheckedInput(Given):
    """What was checked."""

    bankruptcy: Bankruptcy
    on: Day
    source: Line


class InscriptionInput(Given):
    """An earlier inscription."""

    number: Code
    made_on: Day
    state: InscriptionState
    period_from: Month
    period_to: Month
    on_objection: Flag = False


class OtherAccountInput(Given):
    """Another account of the same person."""

    account_number: Code
    prepayment: Money


class AddressInput(Given):
    """Where the addresses come from."""

    confirmed_on: Day
    source: Line
    change_pending: Flag = False


class FeeInput(Given):
    """What the notary is paid."""

    amount: Positive
    receipt: Code
    paid_on: Day


class NotaryInput(Given):
    """To whom it goes."""

    full_name: Line
    licence_number: Code
    licence_date: Day
    city: LocalLine


class ClaimInput(Given):
    """What is said to be claimed."""

    principal: Money | None = None
    penalty: Money | None = None
    other: Money | None = None
    total: Money | None = None


class PaperInput(Given):
    """A file of the pack."""

    slot: Slot
    path: Line
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    original: Line | None = None
    month: Month | None = None


class OverrideInput(Given):
    """Who answers for a warning, and why."""

    rule: Annotated[str, StringConstraints(pattern=r"^[NP][0-9]{2}$"), Field(examples=["N27"])]
    by: Annotated[Line, Field(examples=["Мұқашева Дана Серікқызы"])]
    reason: Annotated[
        Line, Field(min_length=_SHORTEST_REASON, examples=["Сверено с журналом начислений"])
    ]

    @model_validator(mode="after")
    def _named(self) -> "OverrideInput":
        if len(self.by.split()) < 2:  # noqa: PLR2004  # a surname and a name
            raise finding("person_not_named")
        return self


class CaseInput(Given):
    """The whole case."""

    as_of: Day
    debtor: DebtorInput = DebtorInput()
    creditor: CreditorInput = CreditorInput()
    representative: RepresentativeInput | None = None
    contract: ContractInput | None = None
    account_number: Code | None = None
    invoices: Annotated[tuple[InvoiceInput, ...], Field(max_length=_MOST_ROWS)] = ()
    payments: Annotated[tuple[PaymentInput, ...], Field(max_length=_MOST_ROWS)] = ()
    suspended_on: Day | None = None
    notices: Annotated[tuple[NoticeInput, ...], Field(max_length=_MOST_ROWS)] = ()
    acknowledgement: AcknowledgementInput | None = None
    instalment_agreement: AgreementInput | None = None
    open_dispute: Flag | None = None
    dispute: DisputeInput | None = None
    checked: CheckedInput | None = None
    inscriptions: Annotated[tuple[InscriptionInput, ...], Field(max_length=_MOST_ROWS)] = ()
    other_accounts: Annotated[tuple[OtherAccountInput, ...], Field(max_length=_MOST_ROWS)] = ()
    address: AddressInput | None = None
    venue: Venue | None = None
    fee: FeeInput | None = None
    notary: NotaryInput | None = None
    claim: ClaimInput = ClaimInput()
    papers: Annotated[tuple[PaperInput, ...], Field(max_length=_MOST_ROWS)] = ()
    overrides: Annotated[tuple[OverrideInput, ...], Field(max_length=_MOST_ROWS)] = ()

    @model_validator(mode="after")
    def _of_its_day(self) -> "CaseInput":
        latest = max((payment.date for payment in self.payments), default=date.min)
        if latest > self.as_of:
            raise finding("payment_after_case", day=f"{self.as_of:%d.%m.%Y}")
        named = [invoice.number for invoice in self.invoices if invoice.number]
        if len(set(named)) != len(named):
            raise finding("named_twice")
        return self


def read_case_input(given: object) -> CaseInput:
    """The case as it is written; raises ValuesRejected with every finding."""
    try:
        return CaseInput.model_validate(given)
    except ValidationError as error:
        raise ValuesRejected(findings(error.errors(include_input=False))) from None
