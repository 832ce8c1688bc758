"""Tags and values: what a template may say, and what becomes of a value."""

from typing import Any

import pytest
from lxml import etree

from docgen.adapters.rendering.compose import compose
from docgen.adapters.rendering.fill import check_values, fill, qr_of
from docgen.adapters.rendering.tags import TagEnvironment, compile_tags
from docgen.domain.errors import RenderFailed, TemplateRejected
from docgen.domain.language import Language
from docgen.domain.rendering import RenderOrder
from tests.adapters.rendering import word
from tests.builders import NOW

BODY = "word/document.xml"
ATTACKS = [
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ ''.__class__.__mro__[1].__subclasses__()|length }}",
    "{{ lipsum.__globals__ }}",
    "{{ x|attr('__class__') }}",
    "{{ ''['__cla'+'ss__'] }}",
    "{{ '{0.__class__}'.format(x) }}",
    "{% for i in range(999999999) %}{% endfor %}",
    "{{ 'A'*300000000 }}",
    "{{ x|safe }}",
    "{% include '/etc/hostname' %}",
    "{% import 'os' as os %}",
    "{% set x = 1 %}",
    "{% macro m() %}{% endmacro %}",
    "{{ x ~ x }}",
    "{{ x is defined }}",
]


def order(values: dict[str, object], **more: Any) -> RenderOrder:
    """An order in Kazakh."""
    fields = {"title": "t", "identifier": "i", "made_at": NOW, **more}
    return RenderOrder(template="t", contexts={Language.KK: values}, **fields)


def filled(docx: bytes, values: dict[str, object], **more: str) -> bytes:
    """The Word file with these values."""
    compiled, wanted = compile_tags(compose([(Language.KK, docx)])), order(values, **more)
    check_values(wanted)
    return fill(compiled, wanted, qr_of(compiled, wanted)).docx


def text_of(docx: bytes) -> str:
    """All text of the body, with a line end for each line break."""
    root = etree.fromstring(word.member(docx, BODY).encode())
    return "".join(
        "\n" if etree.QName(e).localname == "br" else e.text or ""
        for e in root.iter("{*}t", "{*}br")
    )


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_template_cannot_compute(attack: str) -> None:
    """Calls, filters, tests, arithmetic, subscripts and imports are refused when it is read."""
    with pytest.raises(TemplateRejected):
        compile_tags(compose([(Language.KK, word.template(attack))]))


@pytest.mark.parametrize("name", ["__class__", "__init__", "format", "upper"])
def test_the_sandbox_holds_by_itself(name: str) -> None:
    """Even unread by the first wall, no member of a Python object is reachable."""
    template = TagEnvironment().from_string("{{ x." + name + " }}")
    with pytest.raises(Exception, match="undefined"):
        template.render(x="text")


def test_nothing_of_jinja_lies_about() -> None:
    """There are no functions, filters or tests that a forgotten rule could let through."""
    environment = TagEnvironment()
    assert (environment.globals, environment.filters, environment.tests) == ({}, {}, {})


@pytest.mark.parametrize("broken", ["{{ name", "{% if name %}", "{{ name }", "{%tc for x in y %}"])
def test_a_broken_tag_is_refused(broken: str) -> None:
    """A tag that is cut or never closed, or that repeats cells, fails when the template is read."""
    with pytest.raises(TemplateRejected):
        compile_tags(compose([(Language.KK, word.template(broken))]))


def test_tags_in_notes_are_refused() -> None:
    """A tag that nothing would fill is not left standing in a contract."""
    docx = word.replaced(
        word.template("x"), "word/settings.xml", "</w:settings>", "<w:x>{{ x }}</w:x></w:settings>"
    )
    with pytest.raises(TemplateRejected, match="settings"):
        compile_tags(compose([(Language.KK, docx)]))


@pytest.mark.parametrize(
    "value",
    [
        "ТОО <Ромашка> & \"Ко\" 'x'",
        "x</w:t></w:r></w:p><w:p><w:r><w:t>INJECTED",
        "{{ 7 * 7 }} {% if x %} {_{ {# #}",
        "&amp; &#60; ]]> <!-- -->",
        "  two  spaces  ",
        "first line\nsecond <line>",
        word.KAZAKH,
    ],
)
def test_a_value_is_kept_exactly(value: str) -> None:
    """What was given is what is shown, whatever it looks like."""
    assert text_of(filled(word.template("{{ value }}"), {"value": value})) == value


def test_a_number_is_printed() -> None:
    """A row's number may be an int."""
    assert text_of(filled(word.template("{{ n }}"), {"n": 7})) == "7"


def test_a_key_wins_over_a_method() -> None:
    """`order.items` is the key, not the method of a dictionary."""
    docx = word.template("{% for x in order.items %}{{ x }};{% endfor %}")
    assert text_of(filled(docx, {"order": {"items": ["a", "b"]}})) == "a;b;"


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("{{ missing }}", "missing"),
        ("{{ person.missing }}", "missing"),
        ("{% if missing %}{% endif %}", "missing"),
        ("{%p for x in missing %}", "missing"),
    ],
)
def test_a_missing_value_fails_by_name(tag: str, name: str) -> None:
    """The failure names what is missing, and none of the values that are there."""
    closing = ["{%p endfor %}"] if "for" in tag else []
    with pytest.raises(RenderFailed, match=f"'{name}' is undefined") as caught:
        filled(word.template(tag, *closing), {"person": {"name": "Құпия"}})
    assert "Құпия" not in str(caught.value)


@pytest.mark.parametrize(
    "value", [None, 1.5, b"bytes", object(), {1: "x"}, [["a", None]], {"a": {"b": 2.0}}]
)
def test_only_plain_values_are_taken(value: object) -> None:
    """A value is text, a whole number, a truth, a list or a mapping; the failure says where."""
    with pytest.raises(RenderFailed, match=r"kk\.value"):
        filled(word.template("x"), {"value": value})


@pytest.mark.parametrize(
    "character", ["\x00", "\x0b", "\x1b", "\t", "\r", "\x85", "\ud800", "\ufffe"]
)
def test_control_characters_are_refused(character: str) -> None:
    """They would vanish on the way, and the document would differ from what was given."""
    with pytest.raises(RenderFailed, match=r"kk\.rows\[1\]"):
        filled(word.template("x"), {"rows": ["a", f"b{character}"]})
    with pytest.raises(RenderFailed, match="title"):
        filled(word.template("x"), {}, title=f"t{character}")


@pytest.mark.parametrize("value", [True, ["a"], {"a": "b"}])
def test_only_text_and_numbers_are_printed(value: object) -> None:
    """A truth or a list in the text of a contract is a mistake, not a word."""
    with pytest.raises(RenderFailed, match="prints"):
        filled(word.template("{{ value }}"), {"value": value})


def test_a_table_without_rows_disappears() -> None:
    """Word allows no table without rows, nor a cell without a paragraph."""
    document = word.blank()
    table = document.add_table(rows=3, cols=1)
    for row, text in enumerate(("{%tr for row in rows %}", "{{ row }}", "{%tr endfor %}")):
        table.cell(row, 0).text = text
    made = word.member(filled(word.saved(document), {"rows": []}), BODY)
    assert "<w:tbl>" not in made


def test_a_cell_keeps_a_paragraph() -> None:
    """A condition that takes a cell's only paragraph leaves an empty one."""
    document = word.blank()
    cell = document.add_table(rows=1, cols=1).cell(0, 0)
    cell.text = "{%p if no %}"
    for text in ("gone", "{%p endif %}"):
        cell.add_paragraph(text)
    root = etree.fromstring(word.member(filled(word.saved(document), {"no": False}), BODY).encode())
    assert [etree.QName(e).localname for e in root.find(".//{*}tc")] == ["tcPr", "p"]


def test_a_qr_code_needs_its_picture() -> None:
    """A template that lost its picture is refused rather than printed without a code."""
    with pytest.raises(TemplateRejected, match="qr"):
        filled(word.template("x"), {}, qr="https://verify.example/x")


def test_a_repeated_bookmark_fails() -> None:
    """The place of a seal cannot be in two places."""
    document = word.blank()
    document.add_paragraph("{%p for x in rows %}")
    word.bookmark(document.add_paragraph(), "seal")
    document.add_paragraph("{%p endfor %}")
    with pytest.raises(RenderFailed, match="bookmark"):
        filled(word.saved(document), {"rows": ["a", "b"]})


def test_the_author_of_the_template_is_not_named() -> None:
    """The properties hold the order's title and nobody's name."""
    core = word.member(filled(word.template("x"), {}, title="A <b> & c"), "docProps/core.xml")
    assert "A &lt;b&gt; &amp; c" in core
    assert "creator" not in core
