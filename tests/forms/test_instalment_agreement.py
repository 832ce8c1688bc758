"""The instalment agreement: what its values must be, what its template sees, what it leaves."""

from decimal import Decimal
from typing import Any

import pytest

from docgen.domain.account import Account
from docgen.domain.consent import WayOfSigning
from docgen.domain.language import BOTH, Language
from docgen.forms.identity import read_subscriber
from tests.forms.instalments import ACKNOWLEDGED, agreement, printed_text
from tests.forms.reading import context, example, found

NBSP = "\u00a0"


def test_the_schema_and_the_example_agree() -> None:
    """What `docgen forms example` prints is accepted, and the schema describes it."""
    form = agreement()

    form.read(form.example["values"])
    read_subscriber(form.example["subscriber"])
    assert set(form.example["values"]) <= set(form.json_schema()["properties"])


@pytest.mark.parametrize("language", BOTH)
def test_the_acknowledgement_stands_in_the_paper_word_for_word(language: Language) -> None:
    """It follows the table of the debt, so that "the above" is that table."""
    text = printed_text(agreement(), language)

    assert text.count(ACKNOWLEDGED[language]) == 1
    assert text.index("debt.total.words") < text.index(ACKNOWLEDGED[language])


@pytest.mark.parametrize(
    ("language", "signing", "points"),
    [
        (Language.KK, "SMS код арқылы қол қою", "3, 9 және 12"),
        (Language.RU, "подписание SMS-кодом", "3, 9 и 12"),
    ],
)
def test_signing_by_code_is_never_called_a_digital_signature(
    language: Language, signing: str, points: str
) -> None:
    """The agreement speaks of an SMS code, and of points 3, 9 and 12 of the contract."""
    text = printed_text(agreement(), language)

    assert signing in text
    assert points in text.replace(NBSP, " ")
    assert [word for word in ("ЭЦҚ", "ЭЦП", "цифрлық", "цифров") if word in text] == []


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (Language.KK, {
            "debt_as_of": "2026 жылғы 24 қарашадағы",
            "missed_payments": "2 (екі)",
            "place": "Қостанай қаласы",
            "application": {"number": "A1-2024-000117", "dated": "2024 жылғы 5 ақпандағы"},
        }),
        (Language.RU, {
            "debt_as_of": "24 ноября 2026 года",
            "missed_payments": "2 (два)",
            "place": "город Костанай",
            "application": {"number": "A1-2024-000117", "dated": "от 5 февраля 2024 года"},
        }),
    ],
)  # fmt: skip
def test_each_half_sees_its_own_language(language: Language, expected: dict[str, Any]) -> None:
    """Days in the case the sentence needs, numbers in words."""
    seen = context(agreement(), example(agreement()), language)

    assert {name: seen[name] for name in expected} == expected


def test_the_debt_is_printed_in_figures_and_words() -> None:
    """Each part by itself, the total, and dashes for what is not owed."""
    values = example(agreement())
    values["debt"] |= {"penalty": "0", "total": "96440.75"}
    values["schedule"] = [
        {"due_on": "2026-12-18", "principal": "71450.75", "equipment": "24990.00",
         "amount": "96440.75", "balance": "0"},
    ]  # fmt: skip

    debt = context(agreement(), values, Language.KK)["debt"]

    assert debt["services"] == {
        "period": "01.04.2026 – 31.10.2026", "amount": f"62{NBSP}450,75",
        "words": "алпыс екі мың төрт жүз елу теңге 75 тиын",
    }  # fmt: skip
    assert debt["penalty"] == {"amount": "—", "words": "—"}
    assert debt["total"]["words"] == "тоқсан алты мың төрт жүз қырық теңге 75 тиын"


def test_the_schedule_is_printed_with_its_totals() -> None:
    """Rows are numbered, columns summed, and the sum is said in words."""
    schedule = context(agreement(), example(agreement()), Language.RU)["schedule"]

    assert schedule["count"] == "6 (шесть)"
    assert schedule["payments"][5] == {
        "no": "6", "due_on": "20.05.2027", "principal": f"11{NBSP}450,75",
        "penalty": f"2{NBSP}051,42", "equipment": f"4{NBSP}990,00",
        "amount": f"18{NBSP}492,17", "balance": "0,00",
    }  # fmt: skip
    assert schedule["principal"] == f"71{NBSP}450,75"
    assert schedule["total"] == f"110{NBSP}492,17"
    assert schedule["total_words"] == "сто десять тысяч четыреста девяносто два тенге 17 тиынов"


@pytest.mark.parametrize(
    ("field", "value", "sentences"),
    [
        ("penalty_during", "stops", ("есептелмейді", "не начисляется")),
        ("penalty_during", "continues", ("Кестеге кірмейді", "в График не входит")),
        ("services_restored", True, ("ашады", "открывает")),
        ("services_restored", False, ("негіз болмайды", "не является основанием")),
    ],
)
def test_a_choice_prints_its_clause(field: str, value: object, sentences: tuple[str, str]) -> None:
    """What the parties chose is a sentence, in either language."""
    values = example(agreement()) | {field: value}

    for language, sentence in zip(BOTH, sentences, strict=True):
        assert sentence in context(agreement(), values, language)[field]


def test_a_subscriber_of_earlier_contracts_has_no_application() -> None:
    """The contract took over from his (point 5), and the template says so instead."""
    values = example(agreement()) | {"application": None}

    assert context(agreement(), values, Language.KK)["application"] == ""


@pytest.mark.parametrize(
    ("path", "value", "findings"),
    [
        (("missed_payments",), 0, {"/missed_payments": "too_small"}),
        (("missed_payments",), 13, {"/missed_payments": "too_big"}),
        (("penalty_during",), "grows", {"/penalty_during": "not_in_list"}),
        (("services_restored",), "maybe", {"/services_restored": "wrong_type"}),
        (("place",), "Қостанай\nАлматы", {"/place": "several_lines"}),
        (("representative", "basis"), " ", {"/representative/basis": "required"}),
        (("debt", "total"), "110492.18", {
            "/debt/total": "parts_sum_wrong", "/schedule/0/balance": "balance_wrong"}),
        (("debt", "services", "amount"), "0", {"/debt/services/amount": "not_above"}),
        (("debt", "services", "period_from"), "2026-11-01", {
            "/debt/services": "ends_before_it_begins"}),
        (("debt", "services", "period_to"), "2026-11-25", {
            "/debt/services/period_to": "after_debt_day"}),
    ],
)  # fmt: skip
def test_a_bad_value_is_named_by_its_place(
    path: tuple[str, ...], value: object, findings: dict[str, str]
) -> None:
    """Pointer and code say what to mend."""
    values = example(agreement())
    place = values
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value

    assert found(agreement(), values) == findings


def test_nobody_is_asked_for_an_identity_twice() -> None:
    """Names and IIN come from the subscriber block only."""
    values = example(agreement()) | {"iin": "850512456785"}

    assert found(agreement(), values) == {"/iin": "unknown_field"}


@pytest.mark.parametrize(
    ("amount", "ways"),
    [
        ("1000000.00", {WayOfSigning.SMS_CODE, WayOfSigning.BY_HAND, WayOfSigning.DETACHED_EDS}),
        ("1000000.01", {WayOfSigning.BY_HAND, WayOfSigning.DETACHED_EDS}),
    ],
)
def test_large_debts_are_not_signed_by_code(amount: str, ways: set[WayOfSigning]) -> None:
    """Up to a million tenge a code will do; beyond, it is one's hand or one's own EDS."""
    assert set(agreement().ways_for(Decimal(amount))) == ways


def test_signing_acknowledges_the_whole_debt() -> None:
    """The sum at stake is the debt, and the account has acknowledged it from then on."""
    read = agreement().read(example(agreement()))

    assert read.amount() == Decimal("110492.17")
    assert read.traces().acknowledged == Decimal("110492.17")


def test_payments_on_days_off_are_warned_of_and_not_refused() -> None:
    """16 December 2026 is Independence Day."""
    values = example(agreement())
    values["schedule"][0]["due_on"] = "2026-12-16"
    read = agreement().read(values)

    review = read.review(Account())

    assert read.looks_back
    assert review.errors == ()
    assert [(w.pointer, w.code) for w in review.warnings] == [
        ("/schedule/0/due_on", "not_a_working_day")
    ]
