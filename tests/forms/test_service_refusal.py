"""Annex 4: what its values must be, what it warns of, what its template sees."""

import copy
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from docgen.domain.account import Account, Traces
from docgen.domain.errors import FieldError
from docgen.domain.language import Language
from docgen.forms.catalogue import Catalogue
from docgen.forms.form import Form, Review
from docgen.forms.identity import read_subscriber
from docgen.texts.phrases import say
from tests.forms.reading import context, errors, found

NBSP = "\u00a0"
DAY = date(2026, 11, 25)


def _form() -> Form:
    return Catalogue().get("service_refusal")


def _values(**changes: Any) -> dict[str, Any]:
    """The example: who moves to another city refuses two services."""
    return copy.deepcopy(dict(_form().example["values"])) | changes


def _errors(values: dict[str, Any]) -> tuple[FieldError, ...]:
    return errors(_form(), values)


def _found(values: dict[str, Any]) -> dict[str, str]:
    return found(_form(), values)


def _context(values: Mapping[str, Any], language: Language) -> dict[str, Any]:
    return context(_form(), values, language)


def _review(account: Account) -> Review:
    return _form().read(_values()).review(account)


@pytest.mark.parametrize(
    ("language", "paper", "service", "reason"),
    [
        (Language.KK, "жеке куәлік", "iD TV теледидары", "Басқа қалаға тұрақты тұруға көшемін."),
        (Language.RU, "удостоверение личности", "Телевидение iD TV",
         "Переезжаю на постоянное жительство в другой город."),
    ],
)  # fmt: skip
def test_each_half_sees_values_in_its_own_language(
    language: Language, paper: str, service: str, reason: str
) -> None:
    """Kinds of papers, services and free text are worded for the language of the half."""
    context = _context(_values(), language)

    assert context["identity_paper"]["kind"] == paper
    assert [row["name"] for row in context["services"]] == ["Интернет 100 Мбит/с (GPON)", service]
    assert context["reason_text"] == reason


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (Language.KK, "Қарағанды қ., Сортировка кенті, Ермеков к-сі, 48А-үй, 2-корпус, 17-пәтер"),
        (Language.RU, "г. Караганда, пос. Сортировка, ул. Ермекова, д. 48А, корп. 2, кв. 17"),
    ],
)  # fmt: skip
def test_the_address_is_one_line_in_the_order_of_the_contract(
    language: Language, line: str
) -> None:
    """City, settlement, street, house, block, flat."""
    values = _values()
    values["point_address"] |= {
        "settlement": {"kk": "Сортировка кенті", "ru": "пос. Сортировка"},
        "street": {"kk": "Ермеков к-сі", "ru": "ул. Ермекова"},
        "house": "48А", "block": "2",
    }  # fmt: skip

    assert _context(values, language)["point_address"] == line


def test_what_an_address_lacks_is_left_out() -> None:
    """A house of its own has neither block nor flat."""
    values = _values()
    values["point_address"] |= {"flat": None}

    assert _context(values, Language.RU)["point_address"] == "г. Караганда, пр. Бухар-Жырау, д. 48"


@pytest.mark.parametrize(
    ("day", "language", "printed"),
    [
        ("2026-12-01", Language.KK, "2026 жылғы 1 желтоқсанда"),
        ("2027-03-31", Language.KK, "2027 жылғы 31 наурызда"),
        ("2027-06-02", Language.KK, "2027 жылғы 2 маусымда"),
        ("2027-09-05", Language.KK, "2027 жылғы 5 қыркүйекте"),
        ("2027-04-05", Language.RU, "5 апреля 2027 года"),
    ],
)
def test_the_day_access_ends_stands_in_its_sentence(
    day: str, language: Language, printed: str
) -> None:
    """In Kazakh the month takes the locative."""
    assert _context(_values(access_ends_on=day), language)["access_ends_on"] == printed


def test_boxes_are_ticked_for_the_reasons_given() -> None:
    """The ten of the contract are printed, the others empty."""
    reasons = _context(_values(reasons=["death", "tariff_plan"]), Language.KK)["reasons"]

    assert len(reasons) == 10
    assert {name for name, box in reasons.items() if box == "☒"} == {"death", "tariff_plan"}
    assert set(reasons.values()) == {"☒", "☐"}


def test_what_is_not_said_prints_a_dash() -> None:
    """Nobody writes a telephone or a reason in afterwards."""
    values = _values(contact_phone=None, reason_text=None)
    del values["identity_paper"]["valid_until"]
    context = _context(values, Language.KK)

    assert context["contact_phone"] == "—"
    assert context["reason_text"] == "—"
    assert context["identity_paper"]["valid_until"] == "—"


def test_a_contact_telephone_may_be_a_landline() -> None:
    """Only the verified number has to be mobile."""
    context = _context(_values(contact_phone="8 (7212) 55-01-04"), Language.KK)

    assert context["contact_phone"] == "+7 721 255 01 04"
    assert context["subscriber"]["phone"] == "+7 701 555 01 23"


@pytest.mark.parametrize(
    ("field", "value", "findings"),
    [
        ("services", [], {"/services": "too_short"}),
        ("services", ["Интернет"] * 1001, {"/services": "too_long"}),
        ("services", ["Интернет", "a\nb"], {"/services/1": "several_lines"}),
        ("reasons", [], {"/reasons": "too_short"}),
        ("reasons", ["moving", "boredom"], {"/reasons/1": "not_in_list"}),
        ("reasons", ["moving", "death", "moving"], {"/reasons/2": "named_twice"}),
        ("removal_date", 1764460800, {"/removal_date": "not_a_date"}),
        ("contact_phone", "+1 202 555 0100", {"/contact_phone": "any_phone_invalid"}),
        ("account_number", "", {"/account_number": "required"}),
        ("surname", "Жүнісова", {"/surname": "unknown_field"}),
    ],
)
def test_a_bad_value_is_named_by_its_place(
    field: str, value: object, findings: dict[str, str]
) -> None:
    """Pointer and code say what to mend; identity is none of the values."""
    assert _found(_values(**{field: value})) == findings


def test_the_parts_of_an_address_are_named() -> None:
    """A missing street is told apart from a bad house."""
    values = _values()
    del values["point_address"]["street"]
    values["point_address"]["house"] = "4" * 41

    assert _found(values) == {
        "/point_address/street": "required", "/point_address/house": "too_long",
    }  # fmt: skip


def test_access_does_not_end_before_the_removal() -> None:
    """On that day or later; the day is named."""
    (error,) = _errors(_values(access_ends_on="2026-11-29"))

    assert error == FieldError("/values/access_ends_on", "before_removal", (("day", "30.11.2026"),))
    assert _form().read(_values(access_ends_on="2026-12-15"))


def test_of_a_clean_account_nothing_is_said() -> None:
    """Nothing owed, nothing held."""
    returned = Account().after(Traces(handed_out=("SN-1",)), number="A3-2026-000007")

    assert _review(Account()) == Review()
    assert _review(returned.after(Traces(taken_back=("sn-1",)), number="A2")) == Review()


def test_an_open_debt_is_a_warning() -> None:
    """It is to be paid before (point 13); the amount is named."""
    account = Account().after(Traces(acknowledged=Decimal("12500.75")), number="S1-2026-000001")

    owed = FieldError("", "debt_open", (("amount", f"12{NBSP}500,75"),))
    assert _review(account) == Review(warnings=(owed,))


def test_equipment_still_held_is_a_warning() -> None:
    """It is to be returned before (point 13); serials and the acts of handing out are named."""
    account = (
        Account()
        .after(Traces(handed_out=("sn 2", "SN-9")), number="A3-2026-000008")
        .after(Traces(handed_out=("SN-1",)), number="A3-2026-000007")
        .after(Traces(taken_back=("SN-9",)), number="A2-2026-000001")
    )
    (warning,) = _review(account).warnings

    assert (warning.pointer, warning.code) == ("", "equipment_held")
    assert dict(warning.params) == {
        "count": "2", "serials": "SN-1, sn 2", "acts": "A3-2026-000007, A3-2026-000008",
    }  # fmt: skip


def test_debt_and_equipment_do_not_refuse_the_application() -> None:
    """Both are told, and neither is an error."""
    traces = Traces(handed_out=("SN-1",), acknowledged=Decimal(1))
    review = _review(Account().after(traces, number="A3-2026-000007"))

    assert [each.code for each in review.warnings] == ["debt_open", "equipment_held"]
    assert review.errors == ()


@pytest.mark.parametrize("language", list(Language))
def test_every_finding_is_a_whole_sentence(language: Language) -> None:
    """The numbers that a finding carries fill the places of its sentence."""
    traces = Traces(handed_out=("SN-1",), acknowledged=Decimal(1))
    review = _review(Account().after(traces, number="A3-2026-000007"))
    found = (*_errors(_values(access_ends_on="2026-11-01")), *review.warnings)

    assert len(found) == 3
    for each in found:
        sentence = say(f"field.{each.code}", language, **dict(each.params))
        assert all(value in sentence for _, value in each.params)


def test_the_example_is_accepted() -> None:
    """What `docgen forms example` prints can be sent as it is."""
    _form().read(_form().example["values"])
    read_subscriber(_form().example["subscriber"])
