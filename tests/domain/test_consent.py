"""Who typed a code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.domain.consent import EnteredBy, typist
from docgen.domain.errors import ValuesRejected

_SOMEBODY = st.one_of(st.none(), st.just("E-7"))


def test_without_more_an_employee_named_has_typed_himself() -> None:
    """The subscriber told him the code (contract, point 9.5); nobody named is the subscriber."""
    told = typist(None, employee_id="E-7", device=None)
    own = typist(None, employee_id=None, device="phone")

    assert (told.entered_by, told.actor, told.told_to) == (
        EnteredBy.EMPLOYEE,
        "employee:E-7",
        "E-7",
    )
    assert (own.entered_by, own.actor, own.told_to) == (EnteredBy.SUBSCRIBER, "subscriber", None)


def test_on_a_tablet_handed_over_it_is_the_subscriber_who_types() -> None:
    """The employee is known, and was told nothing."""
    handed = typist(EnteredBy.SUBSCRIBER_ON_TABLET, employee_id="E-7", device="tablet-12")

    assert (handed.actor, handed.told_to) == ("subscriber", None)
    assert handed.details() == {
        "entered_by": "subscriber_on_tablet",
        "employee": "E-7",
        "device": "tablet-12",
    }


@pytest.mark.parametrize(
    ("entered_by", "employee_id", "code"),
    [
        (EnteredBy.SUBSCRIBER, "E-7", "typed_without_employee"),
        (EnteredBy.EMPLOYEE, None, "required"),
        (EnteredBy.SUBSCRIBER_ON_TABLET, None, "required"),
    ],
)
def test_contradictions_are_told(entered_by: EnteredBy, employee_id: str | None, code: str) -> None:
    """Who typed alone has no employee; a tablet and a told code have one."""
    with pytest.raises(ValuesRejected) as caught:
        typist(entered_by, employee_id=employee_id, device=None)

    assert [(e.pointer, e.code) for e in caught.value.errors] == [("/employee_id", code)]


@given(st.one_of(st.none(), st.sampled_from(EnteredBy)), _SOMEBODY, _SOMEBODY)
def test_whoever_is_accepted_is_consistent(
    entered_by: EnteredBy | None, employee_id: str | None, device: str | None
) -> None:
    """An employee is named exactly where one was there."""
    try:
        known = typist(entered_by, employee_id=employee_id, device=device)
    except ValuesRejected:
        return
    assert (known.employee_id is None) == (known.entered_by is EnteredBy.SUBSCRIBER)
    assert entered_by in {None, known.entered_by}
