"""Requests that are made to keep the service busy, or to print what was not meant."""

import time
from typing import Any

import pytest

from tests.api.portal import Portal
from tests.api.program import ENVELOPES, spoilt
from tests.api.watch import refused

_AT_ONCE = 3.0


@pytest.mark.parametrize(
    "body",
    [
        {"subscriber": 1, "reference": 1, "documents": [1] * 100_000},
        {f"n{number}": 1 for number in range(20_000)},
    ],
    ids=["documents", "names"],
)
def test_very_many_faults_are_told_quickly_and_briefly(here: Portal, body: dict[str, Any]) -> None:
    """The first ones count; nobody corrects ten thousand at once."""
    begun = time.process_time()

    answer = here.program.post(ENVELOPES, body, once="k-1")

    refused(answer, 422, "values_rejected")
    assert time.process_time() - begun < _AT_ONCE
    assert len(answer.get_data()) < 200_000


@pytest.mark.parametrize("number", ["1." + "0" * 1000, "0" * 1000 + "1"], ids=["behind", "before"])
def test_a_number_of_a_thousand_zeros_is_refused(here: Portal, number: str) -> None:
    """It would be kept as long as it is."""
    body = spoilt("documents", 0, "values", "equipment", 0, "price", value=number)

    errors = refused(here.program.post(ENVELOPES, body, once="k-1"), 422, "values_rejected")

    assert errors["errors"][0]["code"] == "too_many_digits"


def test_a_long_wish_for_languages_is_not_read(here: Portal) -> None:
    """It is answered in the state language."""
    wish = ",".join(["ru"] * 1000)

    answer = here.program.get("/v1/nowhere", headers={"Accept-Language": wish})

    assert answer.headers["Content-Language"] == "kk"


@pytest.mark.parametrize("phone", [["+77015550142"], {"n": "+77015550142"}], ids=["list", "object"])
def test_a_phone_is_text(here: Portal, phone: object) -> None:
    """Not what reads like one when it is printed."""
    body = spoilt("subscriber", "phone", value=phone)

    errors = refused(here.program.post(ENVELOPES, body, once="k-1"), 422, "values_rejected")

    assert errors["errors"][0]["pointer"] == "/subscriber/phone"


@pytest.mark.parametrize("day", [0, 86400, -1], ids=["zero", "seconds", "negative"])
def test_a_day_is_text(here: Portal, day: int) -> None:
    """A bare number is no date of birth."""
    body = spoilt("subscriber", "birth_date", value=day)

    errors = refused(here.program.post(ENVELOPES, body, once="k-1"), 422, "values_rejected")

    assert errors["errors"][0]["code"] == "not_a_date"
