"""One demo visit for all who only look at it."""

from pathlib import Path

import pytest

from tests.visit.terminal import docgen


@pytest.fixture(scope="session")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `docgen demo --once` has run."""
    folder = tmp_path_factory.mktemp("visit")
    done = docgen(folder, "demo", "--once")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def sealed(visited: Path) -> Path:
    """The sealed PDF it left."""
    (file,) = (visited / "var" / "demo").glob("*.pdf")
    return file
