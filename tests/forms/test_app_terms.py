"""Annex 5: what its values must be, and what its template sees."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from docgen.domain.account import Account, Traces
from docgen.domain.consent import WayOfSigning
from docgen.domain.language import Language
from docgen.forms.catalogue import Catalogue
from docgen.forms.form import Form, Review
from docgen.forms.identity import read_subscriber
from tests.builders import operator
from tests.forms.reading import context, found

VALUES = {"order_number": "1-200000005", "channel": "mobile_app", "event": "register"}


def terms() -> Form:
    """The form of annex 5."""
    return Catalogue().get("app_terms")


def _found(values: dict[str, Any]) -> dict[str, str]:
    return found(terms(), values)


def _context(values: Mapping[str, Any], language: Language) -> dict[str, Any]:
    return context(terms(), values, language)


@pytest.mark.parametrize(
    ("language", "cabinet", "app"),
    [
        (Language.KK, "жеке кабинет", "мобильді қосымша"),
        (Language.RU, "личный кабинет", "мобильное приложение"),
    ],
)
def test_the_channel_is_named_in_the_language_of_the_half(
    language: Language, cabinet: str, app: str
) -> None:
    """The cabinet or the application, as the terms call them."""
    channels = [
        _context(VALUES | {"channel": channel}, language)["channel"]
        for channel in ("cabinet", "mobile_app")
    ]

    assert channels == [cabinet, app]


@pytest.mark.parametrize(
    ("event", "language", "points", "means"),
    [
        ("register", Language.KK, "17, 28 және 29", "толық әрі сөзсіз қабылдады"),
        ("register", Language.RU, "17, 28 и 29", "полностью и безусловно принял"),
        (
            "continue",
            Language.KK,
            "21 және 33",
            "өзгерістермен және/немесе толықтырулармен келісті",
        ),
        ("continue", Language.RU, "21 и 33", "согласился с внесёнными"),
    ],
)
def test_the_event_names_its_points_and_what_it_means(
    event: str, language: Language, points: str, means: str
) -> None:
    """Registering accepts all; going on after a change accepts the change."""
    context = _context(VALUES | {"event": event}, language)

    assert points in context["event"]
    assert means in context["accepted"]


def test_the_variable_parts_of_the_terms_are_not_values() -> None:
    """Site, edition, its first day and the contract's order come with the paper."""
    context = _context(VALUES, Language.RU)
    edition = terms().edition_on(date(2026, 11, 25))

    assert context["operator"]["site"] == operator().site
    assert context["edition"] == {"name": edition.name, "since": f"{edition.since:%d.%m.%Y}"}
    assert context["contract"]["order"] == "441"
    assert _found(VALUES | {"site": "www.example.kz"}) == {"/site": "unknown_field"}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("channel", "sms", "not_in_list"),
        ("event", "read", "not_in_list"),
        ("event", None, "not_in_list"),
        ("order_number", "", "required"),
        ("order_number", "1\n2", "several_lines"),
    ],
)
def test_a_bad_value_is_named_by_its_place(field: str, value: object, code: str) -> None:
    """Pointer and code say what to mend."""
    assert _found(VALUES | {field: value}) == {f"/{field}": code}


@pytest.mark.parametrize("field", VALUES)
def test_nothing_may_be_left_out(field: str) -> None:
    """An acceptance without its order, channel or event proves nothing."""
    assert _found({name: VALUES[name] for name in VALUES if name != field}) == {
        f"/{field}": "required"
    }


def test_the_terms_are_accepted_by_the_code_alone() -> None:
    """There is no signature to make by hand, and no sum to bound."""
    assert dict(terms().ways) == {WayOfSigning.SMS_CODE: None}


def test_accepting_the_terms_changes_nothing_in_the_account() -> None:
    """No equipment, no debt, no warning."""
    values = terms().read(VALUES)

    assert values.amount() is None
    assert values.traces() == Traces()
    assert values.review(Account()) == Review()


def test_the_example_is_accepted_and_described() -> None:
    """What `docgen forms example` prints is read, and the schema describes it."""
    form = terms()
    schema = form.json_schema()

    form.read(form.example["values"])
    read_subscriber(form.example["subscriber"])
    assert set(form.example["values"]) == set(schema["properties"])
    assert schema["additionalProperties"] is False
