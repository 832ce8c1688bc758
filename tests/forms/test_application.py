"""Annex 1: what an application must hold, and what its template sees."""

import copy
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from docgen.domain.account import Account, Traces
from docgen.domain.language import Language
from docgen.forms.catalogue import Catalogue
from docgen.forms.form import Form
from tests.forms.reading import context, found

NBSP = "\u00a0"
_DAY = date(2026, 11, 24)


def _form() -> Form:
    return Catalogue().get("application")


def _values(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(dict(_form().example["values"])) | changes


def _found(values: dict[str, Any]) -> dict[str, str]:
    return found(_form(), values)


def _context(values: Mapping[str, Any], language: Language = Language.KK) -> dict[str, Any]:
    return context(_form(), values, language)


def test_the_example_is_accepted() -> None:
    """What `docgen forms example` prints can be sent as it is."""
    _form().read(_values())


def test_fees_are_summed_over_all_services() -> None:
    """Quantity times fee, monthly and one-off apart."""
    context = _context(_values())

    assert context["monthly_total"] == f"7{NBSP}479,00"
    assert context["one_off_total"] == f"3{NBSP}000,00"


def test_one_box_is_ticked_for_a_choice_and_several_for_channels() -> None:
    """Every box of the paper is printed, ticked or not."""
    context = _context(_values(invoice_channels=["sms", "paper"]))

    assert context["payment_method"] == {"credit": "☒", "advance": "☐"}
    ticked = {name for name, box in context["invoice_channels"].items() if box == "☒"}
    assert ticked == {"sms", "paper"}
    assert set(context["invoice_channels"].values()) == {"☒", "☐"}


@pytest.mark.parametrize(
    ("changes", "findings"),
    [
        ({"rent_fee": None}, {"/rent_fee": "required"}),
        ({"equipment_mode": "own"}, {"/rent_fee": "not_with_this_mode"}),
        ({"request_kind": "other"}, {"/request_details": "required"}),
        ({"invoice_channels": ["sms", "paper", "sms"]}, {"/invoice_channels/2": "named_twice"}),
        ({"invoice_channels": []}, {"/invoice_channels": "too_short"}),
        ({"services": []}, {"/services": "too_short"}),
        ({"refund_iban": "KZ87125KZT5004100100"}, {"/refund_iban": "iban_invalid"}),
        ({"refund_iban": "DE89370400440532013000"}, {"/refund_iban": "iban_invalid"}),
        ({"contact_phone": "+79161234567"}, {"/contact_phone": "any_phone_invalid"}),
        (
            {"guaranteed_period": {"begins_on": "2026-12-01", "ends_on": "2026-11-30"}},
            {"/guaranteed_period": "ends_before_it_begins"},
        ),
    ],
)
def test_what_does_not_fit_together_is_named(
    changes: dict[str, Any], findings: dict[str, str]
) -> None:
    """Pointer and code say what to mend; nothing is corrected in silence."""
    assert _found(_values(**changes)) == findings


def test_an_iban_may_be_written_in_groups() -> None:
    """People copy it with spaces and in small letters."""
    context = _context(_values(refund_iban="kz86 125k zt50 0410 0100"))

    assert context["refund_iban"] == "KZ86125KZT5004100100"


def test_a_landline_is_good_enough_to_call() -> None:
    """The contact number need not be a mobile one, unlike the verified number."""
    assert _context(_values(contact_phone="8 (7172) 55-01-01"))["contact_phone"] == (
        "+7 717 255 01 01"
    )


def test_nothing_is_applied_for_without_consent_to_processing() -> None:
    """The one consent that the contract cannot do without (PDL 7(1))."""
    values = _values()
    values["consents"]["pd_processing"]["given"] = False

    assert _found(values) == {"/consents/pd_processing/given": "consent_needed"}


def test_every_other_consent_may_be_refused() -> None:
    """Each is asked apart, and "no" is printed as an answer with its time."""
    values = _values()
    for name, answer in values["consents"].items():
        answer["given"] = name == "pd_processing"

    rows = _context(values)["consents"]

    assert [(row["yes"], row["no"]) for row in rows] == [("☒", "☐")] + [("☐", "☒")] * 6
    assert {row["version"] for row in rows} == {"2026-11/1"}
    assert all(row["at"].endswith("(UTC+5)") for row in rows)


def test_an_unanswered_consent_is_missing() -> None:
    """Silence is not consent, and not a refusal either."""
    values = _values()
    del values["consents"]["marketing"]

    assert _found(values) == {"/consents/marketing": "required"}


@pytest.mark.parametrize(
    ("language", "kind", "source", "name"),
    [
        (Language.KK, "жаңа абонентті қосу", "құжаттың түпнұсқасы бойынша", "iD TV теледидары"),
        (Language.RU, "подключение нового абонента", "по оригиналу документа", "Телевидение iD TV"),
    ],
)
def test_each_half_speaks_its_language(
    language: Language, kind: str, source: str, name: str
) -> None:
    """Enums and free text are worded for the half."""
    context = _context(_values(), language)

    assert context["request_kind"] == kind
    assert context["identity_source"] == source
    assert context["services"][1]["name"] == name


def test_what_is_not_said_is_printed_as_a_dash() -> None:
    """Nobody can write into an empty place afterwards."""
    optional = (
        "account_number", "contact_phone", "desired_on", "refund_iban", "guaranteed_period",
        "trial_until", "privileges",
    )  # fmt: skip
    context = _context(_values(**dict.fromkeys(optional), third_party_services=[]))

    assert {context[name] for name in optional} == {"—"}
    assert [set(row.values()) for row in context["third_party_services"]] == [{"—"}]


def test_an_open_debt_is_a_warning() -> None:
    """Point 8.5: no debt under current or ended contracts; the operator decides what follows."""
    owing = Account().after(Traces(acknowledged=Decimal("1500.50")), number="IA-2026-000001")
    values = _form().read(_values())

    (warning,) = values.review(owing).warnings

    assert (warning.pointer, warning.code) == ("", "debt_open")
    assert dict(warning.params) == {"amount": f"1{NBSP}500,50"}
    assert values.review(Account()).warnings == ()
