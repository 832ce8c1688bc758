"""Papers signed by hand, rendered and sealed for real, by a process that has the register alone."""

import hashlib
import io
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import jsonschema
import pikepdf
import pikepdf.pdfa
import pypdf
import pytest

from docgen.adapters.authority.demo import DemoAuthority
from docgen.adapters.clock import SystemClock
from docgen.adapters.scans.remade import RemadeScans
from docgen.adapters.sealing.appearance import SealPicture
from docgen.adapters.sealing.key import SealKey
from docgen.adapters.sealing.seal import PadesSealer
from docgen.adapters.sealing.sealer_client import SealerClient
from docgen.adapters.sealing.sealer_server import SealerServer
from docgen.adapters.sealing.trust import TrustRoots
from docgen.adapters.sealing.typeface import NOTO_SANS, NOTO_SANS_BOLD, Typeface
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.domain.envelope import State
from docgen.domain.evidence_schema import schema
from docgen.domain.language import BOTH, Language
from docgen.domain.verdict import Verdict
from docgen.settings import BESIDE_THE_PACKAGES
from docgen.usecases.recall_facts import RecallFacts
from docgen.usecases.sign_by_hand import HandSignature
from docgen.usecases.verify_document import describe
from docgen.usecases.warrant_seal import WarrantSeal
from tests import hands
from tests.services.redis_server import RedisServer
from tests.services.rendering import Over
from tests.usecases.world import OPERATOR, TECHNICIAN, World, request, world

MADE = {
    "strokes, kk": (hands.drawn, (Language.KK,)),
    "strokes, ru": (hands.drawn, (Language.RU,)),
    "strokes, kk+ru": (hands.drawn, BOTH),
    "scan, kk+ru": (hands.scanned, BOTH),
}
_numbers = count(1)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoAuthority]:
    """With a key, a root and time stamps."""
    with DemoAuthority.open(tmp_path_factory.mktemp("pki"), clock=SystemClock()) as opened:
        yield opened


@contextmanager
def _sealing(
    url: str, redis_url: str, over: Over, authority: DemoAuthority, folder: Path
) -> Iterator[World]:
    """A world whose renderer is real, and whose seal is in a process's hands."""
    here = world(url, redis_url)
    here.papers = over(BESIDE_THE_PACKAGES)
    here.scans = RemadeScans(seconds=60, patience=60.0)
    picture = SealPicture(regular=Typeface.load(NOTO_SANS), bold=Typeface.load(NOTO_SANS_BOLD))
    sealer = PadesSealer(
        SealKey.load(authority.seal_p12, authority.passphrase, allow_demo=True),
        roots=TrustRoots.load([authority.trust_root]),
        clock=SystemClock(),
        picture=picture,
        tsa_url=authority.tsa_url,
    )
    recall = RecallFacts(
        register=here.register, forms=here.forms, operator=OPERATOR, public_url="https://q.example"
    )
    warrant = WarrantSeal(recall=recall, ability=sealer.check)
    server = SealerServer(folder / "seal.sock", sealer=sealer, warrant=warrant)
    here.seal_of = SealerClient(folder / "seal.sock", picture=picture)
    server.start()
    try:
        yield here
    finally:
        server.stop()
        here.register.close()
        here.codes.close()


def _signed(here: World, signature: HandSignature, languages: tuple[Language, ...]) -> bytes:
    """The sealed file of a visit that was signed by hand, a code being on its way."""
    asked = request()
    (act,) = asked.documents
    envelope = here.create(replace(asked, documents=(replace(act, languages=languages),)))
    here.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)
    done = here.sign_by_hand(envelope.id, signature)
    assert done.state is State.SEALED
    (document,) = done.documents
    assert document.sealed is not None
    return here.blobs.get(document.sealed.sha256)


@pytest.fixture(scope="module")
def sealed(
    migrated_sqlite: Path,
    redis_server: RedisServer,
    over: Over,
    authority: DemoAuthority,
    short_directory: Path,
) -> Iterator[dict[str, bytes]]:
    """One sealed file of each kind, all of one SQLite register."""
    folder = short_directory / f"by-hand-{next(_numbers)}"
    folder.mkdir()
    shutil.copy(migrated_sqlite, folder / "register.db")
    url = f"sqlite:///{folder / 'register.db'}"
    with redis_server.client() as client:
        client.flushall()
    with _sealing(url, redis_server.url, over, authority, folder) as here:
        yield {name: _signed(here, made(), langs) for name, (made, langs) in MADE.items()}


@pytest.fixture(params=MADE)
def paper(request: pytest.FixtureRequest, sealed: dict[str, bytes]) -> bytes:
    """Each of them."""
    return sealed[request.param]


def _attached(pdf: bytes) -> dict[str, bytes]:
    return {name: held[0] for name, held in pypdf.PdfReader(io.BytesIO(pdf)).attachments.items()}


def _pages(pdf: bytes) -> list[str]:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return ["".join(page.extract_text().split()) for page in pages]


def test_a_paper_signed_by_hand_is_valid_and_says_so(
    paper: bytes, authority: DemoAuthority
) -> None:
    """B-LT, by the verifier that knows the root alone; the way in both languages."""
    verifier = PadesVerifier(TrustRoots.load([authority.trust_root]), clock=SystemClock())
    said = describe(verifier.verify(paper), registered=None)

    assert (said["verdict"], said["reasons"]) == (Verdict.VALID, [])
    assert said["seal"]["level"] == "B-LT"
    assert said["signing"] == {
        "way": "by_hand",
        "kk": "Өз қолымен қол қойды",
        "ru": "Подписано собственноручно",
    }


def test_its_evidence_fits_the_schema_and_names_what_is_attached(paper: bytes) -> None:
    """Strokes or a scan, under the hash that is stated; the code that was sent is no part of it."""
    attached = _attached(paper)
    stated = json.loads(attached.pop("evidence.json"))
    jsonschema.validate(stated, schema())
    consent = stated["consent"]

    ((name, content),) = attached.items()
    told = consent["strokes"] or consent["scan"]
    assert (told["file"], told["sha256"]) == (name, hashlib.sha256(content).hexdigest())
    assert consent["witness"] == {
        "name": "Бекова Дана", "employee_id": "E-7", "role": "техник",
    }  # fmt: skip
    assert stated["challenge"] is None


def test_the_frozen_bytes_stay_the_first_revision(paper: bytes) -> None:
    """They never depend on how it is signed."""
    stated = json.loads(_attached(paper)["evidence.json"])
    frozen = paper[: paper.index(b"%%EOF") + len(b"%%EOF\n")]

    assert hashlib.sha256(frozen).hexdigest() == stated["document"]["sha256"]


def test_nothing_that_is_added_breaks_pdf_a(paper: bytes, tmp_path: Path) -> None:
    """PDF/A-3 takes associated files of any kind."""
    file = tmp_path / "sealed.pdf"
    file.write_bytes(paper)
    found = [str(each) for each in pikepdf.pdfa.validate_written(file, "3b").findings]

    assert all(each.startswith("[unsupported]") for each in found), found
    with pikepdf.open(file) as pdf:
        assert {str(each.AFRelationship) for each in pdf.Root.AF} == {"/Data"}
        assert len(pdf.Root.AF) == 2


@pytest.mark.parametrize("name", [name for name in MADE if name.startswith("strokes")])
def test_the_protocol_tells_the_story_of_strokes(sealed: dict[str, bytes], name: str) -> None:
    """One page in each language: the witness, how many strokes, how long, and the hashes."""
    consent = json.loads(_attached(sealed[name])["evidence.json"])["consent"]
    kk, ru = _pages(sealed[name])[-2:]

    for page in (kk, ru):
        for said in (
            "БековаДана", "E-7", "техник", "tablet-3", "strokes.json", "2,4",
            consent["strokes"]["sha256"], consent["strokes"]["image_sha256"],
            consent["text_sha256"],
        ):  # fmt: skip
            assert said in page
    assert "штрихсаны:3,нүктесаны:170" in kk
    assert "штрихов:3,точек:170" in ru


def test_the_protocol_tells_the_story_of_a_scan(sealed: dict[str, bytes]) -> None:
    """How many pages, which file came, and the hashes of both."""
    pdf = sealed["scan, kk+ru"]
    scan = json.loads(_attached(pdf)["evidence.json"])["consent"]["scan"]

    for page in _pages(pdf)[-2:]:
        for said in ("БековаДана", "scan.pdf", scan["sha256"], scan["uploaded_sha256"]):
            assert said in page


@pytest.mark.parametrize("name", MADE)
def test_the_box_of_the_own_hand_is_crossed_and_no_other(
    sealed: dict[str, bytes], name: str
) -> None:
    """At the bookmark `mark_hand`, in each half that there is."""
    with pikepdf.open(io.BytesIO(sealed[name])) as pdf:
        places = {str(key).replace("5F", "_")[1:]: at for key, at in pdf.Root.Dests.items()}
        boxes = [float(at[2]) for name_, at in places.items() if name_.startswith("mark_hand")]
        crosses = [line for page in pdf.pages for line in _crosses(page)]
    assert len(boxes) == len(crosses) == (2 if name.endswith("kk+ru") else 1)
    lefts = [float(line.split(b" J ")[1].split()[0]) for line in crosses]
    for left, box in zip(sorted(lefts), sorted(boxes), strict=True):
        assert 0 < left - box < 6 * 72 / 25.4


def _crosses(page: pikepdf.Page) -> list[bytes]:
    """What the sealing revision drew over a page as crosses, one a line."""
    contents = page.obj.get("/Contents")
    if not isinstance(contents, pikepdf.Array):
        return []
    drawn = contents[-1].read_bytes().split(b"\n")
    return [line for line in drawn if line.startswith(b"q ") and b" J " in line]


def test_the_strokes_are_drawn_as_lines_in_the_seal(sealed: dict[str, bytes]) -> None:
    """As many lines as points were drawn, in the picture that the signature field shows."""
    with pikepdf.open(io.BytesIO(sealed["strokes, kk+ru"])) as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        drawn = field.AP.N.read_bytes()
    with pikepdf.open(io.BytesIO(sealed["scan, kk+ru"])) as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        plain = field.AP.N.read_bytes()

    assert drawn.count(b" l\n") + drawn.count(b" l ") - plain.count(b" l ") >= 167


def test_the_same_over_postgresql(
    postgres_url: str, redis_url: str, over: Over, authority: DemoAuthority, short_directory: Path
) -> None:
    """What is stored there comes back to the byte: the sealing process makes the same order."""
    folder = short_directory / f"by-hand-{next(_numbers)}"
    folder.mkdir()
    with _sealing(postgres_url, redis_url, over, authority, folder) as here:
        pdf = _signed(here, hands.scanned(hands.photo()), (Language.RU,))

    verifier = PadesVerifier(TrustRoots.load([authority.trust_root]), clock=SystemClock())
    assert verifier.verify(pdf).verdict is Verdict.VALID
    assert set(_attached(pdf)) == {"evidence.json", "scan.jpg"}
