"""Lint one Word file, wherever it lies: an edited copy before it takes a template's place."""

from dataclasses import dataclass
from pathlib import PurePath

from docgen.domain.errors import FormNotFound
from docgen.domain.language import BOTH, Language
from docgen.forms.catalogue import Catalogue
from docgen.ports import TemplateInspector
from docgen.usecases.lint_forms import PAPERS, Linted
from docgen.usecases.lint_template import FormTemplate, LintTemplate


@dataclass(frozen=True, kw_only=True)
class LintFile:
    """One file by itself, without its other language and its editions."""

    forms: Catalogue
    inspector: TemplateInspector
    lint_template: LintTemplate

    def __call__(self, path: PurePath, content: bytes, *, shown: str) -> Linted:
        """All findings; language and form are read off the whole path, where it names them."""
        language = _language(path)
        findings = self.lint_template(
            self.inspector.inspect(content), language, of=self._template(path)
        )
        return Linted(
            findings=tuple(dict.fromkeys(each.within(shown) for each in findings)), files=1
        )

    def _template(self, path: PurePath) -> FormTemplate | str | None:
        name, folders = path.stem, path.parts[:-1]
        if folders and f"{folders[-1]}/" == PAPERS:
            return f"{PAPERS}{name}"
        try:
            form = self.forms.get(name)
        except FormNotFound:
            return None
        editions = {edition.name: edition for edition in form.editions}
        retired = folders[-1] if folders[-2:-1] == ("editions",) else ""
        return FormTemplate(form=form, edition=editions.get(retired, form.editions[-1]))


def _language(path: PurePath) -> Language | None:
    """Of the nearest folder that is called after a language's templates."""
    named = {f"templates_{language}": language for language in BOTH}
    return next((named[part] for part in reversed(path.parts[:-1]) if part in named), None)
