"""Lint all forms and papers: everything that is wrong with them, before anybody prints one."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from docgen.domain import agreement
from docgen.domain.faults import PRINTED_ALL_THE_SAME, Fault
from docgen.domain.language import BOTH, Language
from docgen.domain.template import Finding, Inspection, Place, TemplateFile, found
from docgen.forms.catalogue import Catalogue
from docgen.forms.edition import Edition
from docgen.forms.form import Form
from docgen.forms.soundness import form_faults, languages_of, next_edition
from docgen.ports import Clock, TemplateFiles, TemplateInspector
from docgen.texts import dates
from docgen.usecases.lint_template import FormTemplate, LintTemplate

PAPERS = "papers/"
"""Where the templates lie that are no forms: what we add to documents ourselves."""


@dataclass(frozen=True, kw_only=True)
class Linted:
    """What was found, and in how many Word files it was looked for."""

    findings: tuple[Finding, ...]
    files: int


@dataclass(frozen=True)
class _Half:
    """A Word file and what is in it."""

    file: TemplateFile
    seen: Inspection


_Halves = Mapping[Language, _Half]


@dataclass(frozen=True, kw_only=True)
class LintForms:
    """Every form with all its editions, every paper, and Word files that are neither."""

    forms: Catalogue
    files: TemplateFiles
    inspector: TemplateInspector
    lint_template: LintTemplate
    clock: Clock

    def __call__(self) -> Linted:
        """All findings; raises TemplateRejected where a file cannot be read."""
        findings: list[Finding] = []
        known: set[str] = set()
        for form in self.forms:
            findings += form_faults(form)
            for edition in form.editions:
                known.add(form.template(edition))
                findings += self._edition(FormTemplate(form=form, edition=edition))
        names = {language: list(self.files.names(language)) for language in BOTH}
        for paper in sorted({n for each in names.values() for n in each if n.startswith(PAPERS)}):
            known.add(paper)
            findings += self._paper(paper)
        for language, present in names.items():
            for name in present:
                if name not in known:
                    findings.append(found(Fault.ORPHAN).within(self.files.shown(name, language)))
        return Linted(
            findings=tuple(dict.fromkeys(findings)),
            files=sum(len(present) for present in names.values()),
        )

    def _edition(self, of: FormTemplate) -> Iterator[Finding]:
        name = of.form.template(of.edition)
        languages = languages_of(of.form, of.edition)
        halves = self._halves(name, languages)
        for language in languages:
            if language not in halves:
                fault = Fault.EDITION_FILE_MISSING if of.retired else Fault.TEMPLATE_MISSING
                yield found(fault, edition=of.edition.name).within(self.files.shown(name, language))
        yield from self._pinned(of, halves)
        for language, half in halves.items():
            for finding in self.lint_template(half.seen, language, of=of):
                yield finding.within(half.file.shown)
        for finding in self._between(halves):
            if not (of.retired and finding.code in PRINTED_ALL_THE_SAME):
                yield finding

    def _paper(self, name: str) -> Iterator[Finding]:
        halves = self._halves(name, BOTH)
        for language in BOTH:
            if language not in halves:
                yield found(Fault.TEMPLATE_MISSING).within(self.files.shown(name, language))
        for language, half in halves.items():
            for finding in self.lint_template(half.seen, language, of=name):
                yield finding.within(half.file.shown)
        yield from self._between(halves)

    def _halves(self, name: str, languages: tuple[Language, ...]) -> _Halves:
        found_files = {language: self.files.find(name, language) for language in languages}
        return {
            language: _Half(file, self.inspector.inspect(file.content))
            for language, file in found_files.items()
            if file is not None
        }

    def _between(self, halves: _Halves) -> Iterator[Finding]:
        readable = [half for half in halves.values() if half.seen.readable]
        if len(readable) < len(BOTH):
            return
        one, other = readable
        for here, there in ((one, other), (other, one)):
            tags = agreement.between_languages(here.seen.tags, there.seen.tags, there.file.shown)
            for finding in tags:
                yield finding.within(here.file.shown)
        told = list(self.inspector.disagreements(one.file.content, other.file.content))
        for finding in told:
            yield finding.within(other.file.shown)
        for finding in self.inspector.disagreements(other.file.content, one.file.content):
            if finding not in told:
                yield finding.within(one.file.shown)

    def _pinned(self, of: FormTemplate, halves: _Halves) -> Iterator[Finding]:
        """Whether the Word files are those that the edition promises."""
        hashes = {lang: hashlib.sha256(h.file.content).hexdigest() for lang, h in halves.items()}
        declared = next_edition(of.form, dates.local_day(self.clock.now()), hashes)
        for language, half in halves.items():
            pinned, actual = of.edition.templates.get(language), hashes[language]
            if pinned is None:
                key = f"{of.edition.name}.{language}"
                fault = found(Fault.HASH_NOT_PINNED, Place(key=key), sha256=actual)
                yield fault.within(f"{of.form.code}/editions.toml")
            elif pinned != actual and of.retired:
                yield found(Fault.EDITION_FILE_CHANGED, edition=of.edition.name).within(
                    half.file.shown
                )
            elif pinned != actual:
                yield found(
                    Fault.TEMPLATE_CHANGED,
                    edition=of.edition.name,
                    keep=_retired_place(of.form, of.edition, language),
                    editions=f"{of.form.code}/editions.toml",
                    line=declared,
                ).within(half.file.shown)


def _retired_place(form: Form, edition: Edition, language: Language) -> str:
    return f"templates_{language}/editions/{edition.name}/{form.code}.docx"
