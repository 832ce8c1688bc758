"""By what way papers may be signed: what is read of the values they were made of, and how."""

from dataclasses import replace
from typing import Any

import pytest

from docgen.domain.consent import WayOfSigning
from docgen.domain.envelope import Envelope
from docgen.domain.errors import ValuesRejected, WayNotAllowed
from docgen.forms.catalogue import Catalogue
from docgen.usecases.find_matter import require_way
from tests.builders import envelope
from tests.forms.reading import example

FORMS = Catalogue()


def _paper(form: str, **changes: Any) -> Envelope:
    """One paper of that form, as the register keeps it or somebody has changed it there."""
    built = envelope()
    kept = FORMS.get(form).read(example(FORMS.get(form))).model_dump(mode="json")
    document = replace(built.documents[0], form=form, values=kept | changes)
    return replace(built, documents=(document,))


def _consents(**changes: Any) -> dict[str, Any]:
    return {**example(FORMS.get("application"))["consents"], **changes}


@pytest.mark.parametrize("form", [form.code for form in FORMS])
def test_an_example_may_be_signed_by_a_code(form: str) -> None:
    """What is kept of each form tells that nothing is against it."""
    require_way(_paper(form), FORMS, WayOfSigning.SMS_CODE)


@pytest.mark.parametrize(
    ("consents", "found"),
    [
        ({}, {"/values/consents/sms_signature": "required"}),
        ({"sms_signature": None}, {"/values/consents/sms_signature": "wrong_type"}),
        (
            {"sms_signature": {"given": "true", "at": "2026-11-20T10:05:00+05:00"}},
            {"/values/consents/sms_signature/given": "wrong_type"},
        ),
    ],
)
def test_an_answer_that_is_none_is_no_consent(
    consents: dict[str, Any], found: dict[str, str]
) -> None:
    """An application whose row was changed so that the answer is gone is refused, not signed."""
    with pytest.raises(ValuesRejected) as caught:
        require_way(_paper("application", consents=consents), FORMS, WayOfSigning.SMS_CODE)

    assert {each.pointer: each.code for each in caught.value.errors} == found


def test_only_the_answer_to_that_question_counts() -> None:
    """Whoever refuses advertising may well sign by a code."""
    answers = _consents()
    refused = answers["marketing"] | {"given": False}

    require_way(
        _paper("application", consents=answers | {"marketing": refused}),
        FORMS,
        WayOfSigning.SMS_CODE,
    )
    signs_by_hand = _consents(sms_signature=answers["sms_signature"] | {"given": False})
    with pytest.raises(WayNotAllowed):
        require_way(_paper("application", consents=signs_by_hand), FORMS, WayOfSigning.SMS_CODE)


def test_a_sum_is_believed_of_sound_values_only() -> None:
    """A paper that binds to pay is read whole: a debt made smaller in its row is not paid off."""
    debt = example(FORMS.get("instalment_agreement"))["debt"]
    smaller = {**debt, "penalty": "0.00"}

    with pytest.raises(ValuesRejected):
        require_way(_paper("instalment_agreement", debt=smaller), FORMS, WayOfSigning.SMS_CODE)
