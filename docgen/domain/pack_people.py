"""Rules about the debtor, the creditor and who acts for it: N01–N03, N19, N20, N23, N24, N28."""

import re
from collections.abc import Iterator

from docgen.domain.calendar import plus_months, plus_years
from docgen.domain.case import Bankruptcy, Case
from docgen.domain.errors import InvalidIdNumber
from docgen.domain.language import BOTH
from docgen.domain.pack import Examined, PackFinding, found
from docgen.domain.pack_rules import Severity
from docgen.domain.subscriber import Bin, Iin

_MALE = {"1", "3", "5"}
_CENTURIES = {"1": 1800, "2": 1800, "3": 1900, "4": 1900, "5": 2000, "6": 2000}
_LEAST_AGE, _FULL_AGE = 14, 18
_SONS = ("ұлы", "вич", "улы")
_DAUGHTERS = ("қызы", "вна", "кызы")
_NOTHING = re.compile(r"[\s_.…\-–—/\\?]*|n/?a|нет|жоқ|белгісіз|неизвестно|xxx+", re.IGNORECASE)
_INITIAL = re.compile(r"\b\w\.")
_SHORT_FORMS = re.compile(r"\b(АҚ|АО|ЖШС|ТОО|КЕАҚ|НАО|РБД|ДРБ)\b")


def people(of: Examined) -> Iterator[PackFinding]:
    """All that these rules find."""
    case = of.case
    yield from _numbers(case)
    yield from _missing(case)
    yield from _birth(case)
    yield from _procedures(case)
    yield from _age(case)
    if not case.debtor.email:
        yield found("N23", "no_email", "/debtor/email")
    yield from _in_full(case)
    yield from _address(of)


def _numbers(case: Case) -> Iterator[PackFinding]:
    """N01: a number that nobody was given."""
    iins = [("/debtor/iin", case.debtor.iin)]
    if case.representative is not None:
        iins.append(("/representative/iin", case.representative.iin))
    for pointer, number in iins:
        if number is not None and not _sound(Iin, number):
            yield found("N01", "iin", pointer)
    bins = [("/creditor/bin", case.creditor.bin)]
    if case.creditor.branch is not None:
        bins.append(("/creditor/branch/bin", case.creditor.branch.bin))
    for pointer, number in bins:
        if not _sound(Bin, number):
            yield found("N01", "bin", pointer)


def _sound(kind: type[Iin | Bin], number: str) -> bool:
    try:
        kind(number)
    except InvalidIdNumber:
        return False
    return True


_REQUIRED = (
    "surname", "name", "iin", "birth_date", "registration_address", "residence_address",
    "service_address", "verified_mobile",
)  # fmt: skip


def _missing(case: Case) -> Iterator[PackFinding]:
    """N02: what the inscription has to name."""
    for name in _REQUIRED:
        if getattr(case.debtor, name) is None:
            yield found("N02", name, f"/debtor/{name}")
    representative, contract = case.representative, case.contract
    wanted = {
        "account_number": case.account_number,
        "contract": contract,
        "representative": representative,
        "venue": case.venue,
        "fee": case.fee,
        "invoices": case.invoices or None,
    }
    for name, value in wanted.items():
        if value is None:
            yield found("N02", name, f"/{name}")
    if case.creditor.bank is None:
        yield found("N02", "bank", "/creditor/bank")
    if contract is not None and not (contract.application_number and contract.application_date):
        yield found("N02", "application", "/contract/application")
    if representative is not None:
        yield from _power(case)


def _power(case: Case) -> Iterator[PackFinding]:
    """Whoever comes to the notary has to be allowed to on the day."""
    representative = case.representative
    power = None if representative is None else representative.power_of_attorney
    if power is None:
        yield found("N02", "power_of_attorney", "/representative/power_of_attorney")
    elif not power.issued_on <= case.as_of <= power.valid_until:
        yield found("N02", "power_not_valid", "/representative/power_of_attorney")


def _birth(case: Case) -> Iterator[PackFinding]:
    """N03: the number's digits need not tell birth date or sex, so this only warns."""
    iin, born = case.debtor.iin, case.debtor.birth_date
    if iin is None or not _sound(Iin, iin):
        return
    century = _CENTURIES.get(iin[6])
    if century is None:
        return
    if born is not None and (iin[:6] != f"{born:%y%m%d}" or born.year // 100 != century // 100):
        yield found("N03", "birth_date", "/debtor/birth_date")
    patronymic = (case.debtor.patronymic or "").lower()
    son, daughter = patronymic.endswith(_SONS), patronymic.endswith(_DAUGHTERS)
    male = iin[6] in _MALE
    if (son and not male) or (daughter and male):
        yield found("N03", "sex", "/debtor/patronymic")


def _procedures(case: Case) -> Iterator[PackFinding]:
    """N19: inside a procedure of bankruptcy creditors claim there only."""
    if case.checked is None:
        yield found("N19", "not_checked", "/checked")
    elif case.checked.bankruptcy is Bankruptcy.COURT:
        yield found("N19", "court", "/checked/bankruptcy")
    elif case.checked.bankruptcy is Bankruptcy.EXTRAJUDICIAL:
        yield found("N19", "extrajudicial", "/checked/bankruptcy", severity=Severity.WARNING)


def _age(case: Case) -> Iterator[PackFinding]:
    """N20: whom no inscription can be made against."""
    if case.debtor.deceased:
        yield found("N20", "deceased", "/debtor/deceased")
    born = case.debtor.birth_date
    if born is None:
        return
    if case.as_of < plus_years(born, _LEAST_AGE):
        yield found("N20", "child", "/debtor/birth_date")
    elif case.as_of < plus_years(born, _FULL_AGE):
        yield found("N20", "minor", "/debtor/birth_date", severity=Severity.WARNING)


def _in_full(case: Case) -> Iterator[PackFinding]:
    """N24: names and addresses in full, and nothing that only holds a place."""
    debtor = case.debtor
    for name in ("surname", "name", "patronymic"):
        value = getattr(debtor, name)
        if value is not None and (_is_empty(value) or _INITIAL.search(value)):
            yield found("N24", "name", f"/debtor/{name}")
    for name in ("registration_address", "residence_address", "service_address"):
        value = getattr(debtor, name)
        if value is not None and (_is_empty(value) or not any(map(str.isdigit, value))):
            yield found("N24", "address", f"/debtor/{name}")
    if case.representative is not None and _INITIAL.search(case.representative.full_name):
        yield found("N24", "name", "/representative/full_name")
    for pointer, names in _legal_names(case):
        if any(_is_empty(name) or _SHORT_FORMS.search(name) for name in names):
            yield found("N24", "legal_name", pointer)


def _legal_names(case: Case) -> Iterator[tuple[str, list[str]]]:
    creditor = case.creditor
    yield "/creditor/name", [creditor.name.get(language, "") for language in BOTH]
    if creditor.branch is not None:
        yield "/creditor/branch/name", [creditor.branch.name.get(lang, "") for lang in BOTH]


def _is_empty(value: str) -> bool:
    return _NOTHING.fullmatch(value) is not None


def _address(of: Examined) -> Iterator[PackFinding]:
    """N28: where the notary's copy would go."""
    known = of.case.address
    if known is None:
        yield found("N28", "unknown", "/address")
        return
    confirmed = known.confirmed_on
    if plus_months(confirmed, of.policy.address_months, on=confirmed.day) < of.case.as_of:
        yield found("N28", "old", "/address/confirmed_on")
    if known.change_pending:
        yield found("N28", "change_pending", "/address/change_pending")
