"""The lint: the forms, their Word files and the fonts, and nothing that documents are made with."""

from docgen.adapters.rendering.inspect_template import WordInspector
from docgen.adapters.rendering.template_folders import TemplateFolders
from docgen.bootstrap import CLOCK
from docgen.bootstrap.forms import catalogue
from docgen.bootstrap.operator import operator_of
from docgen.settings import Settings
from docgen.usecases.lint_file import LintFile
from docgen.usecases.lint_forms import LintForms
from docgen.usecases.lint_template import LintTemplate


def lint_forms(settings: Settings) -> LintForms:
    """The lint of all forms and papers."""
    return LintForms(
        forms=catalogue(settings),
        files=TemplateFolders(*settings.forms, settings.templates),
        inspector=_inspector(settings),
        lint_template=LintTemplate(operator=operator_of(settings)),
        clock=CLOCK,
    )


def lint_file(settings: Settings) -> LintFile:
    """The lint of one Word file."""
    return LintFile(
        forms=catalogue(settings),
        inspector=_inspector(settings),
        lint_template=LintTemplate(operator=operator_of(settings)),
    )


def _inspector(settings: Settings) -> WordInspector:
    rendering = settings.rendering
    return WordInspector(
        fonts={"Noto Sans": rendering.font, "Noto Sans Symbols2": rendering.symbols_font}
    )
