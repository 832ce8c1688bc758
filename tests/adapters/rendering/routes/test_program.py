"""Which changes of this program make it prove every template anew."""

import shutil
from pathlib import Path

import pytest

from docgen.adapters.rendering.routes.program import SOURCES, program


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A copy to change."""
    return Path(shutil.copytree(SOURCES, tmp_path / "rendering"))


@pytest.mark.parametrize(
    "name",
    ["compose.py", "patching.py", "routes/preloading.py", "engine/documents.py",
     "engine/zygote_process.py", "new.py"],
)  # fmt: skip
def test_what_makes_documents_counts(sources: Path, name: str) -> None:
    """A change of it, or a file nobody has thought about, leaves no verdict standing."""
    with (sources / name).open("a") as file:
        file.write("# changed\n")
    assert program(sources) != program()


@pytest.mark.parametrize(
    "name", ["inspect_text.py", "reading.py", "engine/turns.py", "engine/supervisor.py"]
)
def test_what_makes_none_does_not(sources: Path, name: str) -> None:
    """Lint, the queue and what only looks at a document cost nobody three seconds a template."""
    with (sources / name).open("a") as file:
        file.write("# changed\n")
    assert program(sources) == program()
