"""What every page has in common."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
from flask.testing import FlaskClient

from api.web.words import Tongue, tell, words
from docgen.adapters.sealing.reasons import Notice, Reason
from docgen.domain.language import Language
from docgen.forms.catalogue import Catalogue
from docgen.texts.phrases import phrases
from docgen.usecases.verify_upload import OTHER_BYTES, OTHER_DOCUMENT, SEALED_FILE_REGISTERED
from tests.web.browser import LANGUAGES, PAGES, ids, links, page, text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_speaks_the_language_the_browser_asks_for(demo: FlaskClient, path: str) -> None:
    """Kazakh and Russian differ, each is declared, and Kazakh is what others get."""
    kk, ru = (page(demo, path, **{"Accept-Language": each}) for each in LANGUAGES)
    other = page(demo, path, **{"Accept-Language": "de"})

    assert [each.get("lang") for each in (kk, ru, other)] == ["kk", "ru", "kk"]
    assert text(kk) != text(ru)
    assert text(other) == text(kk)


@pytest.mark.parametrize("path", PAGES)
def test_the_reader_may_choose_another_language(demo: FlaskClient, path: str) -> None:
    """The switch wins over the browser, and an unknown choice is no fault."""
    chosen = page(demo, f"{path}?lang=ru", **{"Accept-Language": "kk"})
    unknown = page(demo, f"{path}?lang=xx&from=mail", **{"Accept-Language": "ru"})

    assert chosen.get("lang") == "ru"
    assert unknown.get("lang") == "ru"
    assert chosen.xpath("//nav[@class='languages']/a/@href") == ["?lang=kk", "?lang=ru"]
    (current,) = chosen.xpath("//nav[@class='languages']/a[@aria-current]")
    assert text(current) == "Русский"


@pytest.mark.parametrize("path", PAGES)
def test_nothing_from_elsewhere_is_let_in(demo: FlaskClient, path: str) -> None:
    """The policy allows our own style and pictures, and scripts only where there is one."""
    headers = demo.get(path).headers
    policy = dict(part.split(maxsplit=1) for part in headers["Content-Security-Policy"].split(";"))

    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == "'self'"
    assert policy.get("script-src") == ("'self'" if path == "/inbox" else None)
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Request-Id"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_needs_nothing_that_its_policy_forbids(demo: FlaskClient, path: str) -> None:
    """No style or script in the page itself, and nothing from another host."""
    tree = page(demo, path)

    assert tree.xpath("//style | //script[not(@src)] | //@style") == []
    assert [name for each in tree.iter() for name in each.attrib if name.startswith("on")] == []
    assert [each for each in links(tree) if urlsplit(each).netloc] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_every_link_leads_somewhere(demo: FlaskClient, path: str, language: str) -> None:
    """What is linked answers, and has the part that is linked."""
    at = f"{path}?lang={language}"

    for link in links(page(demo, at)):
        target = urlsplit(urljoin(at, link))
        address = f"{target.path}?{target.query}"
        if target.fragment:
            assert target.fragment in ids(page(demo, address)), link
        else:
            assert demo.get(address).status_code == 200, link


@pytest.mark.parametrize("path", PAGES)
def test_no_two_parts_have_one_name(demo: FlaskClient, path: str) -> None:
    """A link has one end."""
    found = ids(page(demo, path))

    assert len(found) == len(set(found))


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_still_page_is_sent_once(demo: FlaskClient, path: str) -> None:
    """Who holds the page is told so; in the other language it is another page."""
    first = demo.get(path)
    held = {"If-None-Match": first.headers["ETag"]}

    again, other = demo.get(path, headers=held), demo.get(f"{path}?lang=ru", headers=held)

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
    assert other.status_code == 200


def test_a_static_file_is_kept_for_ever_under_a_name_of_its_bytes(demo: FlaskClient) -> None:
    """Style, script and mark have a hash in their names and their right media types."""
    named = {each for each in links(page(demo, "/inbox")) if each.startswith("/static/")}
    answers = {each.rpartition(".")[2]: demo.get(each) for each in named}

    assert all(re.search(r"[./][0-9a-f]{12}[./]", each) for each in named)
    assert {kind: answer.mimetype for kind, answer in answers.items()} == {
        "css": "text/css",
        "js": "text/javascript",
        "svg": "image/svg+xml",
    }
    assert all("immutable" in answer.headers["Cache-Control"] for answer in answers.values())


@pytest.mark.parametrize("name", ["style.css", "style.000000000000.css", "..%2Fkk.toml", "x"])
def test_no_other_file_is_served(demo: FlaskClient, name: str) -> None:
    """Neither without its hash nor from elsewhere."""
    answer = demo.get(f"/static/{name}")

    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"


def test_the_front_page_says_what_this_is_and_leads_on(demo: FlaskClient) -> None:
    """One sentence, and a link to everything a newcomer can open."""
    tree = page(demo, "/?lang=ru")

    assert "подтверждает SMS-кодом" in text(tree.get_element_by_id("main"))
    led = {urlsplit(each).path for each in links(tree)}
    assert {"/docs", "/inbox", "/openapi.json", "/live", "/ready"} <= led


def test_both_languages_have_the_same_words() -> None:
    """No word is missing or empty in either."""
    kk, ru = (_flat(words(language)) for language in Language)

    assert set(kk) == set(ru)
    assert [key for key, word in (kk | ru).items() if not word.strip()] == []
    assert [key for key in kk if kk[key].count("{}") != ru[key].count("{}")] == []


def test_english_has_every_word_that_readers_of_papers_need() -> None:
    """The same tables of the page, and of the texts all verdicts, findings, notices and states."""
    russian, english = words(Language.RU), words(Tongue.EN)

    for table in ("name", "page", "verify"):
        kept = _flat(russian[table])
        assert set(_flat(english[table])) == set(kept)
        assert [key for key, word in _flat(english[table]).items() if not word.strip()] == []
    for group in ("verdict", "state", "way", "reason", "notice"):
        keys = {key for key in phrases(Language.RU) if key.startswith(f"{group}.")}
        assert {f"{group}.{name}" for name in english["texts"][group]} == keys
    assert set(english["forms"]) == {form.code for form in Catalogue()}


def test_every_code_a_verdict_may_have_can_be_told() -> None:
    """In each of the three languages, by the sheet and by the programs."""
    told = [f"reason.{each.value}" for each in Reason]
    told += [f"reason.{each}" for each in (OTHER_BYTES, OTHER_DOCUMENT, SEALED_FILE_REGISTERED)]
    told += [f"notice.{each.value}" for each in Notice]

    assert all(tell(key, tongue).strip() for key in told for tongue in Tongue)


def _flat(table: object, prefix: str = "") -> dict[str, str]:
    if not isinstance(table, dict):
        return {prefix: str(table)}
    return {
        key: word
        for name, value in table.items()
        for key, word in _flat(value, f"{prefix}.{name}").items()
    }
