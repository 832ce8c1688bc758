"""What the Word templates of a pack's own papers see, each in one language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docgen.domain.calendar import Calendar
from docgen.domain.case import Case
from docgen.domain.debt import NOTHING, Allocated, Claim, Ground, Line, Order, Part
from docgen.domain.language import BOTH, Language
from docgen.domain.operator import Operator
from docgen.domain.pack import Policy
from docgen.domain.pack_papers import PLACES, Slot
from docgen.forms import pack_words as said
from docgen.forms.identity import printed_phone
from docgen.forms.pack_words import DASH
from docgen.texts import dates
from docgen.texts.money import counted, figures
from docgen.texts.phrases import say

FOLDER = "papers/"


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A line of the inventory; pages are those of the volumes."""

    slot: Slot
    title: Mapping[Language, str]
    sha256: str
    """Of the electronic file; empty for the inventory itself, which nobody can hash into itself."""
    first: int
    pages: int
    volume: int = 1
    """Pages are numbered on from volume to volume."""

    @property
    def last(self) -> int:
        """The page it ends on."""
        return self.first + self.pages - 1


@dataclass(frozen=True, kw_only=True)
class PackFacts:
    """Everything that the papers are made from."""

    number: str
    case: Case
    claim: Claim
    policy: Policy
    calendar: Calendar
    operator: Operator
    listed: Sequence[Listed] = ()
    pages: int = 0
    """Of all volumes, their title pages among them; 0 where papers alone are counted."""


def template(slot: Slot) -> str:
    """Name of the Word files of a paper of ours."""
    return f"{FOLDER}{slot}"


def title(slot: Slot, number: str) -> str:
    """How a paper of ours is called in its metadata."""
    return " / ".join(say(f"pack.slot.{slot}", language) for language in BOTH) + f" № {number}"


def context(slot: Slot, facts: PackFacts, language: Language) -> dict[str, Any]:
    """Strings and rows of strings, in that language."""
    document = {"number": facts.number, "date": dates.formal(facts.case.as_of, language)}
    return {"document": document} | _CONTEXTS[slot](facts, language)


def _inventory(facts: PackFacts, language: Language) -> dict[str, Any]:
    volumes = max((each.volume for each in facts.listed), default=1)
    pages = facts.pages or sum(each.pages for each in facts.listed)
    holds = "pack.volume.holds_one" if volumes == 1 else "pack.volume.holds_all"
    called = say("pack.volume.called", language, number=1, of=volumes)
    counts = {"pages": counted(pages, language), "volumes": counted(volumes, language)}
    return {
        "volume": "" if volumes == 1 else f"\n{called}",
        "debtor": facts.case.debtor.full_name,
        "account_number": said.known(facts.case.account_number),
        "papers": [_listed(n, each, language, volumes) for n, each in enumerate(facts.listed, 1)],
        "pages": str(pages),
        "holds": say(holds, language, **counts),
        "representative": said.representative(facts.case.representative, language),
    }


def _listed(number: int, each: Listed, language: Language, volumes: int) -> dict[str, str]:
    span = str(each.first) if each.pages == 1 else f"{each.first}–{each.last}"
    if volumes > 1:
        span = say("pack.volume.range", language, number=each.volume, range=span)
    return {
        "no": str(number),
        "place": str(PLACES[each.slot].number),
        "title": each.title[language],
        "sha256": each.sha256 or DASH,
        "range": span,
        "pages": str(each.pages),
    }


def _application(facts: PackFacts, language: Language) -> dict[str, Any]:
    case, claim = facts.case, facts.claim
    person = said.representative(case.representative, language)
    iin = DASH if case.representative is None else case.representative.iin
    total = said.tenge(claim.total, language)
    return {
        "notary": said.notary(case, language),
        "creditor": said.creditor(case.creditor, language)
        | {
            "branch": said.branch(case.creditor, language),
            "bank": said.bank(case.creditor, language),
        },
        "representative": person | {"iin": iin},
        "debtor": _debtor(case, language),
        "contract": said.contract(case, language),
        "account_number": said.known(case.account_number),
        "venue": said.venue(case, language),
        "claim": {
            "period": _period(claim),
            "as_of": _as_of(case, language),
            "total": total,
            "words": said.words(claim.total, language),
        },
        "parts": said.parts(claim, language),
        "notices": _notices(case, language),
        "acknowledgement": _acknowledgement(case, language),
        "checked": _checked(case, language),
        "fee": _fee(case, language),
    }


def _debtor(case: Case, language: Language) -> dict[str, str]:
    debtor = case.debtor
    mobile = debtor.verified_mobile
    return {
        "full_name": debtor.full_name,
        "iin": said.known(debtor.iin),
        "birth_date": said.day_or_dash(debtor.birth_date),
        "registration_address": said.known(debtor.registration_address),
        "residence_address": said.known(debtor.residence_address),
        "service_address": said.known(debtor.service_address),
        "email": debtor.email or say("pack.paper.no_email", language),
        "phone": DASH if mobile is None else printed_phone(mobile),
    }


def _period(claim: Claim) -> str:
    months = sorted(
        line.invoice.month for line in claim.lines if line.claimed or line.penalty_claimed
    )
    if not months:
        return DASH
    first, last = said.month(months[0]), said.month(months[-1])
    return first if first == last else f"{first} – {last}"


def _as_of(case: Case, language: Language) -> str:
    """Before `жағдай бойынша`, and after `по состоянию на`."""
    day = case.as_of
    return dates.of(day, language) if language is Language.KK else dates.on(day, language)


def _notices(case: Case, language: Language) -> list[dict[str, str]]:
    rows = [
        {
            "what": say(f"pack.notice.{notice.kind}", language),
            "channel": say(f"pack.channel.{notice.channel}", language),
            "sent": dates.short(notice.sent_on),
            "received": say("pack.paper.not_received", language)
            if notice.received_on is None
            else dates.short(notice.received_on),
        }
        for notice in sorted(case.notices, key=lambda each: (each.sent_on, each.kind))
    ]
    return rows or [dict.fromkeys(("what", "channel", "sent", "received"), DASH)]


def _acknowledgement(case: Case, language: Language) -> str:
    given = case.acknowledgement
    if given is None or given.document is None or case.acknowledged_in is None:
        return say("pack.ack.none", language)
    on = dates.short(given.day) if language is Language.KK else dates.of(given.day, language)
    return say(f"pack.ack.{case.acknowledged_in}", language, on=on)


def _checked(case: Case, language: Language) -> str:
    if case.checked is None:
        return DASH
    on = dates.short(case.checked.on)
    return say("pack.paper.checked", language, on=on, source=case.checked.source)


def _fee(case: Case, language: Language) -> dict[str, str]:
    if case.fee is None:
        return dict.fromkeys(("amount", "words", "receipt"), DASH)
    return {
        "amount": said.tenge(case.fee.amount, language),
        "words": said.words(case.fee.amount, language),
        "receipt": f"№ {case.fee.receipt}, {dates.short(case.fee.paid_on)}",
    }


def _calculation(facts: PackFacts, language: Language) -> dict[str, Any]:
    case, claim = facts.case, facts.claim
    debtor = _debtor(case, language)
    return {
        "debtor": {"full_name": debtor["full_name"], "iin": debtor["iin"]},
        "account_number": said.known(case.account_number),
        "as_of": dates.short(case.as_of),
        "lines": [_line(line, language) for line in claim.lines],
        "steps": _steps(claim),
        "terms": [_term(line, language) for line in claim.lines],
        "parts": said.parts(claim, language),
        "totals": {
            "charged": figures(claim.charged),
            "paid": figures(sum((line.paid for line in claim.lines), NOTHING)),
            "balance": figures(claim.balance),
            "penalty": figures(sum((line.penalty for line in claim.lines), NOTHING)),
            "claimed": figures(claim.total),
            "total": figures(claim.total),
            "words": said.words(claim.total, language),
            "court": figures(claim.by_ground[Ground.COURT]),
        },
        "readings": said.readings(claim.terms, facts.calendar, claim, language),
        "representative": said.representative(case.representative, language),
    }


def _line(line: Line, language: Language) -> dict[str, str]:
    return {
        "month": said.month(line.invoice.month),
        "what": said.component(line.invoice.component, language),
        "number": line.invoice.number,
        "charged": figures(line.invoice.charged),
        "due": dates.short(line.due.effective),
        "paid": figures(line.paid),
        "balance": figures(line.balance),
        "penalty": figures(line.penalty),
        "claimed": figures(line.claimed),
        "penalty_claimed": figures(line.penalty_claimed),
    }


def _steps(claim: Claim) -> list[dict[str, str]]:
    rows = [
        {
            "month": said.month(line.invoice.month),
            "number": line.invoice.number,
            "period": dates.span(span.first, span.last),
            "days": str(span.days),
            "balance": figures(span.balance),
            "rate": said.percent(span.rate),
            "product": said.unrounded(span.product),
        }
        for line in claim.lines
        for span in line.spans
    ]
    names = ("month", "number", "period", "days", "balance", "rate", "product")
    return rows or [dict.fromkeys(names, DASH)]


def _term(line: Line, language: Language) -> dict[str, str]:
    limitation = line.limitation
    restarted = said.day_or_dash(limitation.restarted_on)
    if limitation.restarted_on is not None and limitation.document is None:
        restarted = say("pack.paper.restart_unused", language, on=restarted)
    return {
        "month": said.month(line.invoice.month),
        "number": line.invoice.number,
        "first_end": dates.short(limitation.first_end),
        "restarted": restarted,
        "end": dates.short(limitation.last_day),
    }


def _statement(facts: PackFacts, language: Language) -> dict[str, Any]:
    case, claim = facts.case, facts.claim
    penalty_paid = sum((line.penalty_paid for line in claim.lines), NOTHING)
    order = "contract" if claim.terms.order is Order.CONTRACT else "statutory"
    return {
        "debtor": {"full_name": case.debtor.full_name},
        "account_number": said.known(case.account_number),
        "as_of": dates.short(case.as_of),
        "charges": [
            {
                "no": str(number),
                "month": said.month(line.invoice.month),
                "number": line.invoice.number,
                "what": said.component(line.invoice.component, language),
                "amount": figures(line.invoice.charged),
            }
            for number, line in enumerate(claim.lines, start=1)
        ],
        "order": say(f"pack.reading.{order}", language),
        "payments": _payments(claim.allocations, language),
        "totals": {
            "charged": figures(claim.charged),
            "paid": figures(claim.paid),
            "balance": figures(claim.balance),
            "words": said.words(claim.balance, language),
            "penalty_paid": figures(penalty_paid),
            "advance": figures(claim.advance),
        },
        "representative": said.representative(case.representative, language),
    }


def _payments(allocations: Sequence[Allocated], language: Language) -> list[dict[str, str]]:
    rows = [
        {
            "no": str(number),
            "paid_on": dates.short(each.paid_on),
            "day": dates.short(each.day),
            "what": _went_to(each, language),
            "amount": figures(each.amount),
        }
        for number, each in enumerate(allocations, start=1)
    ]
    return rows or [dict.fromkeys(("no", "paid_on", "day", "what", "amount"), DASH)]


def _went_to(each: Allocated, language: Language) -> str:
    if each.part is Part.ADVANCE:
        return say("pack.paper.advance", language)
    return say(f"pack.paper.{each.part}_of", language, number=each.invoice)


def _letter(facts: PackFacts, language: Language) -> dict[str, Any]:
    case, claim = facts.case, facts.claim
    lines = said.overdue(claim)
    balance = sum((line.balance for line in lines), NOTHING)
    penalty = sum((line.penalty - line.penalty_paid for line in lines), NOTHING)
    return _letterhead(case, language) | {
        "creditor": said.creditor(case.creditor, language)
        | {"bank": said.bank(case.creditor, language)},
        "lines": [
            {
                "no": str(number),
                "month": said.month(line.invoice.month),
                "what": said.component(line.invoice.component, language),
                "due": dates.short(line.due.effective),
                "balance": figures(line.balance),
                "penalty": figures(line.penalty - line.penalty_paid),
            }
            for number, line in enumerate(lines, start=1)
        ]
        or [dict.fromkeys(("no", "month", "what", "due", "balance", "penalty"), DASH)],
        "totals": {
            "balance": figures(balance),
            "balance_words": said.words(balance, language),
            "penalty": figures(penalty),
            "penalty_words": said.words(penalty, language),
        },
        "rate": said.percent(claim.terms.rate),
        "days": str(claim.terms.most_days),
        "term": counted(facts.policy.response_days, language),
    }


def _termination(facts: PackFacts, language: Language) -> dict[str, Any]:
    case = facts.case
    balance = sum((line.balance for line in said.overdue(facts.claim)), NOTHING)
    operator = facts.operator
    return _letterhead(case, language) | {
        "creditor": said.creditor(case.creditor, language),
        "totals": {
            "balance": figures(balance),
            "balance_words": said.words(balance, language),
        },
        "contacts": f"{operator.support_phone}, {operator.site}",
    }


def _letterhead(case: Case, language: Language) -> dict[str, Any]:
    debtor = _debtor(case, language)
    wanted = ("full_name", "registration_address", "residence_address", "email")
    return {
        "debtor": {name: debtor[name] for name in wanted},
        "account_number": said.known(case.account_number),
        "contract": said.contract(case, language)["order"],
        "as_of": _as_of(case, language),
        "representative": said.representative(case.representative, language),
    }


_CONTEXTS: Mapping[Slot, Callable[[PackFacts, Language], dict[str, Any]]] = {
    Slot.INVENTORY: _inventory,
    Slot.APPLICATION_TO_NOTARY: _application,
    Slot.DEBT_CALCULATION: _calculation,
    Slot.ACCOUNT_STATEMENT: _statement,
    Slot.CLAIM_LETTER: _letter,
    Slot.TERMINATION_NOTICE: _termination,
}
MADE = tuple(_CONTEXTS)
"""The papers that we have Word files for."""
