"""The columns of a batch's tables: where in a case their values go, and what they are.

`debtors` has a row for each case, `common` a row for each value that all cases share; the other
tables have rows that name their case.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

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
from docgen.domain.pack_papers import CHECKLIST, Wanted


class Kind(StrEnum):
    """What a column holds, and so how what people write is read."""

    TEXT = "text"
    IIN = "iin"
    """Twelve digits; a program of tables drops the zeros before them."""
    DAY = "day"
    MONTH = "month"
    MOMENT = "moment"
    MONEY = "money"
    FLAG = "flag"
    CHOICE = "choice"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column; `key` is its name in a table, and its place in the case by dots."""

    key: str
    kind: Kind = Kind.TEXT
    choices: tuple[str, ...] = ()
    words: str = ""
    """Where the texts have the choices in both languages."""


def _columns(listed: str, kind: Kind) -> tuple[Column, ...]:
    return tuple(Column(key=key, kind=kind) for key in listed.split())


def _choice(key: str, choices: type[StrEnum], words: str = "") -> Column:
    named = tuple(each.value for each in choices)
    return Column(key=key, kind=Kind.CHOICE, choices=named, words=words)


_SLOTS = tuple(
    dict.fromkeys(p.slot.value for p in CHECKLIST if p.wanted not in {Wanted.MADE, Wanted.NEVER})
)

CASE: Final = "case"
"""The column that says whose row it is: a short name of the case, such as its account."""

DEBTORS = (
    Column(key=CASE),
    *_columns("as_of", Kind.DAY),
    *_columns("account_number debtor.surname debtor.name debtor.patronymic", Kind.TEXT),
    *_columns("debtor.iin", Kind.IIN),
    *_columns("debtor.birth_date", Kind.DAY),
    *_columns(
        "debtor.registration_address debtor.residence_address debtor.service_address"
        " debtor.email debtor.verified_mobile", Kind.TEXT,
    ),
    *_columns("debtor.deceased", Kind.FLAG),
    _choice("venue", Venue),
    *_columns("contract.application.number", Kind.TEXT),
    *_columns("contract.application.date suspended_on", Kind.DAY),
    *_columns("open_dispute", Kind.FLAG),
    *_columns("dispute.closed_on", Kind.DAY),
    *_columns("dispute.agreed", Kind.FLAG),
    _choice("checked.bankruptcy", Bankruptcy),
    *_columns("checked.on", Kind.DAY),
    *_columns("checked.source", Kind.TEXT),
    *_columns("address.confirmed_on", Kind.DAY),
    *_columns("address.source", Kind.TEXT),
    *_columns("address.change_pending", Kind.FLAG),
    *_columns("fee.amount", Kind.MONEY),
    *_columns("fee.receipt", Kind.TEXT),
    *_columns("fee.paid_on", Kind.DAY),
    _choice("acknowledgement.kind", AckKind),
    *_columns("acknowledgement.signed_on acknowledgement.debt_as_of", Kind.DAY),
    *_columns("acknowledgement.total acknowledgement.penalty", Kind.MONEY),
    *_columns("acknowledgement.document instalment_agreement.number", Kind.TEXT),
    *_columns("instalment_agreement.signed_on", Kind.DAY),
    _choice("instalment_agreement.state", AgreementState),
    *_columns("claim.principal claim.penalty claim.other claim.total", Kind.MONEY),
)  # fmt: skip

COMMON = (
    *_columns("as_of", Kind.DAY),
    *_columns(
        "creditor.bank.iban creditor.bank.bik creditor.bank.name.kk creditor.bank.name.ru"
        " creditor.branch.name.kk creditor.branch.name.ru", Kind.TEXT,
    ),
    *_columns("creditor.branch.bin", Kind.IIN),
    *_columns(
        "creditor.branch.address.kk creditor.branch.address.ru representative.full_name", Kind.TEXT
    ),
    *_columns("representative.iin", Kind.IIN),
    *_columns("representative.power_of_attorney.number", Kind.TEXT),
    *_columns(
        "representative.power_of_attorney.issued_on representative.power_of_attorney.valid_until",
        Kind.DAY,
    ),
    *_columns("contract.order", Kind.TEXT),
    *_columns("contract.order_date contract.in_force_from contract.in_force_to", Kind.DAY),
    *_columns("contract.earlier_relations", Kind.FLAG),
    *_columns("notary.full_name notary.licence_number", Kind.TEXT),
    *_columns("notary.licence_date", Kind.DAY),
    *_columns("notary.city.kk notary.city.ru", Kind.TEXT),
)  # fmt: skip

ROWS: Final[Mapping[str, tuple[Column, ...]]] = {
    "invoices": (
        Column(key=CASE),
        *_columns("month", Kind.MONTH),
        _choice("kind", Component, "pack.component"),
        *_columns("charged", Kind.MONEY),
        *_columns("number", Kind.TEXT),
        *_columns("due", Kind.DAY),
        *_columns("penalty", Kind.MONEY),
        *_columns("set_aside", Kind.FLAG),
        *_columns("note", Kind.TEXT),
    ),
    "payments": (
        Column(key=CASE),
        *_columns("date", Kind.DAY),
        *_columns("amount", Kind.MONEY),
        *_columns("number", Kind.TEXT),
    ),
    "notices": (
        Column(key=CASE),
        _choice("kind", NoticeKind),
        _choice("channel", Channel, "pack.channel"),
        *_columns("sent_at", Kind.MOMENT),
        _choice("result", LetterResult),
        *_columns("result_at", Kind.MOMENT),
        *_columns("delivery", Kind.TEXT),
    ),
    "papers": (
        Column(key=CASE),
        Column(key="slot", kind=Kind.CHOICE, choices=_SLOTS, words="pack.slot"),
        *_columns("path original", Kind.TEXT),
        *_columns("month", Kind.MONTH),
    ),
    "overrides": (Column(key=CASE), *_columns("rule by reason", Kind.TEXT)),
    "inscriptions": (
        Column(key=CASE),
        *_columns("number", Kind.TEXT),
        *_columns("made_on", Kind.DAY),
        _choice("state", InscriptionState),
        *_columns("period_from period_to", Kind.MONTH),
        *_columns("on_objection", Kind.FLAG),
    ),
    "other_accounts": (
        Column(key=CASE),
        *_columns("account_number", Kind.TEXT),
        *_columns("prepayment", Kind.MONEY),
    ),
}
"""Tables with rows of a case; `papers` and `overrides` without a case are of all of them."""

OF_ALL = frozenset({"papers", "overrides"})
"""Tables whose rows may leave the case out."""

ANY_OF_A_CASE: Final[Mapping[str, Column]] = {each.key: each for each in (*COMMON, *DEBTORS)}
