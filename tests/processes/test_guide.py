"""What the guide for portals tells a newcomer to type, typed; and what it tells him to click."""

import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.processes.demo import Demo, running
from tests.processes.running import eventually, free_port
from tests.visit.terminal import environment

ROOT = Path(__file__).parents[2]
_GUIDE = (ROOT / "docs" / "portal.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```(sh|html)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SERVICE, _PORT = "http://127.0.0.1:8080", "5000"
_REAL = ((" --test", ""), ("+77990000001", "+77015550142"))
"""What a reader changes who has done trying out."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that looks like the clone to who types in it."""
    for name in ("samples", ".venv"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


@contextmanager
def _terminal(folder: Path) -> Iterator["Terminal"]:
    with (folder / "typed").open("wb") as out:
        shell = subprocess.Popen(
            ["bash", "-eu", "-o", "pipefail"],
            cwd=folder,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        )
        terminal = Terminal(shell, folder)
        try:
            yield terminal
        finally:
            terminal.type("kill %1 || kill $!")
            assert shell.stdin is not None
            shell.stdin.close()
            shell.wait(timeout=30)


class Terminal:
    """One shell in which all is typed, so that what was set stays set."""

    def __init__(self, shell: "subprocess.Popen[str]", folder: Path) -> None:
        self._shell = shell
        self._folder = folder
        self._typed = 0

    def type(self, block: str) -> str:
        """Type a block; what it printed, once it is done."""
        if self._shell.poll() is not None:
            return self._said()
        self._typed += 1
        mark = f"-- done {self._typed} --"
        before = len(self._said())
        assert self._shell.stdin is not None
        self._shell.stdin.write(f"{block}\necho '{mark}'\n")
        self._shell.stdin.flush()
        done = eventually(
            lambda: mark in self._said() or self._shell.poll() is not None, seconds=120
        )
        assert done, self._said()
        return self._said()[before:]

    def _said(self) -> str:
        return (self._folder / "typed").read_text(encoding="utf-8")


def _steps(demo: Demo, port: int, *, for_real: bool) -> list[tuple[str, str]]:
    """The guide's blocks in order, but for ports, which others may hold here."""
    text = _GUIDE.split("## Trying out")[0].replace(_SERVICE, demo.url).replace(_PORT, str(port))
    for trying, real in _REAL if for_real else ():
        assert trying in text
        text = text.replace(trying, real)
    return _BLOCK.findall(text)


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def _code(demo: Demo, *, for_real: bool) -> str:
    """What the reader types: as the guide says, or as the inbox shows."""
    if not for_real:
        (told,) = re.findall(r"sign by `([0-9]{6})`", _GUIDE)
        return str(told)
    found = re.findall(r"\b[0-9]{6}\b", demo.get(f"{demo.url}/v1/inbox").decode())
    return str(found[0])


@pytest.mark.parametrize("for_real", [False, True], ids=["trying out", "for real"])
def test_the_guide_ends_in_a_signed_and_verified_act(
    folder: Path, chromium: Browser, *, for_real: bool
) -> None:
    """Word for word: typed into one terminal, kept as a page, clicked by a reader."""
    port = free_port()
    with running(folder) as demo, _terminal(folder) as terminal:
        *before, (kind, last) = _steps(demo, port, for_real=for_real)
        assert kind == "sh"
        for kind, block in before:
            if kind == "html":
                (folder / "var" / "cabinet" / "page.html").write_text(block, encoding="utf-8")
            else:
                terminal.type(block)
        page = chromium.new_page(viewport={"width": 390, "height": 844})
        assert eventually(lambda: _listens(port), seconds=60)
        page.goto(f"http://localhost:{port}")
        frame = page.frame_locator("iframe")
        frame.locator("#open").click(timeout=30_000)
        expect(frame.locator("#papers figure img").first).to_be_visible(timeout=30_000)
        frame.locator("#send").click()
        expect(frame.locator("#code")).to_be_visible(timeout=30_000)
        frame.locator("#code").fill(_code(demo, for_real=for_real))
        expect(page.locator("#state")).to_have_text("Дайын", timeout=60_000)
        page.close()

        assert terminal.type(last).split()[0] == ("valid" if for_real else "test")

    assert (folder / "var" / "cabinet" / "act.pdf").read_bytes().startswith(b"%PDF-")
