"""A visit of the order system becomes a request for annex 3."""

import pytest

from docgen.domain.errors import ValuesRejected
from docgen.forms.identity import read_subscriber
from docgen.forms.visit import acceptance_act_of
from tests.forms.samples import act, visit


def test_the_sample_visit_fills_the_act() -> None:
    """Every part the act needs is found in the visit's plain fields."""
    mapped = acceptance_act_of(visit())

    values = act().read(mapped["values"]).model_dump(mode="json")
    assert read_subscriber(mapped["subscriber"]).phone.value == "+77015550142"
    assert mapped["reference"] == {"order_number": "1-204817733", "account_number": "750012345678"}
    assert values["connected_on"] == "2026-11-20"
    assert [row["account_number"] for row in values["services"]] == ["750012345678"] * 2


def test_what_a_visit_does_not_say_is_reported_by_name() -> None:
    """A gap is left for the schema to name, never filled with a guess."""
    gappy = visit()
    del gappy["internet_access"], gappy["account_number"]

    with pytest.raises(ValuesRejected) as caught:
        act().read(acceptance_act_of(gappy)["values"])

    assert {error.pointer for error in caught.value.errors} == {
        "/values/internet_access",
        "/values/services/0/account_number",
        "/values/services/1/account_number",
    }


@pytest.mark.parametrize("field", ["subscriber", "services"])
def test_a_visit_without_its_core_is_refused(field: str) -> None:
    """Nobody to sign or nothing connected is an error with a pointer."""
    broken = visit() | {field: None}

    with pytest.raises(ValuesRejected) as caught:
        acceptance_act_of(broken)
    assert caught.value.errors[0].pointer == f"/{field}"
