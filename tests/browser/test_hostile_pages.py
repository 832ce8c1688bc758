"""A page of another origin with somebody's ticket in its hands: it frames, reads, posts nothing."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.api.browser import browser
from tests.browser.conftest import Site, framed, told
from tests.browser.waiting import comes_true

_CONFIGURE = "{qoltanba: 1, type: 'configure', data: {language: 'ru'}}"
_SIGNED = "{qoltanba: 1, type: 'signed', data: {confirmed_at: 'now'}}"
_FETCHED = """([url, given]) => fetch(url, given).then(
  (answer) => answer.text().then((text) => [answer.type, text]), (refused) => [refused.name, ""])"""


def _fetched(page: Page, url: str, given: dict[str, Any]) -> tuple[str, str]:
    kind, text = page.evaluate(_FETCHED, [url, given])
    return str(kind), str(text)


def test_it_cannot_frame_nor_listen(phone: Page, site: Site) -> None:
    """The browser blocks the frame; one error and one sentence are told, of the module's own."""
    envelope_id = site.here.created()
    token = site.ticket(envelope_id)

    phone.goto(site.embedding(token, at="hostile"))

    assert told(phone, "error")[0]["data"] == {"code": "not_loaded", "renewable": False}
    assert phone.evaluate("raw") == []
    expect(phone.get_by_role("alert")).to_contain_text("Қол қою беті ашылмады")
    assert phone.locator("iframe").count() == 0
    assert "ticket_opened" not in site.here.world.events(envelope_id)


def test_it_cannot_frame_a_link_either(phone: Page, site: Site) -> None:
    """A page that nobody was named for is framed by nobody."""
    token = site.ticket(site.here.created(), "link")
    site.shown["hostile"] = f'<iframe src="{site.service}/sign/#{token}"></iframe>'

    phone.goto(f"{site.hostile}/")
    comes_true(phone, "frames.length === 1")
    phone.wait_for_timeout(500)

    assert not [each for each in phone.frames if each.url.startswith(f"{site.service}/sign/")]


def test_it_cannot_read(phone: Page, site: Site) -> None:
    """Neither by a ticket nor by a session: the browser gives it no answer."""
    site.shown["hostile"] = "<p>?"
    session = str(browser(site.here, site.here.created()).program.key)
    phone.goto(f"{site.hostile}/")

    bearer = {"headers": {"Authorization": f"Bearer {session}"}}
    found = [_fetched(phone, f"{site.service}/v1/sign/envelope", bearer)]
    modes: tuple[dict[str, Any], ...] = ({}, {"mode": "no-cors"})
    found.extend(_fetched(phone, f"{site.service}/sign/", mode) for mode in modes)

    assert found == [("TypeError", ""), ("TypeError", ""), ("opaque", "")]


@pytest.mark.parametrize("media_type", ["application/json", "text/plain"])
def test_it_cannot_post(phone: Page, site: Site, media_type: str) -> None:
    """No ticket is burned: the browser asks first, and what needs no asking is no JSON."""
    envelope_id = site.here.created()
    token = site.ticket(envelope_id)
    site.shown["hostile"] = "<p>?"
    phone.goto(f"{site.hostile}/")

    mode = "cors" if media_type == "application/json" else "no-cors"
    given = {
        "method": "POST", "mode": mode, "body": f'{{"ticket": "{token}"}}',
        "headers": {"Content-Type": media_type},
    }  # fmt: skip
    kind, text = _fetched(phone, f"{site.service}/v1/sign/session", given)

    assert (kind, text) == ("TypeError" if mode == "cors" else "opaque", "")
    assert "ticket_opened" not in site.here.world.events(envelope_id)
    frame = framed(phone, site.embedding(token))
    frame.locator("#open").click()
    expect(frame.locator("#papers figure img")).to_be_visible()


def test_beside_the_signing_it_is_not_heard_and_hears_nothing(phone: Page, site: Site) -> None:
    """A hostile frame in the portal's own page speaks to both, as does the portal to itself."""
    envelope_id = site.here.created()
    site.shown["hostile"] = (
        "<script>window.heard = []; addEventListener('message', (it) => heard.push(it.data));"
        f"setInterval(() => {{ parent.postMessage({_SIGNED}, '*');"
        f"for (let at = 0; at < parent.length; at++) parent[at].postMessage({_CONFIGURE}, '*');"
        "}, 20)</script>"
    )
    address = site.embedding(site.ticket(envelope_id))
    site.shown["portal"] += f'<iframe id="ad" src="{site.hostile}/"></iframe>'
    phone.goto(address)
    frame = phone.frame_locator("qoltanba-sign iframe")
    expect(frame.locator("#open")).to_be_visible()
    told(phone, "ready")
    child = next(each for each in phone.frames if each.url.startswith(f"{site.service}/sign/"))
    child.evaluate(f"postMessage({_CONFIGURE}, '*')")
    phone.evaluate(f"postMessage({_SIGNED}, '*')")
    (ad,) = (each for each in phone.frames if each.url.startswith(site.hostile))
    comes_true(ad, "heard.length > 5")
    comes_true(phone, "raw.some((each) => each.type === 'signed')")

    assert "signed" not in [each["type"] for each in phone.evaluate("told")]
    expect(frame.locator("#open")).to_have_text("Құжаттарды ашу")
    assert {each["type"] for each in ad.evaluate("heard")} == {"configure"}


def test_it_has_no_hold_of_a_window_it_opened(phone: Page, site: Site) -> None:
    """With somebody's link: the window is cut off from it, and neither hears the other."""
    token = site.ticket(site.here.created(), "link")
    site.shown["hostile"] = (
        "<script>window.heard = []; addEventListener('message', (it) => heard.push(it.data));"
        "</script><button>?</button>"
    )
    phone.goto(f"{site.hostile}/")

    with phone.expect_popup() as found:
        phone.evaluate("url => { window.held = open(url); }", f"{site.service}/sign/#{token}")
    popup = found.value
    expect(popup.locator("#open")).to_be_visible()

    comes_true(phone, "held.closed")
    phone.evaluate(f"held.postMessage({_CONFIGURE}, '*')")
    assert popup.evaluate("opener") is None
    expect(popup.locator("#open")).to_have_text("Құжаттарды ашу")
    assert phone.evaluate("heard") == []
