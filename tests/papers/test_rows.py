"""Long tables, empty tables and long names."""

import pytest

from docgen.domain.errors import ValuesRejected
from docgen.domain.language import Language
from docgen.forms.form import MOST_ROWS
from docgen.usecases.render_specimen import RenderSpecimen
from tests.papers.conftest import FORMS, paper
from tests.papers.reading import (
    glyphs,
    misprints,
    outside,
    overlaps,
    pages,
    text,
    unread,
)
from tests.papers.values import LONG_NAME, example, tables, with_rows, without_rows

each_form = pytest.mark.parametrize("code", FORMS)


@each_form
@pytest.mark.parametrize("count", [1, 40])
@pytest.mark.parametrize("language", list(Language))
def test_one_or_forty_rows_in_every_table_are_all_there(
    specimen: RenderSpecimen, code: str, language: Language, count: int
) -> None:
    """Every cell of every row can be read back; nothing overlaps, nothing is cut."""
    form = specimen.forms.get(code)
    values = with_rows(form, count)
    pdf = paper(specimen, code, (language,), values)

    seen = form.read(values).context(language, lambda key: form.word(key, language))
    assert unread(seen, pdf) == []
    assert misprints(pdf) == []


@each_form
@pytest.mark.parametrize("language", list(Language))
def test_what_is_left_out_leaves_no_hole(
    specimen: RenderSpecimen, code: str, language: Language
) -> None:
    """Empty tables print a row of dashes, lists of paragraphs nothing; the paper is sound."""
    form = specimen.forms.get(code)
    values = without_rows(form)
    pdf = paper(specimen, code, (language,), values)

    seen = form.read(values).context(language, lambda key: form.word(key, language))
    for name in tables(example(form)):
        if not values[name] and seen[name]:
            assert [set(row.values()) for row in seen[name]] == [{"—"}]
    assert misprints(pdf) == []


@each_form
@pytest.mark.parametrize("language", list(Language))
def test_the_longest_name_finds_room(
    specimen: RenderSpecimen, code: str, language: Language
) -> None:
    """120 of the widest letters are printed whole, and lie on nothing."""
    form = specimen.forms.get(code)
    pdf = paper(specimen, code, (language,), example(form), **LONG_NAME)

    read = text(pdf)
    assert all(part in read for part in LONG_NAME.values())
    assert misprints(pdf) == []


@pytest.mark.parametrize(
    ("code", "head"), [("acceptance_act", "Жұмыстүрлері"), ("equipment_return", "Қайтарутүрі")]
)
def test_the_head_of_a_table_is_repeated_on_every_page(
    specimen: RenderSpecimen, code: str, head: str
) -> None:
    """Whoever reads the third page knows what its columns are."""
    form = specimen.forms.get(code)
    values = with_rows(form, 100)
    found = pages(paper(specimen, code, (Language.KK,), values))

    assert sum(head in page for page in found) >= 3


@pytest.mark.parametrize(
    ("code", "table"), [("acceptance_act", "works"), ("equipment_return", "complete")]
)
def test_a_thousand_rows_are_printed_whole(specimen: RenderSpecimen, code: str, table: str) -> None:
    """As many as a paper may have: the last as sound as the first, under the head of its page."""
    form = specimen.forms.get(code)
    values = with_rows(form, 1000)
    values |= {name: values[name][:1] for name in tables(values) if name != table}
    values[table] = values[table][: MOST_ROWS - form.read(values | {table: []}).rows()]
    pdf = paper(specimen, code, (Language.KK,), values)

    seen = form.read(values).context(Language.KK, lambda key: form.word(key, Language.KK))
    assert unread(seen[table], pdf) == []
    sheets = glyphs(pdf)
    assert len(sheets) > 20
    for page in sheets[:: len(sheets) // 10]:
        assert overlaps(page) == []
        assert outside(page) == []


@each_form
def test_more_rows_than_a_paper_may_have_are_refused(specimen: RenderSpecimen, code: str) -> None:
    """By the table where it has a bound of its own, else by the paper; nothing is rendered."""
    form = specimen.forms.get(code)
    values = with_rows(form, MOST_ROWS + 1)

    if not list(tables(values)):
        return
    with pytest.raises(ValuesRejected) as caught:
        form.read(values)
    told = {error.pointer: error.code for error in caught.value.errors}
    assert set(told) <= {f"/values/{name}" for name in tables(values)}
    assert set(told.values()) == {"too_long"}


def test_the_tables_of_a_paper_share_their_bound(specimen: RenderSpecimen) -> None:
    """Each within its own, and together too many."""
    form = specimen.forms.get("acceptance_act")

    with pytest.raises(ValuesRejected) as caught:
        form.read(with_rows(form, MOST_ROWS // 2))

    assert [(e.pointer, e.code) for e in caught.value.errors] == [("/values", "too_many_rows")]


def test_a_paper_has_a_bound_of_letters_too(specimen: RenderSpecimen) -> None:
    """Rows of long words in narrow columns, or paragraphs of line breaks, are refused at once."""
    form = specimen.forms.get("acceptance_act")
    wide = with_rows(form, 1) | {"works": [example(form)["works"][0] | {"kind": "W" * 300}] * 400}

    with pytest.raises(ValuesRejected) as caught:
        form.read(wide)

    assert [(e.pointer, e.code) for e in caught.value.errors] == [("/values", "too_much_text")]
