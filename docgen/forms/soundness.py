"""Whether a form's own files hold what they must: its texts, its example, its editions."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from docgen.domain.errors import ValuesRejected
from docgen.domain.faults import Fault
from docgen.domain.language import BOTH, Language
from docgen.domain.scripts import marked, mixed_words
from docgen.domain.template import WHOLE, Finding, Place, found
from docgen.forms.edition import Edition
from docgen.forms.form import Form, FormValues
from docgen.forms.identity import read_subscriber
from docgen.forms.sample_context import own_context

_NOT_WORDS = frozenset(("ways",))


def form_faults(form: Form) -> Iterator[Finding]:
    """All that is wrong with the form without its Word files."""
    texts = [*_names(form), *_ways(form), *_words(form.texts, ""), *_pinned_texts(form)]
    for finding in texts:
        yield finding.within(f"{form.code}/texts.toml")
    for finding in _example(form):
        yield finding.within(f"{form.code}/example.json")
    yield from _context(form)


def next_edition(form: Form, day: date, hashes: Mapping[Language, str]) -> str:
    """The line that declares an edition of those Word files; it goes to the top of the file."""
    last = form.editions[-1]
    since = max(day, last.since + timedelta(days=1))
    pinned = {**last.templates, **hashes}
    words = ", ".join(f'{language} = "{pinned[language]}"' for language in pinned)
    return (
        f'"{_free_name(form, since)}" = {{ since = {since}, order = "{last.order}", '
        f'order_date = {last.order_date}, {words}, texts = "{form.texts_sha256}" }}'
    )


def languages_of(form: Form, edition: Edition) -> tuple[Language, ...]:
    """The newest edition is in all languages of the form, a retired one in those it was in."""
    if edition == form.editions[-1]:
        return form.languages
    return tuple(edition.templates)


def _free_name(form: Form, since: date) -> str:
    taken = {edition.name for edition in form.editions}
    name, number = f"{since:%Y-%m}", 2
    while name in taken:
        name, number = f"{since:%Y-%m}-{number}", number + 1
    return name


def _names(form: Form) -> Iterator[Finding]:
    for key, fault in (("title", Fault.TITLE_MISSING), ("sms", Fault.SMS_NAME_MISSING)):
        if key not in form.texts:
            yield found(fault, Place(key=key))


def _ways(form: Form) -> Iterator[Finding]:
    if not form.ways:
        yield found(Fault.WAYS_EMPTY, Place(key="ways"))


def _pinned_texts(form: Form) -> Iterator[Finding]:
    """Sentences that the Word files take from there are the edition's as much as their own."""
    newest = form.editions[-1]
    if newest.texts != form.texts_sha256:
        yield found(Fault.TEXTS_CHANGED, edition=newest.name, sha256=form.texts_sha256)


def _words(table: Mapping[str, Any], prefix: str) -> Iterator[Finding]:
    for key, value in table.items():
        path = f"{prefix}{key}"
        if not isinstance(value, Mapping) or path in _NOT_WORDS:
            continue
        if value and not set(value) & {language.value for language in BOTH}:
            yield from _words(value, f"{path}.")
            continue
        for language in BOTH:
            yield from _word(value.get(language.value), Place(key=path), language)


def _word(text: object, place: Place, language: Language) -> Iterator[Finding]:
    if text is None:
        yield found(Fault.WORD_MISSING, place, lang=language)
    elif not str(text).strip():
        yield found(Fault.WORD_EMPTY, place, lang=language)
    for word in mixed_words(str(text or "")):
        yield found(Fault.MIXED_SCRIPTS, place, word=marked(word))


def _example(form: Form) -> Iterator[Finding]:
    rejected = []
    for part, read in (("subscriber", read_subscriber), ("values", form.read)):
        try:
            read(form.example.get(part))
        except ValuesRejected as error:
            rejected += list(error.errors)
    for each in rejected:
        place = Place(key=each.pointer.strip("/").replace("/", ".")) if each.pointer else WHOLE
        yield found(Fault.EXAMPLE_REJECTED, place, reason=each.code)


def _context(form: Form) -> Iterator[Finding]:
    """Fields that are asked for and never printed, and words that are wanted and not there."""
    base, given = set(FormValues.model_fields), set(form.schema.model_fields)
    for language in form.languages:
        try:
            own = own_context(form, language)
        except ValuesRejected:
            # told of the example itself
            return
        for key in dict.fromkeys(own.missing_words):
            fault = found(Fault.WORD_MISSING, Place(key=key), lang=language)
            yield fault.within(f"{form.code}/texts.toml")
        given -= set(own.given)
    for name in form.schema.model_fields:
        if name in given - base:
            fault = found(Fault.FIELD_NOT_IN_CONTEXT, Place(key=name), field=name)
            yield fault.within(f"{form.code}/schema.py")
