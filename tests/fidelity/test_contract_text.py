"""The sentences that our forms are held to are all that the contract prints, and no other."""

import re
from pathlib import Path

import pytest

from tests.fidelity.contract import (
    ANNEXES,
    Deviation,
    artefacts,
    deviations,
    printed,
    sentences,
    spaced,
    stripped,
)

PAGE = Path(__file__).parents[2] / "docs" / "forms.md"


@pytest.mark.parametrize("annex", ANNEXES)
def test_the_sentences_are_the_whole_annex(annex: int) -> None:
    """Put together they are the print, letter by letter; nobody can forget one."""
    print_of_it = printed(annex)
    for artefact in artefacts(annex):
        print_of_it = print_of_it.replace(artefact.text, "")

    assert stripped("".join(sentences(annex))) == stripped(print_of_it)


@pytest.mark.parametrize("annex", ANNEXES)
def test_nothing_more_is_left_out_than_is_listed(annex: int) -> None:
    """Each artefact is there as often as it is said to be, with a reason."""
    for artefact in artefacts(annex):
        assert printed(annex).count(artefact.text) == artefact.times
        assert artefact.reason


@pytest.mark.parametrize("deviation", deviations(), ids=lambda d: f"{d.annex}-{d.contract}")
def test_a_deviation_is_from_words_of_the_contract(deviation: Deviation) -> None:
    """What is said to be the contract's stands there, and ours differs."""
    assert deviation.contract in spaced(printed(deviation.annex))
    assert any(deviation.contract in sentence for sentence in sentences(deviation.annex))
    assert deviation.contract != deviation.ours


def test_the_documentation_tells_each_deviation() -> None:
    """The table in docs/forms.md has a row for each, and none besides."""
    chapter = PAGE.read_text(encoding="utf-8").split("## Where our text differs")[1]
    rows = re.findall(r"^\| (\d.*) \|$", chapter.split("\n## ")[0], re.MULTILINE)

    assert rows == [f"{d.annex} | {d.contract} | {d.ours} | {d.reason}" for d in deviations()]
