"""The signing page by itself, opened from a link: on a phone, in both languages."""

import hashlib
import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from docgen.domain.caller import NOT_OF_TESTS, Scope
from docgen.domain.language import Language
from docgen.texts.phrases import say
from tests.api.program import ENVELOPES, spoilt
from tests.api.watch import PERSON
from tests.browser.conftest import Site

_KK, _RU = Language.KK, Language.RU
OPEN = {"kk": "Құжаттарды ашу", "ru": "Открыть документы"}


def _opened(page: Page, site: Site, envelope_id: str, *, language: str = "kk") -> None:
    page.goto(f"{site.service}/sign/?lang={language}#{site.ticket(envelope_id, 'link')}")
    page.get_by_role("button", name=OPEN[language]).click()


def _proved(page: Page, site: Site, envelope_id: str, *, language: str = "kk") -> None:
    _opened(page, site, envelope_id, language=language)
    page.locator("#iin-end").fill(PERSON["iin"][-4:])
    page.locator("#iin-end").press("Enter")
    expect(page.locator("#papers figure img").first).to_be_visible()


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_a_link_is_read_signed_and_its_file_fetched(
    phone: Page, site: Site, language: str, tmp_path: Path
) -> None:
    """By its own gestures only, under the consent that the evidence states, to the last byte."""
    envelope_id = site.here.created(documents=2)
    _proved(phone, site, envelope_id, language=language)
    expect(phone.locator("html")).to_have_attribute("lang", language)
    expect(phone.locator("#consent")).to_have_text(say("consent.sms_code.text", Language(language)))

    phone.locator("#send").click()
    expect(phone.locator("#code")).to_be_focused()
    phone.locator("#code").fill(site.code())
    expect(phone.locator("#files button").first).to_be_visible()

    with phone.expect_download() as found:
        phone.locator("#files button").first.click()
    found.value.save_as(tmp_path / "paper.pdf")
    document = site.here.world.envelope(envelope_id).documents[0]
    assert document.sealed is not None
    fetched = hashlib.sha256((tmp_path / "paper.pdf").read_bytes()).hexdigest()
    assert (fetched, found.value.suggested_filename) == (
        document.sealed.sha256, f"{document.number}.pdf",
    )  # fmt: skip
    consent = site.here.shown(envelope_id)["consent"]
    assert (consent["device"], consent["entered_by"]) == ("link", "subscriber")


def test_nothing_is_asked_for_before_a_gesture(phone: Page, site: Site) -> None:
    """A robot that previews the link burns nothing, and the ticket is in no request of its."""
    token, asked = site.ticket(site.here.created(), "link"), []
    phone.on("request", lambda request: asked.append(request.url))

    phone.goto(f"{site.service}/sign/#{token}")
    expect(phone.get_by_role("button", name=OPEN["kk"])).to_be_visible()

    assert asked
    assert not [url for url in asked if token in url.partition("#")[0] or "/v1/" in url]


def test_a_stranger_sees_nothing_and_is_stopped(phone: Page, site: Site) -> None:
    """Wrong digits are counted aloud; after five the link is dead."""
    _opened(phone, site, site.here.created())
    for left in (4, 3, 2, 1, 0):
        phone.locator("#iin-end").fill("0000")
        phone.locator("#iin-end").press("Enter")
        expect(phone.locator("#proof-error")).to_contain_text(f"{left}.")
    assert phone.locator("#papers figure").count() == 0

    phone.locator("#iin-end").fill(PERSON["iin"][-4:])
    phone.locator("#iin-end").press("Enter")

    expect(phone.locator("#over-title")).to_have_text("Сілтеме бұғатталды")


def test_the_language_is_switched_without_losing_anything(phone: Page, site: Site) -> None:
    """Papers, what is typed and the session stay; the words and the consent change."""
    _proved(phone, site, site.here.created())
    phone.locator("#send").click()
    expect(phone.locator("#code")).to_be_focused()
    phone.locator("#code").fill("12")

    phone.get_by_role("button", name="Русский").click()

    expect(phone.locator("#consent")).to_have_text(say("consent.sms_code.text", Language.RU))
    expect(phone.locator("#confirm")).to_have_text("Подписать")
    assert phone.locator("#code").input_value() == "12"
    assert phone.locator("#papers figure img").count() == 1


def test_a_wrong_code_says_how_many_are_left_and_the_right_one_signs(
    phone: Page, site: Site
) -> None:
    """Typed from the keyboard alone; the field is empty and ready again."""
    envelope_id = site.here.created()
    _proved(phone, site, envelope_id)
    phone.locator("#send").press("Enter")
    expect(phone.locator("#code")).to_be_focused()
    expect(phone.locator("#again")).to_be_disabled()
    phone.keyboard.type("999999")
    expect(phone.locator("#act-error")).to_contain_text("4")
    expect(phone.locator("#code")).to_be_focused()

    phone.keyboard.type(site.code())

    expect(phone.locator("#done-title")).to_contain_text("мөрмен")
    assert site.here.shown(envelope_id)["state"] == "sealed"


def test_a_code_that_was_guessed_at_is_given_up(phone: Page, site: Site) -> None:
    """After the last try the page asks for no more of it, but for another one, in due time."""
    _proved(phone, site, site.here.created())
    phone.locator("#send").click()
    for left in (4, 3, 2, 1):
        phone.locator("#code").fill("999999")
        expect(phone.locator("#act-error")).to_contain_text(f"{left}.")
        expect(phone.locator("#code")).to_be_empty()
    phone.locator("#code").fill("999999")

    expect(phone.locator("#act-error")).to_contain_text("Жаңасын сұратыңыз")
    expect(phone.locator("#code")).to_be_hidden()
    expect(phone.locator("#send")).to_be_disabled()
    expect(phone.locator("#send")).to_contain_text("кейін")


@pytest.mark.parametrize(("end", "says"), [("01", "жіберілді."), ("03", "болуы мүмкін")])
def test_a_code_of_which_nobody_knows_is_not_said_to_be_sent(
    phone: Page, site: Site, end: str, says: str
) -> None:
    """The page says as much as is known."""
    program = site.here.issued(is_test=True, scopes=frozenset(Scope) - NOT_OF_TESTS)
    body = spoilt("subscriber", "phone", value=f"+779900000{end}")
    envelope_id = program.post(ENVELOPES, body).get_json()["id"]
    link = program.post(f"{ENVELOPES}/{envelope_id}/tickets", {"kind": "link"}).get_json()
    phone.goto(f"{site.service}/sign/#{link['ticket']}")
    phone.get_by_role("button", name=OPEN["kk"]).click()
    phone.locator("#iin-end").fill(PERSON["iin"][-4:])
    phone.locator("#iin-end").press("Enter")
    phone.locator("#send").click()

    expect(phone.locator("#code-sent")).to_contain_text(says)


def test_a_wrong_clock_of_a_phone_changes_nothing(phone: Page, site: Site) -> None:
    """Waits are told by the service's time, two hours ahead of this phone's."""
    site.now.ahead = timedelta(hours=2)
    _proved(phone, site, site.here.created())
    phone.locator("#send").click()

    expect(phone.locator("#again")).to_have_text(re.compile(r"Кодты [1-6]?[0-9] с кейін"))
    phone.locator("#code").fill(site.code())
    expect(phone.locator("#done-title")).to_contain_text("мөрмен")


def test_declining_wants_a_reason(phone: Page, site: Site) -> None:
    """Without one it says so; with one the papers are gone from the page."""
    envelope_id = site.here.created()
    _proved(phone, site, envelope_id)
    phone.locator(".decline summary").click()
    phone.locator("#decline button").click()
    expect(phone.locator("#decline-error")).to_have_text("Себебін жазыңыз.")

    phone.locator("#reason").fill("Қымбат")
    phone.locator("#decline button").click()

    expect(phone.locator("#over-title")).to_have_text("Сіз бас тарттыңыз")
    assert phone.locator("#papers figure").count() == 0
    assert site.here.world.envelope(envelope_id).reason == "Қымбат"


def test_what_is_over_says_so(phone: Page, site: Site) -> None:
    """An expired link, one that is cut short, none at all."""
    token = site.ticket(site.here.created(), "link")
    for shown, title in (
        (token[:-1], "Сілтеме табылмады"), ("", "Сілтеме толық емес"),
        (token, "Сілтеменің мерзімі өтті"),
    ):  # fmt: skip
        if shown == token:
            site.now.ahead = timedelta(days=4)
        phone.goto("about:blank")
        phone.goto(f"{site.service}/sign/#{shown}")
        if shown:
            phone.get_by_role("button", name=OPEN["kk"]).click()
        expect(phone.locator("#over-title")).to_have_text(title)


def test_what_is_over_says_so_in_the_language_that_is_switched_to(phone: Page, site: Site) -> None:
    """Heading and message, there and back, of a link that nothing can be asked with any more."""
    token = site.ticket(site.here.created(), "link")
    phone.goto(f"{site.service}/sign/#{token}")
    site.now.ahead = timedelta(days=4)
    phone.get_by_role("button", name=OPEN["kk"]).click()
    expect(phone.locator("#over-says")).to_have_text(say("problem.ticket_expired.detail", _KK))

    phone.get_by_role("button", name="Русский").click()

    expect(phone.locator("#over-title")).to_have_text(say("problem.ticket_expired.title", _RU))
    expect(phone.locator("#over-says")).to_have_text(say("problem.ticket_expired.detail", _RU))
    phone.get_by_role("button", name="Қазақша").click()
    expect(phone.locator("#over-says")).to_have_text(say("problem.ticket_expired.detail", _KK))


def test_a_refusal_of_the_moment_is_not_left_in_the_other_language(phone: Page, site: Site) -> None:
    """The page goes back to its beginning, where it is asked again."""
    phone.route("**/v1/sign/session", lambda route: route.fulfill(
        status=503, json={"code": "register_unavailable", "title": "Қазір болмайды", "detail": "-"}
    ))  # fmt: skip
    _opened(phone, site, site.here.created())
    expect(phone.locator("#over-title")).to_have_text("Қазір болмайды")

    phone.get_by_role("button", name="Русский").click()

    expect(phone.get_by_role("button", name=OPEN["ru"])).to_be_visible()


def test_a_session_that_is_over_is_opened_anew_by_the_same_link(phone: Page, site: Site) -> None:
    """After half an hour without a sign of life."""
    _proved(phone, site, site.here.created())
    site.now.ahead = timedelta(minutes=31)
    phone.locator("#send").click()
    expect(phone.locator("#over-title")).to_have_text("Сеанс аяқталды")

    phone.locator("#retry").click()
    phone.get_by_role("button", name=OPEN["kk"]).click()

    expect(phone.locator("#iin-end")).to_be_visible()
