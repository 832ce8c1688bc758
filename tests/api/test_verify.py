"""Verification of a file: its verdict, and what the register says of its very bytes."""

import io
import tempfile
from typing import Any

import pytest
from werkzeug.test import TestResponse

from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.domain.errors import Busy, UnreadableDocument
from docgen.domain.language import BOTH
from docgen.domain.verdict import Report, SealFacts, Verdict
from docgen.texts.phrases import say
from docgen.usecases.verify_document import VerifyDocument
from docgen.usecases.verify_upload import VerifyUpload
from tests.api.portal import Portal
from tests.api.program import ENVELOPES
from tests.api.watch import refused
from tests.builders import NOW

_PATH = "/v1/verify"
_MEGABYTE = 1024 * 1024
_FORM = "multipart/form-data; boundary=x"
_END = b"\r\n--x--\r\n"
_SEAL = SealFacts(
    level="B-LT", signer="CN=Seal", serial="4f2a", time=NOW, timestamp_authority="CN=TSA"
)
_HASHES: dict[str, Any] = {"confirmed_hash": "aa", "first_revision_hash": "aa"}
_MEMBERS = {
    "verdict", "test", "message", "seal", "confirmed_hash", "first_revision_hash", "evidence",
    "journal_chain_ok", "signing", "registered", "match", "reasons", "notices",
}  # fmt: skip


_UNCHECKED = {"code": "revocation_not_checked"} | {
    each.value: say("notice.revocation_not_checked", each) for each in BOTH
}
_BY_HAND = {
    "way": "by_hand", "kk": "Өз қолымен қол қойды", "ru": "Подписано собственноручно",
}  # fmt: skip


def _upload(portal: Portal, content: bytes, name: str = "file") -> TestResponse:
    return portal.program.ask("POST", _PATH, data=_form(content, name), content_type=_FORM)


def _form(content: bytes, name: str = "file") -> bytes:
    disposition = f'form-data; name="{name}"; filename="paper.pdf"'
    return f"--x\r\nContent-Disposition: {disposition}\r\n\r\n".encode() + content + _END


def _issued(portal: Portal) -> tuple[bytes, str]:
    """A sealed file, and the token it prints."""
    envelope_id = portal.confirmed()
    document = portal.world.envelope(envelope_id).documents[0]
    assert document.sealed is not None
    return portal.world.blobs.get(document.sealed.sha256), document.verification_token


def _report(verdict: Verdict = Verdict.VALID, **more: Any) -> Report:
    return Report(verdict=verdict, **more)


def test_an_issued_file_is_valid_and_registered(anywhere: Portal) -> None:
    """200 with the verdict in both languages, and everything it rests on."""
    content, token = _issued(anywhere)
    anywhere.verifier.report = _report(
        seal=_SEAL,
        evidence={"format": "qoltanba-evidence/1", "consent": {"way": "by_hand"}},
        **_HASHES,
        journal_chain_ok=True,
        notices=("revocation_not_checked",),
        claimed_token=token,
    )

    answer = _upload(anywhere, content)

    assert answer.status_code == 200
    assert answer.get_json() == {
        "verdict": "valid",
        "test": False,
        "message": {
            "kk": "Құжат түпнұсқа: мөр жарамды, құжат өзгертілмеген",
            "ru": "Документ подлинный: печать действительна, документ не изменён",
        },
        "seal": {
            "level": "B-LT",
            "signer": "CN=Seal",
            "serial": "4f2a",
            "time": "2026-03-02T09:30:00.123456+00:00",
            "timestamp_authority": "CN=TSA",
        },
        **_HASHES,
        "evidence": {"format": "qoltanba-evidence/1", "consent": {"way": "by_hand"}},
        "journal_chain_ok": True,
        "signing": _BY_HAND,
        "registered": True,
        "match": "identical",
        "reasons": [],
        "notices": [_UNCHECKED],
    }
    assert anywhere.verifier.judged == [content]


def test_other_bytes_than_registered_were_changed(anywhere: Portal) -> None:
    """A file that is valid by itself, but not what was issued under its name, is no original."""
    content, token = _issued(anywhere)
    anywhere.verifier.report = _report(claimed_token=token)

    told = _upload(anywhere, content.replace(b"PDF-1.3", b"PDF-1.4")).get_json()

    assert (told["verdict"], told["registered"]) == ("changed_after_issue", False)
    assert [each["code"] for each in told["reasons"]] == ["other_bytes_than_registered"]
    assert all(each["kk"] and each["ru"] for each in told["reasons"])


def test_what_was_added_later_leaves_a_file_registered(here: Portal) -> None:
    """Whether it was allowed the file itself tells; its issued part is what was issued."""
    content, token = _issued(here)
    here.verifier.report = _report(
        Verdict.CHANGED_AFTER_ISSUE, claimed_token=token, reasons=("bytes_after_end",)
    )

    told = _upload(here, content + b"\n% later").get_json()

    assert (told["verdict"], told["registered"]) == ("changed_after_issue", True)
    assert [each["code"] for each in told["reasons"]] == ["bytes_after_end"]


def test_an_unsealed_paper_of_ours_is_told_so(here: Portal) -> None:
    """The frozen file is ours, has no seal, and is not what was issued."""
    here.verifier.report = _report(Verdict.UNSEALED, reasons=("seal_missing",))

    told = _upload(here, b"%PDF-1.7").get_json()

    assert set(told) == _MEMBERS
    assert (told["verdict"], told["registered"], told["seal"]) == ("unsealed", False, None)


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_words(here: Portal, verdict: Verdict) -> None:
    """200 whatever it is: a bad file is an answer, not an error."""
    here.verifier.report = _report(verdict)

    answer = _upload(here, b"%PDF-1.7")

    assert (answer.status_code, answer.get_json()["verdict"]) == (200, verdict.value)
    assert set(answer.get_json()["message"]) == {"kk", "ru"}


@pytest.mark.parametrize(
    "token",
    [None, "", "0" * 22, "' OR 1=1 --", "\x00" * 22, "ә" * 22, "x" * 100_000],
    ids=["none", "empty", "unknown", "sql", "nul", "letters", "long"],
)
def test_a_document_nobody_knows_is_not_registered(here: Portal, token: str | None) -> None:
    """What a file says of itself may be written by anybody; it is judged all the same."""
    here.verifier.report = _report(claimed_token=token)

    told = _upload(here, b"%PDF-1.7").get_json()

    assert (told["verdict"], told["registered"]) == ("valid", False)
    assert told["match"] == "unregistered"


def test_a_file_that_was_not_sealed_yet_is_not_registered(here: Portal) -> None:
    """What is only frozen was not issued."""
    document = here.world.envelope(here.created()).documents[0]
    here.verifier.report = _report(claimed_token=document.verification_token)
    content = here.world.blobs.get(document.frozen_hash())

    told = _upload(here, content).get_json()

    assert (told["registered"], told["match"]) == (False, "shown")


def test_what_is_no_pdf_is_unreadable(here: Portal) -> None:
    """422 `unreadable`: there is nothing to judge."""
    here.verifier.failing = UnreadableDocument("not a PDF")

    assert not refused(_upload(here, b"GIF89a"), 422, "unreadable")["retryable"]


def test_when_all_places_are_taken_the_caller_comes_again(here: Portal) -> None:
    """503 `busy`, with the time after which there may be one."""
    here.verifier.failing = Busy()

    answer = _upload(here, b"%PDF-1.7")

    assert refused(answer, 503, "busy")["retryable"]
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("content", "status", "word"),
    [
        pytest.param(b"", 422, "unreadable", id="empty"),
        pytest.param(b"MZ\x90", 422, "unreadable", id="program"),
        pytest.param(b"%PDF-1.7\n", 422, "unreadable", id="header only"),
    ],
)
def test_the_real_judge_is_asked(here: Portal, content: bytes, status: int, word: str) -> None:
    """With the verifier of the service, hostile bytes end in a named refusal."""
    refused(_upload(_real(here), content), status, word)


def test_a_strangers_paper_is_unknown(here: Portal) -> None:
    """A sound PDF without a seal and without our mark, by the verifier of the service."""
    frozen = here.world.envelope(here.created()).documents[0].frozen_hash()

    told = _upload(_real(here), here.world.blobs.get(frozen)).get_json()

    assert (told["verdict"], [each["code"] for each in told["reasons"]]) == (
        "unknown", ["not_ours"],
    )  # fmt: skip
    assert told["first_revision_hash"] == frozen


def _real(portal: Portal) -> Portal:
    verify = VerifyDocument(verifier=PadesVerifier(TrustRoots(()), clock=portal.world.clock))
    return portal.changed(
        verify_upload=VerifyUpload(verify_document=verify, register=portal.world.register)
    )


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(b"", _FORM, id="nothing"),
        pytest.param(b"--x--\r\n", _FORM, id="no parts"),
        pytest.param(b"garbage", _FORM, id="garbage"),
        pytest.param(b"--x\r\n\r\n", "multipart/form-data", id="no boundary"),
        pytest.param(
            b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--x--\r\n',
            _FORM,
            id="text for file",
        ),
        pytest.param(
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n%PDF',
            _FORM,
            id="cut off",
        ),
    ],
)
def test_a_form_without_a_file_is_refused(here: Portal, content: bytes, kind: str) -> None:
    """400 `file_missing`, also where the form is broken."""
    answer = here.program.ask("POST", _PATH, data=content, content_type=kind)

    refused(answer, 400, "file_missing")


def test_a_file_under_another_name_is_missing(here: Portal) -> None:
    """The part is called `file`."""
    refused(_upload(here, b"%PDF-1.7", name="document"), 400, "file_missing")


@pytest.mark.parametrize("kind", ["application/pdf", "application/json", "", "multipart/mixed"])
def test_only_a_form_is_read(here: Portal, kind: str) -> None:
    """415, with the type that is."""
    answer = here.program.ask("POST", _PATH, data=b"%PDF-1.7", content_type=kind)

    told = refused(answer, 415, "media_type_unsupported")
    assert told["accepted"] == ["multipart/form-data"]
    assert answer.headers["Accept"] == "multipart/form-data"


def test_a_file_of_twenty_megabytes_is_too_large(here: Portal) -> None:
    """413 with the limit of this route, where its length is told."""
    answer = _upload(here, b"\x00" * (20 * _MEGABYTE))

    assert refused(answer, 413, "body_too_large")["limit"] == 20 * _MEGABYTE
    assert here.verifier.judged == []


def test_a_file_that_does_not_say_its_length_is_measured(here: Portal) -> None:
    """413 for a chunked one; one of nineteen megabytes is judged."""
    for megabytes, status in ((19, 200), (21, 413)):
        answer = here.program.ask(
            "POST",
            _PATH,
            headers={"Transfer-Encoding": "chunked"},
            environ_overrides={
                "CONTENT_TYPE": _FORM,
                "wsgi.input": io.BytesIO(_form(b"\x00" * (megabytes * _MEGABYTE))),
                "wsgi.input_terminated": True,
            },
        )
        assert answer.status_code == status


def test_verifying_keeps_nothing(here: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the file, not even for a moment on a disk, nor its verdict: it may be anybody's."""
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    before = dict(here.world.blobs.contents)

    answer = _upload(here, b"%PDF-1.7" + b"\x00" * _MEGABYTE)

    assert answer.status_code == 200
    assert here.world.blobs.contents == before
    assert here.program.get(ENVELOPES).get_json()["envelopes"] == []


def test_anybody_with_the_scope_may_ask_about_a_paper(here: Portal) -> None:
    """Papers travel between owners; the answer holds what the paper itself says, and one yes."""
    content, token = _issued(here)
    here.verifier.report = _report(claimed_token=token)

    answer = here.issued(owner="other", region="Астана").ask(
        "POST", _PATH, data=_form(content), content_type=_FORM
    )

    assert answer.get_json()["registered"] is True
