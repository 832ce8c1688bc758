"""Batches of packs through HTTP: a workbook comes in, is watched, stopped, resumed, summed up."""

import hashlib
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from docgen.domain.pack_batch import BatchLine, LineState
from docgen.domain.work import Task
from tests.api.packing import TODAY, bring_all
from tests.api.portal import Portal
from tests.packs.cases import SAMPLES
from tests.packs.tables import Tables, csv_folder, tables, workbook

BATCHES = "/v1/pack-batches"


def _papers() -> list[dict[str, str]]:
    return [
        {
            "path": f"common/{file.name}",
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        }
        for file in sorted((SAMPLES / "debtor_papers").glob("*.pdf"))
    ]


@pytest.fixture
def desk(here: Portal) -> Portal:
    """Where the papers of all debtors were brought along, and nobody hears of work."""
    here.world.clock.moment = TODAY
    here.worker.away = True
    bring_all(here.program)
    return here


def _asked(
    here: Portal,
    folder: Path,
    given: Tables | None = None,
    papers: Any = None,
    *,
    language: str = "kk",
) -> TestResponse:
    file = workbook(folder / "debtors.xlsx", given or tables(3))
    data = json.dumps({"papers": _papers() if papers is None else papers})
    return here.program.ask(
        "POST", BATCHES,
        data={"file": (io.BytesIO(file.read_bytes()), "debtors.xlsx"), "data": data},
        headers={"Accept-Language": language},
    )  # fmt: skip


def _asked_in_csv(
    here: Portal, files: dict[str, bytes], language: str = "kk", once: str | None = None
) -> TestResponse:
    """Each file a part of its own; one whose name does not say so is called a CSV."""
    parts = [(io.BytesIO(content), name, "text/csv") for name, content in files.items()]
    headers = {"Accept-Language": language} | ({"Idempotency-Key": once} if once else {})
    data = {"file": parts, "data": json.dumps({"papers": _papers()})}
    return here.program.ask("POST", BATCHES, data=data, headers=headers)


def _lines(here: Portal, batch_id: str) -> list[dict[str, Any]]:
    with here.world.register.view() as unit:
        lines = [unit.pack_batches.line(batch_id, each) for each in (1, 2)]
    return [{"case": each.case, "given": each.given} for each in lines]


def _finish(here: Portal, batch_id: str, place: int, state: LineState, **more: Any) -> None:
    """As a worker leaves a line."""
    line = BatchLine(
        batch_id=batch_id, place=place, case="", given={}, state=state,
        finished_at=here.world.clock.now(), **more,
    )  # fmt: skip
    with here.world.register.begin() as unit:
        assert unit.pack_batches.finish(line)
        unit.commit()
    here.world.clock.moment += timedelta(seconds=20)


def test_a_workbook_becomes_a_batch(desk: Portal, tmp_path: Path) -> None:
    """Each debtor a line that workers owe; the same workbook again is the same batch."""
    answer = _asked(desk, tmp_path)
    batch = answer.get_json()

    assert (answer.status_code, batch["state"], batch["lines"]) == (201, "running", 3)
    assert batch["counts"] == {"waiting": 3, "ready": 0, "blocked": 0, "failed": 0}
    assert answer.headers["Location"] == f"{BATCHES}/{batch['id']}"
    assert _asked(desk, tmp_path).get_json()["id"] == batch["id"]
    assert desk.program.get(BATCHES).get_json() == {"batches": [batch]}
    with desk.world.register.view() as unit:
        assert unit.pack_batches.owed(limit=9) == [(batch["id"], place) for place in (3, 2, 1)]


def test_workers_are_told_of_every_line(desk: Portal, tmp_path: Path) -> None:
    """By its batch and place."""
    told: list[tuple[Task, str]] = []
    desk.worker.away = False
    desk.worker.work = lambda task, name: told.append((task, name))

    number = _asked(desk, tmp_path).get_json()["id"]

    assert told == [(Task.BUILD_LINE, f"{number}/{place}") for place in (1, 2, 3)]


def test_progress_has_pace_and_remaining_time(desk: Portal, tmp_path: Path) -> None:
    """Of the last lines; a batch that is done has neither."""
    number = _asked(desk, tmp_path).get_json()["id"]
    _finish(desk, number, 1, LineState.READY)
    _finish(desk, number, 2, LineState.BLOCKED)
    half = desk.program.get(f"{BATCHES}/{number}").get_json()
    _finish(desk, number, 3, LineState.FAILED)
    whole = desk.program.get(f"{BATCHES}/{number}").get_json()

    assert (half["state"], half["per_minute"], half["remaining_seconds"]) == ("running", 1.5, 40)
    assert (whole["state"], whole["per_minute"], whole["remaining_seconds"]) == ("done", None, None)
    assert whole["counts"] == {"waiting": 0, "ready": 1, "blocked": 1, "failed": 1}


def test_a_batch_is_stopped_and_resumed(desk: Portal, tmp_path: Path) -> None:
    """Stopped it owes nothing; resumed it owes what waits and what failed."""
    number = _asked(desk, tmp_path).get_json()["id"]
    _finish(desk, number, 1, LineState.FAILED)

    stopped = desk.program.post(f"{BATCHES}/{number}/stop", {}).get_json()
    with desk.world.register.view() as unit:
        owed = unit.pack_batches.owed(limit=9)
    resumed = desk.program.post(f"{BATCHES}/{number}/resume", {}).get_json()

    assert (stopped["state"], owed) == ("stopped", [])
    assert (resumed["state"], resumed["counts"]["waiting"]) == ("running", 3)


def test_every_error_is_told_at_its_cell(desk: Portal, tmp_path: Path) -> None:
    """In the language of the program, papers among them; nothing is taken."""
    given = tables(2)
    given["invoices"][1][3] = "-5"
    papers = [*_papers(), {"path": "common/20_fee.pdf", "sha256": "0" * 64}]

    answer = _asked(desk, tmp_path, given, papers)
    found = {each["pointer"]: each["code"] for each in answer.get_json()["errors"]}

    assert answer.status_code == 422
    assert found["/invoices/D2"] == "too_small"
    assert found["/common/20_fee.pdf"] == "paper_absent"
    assert desk.program.get(BATCHES).get_json() == {"batches": []}


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8-sig", ";"), ("utf-8", ","), ("utf-16", "\t"), ("kz1048", ";")],
)
def test_the_same_rows_in_csv_are_the_same_batch(
    desk: Portal, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    """A file for each table, as programs of tables save them: line by line the same cases."""
    given = tables(2)
    given["overrides"][1][3] = "Маусым айының төлемі 15 күнге есептелген"
    folder = csv_folder(tmp_path / "csv", given, encoding=encoding, delimiter=delimiter)

    told = _asked_in_csv(desk, {each.name: each.read_bytes() for each in folder.iterdir()})
    lines = _lines(desk, told.get_json()["id"])
    other = _asked(desk, tmp_path, given)

    assert told.status_code == 201
    assert len(lines) == 2
    assert other.get_json()["id"] == told.get_json()["id"]
    assert [each["case"] for each in lines] == ["D-00001", "D-00002"]


def test_csv_is_known_by_its_media_type_too(desk: Portal, tmp_path: Path) -> None:
    """Where a program leaves out what names end with."""
    folder = csv_folder(tmp_path / "csv", tables(1))
    files = {each.stem: each.read_bytes() for each in folder.iterdir()}

    answer = _asked_in_csv(desk, files).get_json()
    assert answer.get("lines") == 1, answer


def test_errors_in_csv_are_told_at_their_cells(desk: Portal, tmp_path: Path) -> None:
    """As those of a workbook, in both languages."""
    given = tables(2)
    given["invoices"][1][3] = "-5"
    given["debtors"][1][1] = "20.13.2026"
    folder = csv_folder(tmp_path / "csv", given)
    files = {each.name: each.read_bytes() for each in folder.iterdir()}

    for language in ("kk", "ru"):
        answer = _asked_in_csv(desk, files, language)
        by_book = _asked(desk, tmp_path, given, language=language).get_json()["errors"]
        told = {each["pointer"]: each for each in answer.get_json()["errors"]}
        assert answer.status_code == 422
        assert len(told) == 2
        assert told == {each["pointer"]: each for each in by_book}
    assert desk.program.get(BATCHES).get_json() == {"batches": []}


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"debtors.csv": b"case\0;"}, {"/file": "table_not_csv"}),
        ({"list.csv": b"case\nD-1\n"}, {"/list": "table_unknown", "/debtors": "table_missing"}),
        ({"invoices.csv": b"case\n"}, {"/debtors": "table_missing"}),
        (
            {"debtors.csv": "case;debtor.surname\nD-1;?ожахметов\n".encode("cp1251")},
            {"/debtors/B2": "cell_letters_lost"},
        ),
        ({"debtors.csv": b""}, {"/file": "required"}),
        ({"debtors.csv": b"x\n", "a/DEBTORS.CSV": b"case\nD-1\n"}, {"/debtors": "named_twice"}),
    ],
    ids=["binary", "unknown", "alone", "cp1251", "empty", "twice"],
)
def test_what_is_no_table_in_csv_is_refused(
    desk: Portal, files: dict[str, bytes], told: dict[str, str]
) -> None:
    """Each with its own reason; of two files of one table neither is passed over."""
    answer = _asked_in_csv(desk, files)
    found = {each["pointer"]: each["code"] for each in answer.get_json()["errors"]}

    assert answer.status_code == 422
    assert told.items() <= found.items()


def test_another_name_under_the_same_key_is_another_request(desk: Portal, tmp_path: Path) -> None:
    """The name says which table a file is."""
    folder = csv_folder(tmp_path / "csv", tables(1))
    files = {each.name: each.read_bytes() for each in folder.iterdir()}
    first = _asked_in_csv(desk, files, once="k-1")
    files["payment.csv"] = files.pop("payments.csv")

    again = _asked_in_csv(desk, files, once="k-1")

    assert first.status_code == 201
    assert (again.status_code, again.get_json()["code"]) == (422, "idempotency_key_reused")


def test_what_is_no_workbook_is_refused(desk: Portal) -> None:
    """A body without a file, and a file that is something else."""
    data = {"file": (io.BytesIO(b"not a workbook"), "t.xlsx"), "data": "{}"}
    other = desk.program.ask("POST", BATCHES, data=data)
    bare = desk.program.post(BATCHES, {"papers": []})

    assert [each["code"] for each in other.get_json()["errors"]] == ["table_not_a_workbook"]
    assert [each["code"] for each in bare.get_json()["errors"]] == ["required"]


def test_a_summary_is_fetched_at_any_time(desk: Portal, tmp_path: Path) -> None:
    """As a workbook."""
    number = _asked(desk, tmp_path).get_json()["id"]

    answer = desk.program.get(f"{BATCHES}/{number}/summary")

    assert answer.headers["Content-Disposition"] == f'attachment; filename="{number}.xlsx"'
    assert len(load_workbook(io.BytesIO(answer.data)).worksheets) == 3


@pytest.mark.parametrize("path", ["", "/summary"])
def test_others_do_not_see_it(desk: Portal, tmp_path: Path, path: str) -> None:
    """Neither another owner nor a region of the same one."""
    number = _asked(desk, tmp_path).get_json()["id"]

    for other in (desk.issued(owner="branch"), desk.issued(region="AST")):
        answer = other.get(f"{BATCHES}/{number}{path}")
        assert (answer.status_code, answer.get_json()["code"]) == (404, "pack_batch_not_found")
