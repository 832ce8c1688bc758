"""The example portal, on an origin of its own, in front of the real service."""

import base64
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from standardwebhooks import Webhook

from docgen.domain.caller import NOT_OF_TESTS, Scope
from tests.api.program import ENVELOPES
from tests.browser.conftest import Site
from tests.browser.serving import served

_FOLDER = Path(__file__).parents[2] / "examples" / "portal"
_CODE = "123456"
_SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes ...").decode()


@pytest.fixture
def portal(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The portal; its address takes the place of the one that other tests have."""
    monkeypatch.syspath_prepend(str(_FOLDER))
    apps: list[Flask] = []
    with served(lambda environ, start: apps[0](environ, start)) as port:  # noqa: PLW0108
        site.portal = f"http://127.0.0.1:{port}"
        key = site.here.issued(
            client="cabinet",
            origins=(site.portal,),
            is_test=True,
            scopes=frozenset(Scope) - NOT_OF_TESTS,
        ).key
        service = import_module("qoltanba").Qoltanba(url=site.service, key=key)
        apps.append(import_module("portal").create_app(service, webhook_secret=_SECRET))
        yield apps[0]


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_a_visitor_signs_in_the_portal_and_it_verifies_the_file(
    phone: Page, site: Site, portal: Flask, language: str
) -> None:
    """From its front page to the verdict, by clicks and one code."""
    del portal
    phone.goto(f"{site.portal}/")
    phone.locator("button").click()
    phone.goto(f"{phone.url}?lang={language}")
    frame = phone.frame_locator("iframe")
    expect(frame.locator("html")).to_have_attribute("lang", language)
    frame.locator("#open").click()
    expect(frame.locator("#papers figure img")).to_be_visible()
    frame.locator("#send").click()
    expect(frame.locator("#code")).to_be_focused()
    expect(frame.locator("#trial")).to_contain_text(_CODE)
    frame.locator("#code").fill(_CODE)

    expect(phone.locator("#state")).to_have_text("sealed, valid")


def test_the_portal_renews_a_ticket_by_itself(phone: Page, site: Site, portal: Flask) -> None:
    """The reader who was too late opens the page a second time, and sees his papers."""
    del portal
    phone.goto(f"{site.portal}/")
    phone.locator("button").click()
    frame = phone.frame_locator("iframe")
    expect(frame.locator("#open")).to_be_visible()
    address = phone.locator("iframe").get_attribute("src") or ""
    site.here.stranger().post("/v1/sign/session", {"ticket": address.partition("#")[2]})

    with phone.expect_event("framenavigated"):
        frame.locator("#open").click()
    expect(phone.locator("#state")).to_have_text("ticket_used")
    frame.locator("#open").click()

    expect(frame.locator("#papers figure img")).to_be_visible()


def test_the_portal_believes_signed_webhooks_only(site: Site, portal: Flask) -> None:
    """As the library of the standard signs them; the same one twice is one."""
    del site
    told = {"type": "envelope.sealed", "data": {"envelope_id": "01"}}
    body, now = json.dumps(told), datetime.now(UTC)
    good = {
        "webhook-id": "01.1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(_SECRET).sign("01.1", now, body),
    }
    bad = good | {"webhook-signature": "v1,AAAA"}

    client = portal.test_client()
    answers = [client.post("/hooks", data=body, headers=headers) for headers in (good, good, bad)]

    assert [answer.status_code for answer in answers] == [204, 204, 401]


def test_the_client_calls_what_the_description_has(site: Site) -> None:
    """Each path of the client with its method, its body by the schema and its header."""
    described: dict[str, Any] = site.here.stranger().get("/openapi.json").get_json()["paths"]
    source = (_FOLDER / "qoltanba.py").read_text(encoding="utf-8")
    found = re.findall(r'self\.(_post|_json|_ask)\((?:"(\w+)", )?f?"(/v1/[^"]+)"', source)
    called = {((verb or "POST").lower(), path) for _, verb, path in found}

    assert len(called) == 5
    assert ("post", ENVELOPES) in called
    for method, path in called:
        assert method in described[path], (method, path)
    creating = described[ENVELOPES]["post"]["parameters"]
    assert [each["name"] for each in creating if each.get("required")] == ["Idempotency-Key"]
