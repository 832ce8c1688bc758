"""What the title page of every volume but the first sees, and how volumes are called."""

from dataclasses import dataclass
from typing import Any

from docgen.domain.language import Language
from docgen.forms import pack_words as said
from docgen.forms.pack_papers import FOLDER, PackFacts
from docgen.texts import dates
from docgen.texts.phrases import say

TEMPLATE = f"{FOLDER}volume_title"


@dataclass(frozen=True, kw_only=True)
class VolumeFacts:
    """Which volume it is, and what lies in it."""

    pack: PackFacts
    number: int
    of: int
    first: int
    last: int
    """Pages, by the numbers that go on through all volumes."""
    papers: tuple[int, ...]
    """Their lines in the inventory, from 1."""


def context(facts: VolumeFacts, language: Language) -> dict[str, Any]:
    """Strings."""
    pack = facts.pack
    return {
        "document": {
            "number": pack.number,
            "date": dates.formal(pack.case.as_of, language),
        },
        "volume": called(facts.number, facts.of, language),
        "debtor": pack.case.debtor.full_name,
        "account_number": said.known(pack.case.account_number),
        "pages": _span(facts.first, facts.last),
        "papers": _span(facts.papers[0], facts.papers[-1]),
        "representative": said.representative(pack.case.representative, language),
    }


def called(number: int, of: int, language: Language) -> str:
    """`Том 2 из 3`; where there is one volume only it has no number."""
    return say("pack.volume.called", language, number=number, of=of) if of > 1 else ""


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"
