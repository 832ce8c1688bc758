"""The addendum: the rest follows from the agreement, and a new schedule pays it off."""

from decimal import Decimal
from typing import Any

import pytest

from docgen.domain.account import Account
from docgen.domain.consent import WayOfSigning
from docgen.domain.language import BOTH, Language
from docgen.forms.identity import read_subscriber
from tests.forms.instalments import ACKNOWLEDGED, addendum, printed_text
from tests.forms.reading import context, example, found

UNCHANGED = {
    Language.KK: "Келісімнің қалған талаптары өзгеріссіз қалады",
    Language.RU: "Остальные условия Соглашения остаются без изменений",
}


def test_the_schema_and_the_example_agree() -> None:
    """What `docgen forms example` prints is accepted, and the schema describes it."""
    form = addendum()

    form.read(form.example["values"])
    read_subscriber(form.example["subscriber"])
    assert set(form.example["values"]) <= set(form.json_schema()["properties"])


@pytest.mark.parametrize("language", BOTH)
def test_the_rest_is_acknowledged_word_for_word(language: Language) -> None:
    """After the table of the rest; and what is not changed stays as it was."""
    text = printed_text(addendum(), language)

    assert text.index("remaining.total.words") < text.index(ACKNOWLEDGED[language])
    assert UNCHANGED[language] in text


@pytest.mark.parametrize("language", BOTH)
def test_the_schedule_before_is_superseded_and_never_edited(language: Language) -> None:
    """The paper says so itself."""
    sentence = {Language.KK: "түзету енгізілмейді", Language.RU: "исправления не вносятся"}

    assert sentence[language] in printed_text(addendum(), language)


_WRONG = {"/remaining/total": "remainder_wrong"}


@pytest.mark.parametrize(
    ("change", "findings"),
    [
        ({}, {}),
        ({"agreement_total": "110492.18"}, _WRONG),
        ({"paid_so_far": "36800.01"}, _WRONG),
        ({"accrued_since": "0.01"}, _WRONG),
        ({"paid_so_far": "36900.00", "accrued_since": "100.00"}, {}),
    ],
)
def test_the_rest_is_what_was_owed_and_accrued_less_what_was_paid(
    change: dict[str, str], findings: dict[str, str]
) -> None:
    """To the tiyn; a wrong rest is refused at its total."""
    assert found(addendum(), example(addendum()) | change) == findings


@pytest.mark.parametrize(
    ("change", "findings"),
    [
        ({"version": 0}, {"/version": "too_small"}),
        ({"as_of": "2026-11-23"}, {"/as_of": "before_agreement"}),
        ({"changed_clauses": [{"clause": "4.3.", "text": "x"}]}, {
            "/changed_clauses/0/clause": "invalid"}),
        ({"changed_clauses": [{"clause": "4.3", "text": "x"}] * 2}, {
            "/changed_clauses/1/clause": "named_twice"}),
        ({"changed_clauses": [{"clause": "4.3", "text": "x"}] * 21}, {
            "/changed_clauses": "too_long"}),
        ({"agreement": {"number": "IA-1"}}, {"/agreement/signed_on": "required"}),
    ],
)  # fmt: skip
def test_a_bad_value_is_named_by_its_place(
    change: dict[str, Any], findings: dict[str, str]
) -> None:
    """Pointer and code say what to mend."""
    assert found(addendum(), example(addendum()) | change) == findings


def test_the_new_schedule_keeps_the_rules_of_every_schedule() -> None:
    """Its rows are checked against the rest, from the day the rest is told for."""
    values = example(addendum())
    values["schedule"][0] |= {"due_on": "2027-02-10", "amount": "14800.01"}

    assert found(addendum(), values) == {
        "/schedule/0/due_on": "not_after_debt_day",
        "/schedule/0/amount": "row_sum_wrong",
        "/schedule/0/balance": "balance_wrong",
    }


@pytest.mark.parametrize(
    ("language", "dated", "as_of"),
    [
        (Language.KK, "2026 жылғы 24 қарашадағы", "2027 жылғы 10 ақпандағы"),
        (Language.RU, "от 24 ноября 2026 года", "10 февраля 2027 года"),
    ],
)
def test_each_half_sees_its_own_language(language: Language, dated: str, as_of: str) -> None:
    """The agreement by number and day, sums in words, clauses in the language of the half."""
    seen = context(addendum(), example(addendum()), language)

    assert seen["agreement"] == {"number": "IA-2026-000042", "dated": dated}
    assert seen["as_of"] == as_of
    assert seen["version"] == "1"
    assert seen["accrued_since"] == {"amount": "—", "words": "—"}
    clause = example(addendum())["changed_clauses"][0]
    assert seen["changed_clauses"] == [
        {"clause": clause["clause"], "text": clause["text"][language.value]}
    ]


def test_signing_acknowledges_the_rest_instead_of_the_debt() -> None:
    """The sum at stake is the rest, and by a code it is signed up to the same limit."""
    read = addendum().read(example(addendum()))

    assert read.amount() == Decimal("73692.17")
    assert read.traces().acknowledged == Decimal("73692.17")
    assert WayOfSigning.SMS_CODE not in addendum().ways_for(Decimal("1000000.01"))


@pytest.mark.parametrize(
    ("acknowledged", "accrued", "codes"),
    [
        ("110492.17", "0", []),
        ("73692.17", "0", []),
        ("73692.16", "0", ["debt_above_acknowledged"]),
        ("73000.00", "692.17", []),
        ("0", "0", []),
    ],
)
def test_a_rest_above_what_was_acknowledged_is_a_warning(
    acknowledged: str, accrued: str, codes: list[str]
) -> None:
    """Where the account has acknowledged a debt, the rest is that debt and what has accrued."""
    values = example(addendum())
    paid = Decimal(values["paid_so_far"]) + Decimal(accrued)
    read = addendum().read(values | {"accrued_since": accrued, "paid_so_far": str(paid)})

    review = read.review(Account(acknowledged=Decimal(acknowledged)))

    assert [warning.code for warning in review.warnings] == codes
    assert {warning.pointer for warning in review.warnings} <= {"/remaining/total"}
    assert review.errors == ()


def test_payments_on_days_off_are_warned_of() -> None:
    """20 March 2027 is a Saturday, and Nauryz follows it."""
    values = example(addendum())
    values["schedule"][0]["due_on"] = "2027-03-20"

    (warning,) = addendum().read(values).review(Account()).warnings

    assert (warning.pointer, warning.code) == ("/schedule/0/due_on", "not_a_working_day")
    assert dict(warning.params)["next"] == "25.03.2027"
