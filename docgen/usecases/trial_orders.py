"""Orders to try a template with, before anybody's paper is made of it."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from docgen.domain.errors import FormNotFound, ValuesRejected
from docgen.domain.language import Language
from docgen.domain.operator import Operator
from docgen.domain.rendering import RenderOrder
from docgen.forms import pack_papers, pack_sample, pack_volumes, protocol
from docgen.forms.catalogue import Catalogue
from docgen.forms.edition import Edition
from docgen.forms.form import Form, Paper
from docgen.forms.identity import read_subscriber
from docgen.forms.protocol import Facts
from docgen.forms.protocol_sample import by_hand, sample
from docgen.texts import dates
from docgen.usecases.make_paper import paper_order, title_order
from docgen.usecases.render_envelope import URN

MADE_AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
ROWS = (2, 5, 9, 15)
_NUMBER = "2026-000001"
_TOKEN = "TrialTrialTrialTrial00"  # noqa: S105 - of no document
_URL = f"https://qoltanba.example/verify/{_TOKEN}"
_LETTERS = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
_LONGEST_WORD = 40
_OF_PACKS = {pack_papers.template(slot): slot for slot in pack_papers.MADE}

Context = Mapping[str, Any]
_Alter = Callable[[Context], Context]


@dataclass(frozen=True)
class TrialOrders:
    """Orders for every template of forms, signing protocol and packs, always the same."""

    forms: Catalogue
    operator: Operator

    def for_template(self, name: str, languages: tuple[Language, ...]) -> Sequence[RenderOrder]:
        """The example, a specimen with nothing left to leave out, few to many rows, strange texts.

        Values are such as the form takes, save for the rows, whose sums need not agree.
        Raises FormNotFound for a template of no form, and ValuesRejected where the form does not
        take its own example or has no such language.
        """
        if name in protocol.TEMPLATES:
            return self._of_protocol(name, languages)
        if name in _OF_PACKS:
            return self._of_packs(name, languages)
        if name == pack_volumes.TEMPLATE:
            return self._of_titles(languages)
        form, edition = self._form(name)
        form.check_languages(languages)
        trial = _FormTrial(form, edition, languages, self.operator)
        values, person = form.example.get("values", {}), form.example.get("subscriber", {})
        return (
            trial.order(values, person),
            trial.order(
                _emptied(values, form.read), _emptied(person, read_subscriber), specimen=True
            ),
            *(trial.order(values, person, alter=partial(with_rows, count=n)) for n in ROWS),
            trial.order(_strange(values, form.read), _strange(person, read_subscriber)),
        )

    def _of_packs(self, name: str, languages: tuple[Language, ...]) -> Sequence[RenderOrder]:
        slot, facts = _OF_PACKS[name], pack_sample.sample(self.operator)
        paragraph, line, *_ = _strange_texts(0)
        strange = replace(facts, number=line, case=pack_sample.in_words(facts.case, paragraph))
        alters: tuple[_Alter, ...] = (dict, *(partial(with_rows, count=n) for n in ROWS))
        orders = [paper_order(slot, facts, languages=languages, alter=alter) for alter in alters]
        return (*orders, paper_order(slot, strange, languages=languages))

    def _of_titles(self, languages: tuple[Language, ...]) -> Sequence[RenderOrder]:
        facts = pack_sample.volume(self.operator)
        paragraph, line, *_ = _strange_texts(0)
        case = pack_sample.in_words(facts.pack.case, paragraph)
        strange = replace(facts, pack=replace(facts.pack, number=line, case=case))
        return tuple(title_order(each, languages=languages) for each in (facts, strange))

    def _form(self, name: str) -> tuple[Form, Edition]:
        for form in self.forms:
            for edition in form.editions:
                if form.template(edition) == name:
                    return form, edition
        raise FormNotFound(name)

    def _of_protocol(self, name: str, languages: tuple[Language, ...]) -> Sequence[RenderOrder]:
        facts = sample(self.operator)
        if name == protocol.BY_HAND_TEMPLATE:
            facts = by_hand(facts)
        return (
            _protocol_order(facts, languages),
            _protocol_order(replace(facts, challenge=None, entries=()), languages),
            *(_protocol_order(facts, languages, alter=partial(with_rows, count=n)) for n in ROWS),
            _protocol_order(_in_strange_words(facts), languages),
        )


def with_rows(context: Context, count: int) -> dict[str, Any]:
    """The same context with so many rows in every table that has any, no two of them alike.

    Rows are repeated in their order; a column that counts them goes on counting.
    """
    return {name: _with_rows(value, count) for name, value in context.items()}


def _with_rows(value: Any, count: int) -> Any:
    if isinstance(value, Mapping):
        return with_rows(value, count)
    if isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
        return [_row(value, place) for place in range(count)]
    return value


def _row(rows: Sequence[Context], place: int) -> dict[str, Any]:
    made = dict(rows[place % len(rows)])
    for name, value in made.items():
        if all(row.get(name) == str(number) for number, row in enumerate(rows, start=1)):
            made[name] = str(place + 1)
        elif place >= len(rows) and isinstance(value, str) and any(map(str.isalpha, value)):
            made[name] = f"{value} {place + 1}"
    return made


@dataclass(frozen=True)
class _FormTrial:
    """One edition of a form in some languages."""

    form: Form
    edition: Edition
    languages: tuple[Language, ...]
    operator: Operator

    def order(
        self,
        values: object,
        person: object,
        *,
        specimen: bool = False,
        alter: _Alter = dict,
    ) -> RenderOrder:
        form = self.form
        checked = form.read(values)
        paper = Paper(
            number=f"{form.number_prefix}-{_NUMBER}",
            day=dates.local_day(MADE_AT),
            subscriber=read_subscriber(person),
            operator=self.operator,
            edition=self.edition,
            specimen=specimen,
        )
        return RenderOrder(
            template=form.template(self.edition),
            contexts={lang: alter(form.context(checked, paper, lang)) for lang in self.languages},
            title=f"{form.title(self.languages[0])} № {paper.number}",
            identifier=URN + _TOKEN,
            made_at=MADE_AT,
            qr=_URL,
        )


def _protocol_order(
    facts: Facts, languages: tuple[Language, ...], *, alter: _Alter = dict
) -> RenderOrder:
    return RenderOrder(
        template=protocol.template_for(facts.consent.way),
        contexts={lang: alter(protocol.context(facts, lang)) for lang in languages},
        title=f"{protocol.TITLE} № {facts.document.number}",
        identifier=URN + _TOKEN,
        made_at=MADE_AT,
        qr=_URL,
    )


def _in_strange_words(facts: Facts) -> Facts:
    paragraph, line, name, *_ = _strange_texts(0)
    person = replace(facts.envelope.subscriber, surname=name, name=name, patronymic=name)
    document = replace(facts.document, number=line)
    consent = replace(facts.consent, text=replace(facts.consent.text, text=paragraph))
    titles = {id_: dict.fromkeys(titles, line) for id_, titles in facts.titles.items()}
    return replace(
        facts,
        envelope=replace(facts.envelope, subscriber=person, documents=(document,)),
        document=document,
        consent=consent,
        titles=titles,
    )


def _emptied(given: Mapping[str, Any], read: Callable[[object], object]) -> dict[str, Any]:
    """Without everything that may be left out, one after another; else with a single row."""
    kept = dict(given)
    for name, value in given.items():
        emptiers: tuple[object, ...] = ([], None, *([value[:1]] if isinstance(value, list) else ()))
        for nothing in emptiers:
            with suppress(ValuesRejected):
                read(kept | {name: nothing})
                kept[name] = nothing
                break
    return kept


def _strange(given: Mapping[str, Any], read: Callable[[object], object]) -> dict[str, Any]:
    """With the strangest text that is taken wherever one is taken at all."""
    made = copy.deepcopy(dict(given))
    for number, (holder, key) in enumerate(list(_text_places(made))):
        before = holder[key]
        for text in _strange_texts(number):
            holder[key] = text
            try:
                read(made)
                break
            except ValuesRejected:
                holder[key] = before
    return made


def _text_places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Where a text stands, or nothing, in whose place a text might."""
    items: Any = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in items:
        if isinstance(each, dict | list):
            yield from _text_places(each)
        elif each is None or isinstance(each, str):
            yield value, key


def _strange_texts(number: int) -> tuple[str, ...]:
    """The strangest first, others for every number: a paragraph, a line, a name, two codes."""
    start = number % len(_LETTERS)
    word = (_LETTERS[start:] + _LETTERS)[:_LONGEST_WORD]
    code = f'<&>"  ₸  №{number}'
    return (
        f'{word.upper()}\n№ {number} <&>"  «бос  орын»\n1 500 ₸, {word}',
        f'{word.upper()} <&>"  № {number},  1 500 ₸, {word}',
        f'{word.capitalize()} <&>"',
        *((word, code) if number % 2 else (code, word)),
    )
