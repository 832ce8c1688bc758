"""The two languages of a form agree, since they are to be one document."""

import pytest
from docx.document import Document as WordDocument
from docx.shared import Pt

from docgen.domain.faults import Fault
from docgen.domain.language import Language
from docgen.domain.template import WHOLE, Place
from tests.lint.trial import Trial, element

KK, RU = "templates_kk/trial.docx", "templates_ru/trial.docx"


def test_a_tag_that_only_one_language_has_is_placed_in_that_one(trial: Trial) -> None:
    """Where it stands, it can be read; where it is missing, there is no place."""
    trial.change(Language.RU, lambda document: document.add_paragraph("{{ edition.name }}"))

    (finding,) = trial.lint()
    assert (finding.code, finding.file) == (Fault.NOT_IN_OTHER_LANGUAGE, RU)
    assert finding.place == Place(paragraph=7)
    assert dict(finding.params) == {"tag": "{{ edition.name }}", "other": KK}


@pytest.mark.parametrize(
    ("kk", "ru"),
    [
        ("{% if urgent %}x{% endif %}", "{% if not urgent %}x{% endif %}"),
        (
            "{% for row in rows %}{{ row.name }}{% endfor %}",
            "{% for row in rows %}{{ row.no }}{% endfor %}",
        ),
    ],
)
def test_conditions_and_rows_must_agree_too(trial: Trial, kk: str, ru: str) -> None:
    """Not only the names of values."""
    trial.change(Language.KK, lambda document: document.add_paragraph(kk))
    trial.change(Language.RU, lambda document: document.add_paragraph(ru))

    assert (Fault.NOT_IN_OTHER_LANGUAGE, RU, Place(paragraph=7)) in trial.codes()


def test_another_name_of_a_loop_variable_is_the_same(trial: Trial) -> None:
    """Variables are compared by what they stand for."""

    def change(document: WordDocument) -> None:
        document.tables[0].cell(0, 0).text = "{%tr for жол in rows %}"
        document.tables[0].cell(1, 0).text = "{{ жол.name }}"
        document.tables[0].cell(1, 1).text = "{{ жол.price }}"

    trial.change(Language.RU, change)

    assert trial.lint() == []


def test_a_style_that_differs_is_found(trial: Trial) -> None:
    """Word knows no scopes, so the second language would look like the first."""

    def change(document: WordDocument) -> None:
        document.styles["Normal"].font.size = Pt(7)

    trial.change(Language.RU, change)

    assert trial.codes() == [(Fault.STYLE_DIFFERS, RU, WHOLE)]


def test_a_footer_that_one_language_lacks_is_found(trial: Trial) -> None:
    """Its pages would show the other language's."""

    def change(document: WordDocument) -> None:
        document.sections[0].footer.paragraphs[0].text = "x"

    trial.change(Language.KK, change)

    (finding,) = trial.lint()
    assert (finding.code, finding.file) == (Fault.HEADER_MISSING, RU)
    assert dict(finding.params) == {"kind": "footer default"}


def test_headers_of_even_pages_in_one_language_are_found(trial: Trial) -> None:
    """The setting is the document's, not the language's."""

    def change(document: WordDocument) -> None:
        document.settings.odd_and_even_pages_header_footer = True

    trial.change(Language.KK, change)

    assert trial.codes() == [(Fault.EVEN_PAGES_DIFFER, RU, WHOLE)]


def test_footnotes_are_found(trial: Trial) -> None:
    """They cannot be carried over into one document."""

    def change(document: WordDocument) -> None:
        document.paragraphs[0].add_run()._r.append(element("w:footnoteReference", id="2"))

    trial.change(Language.RU, change)

    assert trial.codes() == [(Fault.NOTES_NOT_JOINED, RU, WHOLE)]


def test_text_in_the_other_language_is_found(trial: Trial) -> None:
    """A reader aloud would pronounce it wrongly; English words are nobody's business."""

    def change(document: WordDocument) -> None:
        for tag in ("ru-RU", "kk-KZ", "en-US"):
            run = document.paragraphs[1].add_run("text")
            run._r.get_or_add_rPr().append(element("w:lang", val=tag))

    trial.change_both(change)

    assert trial.codes() == [
        (Fault.RUN_LANGUAGE, KK, Place(paragraph=2)),
        (Fault.RUN_LANGUAGE, RU, Place(paragraph=2)),
    ]
