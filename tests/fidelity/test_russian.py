"""The Russian forms are built as the Kazakh ones: the same points, tables, columns and boxes."""

import re

import pytest
from docx.document import Document
from docx.oxml.ns import qn

from docgen.domain.language import Language
from tests.fidelity.contract import ANNEXES, printed
from tests.fidelity.paper import Bodies, template

_POINT = re.compile(r"^\s*(\d+[.)])\s", re.MULTILINE)
_TABLE = re.compile(r"^.*?(?:(\d)- ?кесте|Таблица (\d))\s*$", re.MULTILINE)


def _table_numbers(text: str) -> list[str]:
    return ["".join(found) for found in _TABLE.findall(text)]


def _tables(word: Document) -> list[int]:
    return [len(table.columns) for table in word.tables]


def _boxes(word: Document) -> list[str]:
    """The boxes that values tick, and those that the signing crosses."""
    found = []
    for element in word.element.body.iter(qn("w:rStyle"), qn("w:bookmarkStart")):
        if element.get(qn("w:val")) == "Box":
            run = element.getparent().getparent()
            found.append("".join(text.text for text in run.iter(qn("w:t"))))
        elif element.tag == qn("w:bookmarkStart"):
            found.append(element.get(qn("w:name")))
    return found


def _styles(word: Document) -> list[str]:
    names = (each.get(qn("w:val")) for each in word.element.body.iter(qn("w:pStyle")))
    return [str(name) for name in names]


@pytest.mark.parametrize("language", Language)
def test_annex_5_has_the_points_of_the_contract(body: Bodies, language: Language) -> None:
    """33 points in 5 parts with their sub-points, in the contract's order."""
    numbers = _POINT.findall(body(5, language))

    assert numbers == _POINT.findall(printed(5))
    assert [n for n in numbers if n.endswith(".")].count("33.") == 1
    assert len([n for n in numbers if n.endswith(".")]) == 33 + 5


@pytest.mark.parametrize("annex", ANNEXES)
def test_points_and_tables_are_numbered_alike(body: Bodies, annex: int) -> None:
    """One can say "point 17" or "table 4" without saying in which language."""
    kk, ru = (body(annex, language) for language in Language)

    assert _POINT.findall(kk) == _POINT.findall(ru)
    assert _table_numbers(kk) == _table_numbers(ru) == _table_numbers(printed(annex))


@pytest.mark.parametrize("annex", ANNEXES)
def test_the_word_files_have_the_same_parts(annex: int) -> None:
    """As many tables with as many columns, the same boxes, paragraph by paragraph one style."""
    kk, ru = (template(annex, language) for language in Language)

    assert _tables(kk) == _tables(ru)
    assert _boxes(kk) == _boxes(ru)
    assert _styles(kk) == _styles(ru)
