"""`docgen pack check`: all findings at once, for people and for programs."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from docgen.cli import main
from tests.packs.cases import COMPLETE, SAMPLES, complete
from tests.visit.terminal import docgen

_SAMPLE = SAMPLES / "debtor_case.json"


@pytest.fixture(autouse=True)
def _away_from_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is set up where the tests run has no say."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOCGEN_VAR", str(tmp_path / "var"))


def _check(case: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["pack", "check", str(case), *options])


def _told(case: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(_check(case, "--json").output)
    return told


def _written(folder: Path, case: object) -> Path:
    file = folder / "case.json"
    file.write_text(json.dumps(case), encoding="utf-8")
    return file


def test_the_sample_with_gaps_is_refused_with_all_findings_at_once() -> None:
    """What the law asks for, what has no ground, and every paper of the checklist."""
    told = _told(_SAMPLE)

    assert _check(_SAMPLE).exit_code == 1
    assert told["ready"] is False
    found = {(each["rule"], each["pointer"]) for each in told["blocks"]}
    assert found == {
        ("N02", "/contract"), ("N02", "/creditor/bank"), ("N02", "/fee"),
        ("N02", "/representative"), ("N13", "/invoices/4"), ("N19", "/checked"),
        ("N21", "/papers/acceptance_act"), ("N21", "/papers/application"),
        *(("P01", f"/papers/{slot}") for slot in (
            "address", "checks", "claim_letter", "contract", "fee", "invoice", "invoice_delivery",
            "licence", "notice_delivery", "power_of_attorney", "publication", "registration",
            "service_record", "tariffs",
        )),
    }  # fmt: skip
    assert [each["rule"] for each in told["warnings"]] == ["N27"]
    assert told["claim"]["total"] == "18215.00"
    assert told["claim"]["by_ground"]["court"] == "29988.38"


def test_the_complete_case_is_ready() -> None:
    """With the papers that lie beside it, and the warning that somebody answers for."""
    told, shown = _told(COMPLETE), _check(COMPLETE)

    assert shown.exit_code == 0
    assert told["ready"] is True
    assert (told["claim"]["principal"], told["claim"]["other"]) == ("18215.00", "24990.00")
    assert (told["claim"]["penalty"], told["claim"]["total"]) == ("4998.38", "48203.38")
    assert [each["by"] for each in told["answered"]] == ["Мұқашева Дана Серікқызы"]
    assert {each["found"] for each in told["papers"]} == {"unsealed"}
    assert "Топтама дайындауға болады" in shown.output
    assert "Пакет можно составлять" in shown.output


def test_it_says_whether_a_register_was_asked(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other inscriptions for the debt block a build: who was not asked for them is told so."""
    assert "Реестр не опрошен" in _check(COMPLETE).output
    assert "Тізілім сұралған жоқ" in _check(COMPLETE).output
    assert _told(COMPLETE)["register_asked"] is False

    monkeypatch.setenv("DOCGEN_DATABASE_URL", sqlite_url)

    assert "Реестр не опрошен" not in _check(COMPLETE).output
    assert _told(COMPLETE)["register_asked"] is True


def test_a_wrong_setting_is_named_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """And with the exit code of what is not able to look."""
    monkeypatch.setenv("DOCGEN_PROFILE", "prodction")

    said = _check(COMPLETE)

    assert said.exit_code == 3
    assert said.stderr.startswith("error: misconfigured: DOCGEN_PROFILE: ")


def test_the_list_of_deadlines_says_its_window(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten days to refuse are not within seven: nobody shall take that for none at all."""
    monkeypatch.setenv("DOCGEN_DATABASE_URL", sqlite_url)

    listed = CliRunner().invoke(main, ["pack", "due"])

    assert listed.stderr == "0 due within 7 days or over; --days looks further\n"


def test_deadlines_are_mailed_only_where_a_mail_server_is_set(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told which setting is missing; with nothing due nobody is written to."""
    monkeypatch.setenv("DOCGEN_DATABASE_URL", sqlite_url)
    unset = CliRunner().invoke(main, ["pack", "due", "--mail", "desk@operator.example"])
    monkeypatch.setenv("DOCGEN_MAIL__HOST", "127.0.0.1")
    monkeypatch.setenv("DOCGEN_MAIL__SENDER", "no-reply@operator.example")
    empty = CliRunner().invoke(main, ["pack", "due", "--mail", "desk@operator.example"])

    assert unset.exit_code != 0
    assert "DOCGEN_MAIL__HOST is not set" in unset.stderr
    assert empty.stdout == "0 due within 7 days or over; nothing sent\n"


def test_a_refused_build_tells_what_a_check_tells(tmp_path: Path) -> None:
    """The same findings in the same words, and what became of it."""
    checked = docgen(tmp_path, "pack", "check", str(_SAMPLE), DOCGEN_PROFILE="demo")
    built = docgen(tmp_path, "pack", "build", str(_SAMPLE), "-o", "packs", DOCGEN_PROFILE="demo")

    findings = [line for line in checked.stdout.splitlines() if line.startswith("[")]
    assert built.returncode == checked.returncode == 1
    assert [line for line in built.stdout.splitlines() if line.startswith("[")] == findings != []
    assert "Пакет составлять нельзя" in built.stdout
    assert built.stderr.startswith("error: pack_not_ready: ")


def test_every_figure_and_reading_is_in_the_answer() -> None:
    """Invoice, days, balance, rate and product; and how the open questions were read."""
    told = _told(COMPLETE)["claim"]
    march = told["lines"][0]

    assert march["spans"] == [
        {"from": "2026-04-28", "to": "2026-05-03", "days": 6, "balance": "7490.00",
         "rate": "0.0075", "product": "337.050000"},
        {"from": "2026-05-04", "to": "2026-05-27", "days": 24, "balance": "2490.00",
         "rate": "0.0075", "product": "448.200000"},
    ]  # fmt: skip
    assert march["penalty"] == march["penalty_claimed"] == "785.25"
    assert told["readings"]["payment_order"] == "statutory"
    assert told["readings"]["most_days_read_as"] == "thirty_days"
    assert _told(COMPLETE)["calendar"] == {"2026": "estimated"}


def test_findings_are_told_with_their_source_and_how_sure_it_is() -> None:
    """In both languages."""
    equipment = next(each for each in _told(_SAMPLE)["blocks"] if each["rule"] == "N13")

    assert set(equipment["message"]) == set(equipment["source"]) == {"kk", "ru"}
    assert equipment["to_confirm_by_a_lawyer"] is True
    assert "N13 /invoices/4" in _check(_SAMPLE).output


def test_values_of_a_wrong_kind_are_told_all_at_once(tmp_path: Path) -> None:
    """With their places, never with what was written there."""
    case = complete()
    case["invoices"][0]["charged"] = "-7490"
    case["debtor"]["birth_date"] = "12.05.1985"
    case["debtor"]["nickname"] = "850512312310"
    shown = _check(_written(tmp_path, case))

    assert shown.exit_code == 2
    for pointer in ("/invoices/0/charged", "/debtor/birth_date", "/debtor/nickname"):
        assert pointer in shown.output
    assert "850512312310" not in shown.output


@pytest.mark.parametrize("content", ["", "{", "[]", '"case"', "{}", "\x00", "[" * 100_000])
def test_what_is_no_case_is_unreadable(content: str, tmp_path: Path) -> None:
    """Not a traceback."""
    file = tmp_path / "case.json"
    file.write_text(content, encoding="utf-8")

    assert _check(file).exit_code == 2


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    """Nor do numbers that rows get by themselves."""
    case = complete()
    case["papers"] = []
    for row in case["invoices"]:
        del row["number"]
    first = _told(_written(tmp_path, case))["claim"]
    case["invoices"].reverse()
    case["payments"].reverse()

    assert _told(_written(tmp_path, case))["claim"] == first


def test_a_paper_that_leads_out_of_the_folder_is_absent(tmp_path: Path) -> None:
    """A case names its own files only."""
    (tmp_path / "secret.pdf").write_bytes(b"%PDF-1.7")
    folder = tmp_path / "case"
    folder.mkdir()
    case = complete()
    case["papers"] = [
        case["papers"][0] | {"path": path} for path in ("../secret.pdf", "/etc/passwd")
    ]

    told = _told(_written(folder, case))

    assert [each["found"] for each in told["papers"]] == ["absent", "absent"]


def test_a_paper_that_was_changed_is_named(tmp_path: Path) -> None:
    """One other byte, or no PDF at all."""
    case = complete()
    case["papers"] = case["papers"][:2]
    for paper, content in zip(case["papers"], (b"%PDF-1.7 changed", b"no pdf"), strict=True):
        file = tmp_path / paper["path"]
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
    case["papers"][1]["sha256"] = hashlib.sha256(b"no pdf").hexdigest()

    told = _told(_written(tmp_path, case))

    assert [each["found"] for each in told["papers"]] == ["other_bytes", "not_pdf"]
