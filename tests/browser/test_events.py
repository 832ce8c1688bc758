"""What a portal hears while its subscriber is at the page, and what it can do about it."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, framed, opened, told

_KEEP_ALIVE = "document.querySelector('qoltanba-sign').keepAlive()"


def _later(page: Page, site: Site, time: timedelta) -> None:
    """Time passes, for the browser and for the service alike."""
    site.now.ahead += time
    page.clock.fast_forward(int(time.total_seconds() * 1000))


def _ends(site: Site, session: str) -> datetime:
    with site.here.world.register.view() as unit:
        return unit.tickets.session(session).expires_at


def test_the_end_of_a_session_is_told_put_off_and_renewed(phone: Page, site: Site) -> None:
    """Two minutes before; `keepAlive()` puts it off; after the end the next ticket goes on."""
    envelope_id = site.here.created()
    phone.clock.install()
    frame = opened(phone, site.embedding(site.ticket(envelope_id)))
    session = told(phone, "resized")[-1]["session"]

    _later(phone, site, timedelta(minutes=27))
    assert not phone.evaluate("told.some((each) => each.type === 'session-expiring')")
    _later(phone, site, timedelta(minutes=1, seconds=5))
    (warned,) = told(phone, "session-expiring")
    expect(frame.locator("#banner")).to_be_visible()
    assert datetime.fromisoformat(warned["data"]["expires_at"]) == _ends(site, session)

    with phone.expect_response("**/v1/sign/session/prolonged"):
        phone.evaluate(_KEEP_ALIVE)
    expect(frame.locator("#banner")).to_be_hidden()
    assert _ends(site, session) > datetime.fromisoformat(warned["data"]["expires_at"])

    _later(phone, site, timedelta(minutes=31))
    _later(phone, site, timedelta(seconds=5))
    assert told(phone, "error")[0]["data"] == {"code": "session_over", "renewable": True}
    fresh = site.ticket(envelope_id)
    phone.evaluate("fresh => { document.querySelector('qoltanba-sign').ticket = fresh; }", fresh)
    frame.locator("#open").click()
    expect(frame.locator("#papers figure img")).to_be_visible()


def test_a_portal_that_says_it_often_asks_once_a_minute(phone: Page, site: Site) -> None:
    """Whoever calls `keepAlive()` at each move of the mouse troubles nobody."""
    phone.clock.install()
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    opened(phone, site.embedding(site.ticket(site.here.created())))
    _later(phone, site, timedelta(seconds=70))

    with phone.expect_response("**/v1/sign/session/prolonged"):
        for _ in range(20):
            phone.evaluate(_KEEP_ALIVE)
    phone.evaluate(_KEEP_ALIVE)

    assert len([url for url in asked if url.endswith("/prolonged")]) == 1


@pytest.mark.parametrize("when", ["before it is opened", "while it is read"])
def test_an_envelope_that_expires_is_told(phone: Page, site: Site, when: str) -> None:
    """`expired`, and the page says so, whether it was open already or not."""
    envelope_id = site.here.created()
    site.now.ahead = timedelta(hours=71, minutes=55)
    address = site.embedding(site.ticket(envelope_id))
    frame = framed(phone, address) if when.startswith("before") else opened(phone, address)
    expect(frame.locator("#open, #send")).to_have_count(2)
    site.now.ahead = timedelta(hours=72, minutes=2)
    site.now.set()
    assert site.here.world.expire(envelope_id)

    frame.locator("#open" if when.startswith("before") else "#send").click()

    assert told(phone, "expired")[0]["data"] == {}
    expect(frame.locator("#over-title")).to_have_text("Қол қою мерзімі өтті")
    heard = [each["type"] for each in phone.evaluate("told")]
    assert not {"code-failed", "error", "signed"} & set(heard)


def test_what_was_signed_elsewhere_is_told_as_signed(phone: Page, site: Site) -> None:
    """In another window, or on the technician's tablet: both events, once each."""
    envelope_id = site.here.created()
    frame = opened(phone, site.embedding(site.ticket(envelope_id)))
    site.here.sent_again(envelope_id)
    assert site.here.tried(envelope_id, site.code(), "a-1").status_code == 200

    frame.locator("#send").click()

    confirmed_at = site.here.shown(envelope_id)["consent"]["confirmed_at"]
    assert told(phone, "sealed")
    (signed,) = told(phone, "signed")
    assert signed["data"] == {"confirmed_at": confirmed_at}


def test_declining_is_told(phone: Page, site: Site) -> None:
    """The portal knows that there is nothing to wait for."""
    frame = opened(phone, site.embedding(site.ticket(site.here.created())))
    frame.locator(".decline summary").press("Enter")
    frame.locator("#reason").fill("Қымбат")
    frame.locator("#decline button").click()

    assert told(phone, "declined")


def test_what_was_withdrawn_is_an_error_that_no_ticket_mends(phone: Page, site: Site) -> None:
    """The operator made it void while it was read."""
    envelope_id = site.here.created()
    frame = opened(phone, site.embedding(site.ticket(envelope_id)))
    site.here.program.post(f"/v1/envelopes/{envelope_id}/void", {"reason": "Қате"})

    frame.locator("#send").click()

    assert told(phone, "error")[0]["data"] == {"code": "void", "renewable": False}
