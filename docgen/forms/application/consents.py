"""Consents of annex 1, each of its own: what is agreed to, in which version, and when.

A consent that covers everything at once consents to nothing (PDL 8(4)): passing on to others,
sending abroad, biometrics and advertising are asked and answered apart.
"""

from collections.abc import Iterator

from docgen.domain.errors import FieldError
from docgen.forms.fields import Block, Flag, Moment
from docgen.forms.form import Words
from docgen.forms.parts import EMPTY_BOX, TICKED_BOX
from docgen.texts import dates


class Answer(Block):
    """Yes or no, and when it was said."""

    given: Flag
    at: Moment


class Consents(Block):
    """The questions of points 28, 33.8 and 33.9 and of annex 5, points 15 and 31."""

    pd_processing: Answer
    third_party_transfer: Answer
    cross_border: Answer
    biometrics: Answer
    marketing: Answer
    credit_bureau: Answer
    sms_signature: Answer

    def check(self) -> Iterator[FieldError]:
        """Without consent to processing there is no contract (PDL 7(1))."""
        if not self.pd_processing.given:
            yield FieldError("/consents/pd_processing/given", "consent_needed")

    def printed(self, words: Words) -> list[dict[str, str]]:
        """A row for each question, in the order above."""
        return [_row(name, getattr(self, name), words) for name in type(self).model_fields]


def _row(name: str, answer: Answer, words: Words) -> dict[str, str]:
    return {
        "text": words(f"consents.{name}.text"),
        "version": words(f"consents.{name}.version"),
        "yes": TICKED_BOX if answer.given else EMPTY_BOX,
        "no": EMPTY_BOX if answer.given else TICKED_BOX,
        "at": dates.moment(answer.at),
    }
