"""The example portal, on an origin of its own, in front of the real service."""

import json
from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from standardwebhooks import Webhook

from tests.browser.conftest import HOOK_SECRET, Site

_CODE = "123456"
_SEALED = {"kk": "Қол қойылған, мөрі дұрыс", "ru": "Подписано, печать верна"}


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_a_visitor_signs_in_the_portal_and_it_verifies_the_file(
    phone: Page, site: Site, cabinet: Flask, language: str
) -> None:
    """From its front page to the verdict, by clicks and one code."""
    del cabinet
    phone.goto(f"{site.portal}/")
    phone.get_by_role("link", name={"kk": "Қазақша", "ru": "Русский"}[language]).click()
    phone.locator("button").click()
    frame = phone.frame_locator("iframe")
    expect(frame.locator("html")).to_have_attribute("lang", language)
    frame.locator("#open").click()
    expect(frame.locator("#papers figure img")).to_be_visible()
    frame.locator("#send").click()
    expect(frame.locator("#code")).to_be_focused()
    expect(frame.locator("#trial")).to_contain_text(_CODE)
    frame.locator("#code").fill(_CODE)

    expect(phone.locator("#state")).to_have_text(_SEALED[language])


def test_the_portal_renews_a_ticket_by_itself(phone: Page, site: Site, cabinet: Flask) -> None:
    """The reader who was too late opens the page a second time, and sees his papers."""
    del cabinet
    phone.goto(f"{site.portal}/")
    phone.locator("button").click()
    frame = phone.frame_locator("iframe")
    expect(frame.locator("#open")).to_be_visible()
    address = phone.locator("iframe").get_attribute("src") or ""
    site.here.stranger().post("/v1/sign/session", {"ticket": address.partition("#")[2]})

    with phone.expect_event("framenavigated"):
        frame.locator("#open").click()
    expect(phone.locator("#state")).to_have_text("Актіні қайта ашыңыз")
    frame.locator("#open").click()

    expect(frame.locator("#papers figure img")).to_be_visible()


def test_the_portal_believes_signed_webhooks_only(cabinet: Flask) -> None:
    """As the library of the standard signs them; the same one twice is one; its page tells it."""
    client = cabinet.test_client()
    act = client.post("/acts?lang=ru").headers["Location"]
    envelope_id = act.partition("?")[0].rpartition("/")[2]
    told = {"type": "envelope.sealed", "data": {"envelope_id": envelope_id}}
    body, now = json.dumps(told), datetime.now(UTC)
    good = {
        "webhook-id": "01.1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(HOOK_SECRET).sign("01.1", now, body),
    }
    bad = good | {"webhook-signature": "v1,AAAA"}

    refused = client.post("/hooks", data=body, headers=bad)
    assert "envelope.sealed" not in client.get(act).text
    answers = [client.post("/hooks", data=body, headers=good) for _ in range(2)]

    assert [each.status_code for each in (refused, *answers)] == [401, 204, 204]
    assert "envelope.sealed" in client.get(act).text
