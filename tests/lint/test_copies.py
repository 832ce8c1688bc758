"""Copies of the built-in templates, spoilt as people spoil them."""

import io
import re
from collections.abc import Callable, Iterator, Sequence

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.text.paragraph import Paragraph

from docgen.adapters.rendering.template_folders import TemplateFolders
from docgen.domain.faults import Fault
from docgen.domain.language import Language
from docgen.domain.template import WHOLE, Place, TemplateFile
from docgen.forms.catalogue import Catalogue
from docgen.forms.form import Form
from docgen.settings import BESIDE_THE_PACKAGES
from docgen.usecases.lint_forms import LintForms
from docgen.usecases.lint_template import LintTemplate
from tests.adapters.rendering import word
from tests.builders import operator
from tests.fakes import FakeClock
from tests.lint.trial import element, inspector

ACT = "acceptance_act"
KK, RU = f"templates_kk/{ACT}.docx", f"templates_ru/{ACT}.docx"
_ATTRIBUTE = re.compile(r"\{\{ (\w+(?:\.\w+)*) \}\}")


class ActOnly(Catalogue):
    """The act among the built-in forms: to look at the others would take seconds."""

    def __iter__(self) -> Iterator[Form]:
        yield self.get(ACT)


class Copies(TemplateFolders):
    """The built-in Word files, some of them replaced."""

    def __init__(self, replaced: dict[tuple[str, Language], bytes]) -> None:
        super().__init__(BESIDE_THE_PACKAGES)
        self._replaced = replaced

    def names(self, language: Language) -> Sequence[str]:  # noqa: ARG002 - the port's signature
        """Neither papers nor strangers."""
        return ()

    def find(self, name: str, language: Language) -> TemplateFile | None:
        """The replacement, where there is one."""
        content = self._replaced.get((name, language))
        if content is None:
            return super().find(name, language)
        return TemplateFile(name=name, shown=self.shown(name, language), content=content)


def original(language: Language, name: str = ACT) -> bytes:
    """A built-in Word file."""
    return (BESIDE_THE_PACKAGES / f"templates_{language}" / f"{name}.docx").read_bytes()


def changed(change: Callable[[WordDocument], object], language: Language = Language.KK) -> bytes:
    """A copy of the act with a change."""
    document = Document(io.BytesIO(original(language)))
    change(document)
    return word.saved(document)


def lint(replaced: dict[Language, bytes]) -> list[tuple[Fault, str, Place]]:
    """What is found about the act's newest edition."""
    use_case = LintForms(
        forms=ActOnly(),
        files=Copies({(ACT, language): docx for language, docx in replaced.items()}),
        inspector=inspector(),
        lint_template=LintTemplate(operator=operator()),
        clock=FakeClock(),
    )
    return [(each.code, each.file, each.place) for each in use_case().findings]


def lint_kk(change: Callable[[WordDocument], object]) -> list[tuple[Fault, str, Place]]:
    """The same of a changed Kazakh copy, besides that its bytes are others."""
    found = lint({Language.KK: changed(change)})
    assert found[0] == (Fault.TEMPLATE_CHANGED, KK, WHOLE)
    return found[1:]


def paragraphs(document: WordDocument, text: str) -> list[Paragraph]:
    """The paragraphs of the body that hold the text, in tables too."""
    every = (Paragraph(p, document._body) for p in document.element.body.iter(qn("w:p")))
    return [each for each in every if text in each.text]


def retyped(old: str, new: str) -> Callable[[WordDocument], None]:
    """Type something else over a text."""

    def change(document: WordDocument) -> None:
        for paragraph in paragraphs(document, old):
            for run in paragraph.runs:
                run.text = run.text.replace(old, new)

    return change


SERIAL = Place(table=4, row=3, cell=4)
"""Of `{{ item.serial }}` in table 4 of the act."""


def test_one_changed_byte_is_found() -> None:
    """Even one that nobody could see."""
    docx = word.replaced(original(Language.KK), "docProps/core.xml", "2026-11-24", "2026-11-25")

    assert lint({Language.KK: docx}) == [(Fault.TEMPLATE_CHANGED, KK, WHOLE)]


def test_a_renamed_variable_is_found_thrice() -> None:
    """Unknown here, missing in the other language both ways, and now unused."""
    found = lint_kk(retyped("{{ item.serial }}", "{{ item.serail }}"))

    assert (Fault.VARIABLE_UNKNOWN, KK, SERIAL) in found
    assert (Fault.NOT_IN_OTHER_LANGUAGE, KK, SERIAL) in found
    assert (Fault.NOT_IN_OTHER_LANGUAGE, RU, SERIAL) in found
    assert Fault.VARIABLE_UNUSED in {code for code, _, _ in found}


def test_autocorrected_quotes_are_found() -> None:
    """Word makes them of straight ones while one types."""
    condition = "{% if internet_access == «бар» %}!{% endif %}"

    found = lint_kk(lambda document: document.paragraphs[0].add_run(condition))

    assert (Fault.TAG_QUOTES, KK, Place(paragraph=1)) in found


def test_a_tag_split_by_formatting_is_found() -> None:
    """Somebody made a half of it red."""

    def change(document: WordDocument) -> None:
        (paragraph,) = paragraphs(document, "{{ item.serial }}")
        paragraph.runs[0].text = "{{ item."
        paragraph.add_run("serial }}").italic = True

    assert lint_kk(change) == [(Fault.TAG_FORMATTING, KK, SERIAL)]


def test_a_deleted_bookmark_is_found() -> None:
    """Deleting a cell's text in Word takes its bookmarks along."""

    def change(document: WordDocument) -> None:
        for start in list(document.element.iter(qn("w:bookmarkStart"))):
            start.getparent().remove(start)

    found = lint_kk(change)
    assert [code for code, _, _ in found] == [
        Fault.SEAL_MISSING,
        Fault.MARK_MISSING,
        Fault.MARK_MISSING,
    ]


def test_a_latin_letter_in_a_kazakh_word_is_found() -> None:
    """The commonest slip of all: `i` of the other layout."""
    found = lint_kk(lambda document: document.paragraphs[0].add_run(" нөмiр"))

    assert found == [(Fault.MIXED_SCRIPTS, KK, Place(paragraph=1))]


def test_text_pasted_from_elsewhere_is_found() -> None:
    """With its font and its language."""

    def change(document: WordDocument) -> None:
        run = document.paragraphs[0].add_run("вставлено")
        run.font.name = "Times New Roman"
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:hAnsi"), "Times New Roman")
        run._r.get_or_add_rPr().append(element("w:lang", val="ru-RU"))

    place = Place(paragraph=1)
    assert lint_kk(change) == [
        (Fault.FONT_NOT_PINNED, KK, place),
        (Fault.RUN_LANGUAGE, KK, place),
    ]


def test_a_narrowed_seal_is_found() -> None:
    """Somebody needed one more line on the page."""

    def change(document: WordDocument) -> None:
        document.tables[-1].rows[-1].height = Mm(20)

    ((code, file, place),) = lint_kk(change)
    assert (code, file) == (Fault.SEAL_CELL_TOO_SMALL, KK)
    assert place.table == 6
