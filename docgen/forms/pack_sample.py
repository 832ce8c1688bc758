"""An invented debtor whose pack has every part: what templates of packs are tried with."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from docgen.domain.calendar import Calendar, Year
from docgen.domain.case import (
    AckKind,
    Bank,
    Bankruptcy,
    Branch,
    Case,
    Channel,
    Checked,
    Contract,
    Creditor,
    Debtor,
    Fee,
    Notary,
    Notice,
    NoticeKind,
    PowerOfAttorney,
    Representative,
    StatedClaim,
    Venue,
)
from docgen.domain.debt import Acknowledgement, Component, Invoice, Payment
from docgen.domain.examine_pack import claim_of
from docgen.domain.language import BOTH, Language
from docgen.domain.operator import Operator
from docgen.domain.pack import Answered, Policy, found
from docgen.domain.pack_papers import Slot
from docgen.forms.pack_papers import Listed, PackFacts
from docgen.forms.pack_results import Looked, ResultFacts
from docgen.forms.pack_volumes import VolumeFacts

_DAY = date(2026, 3, 2)
_CALENDAR = Calendar(years={year: Year(days_off=frozenset()) for year in range(2024, 2031)})
_NAMES = {Language.KK: "«Үлгі»", Language.RU: "«Образец»"}
_ADDRESS = "Шымкент қаласы, Байтұрсынов көшесі, 18-үй"
_NUMBER = "NP-2026-7K3M9QF2TZ"
_DEBTOR = Debtor(
    surname="Үмбетова",
    name="Әлия",
    iin="900101300007",
    birth_date=date(1990, 1, 1),
    registration_address=_ADDRESS,
    residence_address=_ADDRESS,
    service_address=_ADDRESS,
    email="a.umbetova@example.kz",
    verified_mobile="+77015550142",
)
_REPRESENTATIVE = Representative(
    full_name="Сейітова Айнұр",
    iin="900101300811",
    power_of_attorney=PowerOfAttorney(number="1", issued_on=_DAY, valid_until=date(2027, 3, 2)),
)
_CONTRACT = Contract(
    order="441",
    order_date=date(2023, 12, 30),
    in_force_from=date(2023, 12, 30),
    application_number="1",
    application_date=_DAY,
)


def sample(operator: Operator) -> PackFacts:
    """A whole pack: services, equipment, penalty, an acknowledgement, two letters."""
    case = _case(operator)
    policy = Policy()
    return PackFacts(
        number=_NUMBER,
        case=case,
        claim=claim_of(case, policy, _CALENDAR),
        policy=policy,
        calendar=_CALENDAR,
        operator=operator,
        listed=tuple(_listed(place, slot) for place, slot in enumerate(_BOUND)),
    )


def results(operator: Operator) -> ResultFacts:
    """What was found in its files, with a warning that somebody answers for."""
    facts = sample(operator)
    return ResultFacts(
        number=facts.number,
        day=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        volume_sha256="0" * 64,
        looked=tuple(Looked(listed=each, seen=None) for each in facts.listed),
        answered=(
            Answered(finding=found("N23", "no_email"), by="Мұқашева Дана", reason="тапсырыс хат"),
        ),
    )


def volume(operator: Operator) -> VolumeFacts:
    """The second of three volumes."""
    return VolumeFacts(
        pack=sample(operator), number=2, of=3, first=251, last=480, papers=(9, 10, 11)
    )


def in_words(case: Case, text: str) -> Case:
    """The same case with that text wherever a text is free."""
    debtor = replace(
        case.debtor,
        registration_address=text,
        residence_address=text,
        service_address=text,
        surname=text,
    )
    return replace(case, debtor=debtor)


_BOUND = (Slot.INVENTORY, Slot.APPLICATION_TO_NOTARY, Slot.DEBT_CALCULATION, Slot.CHECKS)


def _listed(place: int, slot: Slot) -> Listed:
    return Listed(
        slot=slot, title=_NAMES, sha256=f"{place:064x}", first=1 + 2 * place, pages=1 + place % 2
    )


def _case(operator: Operator) -> Case:
    return Case(
        as_of=_DAY,
        debtor=_DEBTOR,
        creditor=_creditor(operator),
        account_number="580012345678",
        representative=_REPRESENTATIVE,
        contract=_CONTRACT,
        invoices=(
            _invoice(date(2025, 10, 1), Component.SERVICES, "7490.00"),
            _invoice(date(2025, 11, 1), Component.SERVICES, "7490.00"),
            _invoice(date(2025, 12, 1), Component.EQUIPMENT, "24990.00"),
        ),
        stated_penalties={},
        payments=(Payment(day=date(2025, 12, 1), number="1", amount=Decimal("5000.00")),),
        acknowledgement=Acknowledgement(
            day=date(2026, 2, 20), as_of=date(2026, 2, 20), total=Decimal(1), document="a.pdf"
        ),
        acknowledged_in=AckKind.REPLY,
        notices=(
            Notice(kind=NoticeKind.CLAIM_LETTER, channel=Channel.EMAIL, sent_on=_DAY),
            Notice(kind=NoticeKind.CLAIM_LETTER, channel=Channel.REGISTERED_LETTER, sent_on=_DAY),
        ),
        checked=Checked(bankruptcy=Bankruptcy.NONE, on=_DAY, source="реестр"),
        venue=Venue.RESIDENCE,
        fee=Fee(amount=Decimal("5600.00"), receipt="1", paid_on=_DAY),
        notary=Notary(
            full_name="Әбдірахманова Сәуле", licence_number="1", licence_date=_DAY, city=_NAMES
        ),
        stated=StatedClaim(),
    )


def _creditor(operator: Operator) -> Creditor:
    return Creditor(
        name=operator.name,
        bin=operator.bin.value,
        address=operator.address,
        bank=Bank(iban="KZ75125KZT1001300335", bik="HSBKKZKX", name=_NAMES),
        branch=Branch(name=_NAMES, bin="170641020490", address=dict.fromkeys(BOTH, _ADDRESS)),
    )


def _invoice(month: date, component: Component, charged: str) -> Invoice:
    return Invoice(
        month=month,
        component=component,
        number=f"{month:%Y%m}-{component}",
        charged=Decimal(charged),
    )
