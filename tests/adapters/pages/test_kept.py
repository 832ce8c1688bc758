"""Pages that were drawn are kept within a bound, by any number of processes, and trusted never."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from docgen.adapters.pages.kept import KeptPages
from docgen.domain.errors import DocumentNotFound

PICTURE = b"picture " * 125


@dataclass
class Painter:
    """Draws a thousand bytes for any page from 1 to 9, and remembers for what."""

    drawn: list[tuple[bytes, int, int]] = field(default_factory=list)

    def image(self, pdf: bytes, page: int, *, width: int) -> bytes:
        """The picture."""
        self.drawn.append((pdf, page, width))
        if not 1 <= page <= 9:
            raise DocumentNotFound("no such page")
        return PICTURE

    def text(self, pdf: bytes, page: int) -> str:
        """The words."""
        return f"{len(pdf)} bytes, page {page}"


@pytest.fixture
def painter() -> Painter:
    """One who draws."""
    return Painter()


def kept(painter: Painter, folder: Path, **more: int) -> KeptPages:
    """What keeps his pictures."""
    return KeptPages(painter, folder / "pages", kind="test", **more)


def files(folder: Path) -> list[Path]:
    """All that is kept."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_page_is_drawn_once(painter: Painter, tmp_path: Path) -> None:
    """Also where another process asks for it the second time."""
    for pages in (kept(painter, tmp_path), kept(painter, tmp_path)):
        assert pages.image(b"one", 1, width=100) == PICTURE
        assert pages.image(b"one", 1, width=100) == PICTURE

    assert painter.drawn == [(b"one", 1, 100)]


def test_every_file_page_and_width_has_its_own(painter: Painter, tmp_path: Path) -> None:
    """And nothing else does; another way of drawing draws anew."""
    pages = kept(painter, tmp_path)
    asked = [(b"one", 1, 100), (b"two", 1, 100), (b"one", 2, 100), (b"one", 1, 200)]
    for pdf, page, width in asked * 2:
        pages.image(pdf, page, width=width)
    KeptPages(painter, tmp_path / "pages", kind="other").image(b"one", 1, width=100)

    assert painter.drawn == [*asked, (b"one", 1, 100)]


def test_only_the_owner_may_look(painter: Painter, tmp_path: Path) -> None:
    """Pages show people's data."""
    kept(painter, tmp_path).image(b"one", 1, width=100)

    (file,) = files(tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_page_that_is_not_there_is_not_kept(painter: Painter, tmp_path: Path) -> None:
    """It is asked for again, and nothing lies about."""
    pages = kept(painter, tmp_path)
    for _ in range(2):
        with pytest.raises(DocumentNotFound):
            pages.image(b"one", 10, width=100)

    assert len(painter.drawn) == 2
    assert files(tmp_path) == []


@pytest.mark.parametrize("damage", [b"", b"x", PICTURE, PICTURE[:500]])
def test_a_damaged_picture_is_drawn_anew(painter: Painter, tmp_path: Path, damage: bytes) -> None:
    """A power cut may leave anything."""
    pages = kept(painter, tmp_path)
    pages.image(b"one", 1, width=100)
    (file,) = files(tmp_path)
    file.write_bytes(damage)

    assert [pages.image(b"one", 1, width=100) for _ in range(2)] == [PICTURE, PICTURE]
    assert len(painter.drawn) == 2


def test_a_disk_that_takes_nothing_does_not_matter(painter: Painter, tmp_path: Path) -> None:
    """The picture is drawn and shown all the same."""
    (tmp_path / "pages").write_text("a file where the folder should be")

    assert kept(painter, tmp_path).image(b"one", 1, width=100) == PICTURE


def test_there_is_a_bound(painter: Painter, tmp_path: Path) -> None:
    """Beyond it by an eighth at most; those asked for last stay."""
    pages = kept(painter, tmp_path, most_bytes=20_000)
    for number in range(100):
        pages.image(b"%d" % number, 1, width=100)
        for file in files(tmp_path):
            os.utime(file, (file.stat().st_atime, file.stat().st_mtime - 1))
        assert sum(file.stat().st_size for file in files(tmp_path)) <= 20_000 * 9 / 8 + 1032

    before = len(painter.drawn)
    for number in range(95, 100):
        pages.image(b"%d" % number, 1, width=100)
    assert len(painter.drawn) == before


def test_what_was_asked_for_lately_outlives_what_is_new(painter: Painter, tmp_path: Path) -> None:
    """The page of today's visit stays while others come and go."""
    pages = kept(painter, tmp_path, most_bytes=20_000)
    for number in range(100):
        pages.image(b"%d" % number, 1, width=100)
        for file in files(tmp_path):
            os.utime(file, (file.stat().st_atime, file.stat().st_mtime - 1))
        pages.image(b"today", 1, width=100)

    assert painter.drawn.count((b"today", 1, 100)) == 1


def test_what_an_earlier_process_left_counts(painter: Painter, tmp_path: Path) -> None:
    """Its unfinished files go too, once nobody can be at work on them."""
    folder = tmp_path / "pages" / "aa"
    folder.mkdir(parents=True)
    for number in range(50):
        (folder / f"{number}.test").write_bytes(PICTURE)
    (folder / "left.part").write_bytes(PICTURE)
    os.utime(folder / "left.part", (0, 0))
    (folder / "new.part").write_bytes(PICTURE)

    kept(painter, tmp_path, most_bytes=20_000).image(b"one", 1, width=100)

    names = {file.name for file in files(tmp_path)}
    assert "left.part" not in names
    assert "new.part" in names
    assert len(names) <= 20


AT_ONCE = """
import random, sys
from pathlib import Path
from docgen.adapters.pages.kept import KeptPages

class Painter:
    def image(self, pdf, page, *, width):
        return pdf * 1000

pages = KeptPages(Painter(), Path(sys.argv[1]), kind="test", most_bytes=20_000)
chance = random.Random(int(sys.argv[2]))
for _ in range(500):
    pdf = bytes([chance.randrange(60)])
    assert pages.image(pdf, 1, width=100) == pdf * 1000
"""


def test_processes_share_a_folder(tmp_path: Path) -> None:
    """They write, read and throw away the same files at once, and each gets what it asked for."""

    def run(seed: int) -> subprocess.CompletedProcess[str]:
        command: list[str | Path] = [sys.executable, "-c", AT_ONCE, tmp_path / "pages", str(seed)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(run, range(4)))

    assert [(each.returncode, each.stderr) for each in done] == [(0, "")] * 4
    assert sum(file.stat().st_size for file in files(tmp_path)) <= 20_000 * 1.5 + 4 * 1032
