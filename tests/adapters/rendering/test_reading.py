"""Whatever was to be on the paper is looked for there before the paper counts."""

from collections.abc import Callable

import pytest

from docgen.adapters.rendering.reading import TextLost, require_texts
from docgen.domain.errors import RenderFailed
from docgen.domain.rendering import Rendered
from tests.adapters.rendering import word
from tests.adapters.rendering.conftest import bare, shelve
from tests.services.rendering import Over

Make = Callable[[str], Rendered]


def test_values_that_are_there_are_found(rendered: Make) -> None:
    """Spaces of any kind and the breaking of lines make no difference."""
    texts = ["Әбдіғалиев Қуаныш", "20 000,00 ₸", "20\u00a0000,00\n₸", "", "QT-1"]
    require_texts(rendered("kk+ru").pdf, texts)


def test_a_value_that_is_missing_is_told_by_its_place_only(rendered: Make) -> None:
    """The error counts the value and does not repeat it: it may be a name."""
    with pytest.raises(RenderFailed, match="value 2 of 2 is not in the document") as told:
        require_texts(rendered("kk").pdf, ["QT-1", "Сейдахметов"])
    assert "Сейдахметов" not in str(told.value)


def test_part_of_a_word_is_not_enough(rendered: Make) -> None:
    """A word must stand whole, also where a document has several pages."""
    with pytest.raises(RenderFailed):
        require_texts(rendered("kk+ru").pdf, ["Әбдіғалиев Қуанышбек"])


def test_a_value_may_go_over_pages(over: Over, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Header and footer between its halves do not make it disappear."""
    directory = tmp_path_factory.mktemp("long")
    shelve(directory, "one", kk=word.template("{{ a }}"))
    text = " ".join(f"сөз{number}" for number in range(3000))
    made = over(directory).render(bare("one", contexts={"kk": {"a": text}}))  # type: ignore[dict-item]

    assert made.pages > 1
    require_texts(made.pdf, [text])


def test_a_value_in_a_row_that_may_split_may_be_cut_once(rendered: Make) -> None:
    """Its beginning ends one page and its rest begins the next; both halves must be there whole."""
    cut = "Әбдіғалиев 20 000,00 ₸"
    pdf = rendered("kk").pdf
    require_texts(pdf, [cut], rows_split=True)
    for lacking in (cut + " Сейдахметов", "Сейдахметов " + cut):
        with pytest.raises(TextLost):
            require_texts(pdf, [lacking], rows_split=True)
    with pytest.raises(TextLost):
        require_texts(pdf, [cut])


def test_what_is_no_pdf_is_refused() -> None:
    """It cannot be looked through."""
    with pytest.raises(RenderFailed, match="cannot be read"):
        require_texts(b"%PDF-1.7 nothing", ["x"])
