"""What is said of a notary pack: its findings, its readings, names of its papers."""

from datetime import date
from decimal import Decimal

from docgen.domain.language import Language
from docgen.domain.pack import PackFinding, Said
from docgen.domain.pack_papers import Slot
from docgen.domain.pack_rules import Rule
from docgen.texts.dates import short
from docgen.texts.money import figures
from docgen.texts.phrases import say


def sentence(finding: PackFinding, language: Language) -> str:
    """What a rule says of the case, and what would mend it."""
    words = {name: _written(value, language) for name, value in finding.params}
    return say(f"pack.{finding.rule}.{finding.what}", language, **words)


def source(rule: Rule, language: Language) -> str:
    """What a rule rests on, as lawyers of that language cite it."""
    cited = []
    for part in rule.source.split("; "):
        law, _, at = part.partition(" ")
        cited.append(say(f"pack.law.{law}", language, at=at))
    return "; ".join(cited)


def paper(slot: Slot, month: date | None, language: Language) -> str:
    """What a paper is called: an invoice by its month, too, since a pack has one for each."""
    title = say(f"pack.slot.{slot}", language)
    if month is None:
        return title
    return say("pack.paper.of_month", language, title=title, month=f"{month:%m.%Y}")


def _written(value: Said, language: Language) -> str:
    if isinstance(value, Slot):
        return say(f"pack.slot.{value}", language)
    if isinstance(value, date):
        return short(value)
    return figures(value) if isinstance(value, Decimal) else str(value)
