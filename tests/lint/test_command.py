"""`docgen lint`: what it prints, and how it ends."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from docgen.cli import main
from docgen.domain.language import BOTH, Language
from docgen.settings import BESIDE_THE_PACKAGES
from tests.adapters.rendering import word
from tests.lint.trial import Trial, element, sound

ACT = "acceptance_act.docx"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test works in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)


def _said(*words: str) -> Result:
    return CliRunner().invoke(main, ["lint", *words])


def _file(name: str, *lines: str, language: Language = Language.KK) -> Path:
    document = sound(language)
    for line in lines:
        document.add_paragraph(line)
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(word.saved(document))
    return path


def test_a_clean_file_ends_with_zero_and_a_summary() -> None:
    """One line, in both languages."""
    said = _said(str(_file("copy.docx")))

    assert said.exit_code == 0
    assert said.stdout == (
        "Тексерілген Word файлдары: 1. Қате жоқ / Проверено файлов Word: 1. Ошибок нет\n"
    )


def test_a_finding_is_a_line_with_its_place_and_both_languages() -> None:
    """File, place, what is wrong and how to mend it, and the code for programs."""
    document = sound(Language.KK)
    document.tables[0].cell(1, 1).text = "нөмiр"
    Path("copy.docx").write_bytes(word.saved(document))

    said = _said("copy.docx")

    assert said.exit_code == 1
    line, summary = said.stdout.splitlines()
    assert line.startswith("copy.docx, 1-кесте, 2-жол, 2-ұяшық: «нөм[i]р» сөзінде латын және")
    assert " / таблица 1, строка 2, ячейка 2: В слове «нөм[i]р» смешаны" in line
    assert line.endswith(" (mixed_scripts)")
    assert summary.endswith("Найдено ошибок: 1")


def test_a_finding_about_the_whole_file_has_no_place() -> None:
    """Only the file's name."""
    Path("copy.docx").write_bytes(b"text")

    said = _said("copy.docx")

    assert said.exit_code == 1
    assert said.stdout.startswith("copy.docx: Файл бүлінген немесе Word құжаты емес")


def test_findings_are_json_for_programs() -> None:
    """Code, place, words and their parameters."""
    said = _said(str(_file("templates_ru/copy.docx", "DОS", language=Language.RU)), "--json")

    told = json.loads(said.stdout)
    assert said.exit_code == 1
    assert told["files"] == 1
    (finding,) = told["findings"]
    assert finding.pop("message").keys() == {"kk", "ru"}
    assert finding == {
        "file": "templates_ru/copy.docx",
        "place": {"story": "body", "paragraph": 7},
        "code": "mixed_scripts",
        "params": {"word": "D[О]S"},
    }


def test_a_clean_file_is_json_too() -> None:
    """An empty list, and exit 0."""
    said = _said(str(_file("copy.docx")), "--json")

    assert said.exit_code == 0
    assert json.loads(said.stdout) == {"files": 1, "findings": []}


@pytest.mark.parametrize("name", ["nothing.docx", "."])
def test_a_file_that_cannot_be_read_ends_with_two(name: str) -> None:
    """One line on stderr, no traceback."""
    said = _said(name)

    assert said.exit_code == 2
    assert said.stderr.startswith("error: unreadable: ")
    assert said.stdout == ""


def test_settings_that_cannot_be_end_with_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the fonts there is nothing to compare with."""
    monkeypatch.setenv("DOCGEN_RENDERING__FONT", "nowhere.ttf")

    said = _said(str(_file("copy.docx")))

    assert said.exit_code == 2
    assert said.stderr.startswith("error: misconfigured: no usable font at nowhere.ttf")


def test_the_language_of_one_file_is_that_of_its_folder() -> None:
    """Elsewhere nobody can know it, and then it is not judged."""
    for folder, faults in (("templates_kk", 1), ("templates_ru", 0), ("desk", 0)):
        document = sound(Language.KK)
        run = document.paragraphs[0].add_run("текст")
        run._r.get_or_add_rPr().append(element("w:lang", val="ru-RU"))
        path = _file(f"{folder}/copy.docx")
        path.write_bytes(word.saved(document))

        assert _said(str(path)).stdout.count("(run_language)") == faults


def test_a_file_called_like_a_form_is_judged_as_its_template() -> None:
    """The form gives other values than the file asks for."""
    said = _said(str(_file(f"desk/{ACT}")))

    assert said.exit_code == 1
    assert "(variable_unknown)" in said.stdout
    assert "(template_changed)" not in said.stdout


@pytest.mark.parametrize("language", BOTH)
def test_the_built_in_files_are_clean_one_by_one(language: Language) -> None:
    """A form's template, a retired one, and a paper, as they lie."""
    folder = BESIDE_THE_PACKAGES / f"templates_{language}"
    for name in (ACT, f"editions/2026-10/{ACT}", "papers/signing_protocol.docx"):
        assert _said(str(folder / name)).output.endswith("Ошибок нет\n")


def test_a_paper_is_judged_by_what_we_print_in_it() -> None:
    """A slip there would stop every seal."""
    path = _file("templates_kk/papers/signing_protocol.docx")

    assert "(variable_unknown)" in _said(str(path)).stdout


def test_all_forms_are_linted_with_their_own_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forms of `DOCGEN_FORMS`, built-in forms and papers, each named so that it can be found."""
    trial = Trial(tmp_path / "own")
    trial.put(Language.KK, sound(Language.RU))
    for language in BOTH:
        source = BESIDE_THE_PACKAGES / f"templates_{language}"
        shutil.copytree(source, tmp_path / "word" / source.name)
    shutil.copy(tmp_path / "word" / "templates_ru" / ACT, tmp_path / "word" / "templates_kk" / ACT)
    monkeypatch.setenv("DOCGEN_TEMPLATES", str(tmp_path / "word"))
    monkeypatch.setenv("DOCGEN_FORMS", json.dumps([str(tmp_path / "own" / "forms")]))
    shutil.move(tmp_path / "own" / "templates_kk", tmp_path / "own" / "forms" / "templates_kk")
    shutil.move(tmp_path / "own" / "templates_ru", tmp_path / "own" / "forms" / "templates_ru")

    said = _said()

    assert said.exit_code == 1
    changed = [line for line in said.stdout.splitlines() if "(template_changed)" in line]
    assert [line.partition(": ")[0] for line in changed] == [
        f"templates_kk/{ACT}",
        str(tmp_path / "own" / "forms" / "templates_kk" / "trial.docx"),
    ]


def test_a_folder_that_is_no_form_ends_with_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is named, and nothing else is said."""
    (tmp_path / "own" / "half").mkdir(parents=True)
    (tmp_path / "own" / "half" / "schema.py").write_text("")
    monkeypatch.setenv("DOCGEN_FORMS", json.dumps([str(tmp_path / "own")]))

    said = _said()

    assert said.exit_code == 2
    assert "half is not a form" in said.stderr
