"""What docs/evidence.md tells an expert to do really works on a sealed file."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from docgen.domain.evidence_schema import schema

_PAGE = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text(encoding="utf-8")


def _block(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", _PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def _run(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def detached(sealed: Path, tmp_path: Path) -> Path:
    """The evidence, taken out by the command of the page."""
    _run(tmp_path, "pdfdetach", "-saveall", sealed)
    return tmp_path / "evidence.json"


@pytest.fixture
def stated(detached: Path) -> dict[str, Any]:
    """What it says."""
    read: dict[str, Any] = json.loads(detached.read_bytes())
    return read


def test_the_commands_show_what_the_page_says(sealed: Path, stated: dict[str, Any]) -> None:
    """A valid signature over the total document, and the hash of what was shown."""
    commands = [line.partition("#")[0].strip() for line in _block("sh").splitlines()]
    signature, _, digest = (
        _run(sealed.parent, "sh", "-c", each.replace("FILE", sealed.name)).stdout
        for each in commands
    )

    assert "Signature is Valid" in signature
    assert "Total document signed" in signature
    assert digest.split()[0] == stated["document"]["sha256"]


def test_the_program_of_the_page_computes_it_all_again(
    sealed: Path, detached: Path, tmp_path: Path
) -> None:
    """With nothing but Python; a word changed in the journal is noticed."""
    program = tmp_path / "check.py"
    program.write_text(_block("python"))
    good = _run(tmp_path, sys.executable, program, sealed, detached)

    text = detached.read_text(encoding="utf-8")
    changed = text.replace('"actor":"system"', '"actor":"sistem"', 1)
    detached.write_text(changed, encoding="utf-8")
    bad = _run(tmp_path, sys.executable, program, sealed, detached)

    assert (good.returncode, good.stdout) == (0, "the evidence holds\n")
    assert bad.returncode != 0


def test_a_real_file_fits_the_schema(stated: dict[str, Any]) -> None:
    """What a whole visit has made, with a code that really was sent."""
    jsonschema.validate(stated, schema())

    assert len(stated["challenge"]["messages"]) == 1


def test_the_members_of_the_page_are_those_of_the_evidence(stated: dict[str, Any]) -> None:
    """None is explained that is not there, and none is there unexplained."""
    explained = set(re.findall(r"^\| `(\w+)` \|", _PAGE, re.MULTILINE))

    # `test` stands only where something was tried out.
    assert explained - {"test"} == set(stated) - {"format", "verify_url"}


def test_the_code_was_used_while_it_lived(stated: dict[str, Any]) -> None:
    """Step 3 of the reasoning, and all times in order."""
    challenge, consent = stated["challenge"], stated["consent"]
    times = [challenge["issued_at"], consent["confirmed_at"], challenge["expires_at"]]

    assert times == sorted(times)
    assert list(_moments(stated)) == sorted(_moments(stated))


def _moments(stated: dict[str, Any]) -> Iterator[datetime]:
    for entry in stated["journal"]["entries"]:
        yield datetime.fromisoformat(entry["at"])
