"""The public page behind the address and the QR code that every document prints."""

import re
from typing import Any

import pytest
from lxml import html

from docgen.domain.envelope import Document, Envelope, State
from docgen.domain.language import BOTH, Language
from docgen.forms.catalogue import Catalogue
from docgen.texts.dates import moment
from docgen.texts.phrases import say
from tests.api.portal import Portal
from tests.api.program import ENVELOPES
from tests.api.states import MADE
from tests.api.watch import refused

_UNCONFIRMED = {Language.KK: "расталмаған", Language.RU: "не подтверждён"}
_COMMANDS = ["sha256sum FILE", "docgen verify FILE", "--trust ROOT.pem", "pdfsig FILE"]


def _made(here: Portal, state: State) -> Envelope:
    return here.world.envelope(MADE[state](here))


def _path(document: Document) -> str:
    return f"/verify/{document.verification_token}"


def _main(here: Portal, document: Document, language: Language = Language.RU) -> Any:
    answer = here.stranger().get(f"{_path(document)}?lang={language}")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    tree = html.document_fromstring(answer.data, parser=html.HTMLParser(encoding="utf-8"))
    assert tree.get("lang") == language
    return tree.get_element_by_id("main")


def _held(main: Any) -> list[str]:
    return [" ".join(each.text_content().split()) for each in main.xpath(".//dd")]


def _codes(main: Any) -> list[str]:
    return [str(each.text) for each in main.xpath(".//ul//code")]


@pytest.mark.parametrize("language", BOTH)
def test_a_sealed_document_is_shown_with_all_that_proves_it(
    anywhere: Portal, language: Language
) -> None:
    """Number, title, three times with their zone, both hashes, level, signer and three ways."""
    envelope = _made(anywhere, State.SEALED)
    (document,) = envelope.documents
    frozen, sealed, consent = document.frozen, document.sealed, envelope.consent
    assert frozen is not None
    assert sealed is not None
    assert consent is not None

    main = _main(anywhere, document, language)

    assert main.findtext("h1") == Catalogue().get("acceptance_act").title(language)
    assert main.xpath("string(.//*[@class='state sealed']/strong)") == say("state.sealed", language)
    assert _held(main) == [
        document.number,
        *(moment(at) for at in (frozen.frozen_at, consent.confirmed_at, sealed.sealed_at)),
        frozen.sha256,
        sealed.sha256,
        f"PAdES {sealed.level}",
        sealed.signer,
        say("word.absent", language),
    ]
    assert _codes(main) == _COMMANDS


@pytest.mark.parametrize("language", BOTH)
def test_a_ready_document_is_not_taken_for_a_confirmed_one(
    here: Portal, language: Language
) -> None:
    """Only what was frozen is told, and in plain words that nobody confirmed it."""
    (document,) = _made(here, State.READY).documents
    assert document.frozen is not None

    main = _main(here, document, language)

    assert _held(main) == [
        document.number, moment(document.frozen.frozen_at), document.frozen.sha256,
    ]  # fmt: skip
    assert _UNCONFIRMED[language] in main.text_content()
    assert _codes(main) == ["sha256sum FILE"]


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("state", State)
def test_every_state_is_told_in_plain_words(here: Portal, state: State, language: Language) -> None:
    """The state's own word and a sentence; a draft has no hash, and nothing unsealed a seal."""
    (document,) = _made(here, state).documents

    main = _main(here, document, language)

    (told,) = main.xpath(f".//*[@class='state {state}']")
    assert say(f"state.{state}", language) in told.text_content()
    assert len(" ".join(told.text_content().split())) > 40
    hashes = [each for each in _held(main) if re.fullmatch(r"[0-9a-f]{64}", each)]
    assert len(hashes) == (document.frozen is not None) + (document.sealed is not None)
    assert ("pdfsig FILE" in _codes(main)) is (state is State.SEALED)


def test_a_document_made_void_after_its_confirmation_says_both(here: Portal) -> None:
    """It keeps the time of the confirmation, and says plainly that the operator withdrew it."""
    envelope_id = MADE[State.CONFIRMED](here)
    here.program.post(f"{ENVELOPES}/{envelope_id}/void", {"reason": "Қате тапсырыс"})
    envelope = here.world.envelope(envelope_id)
    assert envelope.consent is not None

    main = _main(here, envelope.documents[0])

    assert "Оператор аннулировал документ" in main.text_content()
    assert moment(envelope.consent.confirmed_at) in _held(main)
    assert "Қате тапсырыс" not in main.text_content()


def test_each_document_of_an_envelope_has_its_own_page(here: Portal) -> None:
    """The token picks the paper, not the envelope."""
    documents = here.world.envelope(here.created(documents=2)).documents

    assert [_held(_main(here, each))[0] for each in documents] == [
        each.number for each in documents
    ]


@pytest.mark.parametrize("state", State)
def test_nothing_personal_is_told(here: Portal, state: State) -> None:
    """Neither of the subscriber nor of the visit, in no state and neither language."""
    envelope = _made(here, state)
    (document,) = envelope.documents
    person, reference = envelope.subscriber, envelope.reference
    private = [
        person.iin.value, person.phone.value, person.phone.masked(),
        person.surname, person.name, person.addresses.service, reference.order_number,
        reference.account_number, envelope.id, document.id,
    ]  # fmt: skip

    for language in BOTH:
        answer = here.stranger().get(f"{_path(document)}?lang={language}")
        told = html.document_fromstring(answer.data.decode()).text_content()
        hidden = re.sub(r"[0-9a-f]{64}", "", answer.data.decode() + told)
        assert [each for each in private if each in hidden] == []


def test_nobody_keeps_or_lists_the_page(here: Portal) -> None:
    """No store, no index, no referrer, and nothing from elsewhere; no key is needed."""
    (document,) = _made(here, State.SEALED).documents

    headers = here.stranger().get(_path(document)).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "script-src 'self';" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "token",
    [
        "A" * 22,
        "A" * 21,
        "A" * 23,
        "A" * 21 + "%00",
        "A" * 21 + "%0A",
        "%D3%99" * 22,
        "'%20OR%201=1",
    ],
    ids=["unknown", "short", "long", "nul", "line", "letters", "sql"],
)
def test_an_unknown_token_is_not_found(anywhere: Portal, token: str) -> None:
    """404 `document_not_found`, and no word of what a right token would be."""
    refused(anywhere.stranger().get(f"/verify/{token}"), 404, "document_not_found")


def test_the_printed_address_is_the_one_that_answers(here: Portal) -> None:
    """What the interface tells as `links.verification` leads to the page."""
    told = here.shown(here.created())
    (document,) = told["documents"]

    address = document["links"]["verification"].removeprefix("https://q.example")

    assert here.stranger().get(address).status_code == 200


def test_the_page_is_described(here: Portal) -> None:
    """Programs find it in the description: open, with the pattern of a token."""
    described = here.stranger().unwatched("GET", "/openapi.json").get_json()

    operation = described["paths"]["/verify/{token}"]["get"]

    assert "security" not in operation
    assert operation["tags"] == ["verification"]
    assert operation["parameters"][0]["schema"]["pattern"] == "^[A-Za-z0-9_-]{22}$"
    assert "text/html" in operation["responses"]["200"]["content"]
