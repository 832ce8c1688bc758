"""A sound little form with its two Word files, and ways to spoil them."""

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from docx.document import Document as WordDocument
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.table import Table

from docgen.adapters.rendering.inspect_template import WordInspector
from docgen.adapters.rendering.template_folders import TemplateFolders
from docgen.domain.faults import Fault
from docgen.domain.language import BOTH, Language
from docgen.domain.template import Finding, Place
from docgen.forms.catalogue import Catalogue
from docgen.settings import Settings
from docgen.usecases.lint_forms import LintForms
from docgen.usecases.lint_template import LintTemplate
from tests.adapters.rendering import word
from tests.builders import operator
from tests.fakes import FakeClock
from tests.forms.samples import act

CODE = "trial"
SCHEMA = """
from docgen.forms.fields import Line
from docgen.forms.form import FormValues
class Values(FormValues):
    order_number: Line
    note: Line
    def context(self, language, words):
        rows = [{"name": "Кабель", "price": "1"}]
        return {"note": self.note, "greeting": words("greeting"), "rows": rows, "urgent": True}
"""
TEXTS = """
number_prefix = "T"
languages = ["kk", "ru"]
title = { kk = "Сынақ", ru = "Проба" }
sms = { kk = "сынақ", ru = "проба" }
greeting = { kk = "Сәлем", ru = "Привет" }
[ways.sms_code]
"""
EDITION = """
["2026-10"]
since = 2026-10-01
order = "441"
order_date = 2023-12-30
"""


@cache
def inspector() -> WordInspector:
    """With the fonts of Debian, read once."""
    fonts = Settings().rendering
    return WordInspector(fonts={"Noto Sans": fonts.font, "Noto Sans Symbols2": fonts.symbols_font})


def sound(language: Language) -> WordDocument:
    """A document in which there is nothing to find; body paragraphs 1 to 6, tables 1 and 2."""
    document = word.blank()
    document.add_heading({"kk": "Сынақ", "ru": "Проба"}[language], level=1)
    document.add_paragraph("{{ greeting }}, {{ note }}")
    for text in ("{%p if urgent %}", "{{ order_number }}", "{%p endif %}"):
        document.add_paragraph(text)
    rows = document.add_table(rows=3, cols=2)
    rows.cell(0, 0).text = "{%tr for row in rows %}"
    rows.cell(1, 0).text = "{{ row.name }}"
    rows.cell(1, 1).text = "{{ row.price }}"
    rows.cell(2, 0).text = "{%tr endfor %}"
    word.bookmark(document.add_paragraph(), "mark_sms")
    reserve(document.add_table(rows=1, cols=1), width=90, height=30)
    header = document.sections[0].header.paragraphs[0]
    header.add_run("№ {{ document.number }}")
    header.add_run().add_picture(io.BytesIO(word.placeholder()), width=Mm(17))
    next(header._p.iter(qn("wp:docPr"))).set("name", "qr")
    return document


def reserve(table: Table, *, width: int, height: int) -> None:
    """Make the table's only cell the place of the seal, in millimetres."""
    table.autofit = False
    table.rows[0].height, table.rows[0].height_rule = Mm(height), WD_ROW_HEIGHT_RULE.EXACTLY
    table.cell(0, 0).width = Mm(width)
    word.bookmark(table.cell(0, 0).paragraphs[0], "seal")


def found(docx: bytes | WordDocument) -> list[tuple[Fault, Place]]:
    """What a look into a file by itself finds: codes and places."""
    content = docx if isinstance(docx, bytes) else word.saved(docx)
    return [(each.code, each.place) for each in inspector().inspect(content).findings]


def spoilt(change: Callable[[WordDocument], object]) -> list[tuple[Fault, Place]]:
    """What is found in a Kazakh file after a change to it."""
    document = sound(Language.KK)
    change(document)
    return found(document)


def element(tag: str, **attributes: str) -> Any:
    """An element of Word with attributes of Word."""
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


@dataclass
class Trial:
    """The form on a disk, with whatever is changed before it is linted."""

    folder: Path

    def __post_init__(self) -> None:
        (self.folder / "forms" / CODE).mkdir(parents=True)
        self.write("schema.py", SCHEMA)
        self.write("texts.toml", TEXTS)
        self.write(
            "example.json",
            json.dumps(
                {
                    "subscriber": act().example["subscriber"],
                    "values": {"order_number": "1", "note": "x"},
                }
            ),
        )
        for language in BOTH:
            self.put(language, sound(language))
        self.pin()

    def write(self, name: str, text: str) -> None:
        """Replace a file of the form's folder."""
        (self.folder / "forms" / CODE / name).write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        """A file of the form's folder."""
        return (self.folder / "forms" / CODE / name).read_text(encoding="utf-8")

    def path(self, language: Language, name: str = CODE) -> Path:
        """Where a Word file lies."""
        return self.folder / f"templates_{language}" / f"{name}.docx"

    def put(self, language: Language, document: WordDocument, name: str = CODE) -> None:
        """Replace a Word file."""
        self.path(language, name).parent.mkdir(parents=True, exist_ok=True)
        self.path(language, name).write_bytes(word.saved(document))

    def change(self, language: Language, change: Callable[[WordDocument], object]) -> None:
        """Change one language's Word file, as a new edition would have it, and pin it."""
        document = sound(language)
        change(document)
        self.put(language, document)
        self.pin()

    def change_both(self, change: Callable[[WordDocument], object]) -> None:
        """The same change in both languages, so that they agree."""
        for language in BOTH:
            self.change(language, change)

    def pin(self, *, languages: tuple[Language, ...] = BOTH, edition: str = EDITION) -> None:
        """Let the only edition promise what lies there now."""
        hashes = {lang: hashlib.sha256(self.path(lang).read_bytes()) for lang in languages}
        lines = [f'{lang} = "{sha256.hexdigest()}"' for lang, sha256 in hashes.items()]
        self.write("editions.toml", "\n".join([edition, *lines, f'texts = "{self._texts()}"', ""]))

    def reword(self, texts: str) -> None:
        """Change its words, and let the edition promise them."""
        before = self._texts()
        self.write("texts.toml", texts)
        self.write("editions.toml", self.read("editions.toml").replace(before, self._texts()))

    def _texts(self) -> str:
        return hashlib.sha256(self.read("texts.toml").encode()).hexdigest()

    def lint(self) -> list[Finding]:
        """All that is found in the form and its files."""
        use_case = LintForms(
            forms=Catalogue((self.folder / "forms",)),
            files=TemplateFolders(self.folder),
            inspector=inspector(),
            lint_template=LintTemplate(operator=operator()),
            clock=FakeClock(),
        )
        return list(use_case().findings)

    def codes(self) -> list[tuple[Fault, str, Place]]:
        """The same: code, file, place."""
        return [(each.code, each.file, each.place) for each in self.lint()]
