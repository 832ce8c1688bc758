"""The sealed act of the sample visit, looked at with other people's tools."""

import hashlib
import io
import json
import re
import subprocess
from pathlib import Path

import pikepdf.pdfa
import pypdf
import pytest

from docgen.adapters.authority.demo import DemoAuthority
from docgen.adapters.clock import SystemClock
from docgen.domain.verdict import Verdict
from tests.forms.samples import visit
from tests.visit.contract import act_sentences
from tests.visit.terminal import docgen, verdict


def _first_revision(pdf: bytes) -> bytes:
    end = re.search(rb"%%EOF\r?\n?", pdf)
    assert end is not None
    return pdf[: end.end()]


def _text(pdf: bytes, pages: slice = slice(None)) -> str:
    found = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages[pages]]
    return "".join("".join(found).split())


def test_poppler_calls_the_whole_document_signed(sealed: Path) -> None:
    """A tool of others sees a valid signature over the whole file."""
    said = subprocess.run(["pdfsig", sealed], capture_output=True, text=True, check=False).stdout

    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert said.count("Signature #") == 1


def test_verify_says_valid_with_timestamp_and_evidence(visited: Path, sealed: Path) -> None:
    """B-LT by the demo's authority, the hashes equal, the journal's chain unbroken."""
    done = docgen(visited, "verify", str(sealed), "--json")
    said = json.loads(done.stdout)

    assert done.returncode == 0
    assert said["verdict"] == "valid"
    assert said["seal"]["level"] == "B-LT"
    assert said["confirmed_hash"] == said["first_revision_hash"]
    assert said["journal_chain_ok"] is True
    assert said["reasons"] == []


def test_cutting_at_the_first_revision_gives_the_confirmed_bytes(
    visited: Path, sealed: Path
) -> None:
    """The frozen PDF is inside the sealed one, byte for byte, and is itself unsealed."""
    whole = sealed.read_bytes()
    frozen = _first_revision(whole)

    assert hashlib.sha256(frozen).hexdigest() == verdict(visited, whole).confirmed_hash
    assert verdict(visited, frozen).verdict is Verdict.UNSEALED


def test_the_frozen_document_is_pdf_a(sealed: Path, tmp_path: Path) -> None:
    """An independent checker approves the frozen bytes as PDF/A-3b."""
    frozen = tmp_path / "frozen.pdf"
    frozen.write_bytes(_first_revision(sealed.read_bytes()))

    with pikepdf.open(frozen) as pdf, pdf.open_metadata() as metadata:
        assert metadata.pdfa_status == "3B"
    report = pikepdf.pdfa.validate_written(frozen, "3b")
    assert report.passed, report.summary()


def test_both_halves_say_what_the_visit_was(sealed: Path) -> None:
    """Names, numbers and totals stand in the Kazakh and in the Russian half."""
    halves = [_text(sealed.read_bytes(), slice(0, 2)), _text(sealed.read_bytes(), slice(2, 4))]

    for half in halves:
        for said in ("ӘбдіқадыроваГүлсімӨмірзаққызы", "900101412304", "11400,97", "2250,00"):
            assert said in half
        for device in visit()["equipment"]:
            assert device["serial"] in half
    assert "Розеткаорнату" in halves[0]
    assert "Установкарозетки" in halves[1]


def test_the_kazakh_half_holds_the_contract_to_the_letter(sealed: Path) -> None:
    """Every fixed sentence of annex 3 stands there; the corrected words are listed."""
    half = _text(sealed.read_bytes(), slice(0, 2))

    assert [s for s in act_sentences() if "".join(s.split()) not in half] == []


def test_the_protocol_hides_what_identifies(sealed: Path) -> None:
    """In the added pages IIN and phone are masked, and no code is shown."""
    protocol = _text(sealed.read_bytes(), slice(4, None))

    assert "9001******04" in protocol
    assert "+7701***-**-42" in protocol
    assert "900101412304" not in protocol
    assert "5550142" not in protocol


def test_the_protocol_is_a_page_in_each_language(sealed: Path) -> None:
    """Everything of a usual visit fits: who, what, how, when, the seal, and how to verify it."""
    whole = sealed.read_bytes()
    pages = [_text(whole, slice(number, number + 1)) for number in (4, 5)]
    attached = pypdf.PdfReader(io.BytesIO(whole)).attachments["evidence.json"][0]
    stated = json.loads(attached)

    assert len(pypdf.PdfReader(io.BytesIO(whole)).pages) == 6
    for page in pages:
        for said in (
            stated["document"]["sha256"], stated["document"]["edition"],
            stated["envelope"]["manifest_sha256"], stated["journal"]["head"],
            stated["consent"]["text_sha256"], stated["challenge"]["id"],
            stated["challenge"]["messages"][0]["message_id"], stated["seal"]["serial"],
            "".join(stated["seal"]["holder"].split()), stated["verify_url"],
            "pdfsigFILE", "docgenverifyFILE--trustROOT.pem", "AcrobatReader",
        ):  # fmt: skip
            assert said in page


def test_the_evidence_is_attached_for_any_reader(sealed: Path) -> None:
    """Poppler and every viewer find evidence.json."""
    attachments = pypdf.PdfReader(sealed).attachments

    assert list(attachments) == ["evidence.json"]
    assert b'"format":"qoltanba-evidence/1"' in attachments["evidence.json"][0]


def test_a_stranger_without_the_root_trusts_nothing(visited: Path, sealed: Path) -> None:
    """Trust comes from the verifier's own roots, not from the file."""
    with DemoAuthority.open(visited / "stranger", clock=SystemClock()) as stranger:
        root = str(stranger.trust_root)

    said = docgen(visited, "verify", str(sealed), "--trust", root)

    assert said.returncode == 1
    assert said.stdout.startswith("unknown")


@pytest.mark.parametrize("place", [0.1, 0.5, 0.94, 0.96, 0.97, 0.98, 0.999])
def test_a_flipped_byte_anywhere_is_noticed(visited: Path, sealed: Path, place: float) -> None:
    """In the form, in the fonts, in the added revision or in the signature itself."""
    pdf = bytearray(sealed.read_bytes())
    pdf[int(len(pdf) * place)] ^= 0x01

    assert verdict(visited, bytes(pdf)).verdict is Verdict.INVALID


def test_what_is_no_pdf_is_unreadable(visited: Path) -> None:
    """Its own exit code, and no traceback."""
    junk = visited / "junk.pdf"
    junk.write_bytes(b"not a pdf at all")

    for file in (junk, visited / "absent.pdf"):
        said = docgen(visited, "verify", str(file))
        assert said.returncode == 2
        assert "Traceback" not in said.stderr
