"""CONTRIBUTING's recipe "Add a form", followed to the letter: one folder and two Word files."""

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from docx import Document

from docgen.cli import main
from docgen.domain.language import BOTH, Language
from docgen.forms.catalogue import Catalogue
from docgen.settings import BESIDE_THE_PACKAGES
from tests.papers.reading import text

SCHEMA = '''"""A receipt."""
from typing import Any
from docgen.domain.language import Language
from docgen.forms.fields import LocalText, Money, localised
from docgen.forms.form import FormValues, Words
from docgen.forms.parts import OperatorPerson
from docgen.texts.money import spelled_out
class Values(FormValues):
    """What was received."""
    subject: LocalText
    paid: Money
    operator_person: OperatorPerson
    def context(self, language: Language, words: Words) -> dict[str, Any]:
        """Its words."""
        return {
            "subject": localised(self.subject, language),
            "paid": spelled_out(self.paid, language),
            "operator_person": self.operator_person.printed(language),
        }
'''
TEXTS = """
number_prefix = "R"
languages = ["kk", "ru"]
title = { kk = "Түбіртек", ru = "Расписка" }
sms = { kk = "түбіртек", ru = "расписка" }
[ways.sms_code]
[ways.by_hand]
"""
EDITIONS = """
["{name}"]
since = 2026-01-01
order = "441"
order_date = 2023-12-30
kk = "{kk}"
ru = "{ru}"
texts = "{texts}"
"""
WORDS = {
    Language.KK: ("Түбіртек", "Абоненттен {{ paid }} алынды: {{ subject }}. {{ order_number }}"),
    Language.RU: (
        "Расписка",
        "От абонента получено {{ paid }}: {{ subject }}. {{ order_number }}",
    ),
}


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder of forms with the new one in it."""
    folder = tmp_path / "receipt"
    folder.mkdir()
    example = dict(Catalogue().get("acceptance_act").example)
    person = example["values"]["operator_person"]
    example["values"] = {
        "order_number": "1-200000001",
        "subject": {"kk": "қызмет үшін төлем", "ru": "оплата услуги"},
        "paid": "12500.75",
        "operator_person": person,
    }
    (folder / "schema.py").write_text(SCHEMA, encoding="utf-8")
    (folder / "texts.toml").write_text(TEXTS, encoding="utf-8")
    (folder / "example.json").write_text(json.dumps(example), encoding="utf-8")
    for language in BOTH:
        _make_word(tmp_path / f"templates_{language}" / "receipt.docx", language)
    _pin(tmp_path, "2026-11")
    return tmp_path


def _make_word(path: Path, language: Language) -> None:
    """From annex 3's file: its styles, header, footer and signature block, with another body."""
    document = Document(str(BESIDE_THE_PACKAGES / f"templates_{language}" / "acceptance_act.docx"))
    title, body = WORDS[language]
    signatures = document.tables[-1]._tbl
    for element in list(document.element.body)[:-1]:
        if element is not signatures:
            document.element.body.remove(element)
    for style, words in (("Title", title), ("Body Text", body)):
        paragraph = document.add_paragraph(words, style=style)
        signatures.addprevious(paragraph._p)
    document.add_paragraph("", style="Place")
    path.parent.mkdir()
    document.save(str(path))


def _pin(own: Path, edition: str) -> None:
    hashes = {
        language.value: sha256(
            (own / f"templates_{language}/receipt.docx").read_bytes()
        ).hexdigest()
        for language in BOTH
    }
    hashes["texts"] = sha256((own / "receipt" / "texts.toml").read_bytes()).hexdigest()
    (own / "receipt" / "editions.toml").write_text(EDITIONS.format(name=edition, **hashes))


def _docgen(own: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, env={"DOCGEN_FORMS": json.dumps([str(own)])})


def test_a_new_form_is_listed_linted_and_rendered(own: Path, tmp_path: Path) -> None:
    """It needs nothing that is not in its folder and its two Word files."""
    values, pdf = tmp_path / "values.json", tmp_path / "receipt.pdf"

    assert "receipt\t-\tТүбіртек\tРасписка" in _docgen(own, "forms").output
    linted = _docgen(own, "lint")
    assert linted.exit_code == 0, linted.output
    values.write_text(_docgen(own, "forms", "example", "receipt").output, encoding="utf-8")
    rendered = _docgen(own, "render", "receipt", str(values), "-o", str(pdf))

    assert rendered.exit_code == 0, rendered.output
    read = text(pdf.read_bytes())
    assert "12500,75(онекімыңбесжүзтеңге75тиын)алынды:қызметүшінтөлем" in read
    assert "12500,75(двенадцатьтысячпятьсоттенге75тиынов):оплатауслуги" in read


def test_a_changed_word_file_without_a_new_edition_fails_the_lint(own: Path) -> None:
    """The lint says so, and prints the hash that the new edition has to pin."""
    file = own / "templates_ru" / "receipt.docx"
    document = Document(str(file))
    document.paragraphs[1].add_run(" Спасибо.")
    document.save(str(file))

    linted = _docgen(own, "lint")

    assert linted.exit_code == 1
    assert "template_changed" in linted.output
    assert re.search(sha256(file.read_bytes()).hexdigest(), linted.output)


def test_a_new_edition_mends_it_and_the_old_papers_keep_theirs(own: Path) -> None:
    """The recipe "Change a Word file"."""
    old = (own / "receipt" / "editions.toml").read_text(encoding="utf-8")
    for language in BOTH:
        front = own / f"templates_{language}" / "receipt.docx"
        retired = front.parent / "editions" / "2026-11" / "receipt.docx"
        retired.parent.mkdir(parents=True)
        retired.write_bytes(front.read_bytes())
        document = Document(str(front))
        document.paragraphs[1].add_run(" 2.")
        document.save(str(front))
    _pin(own, "2026-12")
    new = (own / "receipt" / "editions.toml").read_text(encoding="utf-8")
    (own / "receipt" / "editions.toml").write_text(old + new.replace("2026-01-01", "2026-12-01"))

    linted = _docgen(own, "lint")

    assert linted.exit_code == 0, linted.output
    form = Catalogue((own,)).get("receipt")
    assert [form.template(each) for each in form.editions] == [
        "editions/2026-11/receipt", "receipt",
    ]  # fmt: skip
