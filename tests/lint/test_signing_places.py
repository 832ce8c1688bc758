"""A template keeps the places where it is signed and sealed."""

from collections.abc import Callable

import pytest
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.shared import Mm

from docgen.domain.faults import Fault
from docgen.domain.template import WHOLE, Place
from tests.adapters.rendering import word
from tests.lint.trial import Trial, element, reserve

KK, RU = "templates_kk/trial.docx", "templates_ru/trial.docx"


def without(name: str) -> Callable[[WordDocument], None]:
    """Take a bookmark out."""

    def change(document: WordDocument) -> None:
        for start in list(document.element.iter(qn("w:bookmarkStart"))):
            if start.get(qn("w:name")) == name:
                start.getparent().remove(start)

    return change


@pytest.mark.parametrize(
    ("name", "fault"), [("seal", Fault.SEAL_MISSING), ("mark_sms", Fault.MARK_MISSING)]
)
def test_a_place_that_is_not_kept_is_found(trial: Trial, name: str, fault: Fault) -> None:
    """The paper could not be sealed, or its box not be crossed."""
    trial.change_both(without(name))

    assert trial.codes() == [(fault, KK, WHOLE), (fault, RU, WHOLE)]


def test_a_box_for_a_way_that_is_not_allowed_is_found(trial: Trial) -> None:
    """Nobody would ever cross it."""
    trial.change_both(lambda document: word.bookmark(document.paragraphs[0], "mark_hand"))

    assert (Fault.MARK_NOT_ALLOWED, KK, Place(paragraph=1)) in trial.codes()


def test_a_bookmark_that_stands_twice_is_found_at_its_second_place(trial: Trial) -> None:
    """The renderer refuses such a document."""
    trial.change_both(lambda document: word.bookmark(document.add_paragraph(), "seal"))

    assert (Fault.BOOKMARK_REPEATED, KK, Place(paragraph=7)) in trial.codes()


def resized(width: int, height: int) -> Callable[[WordDocument], None]:
    """Give the seal's cell that size."""

    def change(document: WordDocument) -> None:
        without("seal")(document)
        reserve(document.tables[1], width=width, height=height)

    return change


@pytest.mark.parametrize(("width", "height"), [(80, 30), (90, 27)])
def test_a_cell_that_is_too_small_for_the_seal_is_found(
    trial: Trial, width: int, height: int
) -> None:
    """82 by 28 millimetres, from the corner where the bookmark is."""
    trial.change_both(resized(width, height))

    place = Place(table=2, row=1, cell=1)
    assert trial.codes() == [
        (Fault.SEAL_CELL_TOO_SMALL, KK, place),
        (Fault.SEAL_CELL_TOO_SMALL, RU, place),
    ]


def test_margins_of_the_cell_count(trial: Trial) -> None:
    """The seal begins where the text would."""

    def change(document: WordDocument) -> None:
        resized(83, 30)(document)
        margins = element("w:tcMar")
        margins.append(element("w:left", w="200", type="dxa"))
        document.tables[1].cell(0, 0)._tc.get_or_add_tcPr().append(margins)

    trial.change_both(change)

    assert Fault.SEAL_CELL_TOO_SMALL in {code for code, _, _ in trial.codes()}


def test_a_row_that_grows_with_its_text_reserves_nothing(trial: Trial) -> None:
    """The cell is empty until the seal is drawn over it."""

    def change(document: WordDocument) -> None:
        document.tables[1].rows[0].height = None

    trial.change_both(change)

    assert Fault.SEAL_CELL_TOO_SMALL in {code for code, _, _ in trial.codes()}


def test_text_in_the_cell_of_the_seal_is_found(trial: Trial) -> None:
    """The seal would cover it."""
    trial.change_both(lambda document: document.tables[1].cell(0, 0).add_paragraph("М.О."))

    place = Place(table=2, row=1, cell=1)
    assert (Fault.SEAL_CELL_NOT_EMPTY, KK, place) in trial.codes()


def test_a_seal_outside_of_any_cell_is_found(trial: Trial) -> None:
    """Nothing keeps the place around it free."""

    def change(document: WordDocument) -> None:
        without("seal")(document)
        word.bookmark(document.paragraphs[0], "seal")

    trial.change_both(change)

    assert (Fault.SEAL_OUTSIDE_CELL, KK, Place(paragraph=1)) in trial.codes()


def test_a_missing_picture_for_the_code_is_found(trial: Trial) -> None:
    """By its name, since the picture itself is replaced."""

    def change(document: WordDocument) -> None:
        header = document.sections[0].header.paragraphs[0]
        next(header._p.iter(qn("wp:docPr"))).set("name", "logo")

    trial.change_both(change)

    assert trial.codes() == [(Fault.QR_MISSING, KK, WHOLE), (Fault.QR_MISSING, RU, WHOLE)]


def test_widths_of_columns_count_where_the_cell_says_none(trial: Trial) -> None:
    """Word writes either."""

    def change(document: WordDocument) -> None:
        cell = document.tables[1].cell(0, 0)._tc
        next(cell.iter(qn("w:tcW"))).set(qn("w:type"), "auto")
        document.tables[1].columns[0].width = Mm(70)
        next(cell.iter(qn("w:tcW"))).set(qn("w:type"), "auto")

    trial.change_both(change)

    assert Fault.SEAL_CELL_TOO_SMALL in {code for code, _, _ in trial.codes()}
