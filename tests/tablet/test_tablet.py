"""The technician's tablet in a real browser: to the seal, whatever the network does."""

from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from docgen.domain.visit import VisitFilter
from docgen.texts import dates
from tests.api.people import POLICY
from tests.api.portal import Portal
from tests.api.test_visits import VISITS, planned
from tests.browser.standing import Service
from tests.browser.waiting import comes_true
from tests.tablet.conftest import Opened, Tablet

_SURNAME = '[data-pointer="/subscriber/surname"] input'


_FORMS_KEPT = """async (many) => {
  const asked = (r) => new Promise((done) => { r.onsuccess = () => done(r.result); });
  const base = await asked(indexedDB.open("qoltanba-field"));
  const names = await asked(base.transaction("things").objectStore("things").getAllKeys());
  base.close();
  return names.filter((name) => name.startsWith("kept:/v1/forms/")).length === many;
}"""


def _until_handed_over(tablet: Tablet) -> None:
    tablet.tap(".visits a.card")
    tablet.tap("#preview")
    tablet.tap("#hand-over")


def _visits(world: Portal) -> list[Any]:
    with world.world.register.view() as unit:
        return list(unit.visits.find(VisitFilter(owner="operator"), after=None, limit=100))


@pytest.mark.parametrize("language", ["kk", "ru"])
@pytest.mark.parametrize(("width", "height"), [(800, 1280), (1280, 800), (390, 844)])
@pytest.mark.usefixtures("visit")
def test_a_planned_visit_is_sealed_in_few_taps(
    opened: Opened, language: str, width: int, height: int
) -> None:
    """At most eight, and the code; every page on the way keeps nobody out."""
    tablet = opened(language, width, height)
    page = tablet.page
    tablet.look()
    tablet.sign_in()
    tablet.look()

    tablet.tap(".visits a.card")
    page.wait_for_selector("#preview")
    tablet.look()
    tablet.tap("#preview")
    page.wait_for_selector(".sheet img")
    tablet.look()
    tablet.tap("#hand-over")
    page.wait_for_selector("#send")
    tablet.look()
    tablet.tap("#send")
    page.wait_for_selector("input.code")
    tablet.look()
    page.fill("input.code", tablet.code)
    page.wait_for_selector("[data-state=sealed]")

    assert tablet.taps <= 8
    tablet.look()
    comes_true(page, "document.querySelector('img.qr')?.naturalWidth > 0")
    tablet.tap("#take-back")
    tablet.look()
    page.fill("dialog input", tablet.password)
    tablet.tap("dialog [type=submit]")
    expect(page.locator(".visits .state")).to_have_attribute("data-state", "sealed")
    assert page.locator("html").get_attribute("lang") == language


@pytest.mark.usefixtures("visit")
def test_what_is_typed_outlives_the_network_a_reload_and_the_server(
    opened: Opened, world: Portal, service: Service
) -> None:
    """Nothing is lost and nothing doubled; what is not yet sent is counted on the screen."""
    tablet = opened()
    page = tablet.page
    tablet.sign_in()
    comes_true(page, "navigator.serviceWorker.controller !== null")
    page.click(".visits a.card")
    page.wait_for_selector("#preview")
    page.wait_for_timeout(300)
    serial = '[data-pointer="/documents/0/values/equipment/0/serial"] input'

    service.stop()
    page.fill(serial, "TYPED-OFFLINE-1")
    expect(page.locator("#status")).to_contain_text("Не отправлено: 1")
    page.reload()
    page.wait_for_selector(serial)
    assert page.input_value(serial) == "TYPED-OFFLINE-1"
    page.fill(serial, "TYPED-OFFLINE-2")
    expect(page.locator("#status")).to_contain_text("Нет связи")
    page.click("#preview")
    expect(page.locator(".error[role=alert]").last).to_contain_text("Нет связи")
    service.start()

    expect(page.locator("#status")).to_have_text("Всё сохранено", timeout=15_000)
    (kept,) = _visits(world)
    assert kept.content["documents"][0]["values"]["equipment"][0]["serial"] == "TYPED-OFFLINE-2"
    page.click("#preview")
    page.wait_for_selector(".sheet img")


def test_a_visit_begun_without_a_network_is_made_once(
    opened: Opened, world: Portal, service: Service
) -> None:
    """Though the answer to its making is lost, and it is asked for again."""
    tablet = opened()
    page = tablet.page
    tablet.sign_in()
    comes_true(page, "navigator.serviceWorker.controller !== null")
    forms = len(list(world.docgen.forms))
    comes_true(page, _FORMS_KEPT, forms)
    service.stop()
    page.click(".top a.button")
    page.fill("[name=order]", "1-200000777")
    page.fill("[name=account]", "750000000001")
    page.click("form.card [type=submit]")
    page.fill('[data-pointer="/subscriber/surname"] input', "Сәрсенова")
    expect(page.locator("#status")).to_contain_text("Не отправлено: 1")
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            route.fetch()
            lost.append(route.request.url)
            return route.abort()
        return route.continue_()

    page.route("**/v1/visits", lose)
    service.start()

    expect(page.locator("#status")).to_have_text("Всё сохранено", timeout=20_000)
    (made,) = _visits(world)
    assert lost
    assert made.reference.order_number == "1-200000777"
    assert made.content["subscriber"]["surname"] == "Сәрсенова"


@pytest.mark.usefixtures("visit")
def test_of_two_drafts_the_technician_chooses(opened: Opened, world: Portal) -> None:
    """Neither is overwritten unseen."""
    one, other = opened(), opened(width=390, height=844)
    for tablet in (one, other):
        tablet.sign_in()
        tablet.page.click(".visits a.card")
        tablet.page.click(".part > summary")
    one.page.fill(_SURNAME, "Бірінші")
    expect(one.page.locator("#status")).to_have_text("Всё сохранено")

    other.page.fill(_SURNAME, "Екінші")
    expect(other.page.locator(".notice")).to_be_visible()
    other.look()
    assert other.page.locator("#head").bounding_box()["height"] < 130  # type: ignore[index]
    other.page.locator(".notice button").first.click()

    expect(other.page.locator("#status")).to_have_text("Всё сохранено")
    (kept,) = _visits(world)
    assert kept.content["subscriber"]["surname"] == "Екінші"


_RAW = """async () => {
  const asked = (r) => new Promise((done) => { r.onsuccess = () => done(r.result); });
  const base = await asked(indexedDB.open("qoltanba-field"));
  const all = async (name) => asked(base.transaction(name).objectStore(name).getAll());
  const things = await all("things");
  const texts = things.map((each) => new TextDecoder("latin1").decode(each.sealed));
  return [(await all("keys")).map((key) => key.extractable), texts.join("|")];
}"""


@pytest.mark.usefixtures("visit")
def test_what_the_tablet_keeps_is_noise_without_its_key(opened: Opened) -> None:
    """Encrypted under a key that no script reads out; signing out leaves nothing of it."""
    tablet = opened()
    page = tablet.page
    tablet.sign_in()
    page.click(".visits a.card")
    page.wait_for_selector("#preview")

    extractable, kept = page.evaluate(_RAW)
    page.click(".me summary")
    page.click(".me button >> nth=0")
    page.wait_for_selector("form.card")
    after, left = page.evaluate(_RAW)

    assert extractable == [False]
    assert len(kept) > 2000
    assert not [each for each in ("subscriber", "example.kz", "acceptance") if each in kept]
    assert (after, left) == ([False], "")


@pytest.mark.usefixtures("visit")
def test_a_tablet_handed_over_is_left_by_its_pin_only(opened: Opened) -> None:
    """Neither reloading nor another address leads out of the subscriber's part."""
    tablet = opened()
    page = tablet.page
    tablet.sign_in()
    tablet.tap(".visits a.card")
    tablet.tap("#preview")
    page.fill(".pin input", "4711")
    tablet.tap("#hand-over")
    page.wait_for_selector("#send")

    page.goto(page.url.split("#")[0] + "#/new")
    page.reload()
    page.wait_for_selector("#send")
    assert page.locator(".me").count() == 0
    page.click("#take-back")
    page.fill("dialog input", "0000")
    page.click("dialog [type=submit]")
    expect(page.locator("dialog .error")).not_to_be_empty()
    page.fill("dialog input", "4711")
    page.click("dialog [type=submit]")

    page.wait_for_selector("[data-view=new], [data-view=visits]")
    assert POLICY.wrong_pins > 1


@pytest.mark.usefixtures("visit")
def test_a_code_that_was_told_is_recorded_as_such(opened: Opened) -> None:
    """The employee types it, and the envelope says so (point 9.5)."""
    tablet = opened()
    page = tablet.page
    tablet.sign_in()
    tablet.tap(".visits a.card")
    tablet.tap("#preview")
    tablet.tap(".bar button >> nth=1")
    tablet.tap("#send")
    page.wait_for_selector("input.code")
    page.fill("input.code", "000000" if tablet.code != "000000" else "000001")
    expect(page.locator(".act .error")).not_to_be_empty()
    page.fill("input.code", tablet.code)
    page.wait_for_selector("[data-state=sealed]")

    (listed,) = tablet.here.program.get("/v1/envelopes").get_json()["envelopes"]
    consent = tablet.here.shown(listed["id"])["consent"]
    assert consent["entered_by"] == "employee"


@pytest.mark.usefixtures("visit")
def test_a_subscriber_signs_by_hand(opened: Opened) -> None:
    """With a finger on the tablet; whoever handed it over is the witness."""
    tablet = opened()
    page = tablet.page
    tablet.sign_in()
    _until_handed_over(tablet)
    tablet.tap(".switch button >> nth=1")
    pad = page.locator("canvas.pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    for at in range(3):
        left, top = box["x"] + 60 + 90 * at, box["y"] + 60
        page.mouse.move(left, top)
        page.mouse.down()
        for step in range(12):
            page.mouse.move(left + step * 8, top + (step % 4) * 20)
        page.mouse.up()

    tablet.tap("canvas + .tools .main")
    page.wait_for_selector("[data-state=sealed]")

    (listed,) = tablet.here.program.get("/v1/envelopes").get_json()["envelopes"]
    assert tablet.here.shown(listed["id"])["consent"]["way"] == "by_hand"


@pytest.mark.usefixtures("visit")
def test_what_is_wrong_is_told_at_its_field(opened: Opened) -> None:
    """In the language of the page, with the field in focus; mended, the document is made."""
    tablet = opened("kk")
    page = tablet.page
    tablet.sign_in()
    tablet.tap(".visits a.card")
    quantity = '[data-pointer="/documents/0/values/works/0/quantity"] input'
    page.fill(quantity, "көп")
    tablet.tap("#preview")
    expect(page.locator(f"{quantity}[aria-invalid=true]")).to_be_focused()
    tablet.look()

    page.fill(quantity, "2")
    total = page.locator('[data-pointer="/documents/0/values/works"] output.total')
    expect(total).to_contain_text("₸")
    tablet.tap("#preview")
    page.wait_for_selector(".sheet img")


@pytest.mark.usefixtures("visit")
def test_rows_are_added_copied_and_removed(opened: Opened) -> None:
    """A copy leaves the serial number open, since no two devices share one."""
    tablet = opened()
    page = tablet.page
    tablet.sign_in()
    tablet.tap(".visits a.card")
    rows = page.locator('[data-pointer="/documents/0/values/equipment"] > .row')
    page.wait_for_selector("#preview")
    before = rows.count()

    rows.first.get_by_text("Копия").click()
    assert rows.count() == before + 1
    serial = '[data-pointer="/documents/0/values/equipment/1/serial"] input'
    assert page.input_value(serial) == ""
    rows.nth(1).get_by_text("Удалить").click()
    assert rows.count() == before
    page.locator('[data-pointer="/documents/0/values/equipment"] > .tools button').click()
    assert rows.count() == before + 1


@pytest.mark.usefixtures("visit")
def test_the_first_page_is_light(opened: Opened) -> None:
    """A third of 300 KB over the wire, at most, until the list of visits can be used."""
    tablet = opened()
    tablet.sign_in()

    received = tablet.page.evaluate(
        "() => [...performance.getEntriesByType('navigation'),"
        " ...performance.getEntriesByType('resource')].map((each) => each.transferSize)"
    )
    assert len(received) > 10
    assert 10_000 < sum(received) < 100_000


def test_a_number_that_nobody_has_verified_is_verified_on_the_way(
    opened: Opened, world: Portal
) -> None:
    """A code to it, told to the technician; then the document is made."""
    today = dates.local_day(datetime.now(UTC)).isoformat()
    body = planned(planned_on=today)
    del body["subscriber"]["phone_verification"]
    assert world.program.post(VISITS, body).status_code == 201
    tablet = opened("kk")
    page = tablet.page
    tablet.sign_in()
    tablet.tap(".visits a.card")
    tablet.tap("#preview")
    page.wait_for_selector("dialog")
    tablet.look()
    tablet.tap("dialog .main")
    page.wait_for_selector("dialog input.code", state="visible")

    page.fill("dialog input.code", tablet.code)

    page.wait_for_selector(".sheet img")
    assert page.locator(".sheet .heard").first.text_content() is not None


@pytest.mark.usefixtures("visit")
def test_one_more_paper_is_signed_by_the_same_code(opened: Opened) -> None:
    """Added, filled with what is known of the visit, and taken away again."""
    tablet = opened()
    page = tablet.page
    tablet.sign_in()
    tablet.tap(".visits a.card")
    page.wait_for_selector("#preview")

    page.locator("div.part select").select_option("equipment_return")

    page.wait_for_selector('[data-pointer="/documents/1/values/returned_on"]')
    tablet.look()
    page.locator("section.part").nth(1).get_by_text("Удалить").first.click()
    page.wait_for_selector('[data-pointer="/documents/1/values/returned_on"]', state="detached")


@pytest.mark.parametrize("language", ["kk", "ru"])
@pytest.mark.usefixtures("visit")
def test_a_document_that_another_tablet_has_replaced_is_signed_by_nobody(
    opened: Opened, language: str
) -> None:
    """The subscriber is told so instead of a code, and the technician opens the visit anew."""
    one, other = opened(language), opened(language)
    one.sign_in()
    _until_handed_over(one)
    one.page.wait_for_selector("#send")
    other.sign_in()
    other.tap(".visits a.card")
    other.tap(".part > summary")
    other.page.fill(_SURNAME, "Бейсенова")
    other.tap("#preview")
    other.page.wait_for_selector("[data-view=preview] .sheet img")

    one.tap("#send")

    expect(one.page.locator("[data-view=done] .finished")).to_have_attribute("data-state", "void")
    one.look()
    one.tap("#take-back")
    one.page.fill("dialog input", one.password)
    one.tap("dialog [type=submit]")
    one.tap(".visits a.card")
    one.tap(".part > summary")
    expect(one.page.locator(_SURNAME)).to_have_value("Бейсенова")
