"""The papers that are made for a pack: both languages, with every figure of the calculation."""

import json
from collections.abc import Mapping
from io import BytesIO

import pytest
from pypdf import PdfReader

from docgen.adapters.binding.volume import PikepdfBinder
from docgen.adapters.calendar.days_file import DaysFile
from docgen.adapters.clock import SystemClock
from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.domain.examine_pack import claim_of
from docgen.domain.language import BOTH
from docgen.domain.pack import Policy
from docgen.domain.pack_papers import Slot
from docgen.forms.pack_papers import MADE, Listed, PackFacts, context
from docgen.forms.read_case import read_case
from docgen.settings import BESIDE_THE_PACKAGES
from docgen.texts.phrases import say
from docgen.usecases.check_pack import CheckPack
from docgen.usecases.make_letter import LETTERS, MakeLetter
from docgen.usecases.make_paper import MakePaper
from tests.domain.calendar_by_hand import by_hand
from tests.packs.cases import OPERATOR, SAMPLES, complete
from tests.services.rendering import Over


@pytest.fixture(scope="module")
def facts() -> PackFacts:
    """Of the complete case, with an inventory of three papers."""
    case, calendar = read_case(complete(), OPERATOR), by_hand()
    slots = (Slot.INVENTORY, Slot.APPLICATION_TO_NOTARY, Slot.FEE)
    listed = tuple(
        Listed(
            slot=slot,
            title={each: say(f"pack.slot.{slot}", each) for each in BOTH},
            sha256="" if slot is Slot.INVENTORY else f"{place:064x}",
            first=1 + 2 * place,
            pages=2,
        )
        for place, slot in enumerate(slots)
    )
    return PackFacts(
        number="NP-26-000123",
        case=case,
        claim=claim_of(case, Policy(), calendar),
        policy=Policy(),
        calendar=calendar,
        operator=OPERATOR,
        listed=listed,
    )


@pytest.fixture(scope="module")
def made(over: Over, facts: PackFacts) -> Mapping[Slot, str]:
    """The text of each paper, spaces made one."""
    make = MakePaper(renderer=over(BESIDE_THE_PACKAGES))
    return {slot: _text(make(slot, facts).pdf) for slot in MADE}


def _text(pdf: bytes) -> str:
    pages = PdfReader(BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.mark.parametrize(
    ("slot", "kk", "ru"),
    [
        (Slot.INVENTORY, "Құжаттар тізімдемесі", "Опись документов"),
        (Slot.APPLICATION_TO_NOTARY, "Атқарушылық жазба жасау туралы өтініш",
         "Заявление о совершении исполнительной надписи"),
        (Slot.DEBT_CALCULATION, "Берешек есебі", "Расчёт задолженности"),
        (Slot.ACCOUNT_STATEMENT, "Дербес шоттан үзінді көшірме", "Выписка по лицевому счёту"),
        (Slot.CLAIM_LETTER, "Берешекті төлеу туралы наразылық (талап)",
         "Претензия об оплате задолженности"),
        (Slot.TERMINATION_NOTICE, "Шартты бұзу туралы хабарлама",
         "Уведомление о расторжении договора"),
    ],
)  # fmt: skip
def test_a_paper_speaks_both_languages(
    made: Mapping[Slot, str], slot: Slot, kk: str, ru: str
) -> None:
    """Kazakh first; under the number of the pack."""
    text = made[slot]

    assert 0 <= text.index(kk) < text.index(ru)
    assert "NP-26-000123" in text
    assert "Қожахметов Нұрлан Әлібекұлы" in text


@pytest.mark.parametrize("slot", MADE)
def test_a_paper_leaves_nothing_open(made: Mapping[Slot, str], slot: Slot) -> None:
    """No tag, and no dash in the place of a value that the law asks for (notariat law, 45)."""
    assert "{{" not in made[slot]
    assert " None" not in made[slot]
    if slot is Slot.APPLICATION_TO_NOTARY:
        assert "—" not in made[slot]


def test_the_application_holds_what_an_inscription_has_to_name(made: Mapping[Slot, str]) -> None:
    """Creditor, debtor, period, sums in figures and words, fee, place, ground (92-3)."""
    text = made[Slot.APPLICATION_TO_NOTARY]

    for wanted in (
        "941240000193", "KZ75125KZT1001300335", "850512312310", "12.05.1985", "03.2026 – 07.2026",
        "18 215,00", "24 990,00", "4 998,38", "48 203,38", "5 600,00",
        "сорок восемь тысяч двести три тенге 38 тиынов", "қырық сегіз мың екі жүз үш теңге 38 тиын",
        "92-7", "подпункт 7) пункта 2 статьи 92-1", "Әбдірахманова Сәуле Ерланқызы", "118-Д",
        "n.kozhakhmetov@example.kz", "+7 707 555 01 77", "05.10.2026",
    ):  # fmt: skip
        assert wanted in text.replace("\u00a0", " "), wanted


def test_the_calculation_can_be_followed(made: Mapping[Slot, str], facts: PackFacts) -> None:
    """Every span with its days, balance and product, every limitation, and how it was read."""
    text = made[Slot.DEBT_CALCULATION].replace("\u00a0", " ")

    for wanted in ("28.04.2026 – 03.05.2026", "337,05", "448,20", "1 685,25", "842,625"):
        assert wanted in text
    for line in facts.claim.lines:
        assert line.invoice.number in text
        assert f"{line.limitation.last_day:%d.%m.%Y}" in text
    assert "статья 175 Гражданского кодекса" in text
    assert "0,75 %" in text


def test_the_statement_shows_where_each_payment_went(made: Mapping[Slot, str]) -> None:
    """The second payment ends March and begins April."""
    text = made[Slot.ACCOUNT_STATEMENT].replace("\u00a0", " ")

    for wanted in ("долг: 202603-5432", "долг: 202604-5432", "2 490,00", "510,00", "8 000,00"):
        assert wanted in text


def test_the_same_case_gives_the_same_bytes(over: Over, facts: PackFacts) -> None:
    """Whenever it is made."""
    make = MakePaper(renderer=over(BESIDE_THE_PACKAGES))

    first, second = (make(Slot.TERMINATION_NOTICE, facts).pdf for _ in range(2))

    assert first == second


@pytest.mark.parametrize("letter", LETTERS)
def test_a_case_that_is_not_ready_has_its_letters(over: Over, letter: Slot) -> None:
    """The sample with gaps: what it owes is known, and that is what a letter says."""
    check = CheckPack(
        operator=OPERATOR,
        policy=Policy(),
        days=DaysFile(),
        binder=PikepdfBinder(),
        verifier=PadesVerifier(TrustRoots(certificates=()), clock=SystemClock()),
    )
    write = MakeLetter(check=check, make=MakePaper(renderer=over(BESIDE_THE_PACKAGES)))
    given = json.loads((SAMPLES / "debtor_case.json").read_text("utf-8"))

    text = _text(write(given, letter, number="2026/08-1177").pdf).replace("\u00a0", " ")

    assert "2026/08-1177" in text
    assert "43 205,00" in text


@pytest.mark.parametrize("slot", MADE)
def test_both_languages_give_the_same_values(slot: Slot, facts: PackFacts) -> None:
    """No half says less than the other."""
    kk, ru = (context(slot, facts, language) for language in BOTH)

    assert _shape(kk) == _shape(ru)


def _shape(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _shape(each) for name, each in value.items()}
    return [_shape(each) for each in value] if isinstance(value, list) else type(value)
