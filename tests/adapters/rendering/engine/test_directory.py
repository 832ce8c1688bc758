"""What an engine that was killed leaves in shared memory goes with the next one's start."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from docgen.adapters.rendering.engine.directory import (
    LOCK,
    named,
    occupy,
    opened,
    remove_abandoned,
    starting,
    try_to_end,
)


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """The directory of the engine that starts."""
    return _made(tmp_path / named("own"))


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """One of an engine that was killed: half a document, and the lock that nobody holds."""
    directory = _made(tmp_path / named("other"))
    (directory / LOCK).touch()
    (directory / "zygote-1").mkdir()
    (directory / "zygote-1" / "source").write_bytes(b"x" * 1000)
    return directory


def _made(directory: Path) -> Path:
    directory.mkdir(mode=0o700)
    return directory


def test_what_is_left_is_removed(ours: Path, left: Path) -> None:
    """Its own directory stays."""
    remove_abandoned(ours)
    assert ours.exists()
    assert not left.exists()


@pytest.fixture
def running(left: Path) -> Iterator[None]:
    """An engine that lives there."""
    lock = occupy(left)
    yield
    os.close(lock)


@pytest.mark.usefixtures("running")
def test_one_that_lives_keeps_its_own(ours: Path, left: Path) -> None:
    """Another version of the program may be at work."""
    remove_abandoned(ours)
    assert (left / "zygote-1" / "source").exists()
    with opened(left) as descriptor:
        assert try_to_end(descriptor)


def test_one_that_is_being_started_is_left(ours: Path, left: Path) -> None:
    """Whoever starts it holds the directory."""
    with starting(left):
        remove_abandoned(ours)
    assert left.exists()


def test_what_is_not_ours_is_left(ours: Path, tmp_path: Path) -> None:
    """Other names, and directories that others may look into."""
    other, open_one = _made(tmp_path / "other"), _made(tmp_path / named("open"))
    open_one.chmod(0o755)
    remove_abandoned(ours)
    assert other.exists()
    assert open_one.exists()


def test_from_a_place_of_its_own_nothing_is_removed(tmp_path: Path, left: Path) -> None:
    """An engine that was given its directory does not look around."""
    remove_abandoned(_made(tmp_path / "given"))
    assert left.exists()
