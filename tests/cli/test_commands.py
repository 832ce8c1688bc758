"""What the command line says, and with which exit code."""

import json
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner, Result

from docgen.cli import main
from docgen.forms.catalogue import Catalogue
from docgen.settings import Settings
from tests.forms.samples import act


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test works in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DOCGEN_PROFILE", raising=False)


def _said(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def _values(tmp_path: Path, **changes: object) -> str:
    file = tmp_path / "values.json"
    example = json.loads(json.dumps(act().example))
    example["values"] |= changes
    file.write_text(json.dumps(example), encoding="utf-8")
    return str(file)


def test_forms_are_listed_with_annex_and_titles() -> None:
    """A line a form, tabs between the columns."""
    lines = [line.split("\t") for line in _said("forms").stdout.splitlines()]

    assert [(code, annex) for code, annex, *_ in lines] == [
        (form.code, str(form.annex or "-")) for form in Catalogue()
    ]
    _, _, kk, ru = lines[2]
    assert kk.startswith("Орындалған жұмыстарды")
    assert ru.startswith("Акт приёма-передачи")


def test_schema_and_example_are_json() -> None:
    """What they print can be fed to other tools."""
    schema = json.loads(_said("forms", "schema", "acceptance_act").stdout)
    example = json.loads(_said("forms", "example", "acceptance_act").stdout)

    assert schema["$schema"].endswith("2020-12/schema")
    assert set(example) == {"subscriber", "values"}


def test_an_unknown_form_is_named_without_a_traceback() -> None:
    """Exit code 1 and one line."""
    said = _said("forms", "schema", "no_such_form")

    assert said.exit_code == 1
    assert said.stderr == "error: form_not_found: no_such_form\n"


@pytest.mark.parametrize(
    ("languages", "pages", "words"),
    [
        ("kk", 2, ["ҮЛГІ / ОБРАЗЕЦ", "Орындалған жұмыстардың тізбесі"]),
        ("ru", 2, ["ҮЛГІ / ОБРАЗЕЦ", "Перечень выполненных работ"]),
        ("kk,ru", 4, ["Орындалған жұмыстардың тізбесі", "Перечень выполненных работ"]),
    ],
)
def test_a_specimen_is_marked_on_every_page(
    tmp_path: Path, languages: str, pages: int, words: list[str]
) -> None:
    """The example renders in each language, and nobody can take it for a document."""
    target = tmp_path / "specimen.pdf"

    said = _said(
        "render", "acceptance_act", _values(tmp_path), "--languages", languages, "-o", str(target)
    )

    assert said.exit_code == 0, said.output
    texts = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(target)]
    assert len(texts) == pages
    assert all("ҮЛГІ / ОБРАЗЕЦ" in text for text in texts)
    assert all(word in "".join(texts) for word in words)


def test_rejected_values_are_told_in_both_languages(tmp_path: Path) -> None:
    """Each finding a line: where, in Kazakh, in Russian, and its code."""
    values = _values(tmp_path, services=[], connected_on="20.11.2026")

    said = _said("render", "acceptance_act", values, "-o", str(tmp_path / "x.pdf"))

    assert said.exit_code == 1
    assert said.stderr.splitlines() == [
        "/values/connected_on: Күн ЖЖЖЖ-АА-КК түрінде жазылады / "
        "Дата записывается в виде ГГГГ-ММ-ДД (not_a_date)",
        "/values/services: Кемінде 1 / Не меньше 1 (too_short)",
    ]
    assert not (tmp_path / "x.pdf").exists()


@pytest.mark.parametrize("content", ["not json", "[1]", "\ufffe"])
def test_what_is_not_values_is_refused(tmp_path: Path, content: str) -> None:
    """Garbage instead of VALUES.json is a usage error."""
    file = tmp_path / "garbage.json"
    file.write_text(content, encoding="utf-16")

    said = _said("render", "acceptance_act", str(file), "-o", str(tmp_path / "x.pdf"))

    assert said.exit_code == 2
    assert "Traceback" not in said.output


def test_an_unknown_language_is_refused(tmp_path: Path) -> None:
    """Only kk and ru exist."""
    said = _said("render", "acceptance_act", _values(tmp_path), "--languages", "en", "-o", "x.pdf")

    assert said.exit_code == 2


def test_verification_without_any_root_is_a_clear_error(tmp_path: Path) -> None:
    """Trusting nobody by accident does not look like a bad document: exit code 3."""
    file = tmp_path / "x.pdf"
    file.write_bytes(b"%PDF-1.7\n")

    said = _said("verify", str(file))

    assert said.exit_code == 3
    assert said.stderr.startswith("error: misconfigured: ")


def test_without_settings_nothing_starts_half_able() -> None:
    """Production is the default, and it names what is missing."""
    said = _said("sweep")

    assert Settings().profile == "production"
    assert said.exit_code == 1
    assert "DOCGEN_REDIS_URL or DOCGEN_CODES__PEPPER" in said.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DOCGEN_PROFILE", "production"),
        ("DOCGEN_DATABASE_URL", "sqlite:////nowhere/register.db"),
        ("DOCGEN_REDIS_URL", "redis://127.0.0.1:1"),
        ("DOCGEN_TRUST_ROOTS", "roots.pem"),
        ("DOCGEN_TRUST_SIGNERS", "signers.pem"),
        ("DOCGEN_SEAL__PKCS12", "seal.p12"),
        ("DOCGEN_SEAL__PKCS11__MODULE", "token.so"),
        ("DOCGEN_SEAL__DETACHED__URL", "http://127.0.0.1:14579"),
        ("DOCGEN_SMS__SMSC_KZ__API_KEY", "key"),
        ("DOCGEN_SMS__MOBIZON__API_KEY", "key"),
    ],
)
def test_the_demo_refuses_to_touch_production(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """Whatever of production is set is named, and the choice is not remembered."""
    monkeypatch.setenv(name, value)

    said = _said("demo", "--once")

    assert said.exit_code == 1
    assert "never touches production" in said.stderr
    assert name in said.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("DOCGEN_ENVELOPE_LIFE_HOURS", "0"), ("DOCGEN_CODES", '{"older": ["sekrit"]}')],
)
def test_a_setting_that_cannot_be_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """A secret in the wrong shape must not end up on a screen."""
    monkeypatch.setenv(name, value)

    said = _said("forms")

    assert said.exit_code == 1
    assert name in said.stderr
    assert "sekrit" not in said.output


def test_a_folder_that_is_no_form_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A half-made form stops with its path, not with a traceback."""
    (tmp_path / "own" / "half").mkdir(parents=True)
    (tmp_path / "own" / "half" / "schema.py").write_text("")
    monkeypatch.setenv("DOCGEN_FORMS", json.dumps([str(tmp_path / "own")]))

    said = _said("forms")

    assert said.exit_code == 1
    assert "half is not a form" in said.stderr


def test_an_output_without_a_folder_is_refused_before_the_work(tmp_path: Path) -> None:
    """Nobody waits for a rendering that cannot be kept."""
    said = _said("render", "acceptance_act", _values(tmp_path), "-o", "no/such/folder/x.pdf")

    assert said.exit_code == 2
    assert "is not a folder" in said.stderr


def test_a_new_register_is_migrated_and_its_journal_is_in_order() -> None:
    """`migrate` makes it, may be repeated, and `journal verify` finds nothing wrong."""
    assert _said("journal", "verify").exit_code == 3
    assert [_said("migrate").stdout, _said("migrate").stdout] == ["ok\n", "ok\n"]
    assert _said("journal", "verify").stdout.startswith("ok: 0 envelopes, 0 entries")
