"""Signing inside a portal's page: by exact origins, with events, and for nobody else."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.conftest import Site

_EMBED = Path(__file__).parents[2] / "api" / "web" / "static" / "embed"


def _framed(page: Page, address: str) -> FrameLocator:
    page.goto(address)
    return page.frame_locator("iframe")


def _told(page: Page, kind: str) -> list[dict[str, Any]]:
    """Events of that kind, once there is one."""
    page.wait_for_function("kind => told.some((each) => each.type === kind)", arg=kind)
    found: list[dict[str, Any]] = page.evaluate("kind => told.filter((e) => e.type === kind)", kind)
    return found


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_a_subscriber_signs_inside_the_portal(phone: Page, site: Site, language: str) -> None:
    """With third-party storage blocked; the portal hears each step, and nothing of the person."""
    envelope_id = site.here.created()
    frame = _framed(phone, site.embedding(site.ticket(envelope_id), language=language))
    frame.locator("#open").click()
    expect(frame.locator("#papers figure img")).to_be_visible()
    expect(frame.locator("html")).to_have_attribute("lang", language)
    frame.locator("#send").click()
    expect(frame.locator("#code")).to_be_focused()
    frame.locator("#code").fill("999999")
    assert _told(phone, "code-failed")[0]["data"] == {"code": "code_wrong", "attempts_left": 4}
    frame.locator("#code").fill(site.code())
    expect(frame.locator("#files button")).to_be_visible()

    order = [each["type"] for each in phone.evaluate("told") if each["type"] != "resized"]
    assert order[0] == "ready"
    assert [each for each in order if each != "document-viewed"][1:] == [
        "code-sent", "code-failed", "signed", "sealed",
    ]  # fmt: skip
    told = phone.evaluate("told")
    assert [each["id"] for each in told] == list(range(1, len(told) + 1))
    assert {each["v"] for each in told} == {1}
    assert _told(phone, "sealed")[0]["session"]
    consent = site.here.shown(envelope_id)["consent"]
    assert (consent["device"], consent["entered_by"]) == ("web", "subscriber")
    opened = next(e for e in site.here.world.journal(envelope_id) if e.event == "ticket_opened")
    assert opened.details["origin"] == site.portal


def test_the_frame_is_as_tall_as_what_it_shows(phone: Page, site: Site) -> None:
    """So that the portal's page scrolls, and nothing in it twice."""
    frame = _framed(phone, site.embedding(site.ticket(site.here.created())))
    frame.locator("#open").click()
    expect(frame.locator("#papers figure img")).to_be_visible()

    phone.wait_for_function("parseInt(document.querySelector('iframe').style.height) > 900")
    height = phone.evaluate("document.querySelector('iframe').getBoundingClientRect().height")
    assert abs(frame.locator("#page").evaluate("it => it.scrollHeight") - height) <= 2


def test_a_portals_colour_is_worn_where_it_can_be_read(phone: Page, site: Site) -> None:
    """Purple is; pale yellow, under white letters, is not."""
    frame = _framed(phone, site.embedding(site.ticket(site.here.created()), accent="#7a1fa2"))
    button = frame.locator("#open")
    expect(button).to_have_css("background-color", "rgb(122, 31, 162)")

    phone.evaluate("document.querySelector('qoltanba-sign').setAttribute('accent', '#ffff99')")
    phone.evaluate("document.querySelector('qoltanba-sign').setAttribute('language', 'ru')")

    expect(button).to_have_text("Открыть документы")
    expect(button).to_have_css("background-color", "rgb(122, 31, 162)")


def test_a_hostile_page_can_neither_frame_nor_listen(phone: Page, site: Site) -> None:
    """With somebody's ticket in its hands: the browser blocks the frame, and it hears one error."""
    envelope_id = site.here.created()
    token = site.ticket(envelope_id)

    phone.goto(site.embedding(token, at="hostile"))

    assert _told(phone, "error")[0]["data"] == {"code": "not_loaded", "renewable": True}
    assert phone.evaluate("raw") == []
    assert "ticket_opened" not in site.here.world.events(envelope_id)


def test_a_hostile_page_cannot_frame_a_link_either(phone: Page, site: Site) -> None:
    """A page that nobody was named for is framed by nobody."""
    token = site.ticket(site.here.created(), "link")
    site.shown["hostile"] = f'<iframe src="{site.service}/sign/#{token}"></iframe>'

    phone.goto(f"{site.hostile}/")
    phone.wait_for_timeout(500)

    assert not [each for each in phone.frames if each.url.startswith(f"{site.service}/sign/")]


def test_messages_of_another_page_are_not_heard(phone: Page, site: Site) -> None:
    """Neither by the frame nor by the portal: same words, another sender."""
    envelope_id = site.here.created()
    frame = _framed(phone, site.embedding(site.ticket(envelope_id)))
    expect(frame.locator("#open")).to_be_visible()
    spoof = "{qoltanba: 1, type: 'signed', data: {confirmed_at: 'now'}}"

    phone.evaluate(f"postMessage({spoof}, '*')")
    child = phone.frames[1]
    child.evaluate("postMessage({qoltanba: 1, type: 'configure', data: {language: 'ru'}}, '*')")
    phone.wait_for_timeout(200)

    assert "signed" not in [each["type"] for each in phone.evaluate("told")]
    expect(frame.locator("#open")).to_have_text("Құжаттарды ашу")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        ("used", "ticket_used"),
        ("expired", "ticket_expired"),
        ("foreign", "not_loaded"),
        ("malformed", "ticket_not_found"),
    ],
)
def test_a_ticket_that_opens_nothing_is_told_and_renewed(
    phone: Page, site: Site, spoil: str, code: str
) -> None:
    """Replayed, too late, of another portal, or none at all; the next one goes on in its place."""
    envelope_id = site.here.created()
    token = site.ticket(envelope_id)
    if spoil == "used":
        site.here.stranger().post("/v1/sign/session", {"ticket": token})
    if spoil == "foreign":
        token = site.ticket(envelope_id, origin="https://shop.example")
    if spoil == "malformed":
        token = token[:4]
    frame = _framed(phone, site.embedding(token))
    if spoil == "expired":
        site.now.ahead = timedelta(minutes=11)
    if spoil in {"used", "expired"}:
        frame.locator("#open").click()

    assert _told(phone, "error")[0]["data"] == {"code": code, "renewable": True}
    fresh = site.ticket(envelope_id)
    phone.evaluate("fresh => { document.querySelector('qoltanba-sign').ticket = fresh; }", fresh)
    frame.locator("#open").click()
    expect(frame.locator("#papers figure img")).to_be_visible()


def test_the_portal_keeps_a_session_alive(phone: Page, site: Site) -> None:
    """It is told that the end is near, and says that the reader is there."""
    envelope_id = site.here.created()
    frame = _framed(phone, site.embedding(site.ticket(envelope_id)))
    frame.locator("#open").click()
    expect(frame.locator("#papers figure img")).to_be_visible()
    session = _told(phone, "resized")[-1]["session"]
    with site.here.world.register.view() as unit:
        before = unit.tickets.session(session).expires_at
    frame.locator("html").evaluate(
        "() => { Date.now = ((now) => () => now() + 70_000)(Date.now); }"
    )

    with phone.expect_response("**/v1/sign/session/prolonged"):
        phone.evaluate("document.querySelector('qoltanba-sign').keepAlive()")

    with site.here.world.register.view() as unit:
        assert unit.tickets.session(session).expires_at > before


def test_declining_and_its_end_are_told(phone: Page, site: Site) -> None:
    """The portal knows that there is nothing to wait for."""
    frame = _framed(phone, site.embedding(site.ticket(site.here.created())))
    frame.locator("#open").click()
    expect(frame.locator("#papers figure img")).to_be_visible()
    frame.locator(".decline summary").press("Enter")
    frame.locator("#reason").fill("Қымбат")
    frame.locator("#decline button").click()

    assert _told(phone, "declined")


def test_the_module_is_small_and_says_its_types() -> None:
    """Less than 10 KB, and each event it passes on is typed."""
    module, types = ((_EMBED / name).read_text("utf-8") for name in ("embed.js", "embed.d.ts"))

    assert len(module.encode()) < 10_000
    listed = module.partition("new Set([")[2].partition("])")[0].replace("\n", " ").split(",")
    events = [each.strip().strip('"') for each in listed if each.strip()]
    assert len(events) == 11
    assert [each for each in events if f"{each}:" not in types and f'"{each}":' not in types] == []
