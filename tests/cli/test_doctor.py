"""`docgen doctor`: what it finds in a sound installation, and in others."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from docx.document import Document as WordDocument

from docgen.adapters.rendering.engine_client import Engine
from docgen.cli import main
from docgen.domain.language import BOTH
from docgen.forms import pack_papers, pack_volumes, protocol
from docgen.forms.catalogue import Catalogue
from tests.adapters.rendering import word
from tests.lint.trial import Trial
from tests.pki.lab import PASSPHRASE, Lab, serving
from tests.services.redis_server import RedisServer
from tests.services.rendering import ROUTES
from tests.services.sealing import sealing_process
from tests.visit.terminal import PROGRAM, environment

Seen = Mapping[str, Any]
ZYGOTES = "2"
"""As many as the tests' own engine has: only so is it the same one."""
DEMO = {
    "DOCGEN_PROFILE": "demo",
    "DOCGEN_RENDERING__ROUTES": str(ROUTES),
    "DOCGEN_RENDERING__ZYGOTES": ZYGOTES,
}
NO_FONT = {"DOCGEN_RENDERING__FONT": "nowhere-Regular.ttf"}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test works in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """An authority that is not ours."""
    with serving(tmp_path_factory.mktemp("lab")) as served:
        yield served


@pytest.fixture(scope="module", autouse=True)
def _warm(engine: Engine) -> None:
    """An engine that runs and is kept: no examination here has to wait until one has started."""
    engine.hello()


@pytest.fixture(scope="module")
def unsealed(
    lab: Lab,
    migrated_sqlite: Path,
    redis_server: RedisServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    """Settings of an installation whose sealing process does not run."""
    register = tmp_path_factory.mktemp("installation") / "register.db"
    shutil.copy(migrated_sqlite, register)
    return {
        "DOCGEN_PROFILE": "production",
        "DOCGEN_RENDERING__ROUTES": str(ROUTES),
        "DOCGEN_RENDERING__ZYGOTES": ZYGOTES,
        "DOCGEN_DATABASE_URL": f"sqlite:///{register}",
        "DOCGEN_REDIS_URL": redis_server.url,
        "DOCGEN_CODES__PEPPER": "0b" * 32,
        "DOCGEN_CODES__SUBJECT_KEY": "0c" * 32,
        "DOCGEN_TRUST_ROOTS": str(lab.root),
    }


@pytest.fixture(scope="module")
def production(
    lab: Lab,
    unsealed: dict[str, str],
    short_directory: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, str]]:
    """Settings of a sound installation, whose sealing process has the lab's key."""
    socket = short_directory / "doctor-seal" / "socket"
    settings = unsealed | {"DOCGEN_SEAL__SOCKET": str(socket)}
    key = {
        "DOCGEN_SEAL__PKCS12": str(lab.pkcs12("rsa")),
        "DOCGEN_SEAL__PASSPHRASE": PASSPHRASE,
    }
    with sealing_process(settings | key, folder=tmp_path_factory.mktemp("sealer")):
        yield settings


def _said(settings: Mapping[str, str], *words: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *words], env=settings)


def _told(said: Result) -> dict[str, list[Seen]]:
    """Observations by part."""
    parts: dict[str, list[Seen]] = {}
    for seen in json.loads(said.stdout)["observations"]:
        parts.setdefault(seen["part"], []).append(seen)
    return parts


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A demo that was never started, and what is said of it."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return folder, _said(DEMO, "--json")


def test_a_sound_demo_is_told_part_by_part(demo: tuple[Path, Result]) -> None:
    """Nothing fails, and what the engine is can be read."""
    _, said = demo
    told = _told(said)

    assert said.exit_code == 0, said.output
    assert json.loads(said.stdout)["ok"]
    assert list(told) == [
        "fonts", "engine", "settings", "database", "redis", "seal", "routes", "test_page",
        "zygotes",
    ]  # fmt: skip
    facts = told["engine"][0]["facts"]
    assert re.fullmatch(r"LibreOffice [\d.]+", facts["engine"])
    assert facts.keys() == {"engine", "bridge", "network", "clock", "allocator"}
    assert re.fullmatch("[0-9a-f]{12}", told["fonts"][0]["facts"]["digest"])
    assert told["zygotes"][0]["facts"]["memory_mb"] > 0


def test_every_template_is_told_in_every_language_with_its_route(
    demo: tuple[Path, Result],
) -> None:
    """All editions of all forms, the papers that are added to them, and those of packs."""
    told = _told(demo[1])["routes"]
    names = {form.template(e): form.languages for form in Catalogue() for e in form.editions}
    modes = {
        f"{name} {mode}"
        for name, languages in (names | dict.fromkeys(protocol.TEMPLATES, BOTH)).items()
        for mode in (*languages, "+".join(languages))
    }
    of_packs = [pack_volumes.TEMPLATE, *(pack_papers.template(slot) for slot in pack_papers.MADE)]
    modes |= {f"{name} {'+'.join(BOTH)}" for name in of_packs}

    assert {seen["subject"] for seen in told} == modes
    assert {seen["facts"]["route"] for seen in told} <= {"preloaded", "loaded", "word"}


def test_a_test_page_is_rendered_sealed_and_verified_and_kept_by_nobody(
    demo: tuple[Path, Result],
) -> None:
    """Who sealed it and who vouches for its time is told; neither register nor blobs have it."""
    folder, said = demo
    facts = _told(said)["test_page"][0]["facts"]

    assert (facts["verdict"], facts["level"]) == ("valid", "B-LT")
    assert "ДЕМО" in facts["signer"]
    assert "ДЕМО" in facts["timestamp_authority"]
    assert min(facts[step] for step in ("render_ms", "seal_ms", "verify_ms")) > 0
    assert not list((folder / "var").rglob("*.pdf"))
    assert not (folder / "var" / "blobs").exists()
    with closing(sqlite3.connect(folder / "var" / "register.db")) as database:
        assert database.execute("SELECT count(*) FROM envelopes").fetchone() == (0,)


def test_nothing_personal_and_no_secret_is_told(demo: tuple[Path, Result]) -> None:
    """Neither the example's person nor the demo's keys."""
    folder, said = demo
    keys = [file.read_bytes().hex() for file in (folder / "var" / "secrets").iterdir()]
    people = [form.example["subscriber"] for form in Catalogue()]

    assert keys
    for word_ in (*keys, *(p[name] for p in people for name in ("surname", "iin", "phone"))):
        assert word_ not in said.output


def test_production_seals_with_its_own_key_and_a_slower_template_is_a_warning(
    production: dict[str, str], tmp_path: Path
) -> None:
    """Exit 0: a bookmark within a condition goes by Word, and a seal needs no timestamp."""
    forms = _own_form(tmp_path / "own")

    said = _said(production | {"DOCGEN_FORMS": json.dumps([str(forms)])}, "--json")

    told = _told(said)
    assert said.exit_code == 0, said.output
    slow = [seen for seen in told["routes"] if seen["subject"].startswith("trial ")]
    assert [seen["subject"] for seen in slow] == ["trial kk+ru", "trial kk", "trial ru"]
    for seen in slow:
        assert (seen["grade"], seen["code"]) == ("warning", "route_slower")
        assert seen["facts"]["route"] == "word"
        assert seen["detail"] == "a bookmark stands in what a tag can take out"
        assert seen["detail"] in seen["message"]["ru"]
    (page,), (seal, warning) = told["test_page"], told["seal"]
    assert (page["facts"]["verdict"], page["facts"]["level"]) == ("valid", "B-B")
    assert (seal["facts"]["level"], seal["facts"]["key"]) == ("B-B", "RSA-2048")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", seal["facts"]["valid_until"])
    assert page["facts"]["signer"].startswith("Сынақ мөрі RSA")
    assert page["facts"]["timestamp_authority"] is None
    assert warning["code"] == "seal_without_timestamp"


def _own_form(folder: Path) -> Path:
    """A form with a condition around a bookmark, and its Word files beside it."""
    trial = Trial(folder)
    trial.change_both(_condition_around_a_bookmark)
    for language in BOTH:
        shutil.move(folder / f"templates_{language}", folder / "forms" / f"templates_{language}")
    return folder / "forms"


def _condition_around_a_bookmark(document: WordDocument) -> None:
    document.add_paragraph("{%p if urgent %}")
    word.bookmark(document.add_paragraph("!"), "place")
    document.add_paragraph("{%p endif %}")


def test_all_that_fails_is_told_at_once(unsealed: dict[str, str], own_redis: RedisServer) -> None:
    """A stopped Redis and an absent seal end with 1; everything else is looked at all the same."""
    own_redis.kill()

    said = _said(unsealed | {"DOCGEN_REDIS_URL": own_redis.url})

    lines = {line.split()[1]: line for line in said.stdout.splitlines()}
    assert said.exit_code == 1
    assert lines["redis"] == (
        "failure  redis      Кодтар уақытша қолжетімсіз / Коды временно недоступны: "
        "the store of codes does not answer (codes_unavailable)"
    )
    assert lines["seal"] == (
        "failure  seal       Мөр қою уақытша қолжетімсіз / Печать временно недоступна: "
        "the sealing process does not answer (seal_unavailable)"
    )
    assert lines["test_page"].startswith("skipped")
    assert lines["database"].startswith("ok ")
    assert "ok       routes     acceptance_act kk+ru: route preloaded" in said.stdout
    assert said.stdout.splitlines()[-1].startswith("Ақаулар: 2, ")


def test_a_key_that_ends_soon_is_a_warning(
    lab: Lab, unsealed: dict[str, str], short_directory: Path, tmp_path: Path
) -> None:
    """In both languages, with the day, while there is time to order another one."""
    socket = short_directory / "doctor-ending" / "socket"
    settings = unsealed | NO_FONT | {"DOCGEN_SEAL__SOCKET": str(socket)}
    key = {
        "DOCGEN_SEAL__PKCS12": str(lab.pkcs12("ending")),
        "DOCGEN_SEAL__PASSPHRASE": PASSPHRASE,
    }
    with sealing_process(settings | key, folder=tmp_path):
        _, without_stamps, ending = _told(_said(settings, "--json"))["seal"]

    assert without_stamps["code"] == "seal_without_timestamp"
    assert (ending["grade"], ending["code"]) == ("warning", "seal_expires")
    for language in ("kk", "ru"):
        assert f"{lab.valid_until('ending').date()}" in ending["message"][language]


def test_without_a_font_nothing_is_made_and_the_rest_is_looked_at(
    production: dict[str, str],
) -> None:
    """The file is named; what would need it is skipped."""
    said = _said(production | NO_FONT)

    assert said.exit_code == 1
    lines = said.stdout.splitlines()
    assert lines[0] == (
        "failure  fonts      Қызмет дұрыс бапталмаған / Служба настроена неверно: "
        "there is no font nowhere-Regular.ttf (misconfigured)"
    )
    assert [line.split()[:2] for line in lines if line.startswith("skipped")] == [
        ["skipped", "routes"], ["skipped", "test_page"],
    ]  # fmt: skip
    assert "ok       redis      answers yes" in lines
    assert "/ Неисправностей: 1, " in lines[-1]


def test_settings_that_do_not_fit_are_told_with_what_they_lack() -> None:
    """Production without anything: what follows from it is skipped."""
    said = _said(NO_FONT | {"DOCGEN_PROFILE": "production"}, "--json")

    told = _told(said)
    assert said.exit_code == 1
    (seen,) = told["settings"]
    assert (seen["grade"], seen["code"]) == ("failure", "misconfigured")
    assert seen["detail"] == "DOCGEN_REDIS_URL or DOCGEN_CODES__PEPPER is not set"
    assert [told[part][0]["grade"] for part in ("database", "redis")] == ["skipped", "skipped"]


def test_a_terminal_is_shown_how_far_it_is(tmp_path: Path) -> None:
    """Also what it is at, on stderr, wiped away at the end; what is piped on stays clean."""
    ours, theirs = os.openpty()
    done = subprocess.run(
        [PROGRAM, "doctor"],
        cwd=tmp_path,
        env=environment() | NO_FONT,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        check=False,
    )
    shown = os.read(ours, 4096).decode()
    os.close(ours)
    os.close(theirs)

    assert "… fonts, 1 seen" in shown
    for part in ("fonts", "engine", "settings", "seal"):
        assert f"… {part}\r" in shown or f"… {part}\x1b" in shown
    assert shown.endswith("\x1b[K")
    assert "…" not in done.stdout


def test_lint_shows_the_routes_where_they_are_asked_for(tmp_path: Path) -> None:
    """The engine is started for that alone, and a slower route is no finding."""
    settings = DEMO | {"DOCGEN_FORMS": json.dumps([str(_own_form(tmp_path / "own"))])}

    said = CliRunner().invoke(main, ["lint", "--routes"], env=settings)

    assert "ok       routes     acceptance_act kk+ru: route preloaded" in said.stdout.splitlines()
    slow = next(line for line in said.stdout.splitlines() if " trial kk: route word: " in line)
    assert slow.startswith("warning  routes")
    assert slow.endswith("(route_slower)")
    assert "a bookmark stands in what a tag can take out" in slow


def test_lint_shows_no_routes_of_one_file() -> None:
    """A file alone is no template."""
    said = CliRunner().invoke(main, ["lint", "--routes", "copy.docx"])

    assert said.exit_code == 2
    assert "not one file" in said.stderr


def test_a_message_centre_without_its_link_is_told(production: dict[str, str]) -> None:
    """Where one is set, a link that does not run is a failure, in both languages."""
    said = _said(production | {"DOCGEN_SMS__SMPP__HOST": "centre.example"}, "--json")

    (smpp,) = _told(said)["smpp"]
    assert said.exit_code == 1
    assert (smpp["grade"], smpp["code"]) == ("failure", "sms_unavailable")
    assert smpp["detail"] == "docgen smpp does not run"
    assert smpp["message"]["kk"] != smpp["message"]["ru"]
