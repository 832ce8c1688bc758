"""The Kazakh forms hold the contract to the letter, save the deviations that are listed."""

import pytest

from docgen.domain.language import Language
from tests.fidelity.contract import (
    ANNEXES,
    Deviation,
    deviations,
    missing,
    our_sentences,
    spaced,
    stripped,
)
from tests.fidelity.paper import Bodies

ANOTHER_WORD = "басқаша"


@pytest.mark.parametrize("annex", ANNEXES)
def test_every_sentence_of_the_annex_is_printed(body: Bodies, annex: int) -> None:
    """None is missing and none is changed, as often as the contract has it."""
    assert missing(our_sentences(annex), stripped(body(annex, Language.KK))) == []


@pytest.mark.parametrize("annex", ANNEXES)
def test_a_changed_word_would_be_noticed(body: Bodies, annex: int) -> None:
    """With any one word of any sentence changed, that sentence alone is missing."""
    text = stripped(body(annex, Language.KK))
    wanted = our_sentences(annex)

    for place, sentence in enumerate(wanted):
        for changed in _with_one_word_changed(sentence):
            assert stripped(changed) not in text
        others = [*wanted[:place], *wanted[place + 1 :]]
        assert missing([*others, changed], text) == [changed]


def test_a_label_within_a_sentence_is_not_the_label() -> None:
    """Each is to be there for itself, as often as the contract prints it."""
    assert missing(["Абонент", "Абонент қол қойды"], "Абонентқолқойды") == ["Абонент"]
    assert missing(["Абонент", "Абонент"], "Абонент") == ["Абонент"]


@pytest.mark.parametrize("deviation", deviations(), ids=lambda d: f"{d.annex}-{d.contract}")
def test_a_deviation_is_one_that_we_print(body: Bodies, deviation: Deviation) -> None:
    """Our words stand in the paper, so none is listed in vain."""
    assert deviation.ours in spaced(body(deviation.annex, Language.KK))


@pytest.mark.parametrize("annex", ANNEXES)
def test_what_is_in_the_margins_does_not_cut_sentences(body: Bodies, annex: int) -> None:
    """Header and footer of each page are left out, so a sentence may run over to the next."""
    for said in ("ҮЛГІ", "QR-код", "Нысанның"):
        assert said not in body(annex, Language.KK)


def _with_one_word_changed(sentence: str) -> list[str]:
    words = sentence.split()
    return [
        " ".join([*words[:place], ANOTHER_WORD, *words[place + 1 :]]) for place in range(len(words))
    ]
