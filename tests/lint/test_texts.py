"""A form's own texts and its example are complete."""

import pytest

from docgen.domain.faults import Fault
from docgen.domain.template import Place
from tests.lint.trial import TEXTS, Trial


@pytest.mark.parametrize(
    ("old", "new", "fault", "key"),
    [
        ('{ kk = "Сәлем", ru = "Привет" }', '{ kk = "Сәлем" }', Fault.WORD_MISSING, "greeting"),
        ('ru = "Привет"', 'ru = " "', Fault.WORD_EMPTY, "greeting"),
        ('kk = "Сәлем"', 'kk = "Сәлeм"', Fault.MIXED_SCRIPTS, "greeting"),
        ("title =", "name =", Fault.TITLE_MISSING, "title"),
        ("sms = {", "short = {", Fault.SMS_NAME_MISSING, "sms"),
        ("greeting =", "[deep.greeting]\n[greetings]\nx =", Fault.WORD_MISSING, "greeting"),
    ],
)
def test_a_fault_in_the_words_is_placed_at_its_key(
    trial: Trial, old: str, new: str, fault: Fault, key: str
) -> None:
    """In the form's texts."""
    assert old in TEXTS
    trial.reword(TEXTS.replace(old, new))

    assert (fault, "trial/texts.toml", Place(key=key)) in trial.codes()


def test_a_form_that_nobody_can_sign_is_found(trial: Trial) -> None:
    """At least one way has to be allowed."""
    trial.reword(TEXTS.replace("[ways.sms_code]", "[ways]"))

    assert (Fault.WAYS_EMPTY, "trial/texts.toml", Place(key="ways")) in trial.codes()


def test_an_example_that_the_form_refuses_is_found(trial: Trial) -> None:
    """At each value, of the form and of the subscriber."""
    trial.write("example.json", '{"subscriber": {}, "values": {"order_number": 1, "note": "x"}}')

    found = trial.codes()
    file = "trial/example.json"
    assert (Fault.EXAMPLE_REJECTED, file, Place(key="values.order_number")) in found
    assert (Fault.EXAMPLE_REJECTED, file, Place(key="subscriber.iin")) in found
