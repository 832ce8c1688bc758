"""What the README tells a newcomer to type, typed."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.processes.demo import running
from tests.visit.terminal import environment

ROOT = Path(__file__).parents[2]
ADDRESS = "http://127.0.0.1:8080"
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _visit() -> list[str]:
    """The shell blocks of the chapter, in order."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    chapter = readme.split("## One visit over HTTP")[1].split("\n## ")[0]
    return _BLOCK.findall(chapter)


def _use() -> str:
    """The commands of the chapter after it."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return readme.split("\n## Use\n")[1].split("```\n")[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that looks like the clone to who types in it."""
    for name in ("samples", ".venv"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def test_waiting_for_a_seal_ends_where_the_code_was_refused() -> None:
    """It says in which state the envelope still is; nothing of a service is needed to see that."""
    first, *_, last = _visit()
    typed = "\n".join((
        "curl() { echo '{\"state\": \"code_sent\"}'; }",
        "sleep() { :; }; seq() { echo 1 2; }; cat() { :; }",
        first.split("\nID=")[0].replace("URL=", "ID=1 URL="),
        next(line for line in last.splitlines() if line.startswith("becomes")),
    ))  # fmt: skip

    done = subprocess.run(
        ["bash", "-eu", "-c", typed], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 1
    assert "still code_sent, not sealed" in done.stderr


def test_the_visit_of_the_readme_ends_in_a_valid_sealed_act(folder: Path) -> None:
    """Word for word, but for the port, which others may hold here; and then what else there is."""
    with running(folder) as demo:
        typed = "\n".join(_visit()).replace(ADDRESS, demo.url)
        done = subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", typed],
            cwd=folder,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

        used = subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", _use()],
            cwd=folder,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    assert done.returncode == 0, done.stdout + done.stderr
    assert '"state": "ready"' in done.stdout
    assert '"state": "confirmed"' in done.stdout
    assert "\nvalid\nvalid\n" in done.stdout
    assert used.returncode == 0, used.stdout + used.stderr
    assert "qk_" in used.stdout
