"""A file on the public page: nobody needs a key, and everybody understands the answer."""

import re
from datetime import timedelta
from typing import Any

import pytest
from lxml import html
from werkzeug.test import TestResponse

from api.web.words import Tongue, words
from docgen.domain.envelope import Document
from docgen.domain.errors import Busy, LimitReached, Unavailable, UnreadableDocument
from docgen.domain.verdict import Report, SealFacts, Verdict
from docgen.texts.dates import moment
from tests.api.portal import Portal
from tests.api.stand_ins import FakeTurnstile
from tests.api.watch import refused
from tests.builders import NOW

_FORM = "multipart/form-data; boundary=x"
_BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
_SEAL = SealFacts(
    level="B-LT", signer="CN=Seal", serial="4F2A", time=NOW, timestamp_authority="CN=TSA"
)
_EVIDENCE = {
    "document": {"number": "A3-26-000077"},
    "subscriber": {
        "full_name": "Үмбетова Әлия Серікқызы",
        "iin": "9001******07",
        "phone": "+7 701 ***-**-42",
    },
    "consent": {"way": "sms_code", "confirmed_at": "2026-03-02T09:30:00.123456+00:00"},
}


def _form(content: bytes, name: str = "file") -> bytes:
    disposition = f'form-data; name="{name}"; filename="<b>paper</b>.pdf"'
    head = f"--x\r\nContent-Disposition: {disposition}\r\n\r\n".encode()
    return head + content + b"\r\n--x--\r\n"


def _upload(
    here: Portal, content: bytes, path: str = "/verify?lang=ru", **headers: str
) -> TestResponse:
    return here.stranger().ask(
        "POST", path, data=_form(content), content_type=_FORM, headers=_BROWSER | headers
    )


def _main(answer: TestResponse) -> Any:
    assert answer.mimetype == "text/html"
    tree = html.document_fromstring(answer.data, parser=html.HTMLParser(encoding="utf-8"))
    return tree.get_element_by_id("main")


def _text(answer: TestResponse) -> str:
    return " ".join(_main(answer).text_content().split())


def _headline(answer: TestResponse, tongue: Tongue = Tongue.RU) -> tuple[str, str]:
    """Tone and name of the headline."""
    (shown,) = _main(answer).xpath(".//h1")
    tone = shown.get("class").removeprefix("tone ")
    title = shown.text_content().lstrip("✓!✕")
    named = words(tongue)["verify"]["headlines"]
    assert (title, shown.getnext().text) in [(v["title"], v["says"]) for v in named.values()]
    return tone, title


def _sealed(here: Portal) -> tuple[bytes, Document]:
    document = here.world.envelope(here.confirmed()).documents[0]
    assert document.sealed is not None
    return here.world.blobs.get(document.sealed.sha256), document


def _says(here: Portal, verdict: Verdict, document: Document | None = None, *codes: str) -> None:
    here.verifier.report = Report(
        verdict=verdict,
        seal=_SEAL if verdict is not Verdict.UNSEALED else None,
        evidence=_EVIDENCE,
        reasons=codes,
        claimed_token=None if document is None else document.verification_token,
    )


@pytest.mark.parametrize("tongue", Tongue)
def test_the_issued_file_is_green(anywhere: Portal, tongue: Tongue) -> None:
    """Identical to the last byte; with hash, time, seal, and who signed, masked."""
    pdf, document = _sealed(anywhere)
    _says(anywhere, Verdict.VALID, document)

    answer = _upload(anywhere, pdf, f"/verify/{document.verification_token}?lang={tongue}")

    assert answer.status_code == 200
    assert answer.headers["Content-Language"] == tongue
    assert _headline(answer, tongue) == (
        "good", words(tongue)["verify"]["headlines"]["identical"]["title"],
    )  # fmt: skip
    text = _text(answer)
    assert document.sealed is not None
    assert text.count(document.sealed.sha256) == 2
    for shown in (document.number, moment(NOW), "CN=Seal", "4F2A", "PAdES B-LT", "CN=TSA"):
        assert shown in text
    for masked in ("Ү*** Ә*** С***", "9001******07", "+7 701 ***-**-42"):
        assert masked in text
    assert "Үмбетова" not in text


@pytest.mark.parametrize(
    ("tongue", "says"),
    [
        (Tongue.KK, ("өз қолымен", "Куәгер, жұмыскер", "Штрихтардың SHA-256 мәні")),
        (Tongue.RU, ("собственноручно", "Свидетель, работник", "SHA-256 штрихов")),
        (Tongue.EN, ("by hand", "Witness, employee", "SHA-256 of the strokes")),
    ],
)
def test_a_signature_by_hand_is_told_with_its_witness(
    here: Portal, tongue: Tongue, says: tuple[str, ...]
) -> None:
    """By his number, since the page is open to all; and what is attached, by its hash."""
    consent = {
        "way": "by_hand",
        "witness": {"name": "Бекова Дана", "employee_id": "E-7", "role": None},
        "strokes": {"file": "strokes.json", "sha256": "5" * 64},
        "scan": None,
    }
    here.verifier.report = Report(
        verdict=Verdict.VALID, seal=_SEAL, evidence=_EVIDENCE | {"consent": consent}
    )

    text = _text(_upload(here, b"%PDF-1.7", f"/verify?lang={tongue}"))

    for said in (*says, "E-7", "5" * 64):
        assert said in text
    assert "Бекова" not in text


def test_a_later_time_stamp_leaves_it_green(here: Portal) -> None:
    """The issued bytes, continued as the file itself may be."""
    pdf, document = _sealed(here)
    _says(here, Verdict.VALID, document)

    assert _headline(_upload(here, pdf + b"% stamp")) == ("good", "Файл подлинный")


def test_a_valid_seal_over_other_bytes_is_yellow(here: Portal) -> None:
    """The register issued something else under that name."""
    pdf, document = _sealed(here)
    _says(here, Verdict.VALID, document)

    answer = _upload(here, pdf.replace(b"sealed", b"SEALED"))

    assert _headline(answer) == ("caution", "Файл изменён после выдачи")
    assert "не те, что у зарегистрированного документа" in _text(answer)


def test_a_valid_seal_that_the_register_does_not_know_is_yellow(here: Portal) -> None:
    """Good by itself, and nobody here has issued it."""
    _says(here, Verdict.VALID)

    tone, title = _headline(_upload(here, b"%PDF-1.7"))

    assert (tone, title) == ("caution", "Печать действительна, но реестр не знает этого документа")


def test_a_file_of_another_document_is_red(here: Portal) -> None:
    """The QR code led to one paper, the file is of another: however genuine it is."""
    pdf, document = _sealed(here)
    asked = here.world.envelope(here.created()).documents[0]
    _says(here, Verdict.VALID, document)

    answer = _upload(here, pdf, f"/verify/{asked.verification_token}?lang=ru")

    assert _headline(answer) == ("bad", "Это другой документ")
    assert "не того, чей QR-код открыт" in _text(answer)


def test_a_file_whose_seal_was_taken_off_is_red(here: Portal) -> None:
    """And it is said that the register has one with a seal."""
    _, document = _sealed(here)
    _says(here, Verdict.UNSEALED, document, "seal_removed")

    answer = _upload(here, b"%PDF-1.7 stripped")

    assert _headline(answer) == ("bad", "На файле нет печати")
    assert "Печать с файла удалена" in _text(answer)
    assert "В реестре есть заверенный файл" in _text(answer)


def test_the_file_before_its_seal_is_called_so(here: Portal) -> None:
    """The very bytes that were shown: genuine, but nobody has sealed them."""
    _, document = _sealed(here)
    _says(here, Verdict.UNSEALED, document, "seal_missing")

    answer = _upload(here, here.world.blobs.get(document.frozen_hash()))

    assert _headline(answer) == ("caution", "Это файл до заверения печатью")


@pytest.mark.parametrize(
    ("verdict", "tone"),
    [
        (Verdict.CHANGED_AFTER_ISSUE, "caution"),
        (Verdict.INVALID, "bad"),
        (Verdict.UNSEALED, "bad"),
        (Verdict.UNKNOWN, "caution"),
    ],
)
def test_every_other_verdict_has_its_tone(here: Portal, verdict: Verdict, tone: str) -> None:
    """None of them is green, whatever the register knows."""
    _says(here, verdict)

    assert _headline(_upload(here, b"%PDF-1.7"))[0] == tone


@pytest.mark.parametrize("verdict", [Verdict.INVALID, Verdict.UNKNOWN, Verdict.UNSEALED])
def test_what_no_good_seal_vouches_for_is_not_repeated(here: Portal, verdict: Verdict) -> None:
    """A stranger may have written the evidence: nothing of it is shown, not even masked."""
    _says(here, verdict)

    assert "9001******07" not in _text(_upload(here, b"%PDF-1.7"))


@pytest.mark.parametrize(
    ("asked", "place"),
    [("?lang=kk", "/verify?lang=kk"), ("?lang=//x&phone=87475550187", "/verify?lang=ru")],
)
def test_a_slash_too_many_leads_to_the_page(here: Portal, asked: str, place: str) -> None:
    """For people who type addresses; of what they asked for a language alone is repeated."""
    answer = here.stranger().get(f"/verify/{asked}")

    assert (answer.status_code, answer.headers["Location"]) == (308, place)
    assert here.stranger().get(place).mimetype == "text/html"


@pytest.mark.parametrize(
    "evidence",
    [
        {},
        {"subscriber": [], "consent": "x", "document": None},
        {"subscriber": {"full_name": 7, "iin": "900101300007", "phone": None}},
        {"consent": {"way": "magic", "confirmed_at": "yesterday"}},
        {"consent": {"confirmed_at": "2026-03-02T09:30:00"}},
        {"consent": {"way": ["by_hand"], "witness": 7, "strokes": [], "scan": {"sha256": None}}},
        {"document": {"number": "<script>alert(1)</script>" * 100}},
    ],
)
def test_evidence_of_any_shape_does_no_harm(here: Portal, evidence: dict[str, Any]) -> None:
    """A signer's own words are cut, escaped, and left out where they are not what they should."""
    here.verifier.report = Report(verdict=Verdict.VALID, seal=_SEAL, evidence=evidence)

    answer = _upload(here, b"%PDF-1.7")

    assert answer.status_code == 200
    assert "<script" not in answer.get_data(as_text=True)
    assert "900101300007" not in answer.get_data(as_text=True)


def test_nothing_is_kept_and_the_name_of_the_file_is_not_even_read(here: Portal) -> None:
    """Neither stored, listed, cached nor indexed; and nobody else learns of the address."""
    _says(here, Verdict.VALID)
    before = dict(here.world.blobs.contents)

    answer = _upload(here, b"%PDF-1.7 a strangers paper")

    assert here.world.blobs.contents == before
    assert "paper" not in answer.get_data(as_text=True)
    headers = answer.headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Referrer-Policy"] == "no-referrer"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy


_REFUSED = {
    "unreadable": (UnreadableDocument("no"), 422),
    "busy": (Busy(), 503),
    "unavailable": (Unavailable("x"), 503),
}


@pytest.mark.parametrize("code", _REFUSED)
@pytest.mark.parametrize("tongue", Tongue)
def test_a_refusal_is_a_page_in_the_readers_language(
    here: Portal, code: str, tongue: Tongue
) -> None:
    """With its status, what to do, when to come again, and the form once more."""
    failing, status = _REFUSED[code]
    here.verifier.failing = failing

    answer = _upload(here, b"%PDF-1.7", f"/verify?lang={tongue}")

    assert answer.status_code == status
    assert words(tongue)["verify"]["refusals"][code]["title"] in _text(answer)
    assert (status == 503) is ("Retry-After" in answer.headers)
    assert _main(answer).xpath(".//form[@method='post']//input[@type='file']")


def test_too_many_files_from_one_address_have_to_wait(here: Portal) -> None:
    """429 with the seconds, in the header and on the page; the file is not even read."""
    turnstile = FakeTurnstile(failing=LimitReached("uploads", timedelta(seconds=90)))

    answer = _upload(here.changed(turnstile=turnstile), b"%PDF-1.7")

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "90")
    assert "Повторите через 90 с." in _text(answer)
    assert here.verifier.judged == []
    assert turnstile.visitors == ["127.0.0.1"]


def test_looking_at_the_page_is_not_counted(here: Portal) -> None:
    """Only files are; programs with a key are not either."""
    turnstile = FakeTurnstile(failing=LimitReached("uploads", timedelta(seconds=90)))
    portal = here.changed(turnstile=turnstile)

    assert portal.stranger().get("/verify").status_code == 200
    answer = portal.program.ask("POST", "/v1/verify", data=_form(b"%PDF"), content_type=_FORM)
    assert answer.status_code == 200
    assert turnstile.visitors == []


def test_nobody_counting_lets_nobody_in(here: Portal) -> None:
    """With the counter away the page says so, and that nothing was found out about the file."""
    turnstile = FakeTurnstile(failing=Unavailable("redis"))

    answer = _upload(here.changed(turnstile=turnstile), b"%PDF-1.7")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "О файле ничего не установлено" in _text(answer)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (_form(b"%PDF", "other"), _FORM, 400),
        (b"", _FORM, 400),
        (b"%PDF", "application/pdf", 415),
        (_form(b"\x00" * 20 * 1024 * 1024), _FORM, 413),
    ],
    ids=["other name", "empty", "no form", "too large"],
)
def test_a_wrong_form_is_told_as_a_page(
    here: Portal, content: bytes, kind: str, status: int
) -> None:
    """A browser that sends something else than it should gets words, not JSON."""
    answer = here.stranger().ask(
        "POST", "/verify", data=content, content_type=kind, headers=_BROWSER
    )

    assert answer.status_code == status
    assert len(_text(answer)) > 40


def test_a_program_gets_problems_all_the_same(here: Portal) -> None:
    """Who does not ask for a page is told in JSON."""
    here.verifier.failing = UnreadableDocument("no")

    answer = _upload(here, b"GIF89a", Accept="*/*")

    refused(answer, 422, "unreadable")


def test_a_code_that_leads_nowhere_is_told_in_words(here: Portal) -> None:
    """A forged or damaged QR code: 404 as a page, which takes a file on the page for any file."""
    answer = here.stranger().get(f"/verify/{'A' * 22}?lang=ru", headers=_BROWSER)

    assert answer.status_code == 404
    assert "Такого документа в реестре нет" in _text(answer)
    (form,) = _main(answer).xpath(".//form")
    assert form.get("action") == "/verify?lang=ru"
    assert _upload(here, b"%PDF-1.7", f"/verify/{'A' * 22}?lang=ru").status_code == 404


def test_whoever_has_only_the_file_has_a_page_too(here: Portal) -> None:
    """Without a token: an upload, and nothing of any document."""
    answer = here.stranger().get("/verify?lang=ru")

    assert answer.status_code == 200
    assert _main(answer).xpath(".//form[@enctype='multipart/form-data']/button")
    assert _main(answer).xpath(".//dl") == []


@pytest.mark.parametrize(
    ("wish", "tongue"),
    [
        ("en-GB,en;q=0.9", "en"), ("de,ru;q=0.5", "ru"), ("kk-KZ", "kk"), ("de", "kk"),
        ("", "kk"), ("en," * 100, "kk"),
    ],
)  # fmt: skip
def test_the_page_speaks_what_the_browser_asks_for(here: Portal, wish: str, tongue: str) -> None:
    """English too, but only here; Kazakh for all others; a switch for all three is there."""
    answer = here.stranger().get("/verify", headers={"Accept-Language": wish})

    assert answer.headers["Content-Language"] == tongue
    assert re.findall(r'href="\?lang=(\w\w)"', answer.get_data(as_text=True)) == ["kk", "ru", "en"]
