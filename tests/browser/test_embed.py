"""Signing inside a portal's page: by exact origins, with events, and for nobody else."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, framed, told
from tests.browser.waiting import comes_true

_CHANGE = """tokens => { for (const [name, value] of Object.entries(tokens)) {
  const element = document.querySelector("qoltanba-sign");
  value === null ? element.removeAttribute(name) : element.setAttribute(name, value); } }"""


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_a_subscriber_signs_inside_the_portal(phone: Page, site: Site, language: str) -> None:
    """With third-party storage blocked; the portal hears each step, and nothing of the person."""
    envelope_id = site.here.created()
    frame = framed(phone, site.embedding(site.ticket(envelope_id), language=language))
    frame.locator("#open").click()
    expect(frame.locator("#papers figure img")).to_be_visible()
    expect(frame.locator("html")).to_have_attribute("lang", language)
    frame.locator("#send").click()
    expect(frame.locator("#code")).to_be_focused()
    frame.locator("#code").fill("999999")
    assert told(phone, "code-failed")[0]["data"] == {"code": "code_wrong", "attempts_left": 4}
    frame.locator("#code").fill(site.code())
    expect(frame.locator("#files button")).to_be_visible()

    order = [each["type"] for each in phone.evaluate("told") if each["type"] != "resized"]
    assert order[0] == "ready"
    assert [each for each in order if each != "document-viewed"][1:] == [
        "code-sent", "code-failed", "signed", "sealed",
    ]  # fmt: skip
    heard = phone.evaluate("told")
    assert [each["id"] for each in heard] == list(range(1, len(heard) + 1))
    assert {each["v"] for each in heard} == {1}
    viewed = next(each for each in heard if each["type"] == "document-viewed")["data"]
    document = site.here.world.envelope(envelope_id).documents[0]
    assert viewed == {"document": document.id, "number": document.number}
    assert told(phone, "sealed")[0]["session"]
    consent = site.here.shown(envelope_id)["consent"]
    assert (consent["device"], consent["entered_by"]) == ("web", "subscriber")
    opened = next(e for e in site.here.world.journal(envelope_id) if e.event == "ticket_opened")
    assert opened.details["origin"] == site.portal


def test_the_frame_is_as_tall_as_what_it_shows(phone: Page, site: Site) -> None:
    """So that the portal's page scrolls, and nothing in it twice."""
    frame = framed(phone, site.embedding(site.ticket(site.here.created())))
    frame.locator("#open").click()
    expect(frame.locator("#papers figure img")).to_be_visible()

    comes_true(phone, "parseInt(document.querySelector('iframe').style.height) > 900")
    height = phone.evaluate("document.querySelector('iframe').getBoundingClientRect().height")
    assert abs(frame.locator("#page").evaluate("it => it.scrollHeight") - height) <= 2


def test_each_token_of_a_portal_is_worn_and_taken_off(phone: Page, site: Site) -> None:
    """Colour, corners, light; what cannot be read, or is no number, changes nothing."""
    phone.emulate_media(color_scheme="dark")
    frame = framed(phone, site.embedding(site.ticket(site.here.created())))
    button, page = frame.locator("#open"), frame.locator("body")
    ours = "rgb(108, 200, 216)"
    expect(button).to_have_css("background-color", ours)

    def changed(**tokens: str | None) -> None:
        phone.evaluate(_CHANGE, tokens)

    changed(accent="#7a1fa2")
    expect(button).to_have_css("background-color", "rgb(122, 31, 162)")
    changed(accent="#ffff99", language="ru")
    expect(button).to_have_text("Открыть документы")
    expect(button).to_have_css("background-color", "rgb(122, 31, 162)")
    changed(accent=None)
    expect(button).to_have_css("background-color", ours)
    changed(radius="20")
    expect(button).to_have_css("border-radius", "20px")
    changed(radius="many", language="kk")
    expect(button).to_have_text("Құжаттарды ашу")
    expect(button).to_have_css("border-radius", "20px")
    changed(radius="99")
    expect(button).to_have_css("border-radius", "24px")
    changed(radius=None)
    expect(button).to_have_css("border-radius", "8px")
    expect(page).to_have_css("color", "rgb(228, 232, 235)")
    changed(scheme="light")
    expect(page).to_have_css("color", "rgb(27, 33, 38)")
    changed(scheme=None)
    expect(page).to_have_css("color", "rgb(228, 232, 235)")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        ("used", "ticket_used"),
        ("expired", "ticket_expired"),
        ("foreign", "not_loaded"),
        ("malformed", "ticket_not_found"),
        ("unknown", "ticket_not_found"),
    ],
)
def test_a_ticket_that_opens_nothing_is_told_and_renewed(
    phone: Page, site: Site, spoil: str, code: str
) -> None:
    """Replayed, too late, of another portal, none: told once, and the next one goes on."""
    envelope_id = site.here.created()
    token = site.ticket(envelope_id)
    if spoil == "used":
        site.here.stranger().post("/v1/sign/session", {"ticket": token})
    if spoil == "foreign":
        token = site.ticket(envelope_id, origin="https://shop.example")
    if spoil == "malformed":
        token = token[:4]
    if spoil == "unknown":
        token = f"{token}x"
    frame = framed(phone, site.embedding(token))
    if spoil == "expired":
        site.now.ahead = timedelta(minutes=11)
    if spoil in {"used", "expired", "unknown"}:
        frame.locator("#open").click()

    (heard,) = told(phone, "error")
    assert heard["data"] == {"code": code, "renewable": code != "not_loaded"}
    assert site.here.world.events(envelope_id).count("ticket_refused") == (
        spoil in {"used", "expired"}
    )
    fresh = site.ticket(envelope_id)
    phone.evaluate("fresh => { document.querySelector('qoltanba-sign').ticket = fresh; }", fresh)
    frame.locator("#open").click()
    expect(frame.locator("#papers figure img")).to_be_visible()
