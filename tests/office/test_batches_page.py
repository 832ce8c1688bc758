"""Batches of packs in the office: a workbook is chosen, watched, stopped, resumed, summed up."""

import io
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from docgen.domain.pack_batch import BatchLine, LineState
from docgen.domain.staff import Role
from tests.api.packing import case, opened
from tests.api.portal import Portal
from tests.office.conftest import Desk, Seated
from tests.packs.cases import SAMPLES, put
from tests.packs.tables import Tables, csv_folder, tables, workbook

_ONE_LINE = """(it) => {
  const words = document.createRange();
  words.selectNodeContents(it);
  return words.getClientRects().length === 1;
}"""


def _folder(folder: Path) -> Path:
    papers = folder / "papers"
    shutil.copytree(SAMPLES / "debtor_papers", papers / "common", dirs_exist_ok=True)
    return papers


def _choose(desk: Desk, folder: Path, given: Tables, chosen: Sequence[Path] | None = None) -> None:
    """A new batch, from the list on."""
    page = desk.page
    desk.go("#/packs/batches/new")
    page.wait_for_selector("[data-view=new-batch]")
    files = page.locator("input[type=file]")
    files.first.set_input_files(chosen or [workbook(folder / "debtors.xlsx", given)])
    files.last.set_input_files(_folder(folder))
    page.click("form.case [type=submit]")


def _finished(
    world: Portal, batch_id: str, place: int, state: LineState, pack_id: str | None = None
) -> None:
    with world.world.register.begin() as unit:
        unit.pack_batches.finish(
            BatchLine(
                batch_id=batch_id, place=place, case="", given={}, state=state, pack_id=pack_id,
                finished_at=world.world.clock.now(), outcome={"findings": []},
            )
        )  # fmt: skip
        unit.commit()


@pytest.mark.parametrize("language", ["kk", "ru"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_a_batch_is_walked_to_its_summary(
    seated: Seated, world: Portal, tmp_path: Path, language: str, width: int, height: int
) -> None:
    """Every page on the way keeps nobody out; the bar moves by itself; the workbook is fetched."""
    desk = seated(language=language, width=width, height=height)
    page = desk.page
    desk.sign_in()
    page.click('a[href="#/packs/batches"]')
    page.wait_for_selector("[data-view=batches]")
    desk.look()
    _choose(desk, tmp_path, tables(2))
    page.wait_for_selector("[data-view=batch]")
    desk.look()
    number = page.url.rsplit("/", 1)[1]

    _finished(world, number, 1, LineState.BLOCKED)
    expect(page.locator("[data-fact=batch_blocked]")).to_have_text("1")
    page.click("#stop")
    expect(page.locator(".title .state")).to_have_attribute("data-batch", "stopped")
    desk.look()
    page.click("#resume")
    expect(page.locator(".title .state")).to_have_attribute("data-batch", "running")
    _finished(world, number, 2, LineState.FAILED)
    expect(page.locator(".title .state")).to_have_attribute("data-batch", "done")
    desk.look()
    with page.expect_download() as fetched:
        page.click('a[href$="/summary"]')

    assert fetched.value.suggested_filename == f"{number}.xlsx"
    book = load_workbook(io.BytesIO(Path(fetched.value.path()).read_bytes()))
    assert len(book.worksheets) == 3


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_errors_are_shown_by_their_cells(
    seated: Seated, world: Portal, tmp_path: Path, language: str
) -> None:
    """All of them, beside the form: what is chosen stays chosen."""
    desk = seated(language=language)
    desk.sign_in()
    given = tables(2)
    given["invoices"][1][3] = "-5"
    given["debtors"][1][1] = "20.13.2026"
    _choose(desk, tmp_path, given)

    rows = desk.page.locator(".wrong tbody tr")
    expect(rows).to_have_count(2)
    desk.look()
    told = {tuple(row.split("\t")[:2]) for row in rows.all_inner_texts()}
    assert told == {("debtors", "B2"), ("invoices", "D2")}
    with world.world.register.view() as unit:
        assert unit.pack_batches.of("operator", limit=9) == []


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_what_a_batch_could_not_make_ready_is_a_step_away(
    seated: Seated, world: Portal, tmp_path: Path, language: str
) -> None:
    """From its end to the packs that are blocked in it, to one of them, and back."""
    number, stranger = opened(world)["id"], opened(world, case(put(fee__receipt="77-9")))["id"]
    desk = seated(language=language, width=390, height=844)
    page = desk.page
    desk.sign_in()
    _choose(desk, tmp_path, tables(1))
    page.wait_for_selector("[data-view=batch]")
    batch = page.url.rsplit("/", 1)[1]
    expect(page.locator('a[href^="#/packs/blocked/"]')).to_have_count(0)
    _finished(world, batch, 1, LineState.BLOCKED, pack_id=number)

    page.click(f'a[href="#/packs/blocked/{batch}"]')
    page.wait_for_selector("[data-view=blocked]")

    assert stranger not in page.inner_text("#main")
    desk.look()
    page.click(f'a[href="#/packs/{number}"]')
    page.wait_for_selector("[data-view=pack]")
    page.go_back()
    page.click(f'a[href="#/packs/batches/{batch}"]')
    page.wait_for_selector("[data-view=batch]")


def test_what_is_chosen_and_wrong_outlives_a_switch_of_language(
    seated: Seated, tmp_path: Path
) -> None:
    """Files, folder and every error, in the other words; what is sent then is the same."""
    desk = seated(language="kk", width=390, height=844)
    desk.sign_in()
    given = tables(2)
    given["invoices"][1][3] = "-5"
    given["debtors"][1][1] = "20.13.2026"
    _choose(desk, tmp_path, given)
    page = desk.page
    rows = page.locator(".wrong tbody tr")
    expect(rows).to_have_count(2)
    before = rows.all_inner_texts()

    page.click(".languages [lang=ru]")

    expect(page.locator(".wrong h2")).to_have_text("Что исправить")
    expect(page.locator("form.case .error")).to_contain_text("В таблице есть ошибки: 2")
    expect(page.locator(".choosing output").first).to_have_text("debtors.xlsx")
    after = rows.all_inner_texts()
    assert [each.split("\t")[:2] for each in after] == [each.split("\t")[:2] for each in before]
    assert not {each.split("\t")[2] for each in after} & {each.split("\t")[2] for each in before}
    desk.look()
    page.click("form.case [type=submit]")
    expect(rows).to_have_count(2)


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_nothing_wrong_is_cut_off_on_a_phone(seated: Seated, tmp_path: Path, language: str) -> None:
    """What is wrong is read without moving the table; no word is broken where a file is chosen."""
    desk = seated(language=language, width=390, height=844)
    desk.sign_in()
    desk.go("#/packs/batches/new")
    chosen = desk.page.locator(".choosing output")
    expect(chosen).to_have_count(2)
    for each in chosen.all():
        assert each.evaluate(_ONE_LINE), each.inner_text()
    given = tables(2)
    given["debtors"][1][1] = "20.13.2026"
    _choose(desk, tmp_path, given)

    box = desk.page.locator(".wrong .table")
    expect(box).to_be_visible()
    assert box.evaluate("(it) => it.scrollWidth <= it.clientWidth")
    desk.look()


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_tables_are_chosen_in_csv(
    seated: Seated, world: Portal, tmp_path: Path, language: str
) -> None:
    """One file for each table; what is wrong in them is told by file and cell."""
    desk = seated(language=language, width=390, height=844)
    desk.sign_in()
    given = tables(2)
    given["debtors"][1][1] = "20.13.2026"
    wrong = sorted(csv_folder(tmp_path / "wrong", given).iterdir())
    _choose(desk, tmp_path, given, wrong)
    rows = desk.page.locator(".wrong tbody tr")
    expect(rows).to_have_count(1)
    assert rows.first.inner_text().split("\t")[:2] == ["debtors", "B2"]
    desk.look()

    mended = sorted(csv_folder(tmp_path / "mended", tables(2), delimiter=",").iterdir())
    desk.page.locator("input[type=file]").first.set_input_files(mended)
    desk.page.click("form.case [type=submit]")
    desk.page.wait_for_selector("[data-view=batch]")

    number = desk.page.url.rsplit("/", 1)[1]
    with world.world.register.view() as unit:
        assert unit.pack_batches.get(number).lines == 2


def test_an_auditor_only_looks(seated: Seated) -> None:
    """There is nothing to begin for him."""
    desk = seated(Role.AUDITOR)
    desk.sign_in()
    desk.page.click('a[href="#/packs/batches"]')
    desk.page.wait_for_selector("[data-view=batches]")

    expect(desk.page.locator('a[href="#/packs/batches/new"]')).to_have_count(0)
