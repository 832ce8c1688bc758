"""`docgen journal`: what it says, with which exit code, and that its exports stand without us."""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from docgen.adapters.blobs.disk import DiskBlobs
from docgen.adapters.sealing.stamping import TimeStampAuthority, TokenJudge
from docgen.adapters.sealing.timestamp import StrictTimeStamper
from docgen.adapters.sealing.trust import TrustRoots
from docgen.cli import main
from docgen.domain.envelope import Envelope
from docgen.usecases.anchor_day import AnchorDay
from tests.pki.lab import Lab, serving
from tests.usecases.by_hand import ByHand
from tests.usecases.evidence import DAY, Closed
from tests.usecases.world import world

_DOCS = Path(__file__).parents[2] / "docs" / "lasting.md"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """An authority that is not ours."""
    with serving(tmp_path_factory.mktemp("lab")) as served:
        yield served


@pytest.fixture
def closed(
    sqlite_url: str, redis_url: str, lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Closed]:
    """An installation whose day was closed with the lab's word on it; files lie on the disk."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "PROFILE": "production",
        "DATABASE_URL": sqlite_url,
        "BLOBS": str(tmp_path / "blobs"),
        "TRUST_ROOTS": str(lab.root),
        "TSA_URL": lab.tsa_url,
    }.items():
        monkeypatch.setenv(f"DOCGEN_{name}", value)
    here = world(sqlite_url, redis_url)
    here.blobs = DiskBlobs(tmp_path / "blobs")  # type: ignore[assignment]
    here.clock.moment = datetime.now(UTC) - DAY
    built = Closed(here)
    for _ in range(3):
        built.sealed(documents=2)
    here.clock.moment = datetime.now(UTC)
    AnchorDay(
        register=here.register, clock=here.clock, judge=TokenJudge(TrustRoots.load([lab.root])),
        stamper=TimeStampAuthority(StrictTimeStamper(lab.tsa_url, timeout=10)),
    )()  # fmt: skip
    yield built
    here.register.close()


def _said(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def _newest(closed: Closed) -> Envelope:
    with closed.world.register.view() as unit:
        return unit.envelopes.get(max(unit.journal.envelope_ids()))


def test_a_store_in_order_is_told_and_ends_with_0(closed: Closed) -> None:
    """How much was looked at, and in both languages that it is as it was written."""
    said = _said("journal", "verify")
    assert said.exit_code == 0
    assert said.stdout.startswith("ok: 3 envelopes, 18 entries, 12 files, 1 anchors\n")
    assert "Бәрі жазылған күйінде" in said.stdout
    assert "Всё так, как было записано" in said.stdout
    assert closed.anchors()


def test_a_changed_row_is_named_and_ends_with_1(closed: Closed) -> None:
    """By table and key, in both languages, in words and as JSON."""
    document = _newest(closed).documents[1]
    ByHand(closed.world.database_url).run(
        "UPDATE documents SET form = 'other' WHERE id = :id", id=document.id
    )
    said = _said("journal", "verify")
    assert said.exit_code == 1
    assert (
        f"documents {document.id}: Жол жазылған кездегіден өзгеше / Строка не такая" in said.stdout
    )
    told = json.loads(_said("journal", "verify", "--json").stdout)
    assert told["ok"] is False
    named = [each for each in told["findings"] if each["fault"] != "unguarded"]
    assert [(each["fault"], each["table"], each["row"]) for each in named] == [
        ("changed", "documents", document.id)
    ]
    assert {"kk", "ru", "detail"} <= named[0].keys()


def test_a_file_is_missed_unless_files_are_left_out(closed: Closed, tmp_path: Path) -> None:
    """`--without-files` looks at the register alone."""
    sealed = _newest(closed).documents[0].sealed
    assert sealed is not None
    sha256 = sealed.sha256
    (tmp_path / "blobs" / sha256[:2] / sha256[2:4] / sha256).unlink()
    assert _said("journal", "verify").exit_code == 1
    assert _said("journal", "verify", "--without-files").exit_code == 0


def test_json_of_a_store_in_order(closed: Closed) -> None:
    """The same numbers for programs."""
    told = json.loads(_said("journal", "verify", "--json").stdout)
    assert told == {
        "ok": True, "envelopes": 3, "entries": 18, "files": 12, "anchors": 1, "unstamped": 0,
        "not_as_written": 0, "findings": [],
    }  # fmt: skip
    assert closed.anchors()


def test_without_a_register_it_is_not_able(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is neither well nor unwell: 3."""
    monkeypatch.chdir(tmp_path)
    assert _said("journal", "verify").exit_code == 3


def _in_docs(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", _DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def _checked_without_us(tmp_path: Path, proof: str, pdf: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "check.py").write_text(_in_docs("python"), encoding="utf-8")
    words = (sys.executable, "-I", "check.py", proof, pdf)
    return subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)


def _stamp_holds(tmp_path: Path, root: Path) -> bool:
    words = _in_docs("sh").strip().replace("root.pem", str(root)).split()
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    return done.returncode == 0 and "Verification: OK" in done.stdout + done.stderr


def test_a_proof_stands_without_us(closed: Closed, lab: Lab, tmp_path: Path) -> None:
    """The program in the documentation and openssl say so of every document, and of no other."""
    documents = _newest(closed).documents
    for document in documents:
        exported = _said("journal", "export", "--document", document.number, "-o", "proof.json")
        assert exported.exit_code == 0
        assert document.sealed is not None
        sealed = closed.world.blobs.get(document.sealed.sha256)
        (tmp_path / "sealed.pdf").write_bytes(sealed)
        done = _checked_without_us(tmp_path, "proof.json", "sealed.pdf")
        assert done.returncode == 0, done.stderr
        assert _stamp_holds(tmp_path, lab.root)
        (tmp_path / "other.pdf").write_bytes(sealed + b" ")
        assert "another file" in _checked_without_us(tmp_path, "proof.json", "other.pdf").stderr


def test_a_forged_proof_does_not_stand(closed: Closed, lab: Lab, tmp_path: Path) -> None:
    """Another leaf leads to another root; another statement is not what was stamped."""
    document = _newest(closed).documents[0]
    _said("journal", "export", "--document", document.number, "-o", "proof.json")
    proof = json.loads((tmp_path / "proof.json").read_text())
    (tmp_path / "forged.pdf").write_bytes(b"%PDF forged")
    proof["proof"]["leaf"]["hash"] = hashlib.sha256(b"%PDF forged").hexdigest()
    (tmp_path / "proof.json").write_text(json.dumps(proof))
    done = _checked_without_us(tmp_path, "proof.json", "forged.pdf")
    assert "not among the leaves" in done.stderr
    _said("journal", "export", "--document", document.number, "-o", "proof.json")
    assert document.sealed is not None
    (tmp_path / "sealed.pdf").write_bytes(closed.world.blobs.get(document.sealed.sha256))
    _checked_without_us(tmp_path, "proof.json", "sealed.pdf")
    statement = (tmp_path / "statement.json").read_text().replace('"day":"20', '"day":"19')
    (tmp_path / "statement.json").write_text(statement)
    assert not _stamp_holds(tmp_path, lab.root)


def test_an_anchor_is_exported_by_its_day(closed: Closed) -> None:
    """By default the newest; a day without one, or a document without, is told and ends with 1."""
    (anchor,) = closed.anchors()
    newest = json.loads(_said("journal", "export").stdout)
    assert newest == json.loads(_said("journal", "export", "--day", str(anchor.day)).stdout)
    assert newest["statement"] == json.loads(json.dumps(anchor.statement()))
    assert newest["token"]
    assert _said("journal", "export", "--day", "2020-01-01").exit_code == 1
    assert _said("journal", "export", "--document", "AA-26-999999").exit_code == 1
    assert _said("journal", "export", "--document", "X", "--day", "2020-01-01").exit_code == 2
