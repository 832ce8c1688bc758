"""The contract's annexes as printed, their sentences, and where ours differ."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ANNEXES = (2, 3, 4, 5)
_HERE = Path(__file__).parent
_FIRST_LINE = re.compile(r"^ Жеке тұлғалар үшін$", re.MULTILINE)
_SPACING = re.compile(r"[\s_\u00ad]+")


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """A place where our text is not the contract's."""

    annex: int
    contract: str
    ours: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Artefact:
    """Something in the print that is no sentence, and how often it is there."""

    annex: int
    text: str
    times: int
    reason: str


def printed(annex: int) -> str:
    """That annex as copied out of the PDF of the contract."""
    text = (_HERE / "data" / "annexes_kk.txt").read_text(encoding="utf-8")
    starts = [found.start() for found in _FIRST_LINE.finditer(text)]
    place = ANNEXES.index(annex)
    return text[starts[place] : [*starts[1:], len(text)][place]]


def sentences(annex: int) -> list[str]:
    """Its fixed sentences and labels in the order of the print."""
    return (_HERE / "data" / f"annex_{annex}.txt").read_text(encoding="utf-8").splitlines()


def our_sentences(annex: int) -> list[str]:
    """The same as we print them."""
    return [_ours(sentence, annex) for sentence in sentences(annex)]


def _ours(sentence: str, annex: int) -> str:
    for deviation in deviations():
        if deviation.annex == annex:
            sentence = sentence.replace(deviation.contract, deviation.ours)
    return sentence


def deviations() -> list[Deviation]:
    """All of them, in the order of the annexes."""
    return [Deviation(**each) for each in _read("deviations.toml")["deviation"]]


def artefacts(annex: int) -> list[Artefact]:
    """Those of that annex."""
    listed = (Artefact(**each) for each in _read("artefacts.toml")["artefact"])
    return [each for each in listed if each.annex == annex]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / name).read_text(encoding="utf-8"))


def stripped(text: str) -> str:
    """Its letters and signs alone: lines break elsewhere in each print."""
    return _SPACING.sub("", text)


def spaced(text: str) -> str:
    """In one line, a space between words."""
    return " ".join(text.split())


def missing(wanted: list[str], text: str) -> list[str]:
    """Those of the sentences that a text without spacing does not have, or not as often.

    The longest are looked for first, and each is taken out of the text, so that a label inside
    a sentence is not taken for the label itself.
    """
    lost: list[str] = []
    for sentence in sorted(wanted, key=len, reverse=True):
        before, found, after = text.partition(stripped(sentence))
        if found:
            text = f"{before}\n{after}"
        else:
            lost.append(sentence)
    return lost
