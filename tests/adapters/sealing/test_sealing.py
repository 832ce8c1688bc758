"""What a seal adds, and what it leaves alone."""

import hashlib
import io
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pikepdf
import pikepdf.pdfa
import pypdf
import pypdfium2
import pytest

from docgen.adapters.sealing.revisions import open_strictly, revision_ends
from docgen.domain.canonical import canonical_json
from docgen.domain.consent import WayOfSigning
from docgen.domain.envelope import SealLevel
from docgen.domain.errors import SealRefused
from docgen.domain.verdict import Verdict
from docgen.ports import Verifier
from tests.adapters.sealing.conftest import MakeSealer
from tests.adapters.sealing.papers import CAPTION, FROZEN, order, stated
from tests.pki.lab import Lab


def _told(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_sealed_file_begins_with_the_frozen_bytes(sealed: bytes) -> None:
    """The sealed file is the frozen file plus something."""
    assert sealed.startswith(FROZEN)
    assert len(sealed) > len(FROZEN)


def test_exactly_one_revision_is_added(sealed: bytes) -> None:
    """Cut at the first revision's end, the frozen file comes out, and one revision remains."""
    assert revision_ends(open_strictly(sealed), sealed) == [len(FROZEN), len(sealed)]


def test_the_hash_of_the_cut_file_is_the_confirmed_one(sealed: bytes, verifier: Verifier) -> None:
    """The report's two hashes are the hash of the bytes the subscriber saw."""
    report = verifier.verify(sealed)
    seen = hashlib.sha256(FROZEN).hexdigest()
    assert report.first_revision_hash == report.confirmed_hash == seen


@pytest.mark.parametrize("label", ["rsa", "ec"])
def test_with_an_authority_the_level_is_b_lt(
    make_sealer: MakeSealer, lab: Lab, verifier: Verifier, label: str
) -> None:
    """RSA with CRLs and P-256 with OCSP both give B-LT in the one revision."""
    made = make_sealer(label, tsa_url=lab.tsa_url).seal(order())
    report = verifier.verify(made.pdf)
    assert made.level is SealLevel.B_LT
    assert report.verdict is Verdict.VALID
    assert report.seal is not None
    assert report.seal.level == "B-LT"
    assert report.seal.timestamp_authority == "Lab TSA, Сынақ Телеком ЖШС"
    assert report.seal.time == made.sealed_at


@pytest.mark.parametrize("label", ["rsa", "ec"])
def test_without_an_authority_the_level_is_b_b(
    make_sealer: MakeSealer, verifier: Verifier, label: str
) -> None:
    """Where no authority is configured, the seal is a plain one, and says so."""
    made = make_sealer(label).seal(order())
    report = verifier.verify(made.pdf)
    assert made.level is SealLevel.B_B
    assert report.seal is not None
    assert (report.verdict, report.seal.level) == (Verdict.VALID, "B-B")
    assert report.seal.timestamp_authority is None


def test_seal_names_its_certificate(make_sealer: MakeSealer) -> None:
    """Signer and serial are those of the certificate, as people read them."""
    made = make_sealer("ec").seal(order())
    assert made.signer == "Сынақ мөрі EC, Сынақ Телеком ЖШС"
    assert int(made.serial, 16) > 0


def test_pdfsig_calls_it_valid_and_whole(sealed: bytes, tmp_path: Path) -> None:
    """A tool that is not ours sees one valid signature over the total document."""
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    told = _told("pdfsig", "-nocert", path)
    assert "Signature is Valid" in told
    assert "Total document signed" in told
    assert "Signature #2" not in told


def test_qpdf_and_mutool_find_nothing_wrong(sealed: bytes, tmp_path: Path) -> None:
    """The syntax is clean, and mutool too sees a document unchanged since signing."""
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    assert "No syntax or stream encoding errors" in _told("qpdf", "--check", path)
    assert "unchanged since signing" in _told("mutool", "sign", "-v", path)


def test_no_violation_of_pdf_a_is_added(sealed: bytes, tmp_path: Path) -> None:
    """The checker of PDF/A-3b finds only what it says it cannot judge."""
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    findings = [str(finding) for finding in pikepdf.pdfa.validate_written(path, "3b").findings]
    assert findings
    assert all(finding.startswith("[unsupported]") for finding in findings)


def test_file_stays_within_pdf_1_7(sealed: bytes) -> None:
    """PDF/A-3 is PDF 1.7; asking for 2.0, as signing libraries do, would break it."""
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        assert pdf.pdf_version <= "1.7"
        assert pdf.Root.get("/Version", "/1.7") == "/1.7"


def test_metadata_stays_as_frozen(sealed: bytes) -> None:
    """Title, dates and XMP are those of the frozen file."""
    with pikepdf.open(io.BytesIO(FROZEN)) as frozen, pikepdf.open(io.BytesIO(sealed)) as now:
        assert dict(now.docinfo) == dict(frozen.docinfo)
        assert now.Root.Metadata.read_bytes() == frozen.Root.Metadata.read_bytes()


def test_protocol_follows_as_last_pages(sealed: bytes) -> None:
    """The protocol's page is the last one, and the frozen pages keep their places."""
    pages = pypdf.PdfReader(io.BytesIO(sealed)).pages
    assert len(pages) == 3
    assert "Қабылдау-тапсыру актісі" in pages[0].extract_text()
    assert "Қол қою хаттамасы" in pages[2].extract_text()


def test_evidence_is_an_associated_file(sealed: bytes) -> None:
    """The evidence is attached as JSON data of the document, byte for byte."""
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        (related,) = list(pdf.Root.AF)
        assert related.AFRelationship == "/Data"
        assert related.EF.F.Subtype == "/application/json"
        attached = pdf.attachments["evidence.json"].get_file().read_bytes()
    assert attached.startswith(b"{")


@pytest.mark.parametrize("page", ["1", "2"])
def test_caption_reads_as_text_in_both_halves(sealed: bytes, tmp_path: Path, page: str) -> None:
    """Widget on page one, content on page two: both can be copied, and both name the seal."""
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    told = " ".join(_told("pdftotext", "-f", page, "-l", page, path, "-").split())
    assert all(line in told for line in CAPTION)
    assert "Сынақ мөрі RSA, Сынақ Телеком ЖШС" in told


@pytest.mark.parametrize(
    ("way", "top"), [(WayOfSigning.SMS_CODE, "mark_sms"), (WayOfSigning.BY_HAND, "mark_hand")]
)
def test_cross_is_drawn_for_the_chosen_way_only(
    make_sealer: MakeSealer, way: WayOfSigning, top: str
) -> None:
    """Each half gets one cross, inside the box of the way the subscriber signed."""
    made = make_sealer().seal(order(way=way))
    with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
        for number, suffix in ((0, ""), (1, "5F2")):
            place = pdf.Root.Dests["/" + top.replace("_", "5F") + suffix]
            drawn = pdf.pages[number].Contents[-1].read_bytes()
            strokes = [line for line in drawn.split(b"\n") if b" m " in line]
            assert len(strokes) == 1
            x, y = (float(v) for v in strokes[0].split(b" J ")[1].split()[:2])
            assert 0 < x - float(place[2]) < 6 * 72 / 25.4
            assert 0 < float(place[3]) - y < 6 * 72 / 25.4


def test_state_of_a_page_does_not_leak_into_the_marks(make_sealer: MakeSealer) -> None:
    """A page that leaves its coordinates turned draws the cross where the box is, all the same."""
    with pikepdf.open(io.BytesIO(FROZEN)) as pdf:
        pdf.pages[0].contents_add(b"0 1 -1 0 300 0 cm 1 0 0 RG", prepend=False)
        frozen = _saved(pdf)
    made = make_sealer().seal(order(frozen=frozen))
    pictures = [_first_page(content) for content in (made.pdf, make_sealer().seal(order()).pdf)]
    assert pictures[0] == pictures[1]


def test_file_without_a_place_for_the_seal_is_refused(make_sealer: MakeSealer) -> None:
    """No destination `seal`, no seal: it is never put just anywhere."""
    with pikepdf.open(io.BytesIO(FROZEN)) as pdf:
        del pdf.Root.Dests["/seal"]
        frozen = _saved(pdf)
    with pytest.raises(SealRefused, match="no place for the seal"):
        make_sealer().seal(order(frozen=frozen))


def test_places_are_found_in_a_name_tree_with_kids(make_sealer: MakeSealer) -> None:
    """Destinations may be kept in a name tree, nested and wrapped, as other writers do."""
    with pikepdf.open(io.BytesIO(FROZEN)) as pdf:
        place = pdf.Root.Dests["/seal"]
        leaf = pikepdf.Dictionary(Names=[pikepdf.String("seal"), pikepdf.Dictionary(D=place)])
        tree = pikepdf.Dictionary(Kids=[pdf.make_indirect(leaf)])
        pdf.Root.Names = pikepdf.Dictionary(Dests=pdf.make_indirect(tree))
        del pdf.Root.Dests
        frozen = _saved(pdf)
    assert make_sealer().seal(order(frozen=frozen)).pdf.startswith(frozen)


def test_evidence_of_another_document_is_refused(make_sealer: MakeSealer) -> None:
    """Nothing leaves the sealer that its own verifier would not call valid."""
    other = canonical_json(stated(b"other bytes"))
    with pytest.raises(SealRefused, match="hash_mismatch"):
        make_sealer().seal(order(evidence=other))


def test_protocol_that_is_no_pdf_is_refused(make_sealer: MakeSealer) -> None:
    """A broken protocol spoils no seal."""
    with pytest.raises(SealRefused, match="protocol"):
        make_sealer().seal(order(protocol=b"%PDF-1.7 nothing"))


def test_threads_seal_side_by_side(make_sealer: MakeSealer, lab: Lab, verifier: Verifier) -> None:
    """One sealer serves threads: each gets a valid file of its own."""
    sealer = make_sealer("ec", tsa_url=lab.tsa_url)
    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(lambda _: sealer.seal(order()), range(6)))
    assert all(verifier.verify(m.pdf).verdict is Verdict.VALID for m in made)
    assert len({m.pdf for m in made}) == 6


def _saved(pdf: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def _first_page(pdf: bytes) -> bytes:
    """Its pixels, in grey."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return bytes(document[0].render(scale=1, grayscale=True).buffer)
    finally:
        document.close()
