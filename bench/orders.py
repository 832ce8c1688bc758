"""What is made: the act that routes are measured by, and mixed documents for a long run."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from string import ascii_uppercase
from typing import Any

from docgen.domain.language import BOTH, Language
from docgen.domain.rendering import RenderOrder
from docgen.forms import protocol
from docgen.usecases.trial_orders import TrialOrders, with_rows

ACT, ACT_ROWS, ACT_PAGES = "acceptance_act", 6, 2
"""Six rows in each of its four tables fill two pages; a seventh begins the third."""
MOST_ROWS = 15
LANGUAGES: tuple[tuple[Language, ...], ...] = ((Language.KK,), (Language.RU,), BOTH)
_OF_EVERY_FORM = frozenset(
    ("document", "specimen", "order_number", "edition", "contract", "operator", "subscriber")
)
"""What all templates see, of which none prints everything."""


@dataclass(frozen=True, kw_only=True)
class Marked:
    """An order with texts that stand in no other, and what all of these begin with."""

    order: RenderOrder
    kind: str
    prefix: str
    marks: tuple[str, ...]


def acts(trials: TrialOrders) -> Iterator[RenderOrder]:
    """The act in Russian, of two pages, under one number after another."""
    order = _with_rows(trials.for_template(ACT, (Language.RU,))[0], ACT_ROWS)
    for number in count(1):
        printed = f"A3-2026-{number:06}"
        contexts = {
            language: {**given, "document": given["document"] | {"number": printed}}
            for language, given in order.contexts.items()
        }
        yield replace(order, contexts=contexts, identifier=f"{order.identifier}{number}")


def mixed(trials: TrialOrders, *, seed: int) -> Iterator[Marked]:
    """Orders without end: any template, any languages, 0 to 15 rows; the same for a seed."""
    chance = random.Random(seed)  # noqa: S311 - nothing is secret
    names = list(protocol.TEMPLATES)
    names += [form.template(edition) for form in trials.forms for edition in form.editions]
    trial = cache(trials.for_template)
    for number in count():
        name, languages = chance.choice(names), chance.choice(LANGUAGES)
        rows = chance.randint(0, MOST_ROWS)
        example, emptied, *_ = trial(name, languages)
        order = _with_rows(example, rows) if rows else emptied
        kind = f"{name} {'+'.join(languages)}, {rows} rows"
        yield _marked(order, number, kind=kind)


def _with_rows(order: RenderOrder, rows: int) -> RenderOrder:
    contexts = {lang: with_rows(given, rows) for lang, given in order.contexts.items()}
    return replace(order, contexts=contexts)


def _marked(order: RenderOrder, number: int, *, kind: str) -> Marked:
    pen = _Pen(prefix=f"QX{number:05}")
    contexts = {}
    for language, given in order.contexts.items():
        pen.begin()
        contexts[language] = pen.everywhere(given) if _is_protocol(order) else _on_form(pen, given)
    marked = replace(
        order,
        contexts=contexts,
        title=f"{order.title} {pen.prefix}",
        identifier=f"{order.identifier}{number}",
        qr=f"{order.qr}/{number}",
    )
    return Marked(order=marked, kind=kind, prefix=pen.prefix, marks=tuple(sorted(pen.made)))


def _is_protocol(order: RenderOrder) -> bool:
    return order.template in protocol.TEMPLATES


def _on_form(pen: "_Pen", given: Mapping[str, Any]) -> dict[str, Any]:
    """Whatever is the form's own is printed; of the rest, every paper has these two."""
    own = {name: value for name, value in given.items() if name not in _OF_EVERY_FORM}
    made = dict(given) | pen.everywhere(own)
    for block, name in (("document", "number"), ("subscriber", "full_name")):
        made[block] = made[block] | {name: pen.mark(made[block][name])}
    return made


@dataclass(kw_only=True)
class _Pen:
    """Writes marks after texts, the same ones in each language."""

    prefix: str
    made: set[str] = field(default_factory=set)
    _count: int = 0

    def begin(self) -> None:
        """Another language follows."""
        self._count = 0

    def mark(self, text: str) -> str:
        """The text with the next mark behind it."""
        tens, ones = divmod(self._count, len(ascii_uppercase))
        self._count += 1
        mark = f"{self.prefix}{ascii_uppercase[tens]}{ascii_uppercase[ones]}"
        self.made.add(mark)
        return f"{text} {mark}"

    def everywhere(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Every text with a mark; of a row, its longest text."""
        return {name: self._marked(value) for name, value in given.items()}

    def _marked(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return self.everywhere(value)
        if isinstance(value, list):
            return [self._row(row) for row in value]
        return self.mark(value) if _is_text(value) else value

    def _row(self, row: Mapping[str, Any]) -> dict[str, Any]:
        texts = [name for name, value in row.items() if _is_text(value)]
        longest = max(texts, key=lambda name: len(row[name]), default=None)
        return dict(row) if longest is None else {**row, longest: self.mark(row[longest])}


def _is_text(value: object) -> bool:
    return isinstance(value, str) and any(map(str.isalpha, value))
