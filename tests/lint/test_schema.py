"""A template asks for what its form gives, and prints all of it."""

import pytest
from docx.document import Document as WordDocument

from docgen.domain.faults import Fault
from docgen.domain.template import WHOLE, Place
from tests.lint.trial import SCHEMA, Trial

KK, RU = "templates_kk/trial.docx", "templates_ru/trial.docx"


@pytest.mark.parametrize(
    ("tag", "fault"),
    [
        ("{{ nobody }}", Fault.VARIABLE_UNKNOWN),
        ("{{ subscriber.shoe_size }}", Fault.VARIABLE_UNKNOWN),
        ("{% for row in rows %}{{ row.colour }}{% endfor %}", Fault.VARIABLE_UNKNOWN),
        ("{% for x in nobody %}x{% endfor %}", Fault.VARIABLE_UNKNOWN),
        ("{% if nobody %}x{% endif %}", Fault.VARIABLE_UNKNOWN),
        ("{% for x in note %}x{% endfor %}", Fault.LOOP_OVER_NO_LIST),
        ("{{ rows }}", Fault.VARIABLE_NOT_TEXT),
        ("{{ subscriber }}", Fault.VARIABLE_NOT_TEXT),
        ("{{ urgent }}", Fault.VARIABLE_NOT_TEXT),
    ],
)
def test_a_tag_that_the_form_cannot_fill_is_found(trial: Trial, tag: str, fault: Fault) -> None:
    """In both languages, each in its paragraph."""
    trial.change_both(lambda document: document.add_paragraph(tag))

    assert trial.codes() == [(fault, KK, Place(paragraph=7)), (fault, RU, Place(paragraph=7))]


def test_what_the_form_gives_in_vain_is_found(trial: Trial) -> None:
    """Somebody fills it in, and nobody ever reads it."""
    trial.change_both(lambda document: setattr(document.paragraphs[1], "text", "{{ greeting }}"))

    found = [(each.code, each.place, dict(each.params)) for each in trial.lint()]
    assert found == [(Fault.VARIABLE_UNUSED, WHOLE, {"variable": "note"})] * 2


def test_a_list_in_vain_is_found_once(trial: Trial) -> None:
    """Not every column of it."""
    trial.change_both(lambda document: document._body._body.remove(document.tables[0]._tbl))

    assert [dict(each.params) for each in trial.lint()] == [{"variable": "rows"}] * 2


def test_a_field_that_is_no_key_of_the_context_is_found(trial: Trial) -> None:
    """A value that the template cannot see."""
    trial.write(
        "schema.py", SCHEMA.replace('"note": self.note', '"note": "x"') + "    more: int = 0\n"
    )

    assert trial.codes() == [(Fault.FIELD_NOT_IN_CONTEXT, "trial/schema.py", Place(key="more"))]


def test_a_document_without_its_number_is_found(trial: Trial) -> None:
    """Whatever else of the common values is left out is the lawyer's choice."""

    def change(document: WordDocument) -> None:
        document.sections[0].header.paragraphs[0].runs[0].text = "№"

    trial.change_both(change)

    assert trial.codes() == [(Fault.NUMBER_MISSING, KK, WHOLE), (Fault.NUMBER_MISSING, RU, WHOLE)]
