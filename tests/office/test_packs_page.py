"""Notary packs in the office: from a case in a file to the court, in both languages."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from docgen.domain.pack_record import BuildStep
from docgen.domain.staff import Role
from tests.api.packing import bring_all, case, opened, sealed
from tests.api.portal import Portal
from tests.office.conftest import Desk, Seated
from tests.packs.cases import SAMPLES, complete


def _case_file(folder: Path) -> Path:
    file = folder / "CASE.json"
    file.write_text(json.dumps(case(answered=False), ensure_ascii=False), encoding="utf-8")
    return file


def _papers() -> list[Path]:
    return [SAMPLES / path for path in sorted({each["path"] for each in complete()["papers"]})]


def _open_from_files(desk: Desk, folder: Path) -> str:
    """A case and its papers, chosen in the page; the number of the pack."""
    page = desk.page
    page.click('a[href="#/packs/new"]')
    files = page.locator("input[type=file]")
    files.first.set_input_files(_case_file(folder))
    files.last.set_input_files(_papers())
    desk.look()
    page.click("form.case [type=submit]")
    page.wait_for_selector("[data-view=pack]")
    return page.url.rsplit("/", 1)[1]


def _tell(desk: Desk, outcome: str, **facts: str) -> None:
    page = desk.page
    page.select_option("[name=outcome]", outcome)
    for name, value in facts.items():
        page.fill(f".telling [name={name}]", value)
    page.click(".telling [type=submit]")
    expect(page.locator(".title .state")).to_have_attribute("data-state", outcome)


def _to_the_court(desk: Desk, number: str) -> None:
    """What the notary does with it, told day by day."""
    page = desk.page
    _tell(desk, "submitted", recipient="Әбдірахманова С. Е., № 0004821", how="курьер")
    desk.look()
    _tell(desk, "made", number="4821")
    _tell(desk, "copy_sent", how="e-mail")
    _tell(desk, "copy_received")
    desk.look()
    _tell(desk, "objected", reason="Төлем кассада жасалған")
    desk.go("#/packs/court")
    page.wait_for_selector("[data-view=court] td")
    desk.look()
    assert number in page.inner_text("table")


def test_what_is_chosen_outlives_a_switch_of_language(seated: Seated, tmp_path: Path) -> None:
    """The case and its papers; the pack is opened of them."""
    desk = seated(language="kk")
    desk.sign_in()
    page = desk.page
    page.click('a[href="#/packs/new"]')
    files = page.locator("input[type=file]")
    files.first.set_input_files(_case_file(tmp_path))
    files.last.set_input_files(_papers())

    page.click(".languages [lang=ru]")

    expect(page.locator(".choosing output").first).to_have_text("CASE.json")
    expect(page.locator(".choosing output").last).to_have_text(f"Выбрано файлов: {len(_papers())}")
    page.click("form.case [type=submit]")
    page.wait_for_selector("[data-view=pack]")


@pytest.mark.parametrize(
    ("content", "says"), [("%PDF-1.7", "не читается"), ("[]", "не читается"),
                          ('{"a": 1, "a": 2}', "не читается")],
)  # fmt: skip
def test_a_file_that_is_no_case_is_said_in_plain_words(
    seated: Seated, tmp_path: Path, content: str, says: str
) -> None:
    """By the name of the file, without a word of requests; no paper is sent for it."""
    desk = seated()
    desk.sign_in()
    page = desk.page
    page.click('a[href="#/packs/new"]')
    file = tmp_path / "scan.pdf"
    file.write_text(content, encoding="utf-8")
    page.locator("input[type=file]").first.set_input_files(file)

    page.click("form.case [type=submit]")

    expect(page.locator("form.case .error")).to_contain_text("scan.pdf")
    expect(page.locator("form.case .error")).to_contain_text(says)
    desk.look()


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_what_is_wrong_in_a_case_is_told_place_by_place(
    seated: Seated, tmp_path: Path, language: str
) -> None:
    """Each error beside its place in the file, not one after another."""
    given = case(answered=False)
    given["invoices"][0]["charged"] = "-7490"
    given["debtor"]["birth_date"] = "12.05.1985"
    file = tmp_path / "CASE.json"
    file.write_text(json.dumps(given), encoding="utf-8")
    desk = seated(language=language, width=390, height=844)
    desk.sign_in()
    desk.go("#/packs/new")
    desk.page.locator("input[type=file]").first.set_input_files(file)

    desk.page.click("form.case [type=submit]")

    rows = desk.page.locator(".wrong tbody tr")
    expect(rows).to_have_count(2)
    told = {row.split("\t")[0] for row in rows.all_inner_texts()}
    assert told == {"/invoices/0/charged", "/debtor/birth_date"}
    desk.look()


@pytest.mark.parametrize("language", ["kk", "ru"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_a_case_is_walked_to_the_court(
    seated: Seated, world: Portal, tmp_path: Path, language: str, width: int, height: int
) -> None:
    """Every page on the way keeps nobody out; each step leads to the next."""
    desk = seated(language=language, width=width, height=height)
    page = desk.page
    desk.look()
    desk.sign_in()
    page.wait_for_selector("[data-view=packs]")
    desk.look()
    number = _open_from_files(desk, tmp_path)
    expect(page.locator(".title .state")).to_have_attribute("data-state", "draft")
    expect(page.locator("#build")).to_have_count(0)
    desk.look()

    page.fill(".answering [name=by]", "Мұқашева Дана Серікқызы")
    page.fill(".answering [name=reason]", "Есеп журналымен салыстырылды")
    page.click(".answering [type=submit]")
    page.wait_for_selector("#build")
    desk.look()
    page.click("#build")
    page.wait_for_selector(".act progress")
    desk.look()
    with world.world.register.begin() as unit:
        unit.packs.note_step(number, BuildStep.BINDING)
        unit.commit()
    page.wait_for_selector(".act[data-step=binding]")
    desk.look()
    sealed(world, number)
    page.wait_for_selector("#download")
    desk.look()

    _to_the_court(desk, number)
    assert page.locator("html").get_attribute("lang") == language


def test_the_pack_is_taken_as_one_file(seated: Seated, world: Portal, tmp_path: Path) -> None:
    """Under its number."""
    number = opened(world)["id"]
    sealed(world, number)
    desk = seated()
    desk.sign_in()
    desk.go(f"#/packs/{number}")

    with desk.page.expect_download() as begun:
        desk.page.click("#download")
    begun.value.save_as(tmp_path / "pack.zip")

    assert begun.value.suggested_filename == f"{number}.zip"
    assert (tmp_path / "pack.zip").read_bytes() == b"PK-archive"


@pytest.mark.parametrize(
    ("language", "says", "name"),
    [
        ("kk", "Топтама дайын, мөр қойылған: 3 том, 3 бет.", "2-том, 2–2-беттер (PDF)"),
        ("ru", "Пакет готов и заверен: томов 3, страниц 3.", "Том 2, страницы 2–2 (PDF)"),
    ],
)
def test_every_volume_is_counted_looked_at_and_fetched(
    seated: Seated, world: Portal, language: str, says: str, name: str
) -> None:
    """Pages are those of all of them; each has its pictures and its own link, named by number."""
    number = opened(world)["id"]
    sealed(world, number, volumes=3)
    desk = seated(language=language, width=390, height=844)
    desk.sign_in()
    desk.go(f"#/packs/{number}")
    page = desk.page
    expect(page.locator(".act .lead")).to_have_text(says)
    volumes = world.program.get(f"/v1/packs/{number}").get_json()["volumes"]
    links = page.locator(".act a:not(#download)")
    assert links.evaluate_all("all => all.map((a) => a.pathname)") == [v["link"] for v in volumes]
    assert links.nth(1).inner_text() == name

    heard = set()
    for each in volumes:
        part = page.locator(f"[data-part=volume-{each['number']}]")
        part.locator("summary").click()
        expect(part.locator(".sheet img")).to_have_count(1)
        words = world.program.get(f"{each['link']}/pages/1/text").get_json()["lines"]
        assert part.locator(".heard p").all_text_contents() == words
        heard.add(tuple(words))
    assert len(heard) == 3
    desk.look()
    with page.expect_download() as begun:
        links.nth(1).click()
    fetched = Path(begun.value.path()).read_bytes()
    assert fetched == world.program.get(volumes[1]["link"]).data


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_the_calculation_is_unfolded_to_the_product(
    seated: Seated, world: Portal, language: str
) -> None:
    """Sums, an invoice, its days: balance by rate is the product, as the interface tells it."""
    pack = opened(world)
    desk = seated(language=language)
    desk.sign_in()
    desk.go(f"#/packs/{pack['id']}")
    page = desk.page
    line = next(each for each in pack["claim"]["lines"] if each["spans"])

    page.click("[data-part=calculation] > summary")
    page.click(f"[data-part='line-{line['invoice']}'] > summary")
    table = page.locator(f"[data-part='line-{line['invoice']}'] tbody tr").first
    expect(table).to_contain_text("0,75")
    cells = [each.replace("\u00a0", " ") for each in table.locator("td").all_inner_texts()]
    assert cells[2] == str(line["spans"][0]["days"])
    rounded = page.locator(f"[data-part='line-{line['invoice']}'] tfoot td")
    assert rounded.inner_text().replace("\u00a0", "").replace(",", ".") == line["penalty"]
    desk.look()

    page.click(f".languages [lang={'ru' if language == 'kk' else 'kk'}]")
    expect(page.locator(f"[data-part='line-{line['invoice']}']")).to_have_attribute("open", "")


def test_papers_are_looked_at_page_by_page(seated: Seated, world: Portal) -> None:
    """Fetched when they are unfolded, with their words for whoever hears them."""
    pack = opened(world)
    desk = seated()
    desk.sign_in()
    desk.go(f"#/packs/{pack['id']}")
    page = desk.page

    page.click("[data-part=paper-0] > summary")
    page.wait_for_selector("[data-part=paper-0] .sheet img")
    assert page.locator("[data-part=paper-0] .heard p").count() > 0
    desk.look()


def test_packs_are_found(seated: Seated, world: Portal) -> None:
    """By part of a name and by state; nothing found says so."""
    number = opened(world)["id"]
    desk = seated()
    desk.sign_in()
    page = desk.page
    expect(page.locator(".packs .card")).to_have_count(1)

    page.fill("input[type=search]", "қожахм")
    page.click(".search [type=submit]")
    expect(page.locator(".packs .card")).to_have_attribute("href", f"#/packs/{number}")
    page.select_option(".search select", "sealed")
    expect(page.locator(".none")).to_be_visible()
    desk.look()


def test_an_auditor_looks_and_changes_nothing(seated: Seated, world: Portal) -> None:
    """He has no button to build, to answer or to tell."""
    bring_all(world.program)
    number = world.program.post("/v1/packs", case(answered=False)).get_json()["id"]
    desk = seated(Role.AUDITOR)
    desk.sign_in()
    desk.go(f"#/packs/{number}")
    page = desk.page
    page.wait_for_selector("[data-view=pack]")

    assert page.locator("#main form, #main button.main").count() == 0
    desk.look()


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.ADMINISTRATOR])
def test_whoever_has_no_section_is_told_so(seated: Seated, role: Role) -> None:
    """A technician's page is another one."""
    desk = seated(role)
    desk.sign_in()

    assert desk.page.get_attribute("#main", "data-view") == "refused"
    desk.look()
