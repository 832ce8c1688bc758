"""Which route a template goes, decided by what is in it and proved by its bytes."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader

from docgen.adapters.rendering.engine_client import Engine
from docgen.adapters.rendering.renderer import LibreOfficeRenderer
from docgen.domain.errors import RenderFailed
from docgen.domain.language import Language
from tests.adapters.rendering import word
from tests.adapters.rendering.conftest import order as visit_order
from tests.adapters.rendering.conftest import shelve
from tests.adapters.rendering.routes.trials import LOOP, made, order, rows, tried, with_table
from tests.services.rendering import renderer_over

Fresh = Callable[[], LibreOfficeRenderer]


@pytest.fixture
def fresh(engine: Engine, tmp_path: Path) -> Fresh:
    """Makes renderers over one folder of templates and one book that begins empty."""
    return lambda: renderer_over(engine, tmp_path, book=tmp_path / "book")


@pytest.fixture
def unproved(engine: Engine, tmp_path: Path) -> LibreOfficeRenderer:
    """A renderer over the same templates, for which nothing is ever proved."""
    return renderer_over(engine, tmp_path, book=tmp_path / "empty")


@pytest.mark.parametrize(
    ("docx", "values"),
    [
        pytest.param(word.template("no tag at all"), [{}], id="no tag"),
        pytest.param(
            word.template("{{ a }}, {{ b.c }}"), [{"a": "x", "b": {"c": 7}}], id="values"
        ),
        pytest.param(with_table(*LOOP), [rows(0), rows(1), rows(10)], id="rows"),
        pytest.param(
            with_table(("{%tr if all %}",), ("{{ a }}",), ("{%tr endif %}",), ("last",)),
            [{"all": 1, "a": "here"}, {"all": 0, "a": "here"}],
            id="rows by a condition",
        ),
        pytest.param(
            with_table(
                ("head", "price"),
                ("{%tr for row in rows %}",),
                ("{{ row.name }}", ""),
                ("and so much:", "{{ row.price }}"),
                ("{%tr endfor %}",),
                ("total", "{{ total }}"),
            ),
            [rows(0), rows(3)],
            id="two rows at a time",
        ),
        pytest.param(
            word.template(
                "{%p if a %}", "first {{ a }}", "{%p else %}", "none", "{%p endif %}", "end"
            ),
            [{"a": "x"}, {"a": ""}],
            id="paragraphs of two sides",
        ),
        pytest.param(
            word.template(
                "{%p if all %}", "{%p for x in xs %}", "no. {{ x }}", "{%p endfor %}",
                "{%p elif some %}", "{{ some }}", "{%p endif %}", "end",
            ),
            [
                {"all": 1, "xs": ["a", "b"], "some": ""},
                {"all": 0, "xs": [], "some": "s"},
                {"all": 0, "xs": [], "some": ""},
            ],
            id="a loop in a condition",
        ),
        pytest.param(
            word.template("so {% if a %}it is {{ a }}{% else %}not{% endif %}, and on"),
            [{"a": "x"}, {"a": ""}],
            id="a condition inside a paragraph",
        ),
        pytest.param(
            word.template("{ brace } {{ a }} {"), [{"a": "{{ b }} QSLOT0000E QTAG0000E"}], id="{"
        ),
        pytest.param(
            word.template("{{ a }}"),
            [{"a": "  two  spaces \n\n <b>&amp;</b> "}, {"a": ""}, {"a": "\n"}],
            id="spaces and lines",
        ),
    ],
)  # fmt: skip
def test_a_template_goes_preloaded(
    fresh: Fresh,
    unproved: LibreOfficeRenderer,
    tmp_path: Path,
    docx: bytes,
    values: list[dict[str, object]],
) -> None:
    """What a template may hold goes the fastest way, with the Word route's bytes."""
    renderer = fresh()
    report = tried(renderer, tmp_path, docx, *values)

    assert (report.route, dict(report.why)) == ("preloaded", {})
    for each in values:
        slow = unproved.render(order(each))
        assert ", word, " in slow.engine
        assert made(renderer, each) == ("preloaded", slow.pdf)


@pytest.mark.parametrize(
    ("docx", "values", "route", "reason"),
    [
        pytest.param(
            word.template("{%- if a %}x{% endif %}"), {"a": 1}, "word", "only the Word route reads",
            id="trimmed",
        ),
        pytest.param(
            with_table(("{%tr for row in rows %}",), ("{{ row.name }}",), ("{%tr endfor %}",)),
            rows(1), "word", "all rows of a table", id="a table that may vanish",
        ),
        pytest.param(
            with_table(("{{ a }} {%tr if a %}",), ("x",), ("{%tr endif %}",), ("y",)),
            {"a": "1"}, "word", "has others", id="tags beside a row's",
        ),
        pytest.param(
            word.template("a {% if a %}b", "c{% endif %} d"), {"a": "1"},
            "loaded", "several paragraphs", id="a condition over paragraphs",
        ),
        pytest.param(word.template("QTAG0001E {{ a }}"), {"a": "x"}, "word", "words that stand",
            id="our own words"),
    ],
)  # fmt: skip
def test_what_does_not_qualify_falls_back(
    fresh: Fresh, tmp_path: Path, docx: bytes, values: dict[str, object], route: str, reason: str
) -> None:
    """A template goes by the fastest route that it can go, and the report says why not faster."""
    renderer = fresh()
    report = tried(renderer, tmp_path, docx, values)

    assert report.route == route
    assert any(reason in why for why in report.why.values())
    assert made(renderer, values)[0] == route


def test_a_bookmark_inside_a_condition_goes_by_word(fresh: Fresh, tmp_path: Path) -> None:
    """Whether it is there depends on the values, and only the Word route counts it."""
    document = word.blank()
    for text in ("{%p if a %}", "x", "{%p endif %}", "y"):
        document.add_paragraph(text)
    word.bookmark(document.paragraphs[1], "seal")

    report = tried(fresh(), tmp_path, word.saved(document), {"a": 1})

    assert report.route == "word"
    assert "a bookmark" in report.why["loaded"]


def test_a_route_that_looks_otherwise_is_not_taken(fresh: Fresh, tmp_path: Path) -> None:
    """A date field shows the day: what LibreOffice keeps of it differs, and so does the page."""
    document = word.blank()
    word.field(document.add_paragraph("{{ a }} "), " FILENAME ")
    renderer = fresh()

    report = tried(renderer, tmp_path, word.saved(document), {"a": "x"})

    assert report.route != "preloaded"
    assert "looks otherwise" in report.why["preloaded"]


def test_more_rows_than_prepared_go_by_the_next_route(
    fresh: Fresh, unproved: LibreOfficeRenderer, tmp_path: Path
) -> None:
    """The eleventh row takes another way to the same bytes."""
    renderer = fresh()
    tried(renderer, tmp_path, with_table(*LOOP), rows(1), rows(12))

    assert made(renderer, rows(10))[0] == "preloaded"
    assert made(renderer, rows(11)) == ("loaded", unproved.render(order(rows(11))).pdf)


def test_a_verdict_is_kept_for_others(fresh: Fresh, tmp_path: Path) -> None:
    """Another process finds what was proved, and tells it without trying anything."""
    tried(fresh(), tmp_path, word.template("{{ a }}"), {"a": "x"})
    other = fresh()

    assert made(other, {"a": "y"})[0] == "preloaded"
    assert other.prove("one", (Language.KK,), list).route == "preloaded"


def test_a_changed_template_is_proved_anew(fresh: Fresh, tmp_path: Path) -> None:
    """Until that has happened it goes by the Word route."""
    renderer = fresh()
    tried(renderer, tmp_path, word.template("{{ a }}"), {"a": "x"})
    shelve(tmp_path, "one", kk=word.template("now {{ a }}"))

    assert made(renderer, {"a": "y"})[0] == "word"
    assert renderer.prove("one", (Language.KK,), lambda: [order({"a": "x"})]).route == "preloaded"
    assert made(renderer, {"a": "y"})[0] == "preloaded"


def test_nothing_to_try_with_proves_nothing(fresh: Fresh, tmp_path: Path) -> None:
    """A template without trial orders stays on the route that needs no proof."""
    report = tried(fresh(), tmp_path, word.template("{{ a }}"))

    assert report.route == "word"
    assert report.why["preloaded"] == "there is nothing to try it with"


def test_what_lies_damaged_in_the_folder_does_no_harm(
    fresh: Fresh, unproved: LibreOfficeRenderer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A template that the zygote cannot load any more goes the next way, and the log tells it."""
    tried(fresh(), tmp_path, with_table(*LOOP), rows(1))
    # the size for four to six rows has not been loaded by any zygote yet
    (base,) = (tmp_path / "book").glob("*/6/base.odt")
    base.write_bytes(b"no document")

    route, pdf = made(fresh(), rows(6))

    assert (route, pdf) == ("loaded", unproved.render(order(rows(6))).pdf)
    assert "one does not go by preloaded" in caplog.text


def test_both_halves_and_their_headers_go_preloaded(engine: Engine, tmp_path: Path) -> None:
    """Two languages, a number and a QR code in the header, pages counted in the footer."""
    renderer = renderer_over(engine, tmp_path, book=tmp_path / "book")
    docx = {code: word.visit(Language(code)) for code in ("kk", "ru")}
    without = {
        code: word.replaced(each, "word/document.xml", "{%tr for row in rows %}", "head")
        for code, each in docx.items()
    }
    plain = {
        code: word.replaced(
            word.replaced(
                word.replaced(each, "word/document.xml", "{{ row.name }}", "{{ rows.name }}"),
                "word/document.xml", "{{ row.price }}", "{{ rows.price }}",
            ),
            "word/document.xml", "{%tr endfor %}", "foot",
        )
        for code, each in without.items()
    }  # fmt: skip
    shelve(tmp_path, "visit", **plain)
    wanted = [
        visit_order("kk+ru", rows={"name": "n", "price": "p"}),
        visit_order("kk+ru", rows={"name": "", "price": ""}, number="7" * 40),
    ]

    report = renderer.prove("visit", (Language.KK, Language.RU), lambda: wanted)
    rendered = renderer.render(wanted[0])

    assert (report.route, dict(report.why)) == ("preloaded", {})
    assert rendered.pages == len(PdfReader(io.BytesIO(rendered.pdf)).pages)


def test_a_missing_value_fails_on_every_route(fresh: Fresh, tmp_path: Path) -> None:
    """It is named, whatever route the template goes."""
    renderer = fresh()
    tried(renderer, tmp_path, word.template("{{ a }}"), {"a": "x"})

    with pytest.raises(RenderFailed, match="'a' is undefined"):
        renderer.render(order({}))
