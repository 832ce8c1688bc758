"""Which module may import which: the walls hold, and a planted sin is reported."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINTER = Path(sys.executable).parent / "lint-imports"


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINTER, "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The package and its contracts, to sin in."""
    for package in ("docgen", "api"):
        shutil.copytree(ROOT / package, tmp_path / package)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_walls_hold() -> None:
    """Imports go down only, adapters are strangers, the domain is pure."""
    said = _lint(ROOT)

    assert said.returncode == 0, said.stdout


@pytest.mark.parametrize(
    ("sinner", "sin"),
    [
        ("domain/envelope.py", "from docgen.ports import Clock"),
        ("domain/envelope.py", "import pydantic"),
        ("ports.py", "import docgen.forms.catalogue"),
        ("texts/dates.py", "import docgen.ports"),
        ("forms/form.py", "import docgen.usecases.sweep"),
        ("usecases/sweep.py", "import docgen.adapters.clock"),
        ("usecases/sweep.py", "import sqlalchemy"),
        ("usecases/sweep.py", "import urllib3"),
        ("forms/form.py", "import subprocess"),
        ("adapters/clock.py", "import docgen.settings"),
        ("adapters/clock.py", "import docgen.usecases.sweep"),
        ("adapters/sms/inbox.py", "import docgen.adapters.chance"),
        ("adapters/db/register.py", "import docgen.adapters.blobs.disk"),
        ("usecases/sweep.py", "import docgen.confined.programs"),
        ("confined/limits.py", "import docgen.usecases.sweep"),
        ("confined/programs.py", "import docgen.adapters.clock"),
        ("redis_words.py", "import docgen.usecases.sweep"),
        ("settings.py", "import docgen.bootstrap.service"),
        ("bootstrap/service.py", "import docgen.signals"),
        ("bootstrap/service.py", "import docgen.cli"),
        ("bootstrap/service.py", "import api"),
        ("usecases/sweep.py", "import redis"),
        ("usecases/sweep.py", "import aiosmpplib"),
        ("link.py", "import docgen.cli"),
        ("worker.py", "import flask"),
    ],
)
def test_a_planted_sin_is_reported(copied: Path, sinner: str, sin: str) -> None:
    """Each arrow of the map has a contract that names the file when it is crossed."""
    file = copied / "docgen" / sinner
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{sin}\n", encoding="utf-8")

    said = _lint(copied)

    module = f"docgen.{sinner.removesuffix('.py').replace('/', '.')}"
    assert said.returncode != 0
    assert module in said.stdout


def test_a_module_nobody_placed_is_reported(copied: Path) -> None:
    """A new module at the top must be given its place in the order."""
    (copied / "docgen" / "elsewhere.py").write_text("")

    assert _lint(copied).returncode != 0
