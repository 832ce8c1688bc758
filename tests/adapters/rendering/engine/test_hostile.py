"""Documents that fetch, peep, run, swell or hang: the real LibreOffice, and nothing comes of it."""

import http.server
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from docgen.adapters.rendering.engine_client import PYTHON, Engine
from docgen.domain.errors import RendererUnavailable, RenderFailed
from tests.adapters.rendering import word
from tests.adapters.rendering.engine import bombs, links
from tests.adapters.rendering.engine.conftest import Start, altered, made, zygotes
from tests.adapters.rendering.engine.test_zygote import text_of

MACRO_PROGRAM = Path(__file__).with_name("macro_program.py")
SMALL = word.template("Сәлем ₸")
HIDDEN = "құпиясөз"
LINKING = [(kind, make) for kind in ("docx", "odt") for make in getattr(links, kind.upper())]


Bomb = Callable[[], bytes]


class Trap(http.server.BaseHTTPRequestHandler):
    """Remembers who comes."""

    def do_GET(self) -> None:
        """Someone came."""
        self.server.visitors.append(self.path)  # type: ignore[attr-defined]
        self.send_response(204)
        self.end_headers()

    do_OPTIONS = do_HEAD = do_PROPFIND = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Loopback(http.server.ThreadingHTTPServer):
    """A server on this machine."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Trap)
        self.visitors: list[str] = []

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def trap() -> Iterator[Loopback]:
    """A server that is open to all, as a first visitor has seen."""
    with Loopback() as server:
        threading.Thread(target=server.serve_forever).start()
        urllib.request.urlopen(f"{server.address}/control").close()  # noqa: S310
        assert server.visitors.pop() == "/control"
        yield server
        server.shutdown()


def render_all(engine: Engine, address: str) -> None:
    """Every document that links, each with a name of its own; a refusal is fine."""
    for kind, make in LINKING:
        try:
            made(engine, make(f"{address}/{make.__name__}.png"), kind=kind)
        except RenderFailed as error:
            assert "NotLoaded" in str(error)  # noqa: PT017


def test_nothing_is_fetched(warm: Engine, trap: Loopback) -> None:
    """No document makes a request."""
    render_all(warm, trap.address)
    assert trap.visitors == []


@pytest.mark.parametrize("bridge", ["inside", "pipe"])
def test_the_profile_alone_fetches_nothing(begin: Start, trap: Loopback, bridge: str) -> None:
    """Where the network could not be left, the settings of LibreOffice hold all the same."""
    engine = begin("--network=shared", f"--bridge={bridge}")
    assert engine.hello()["network"] == "shared"
    render_all(engine, trap.address)
    assert trap.visitors == []


@pytest.mark.parametrize("how", [["trusting"], ["trusting", "contained"]])
def test_the_network_alone_is_wall_enough(begin: Start, trap: Loopback, how: list[str]) -> None:
    """Where the settings forbid nothing, there is no network: neither a real one nor sockets."""
    engine = begin(altered(*how))
    assert engine.hello()["network"] == "none"
    render_all(engine, trap.address)
    assert trap.visitors == []


def test_the_trap_would_bite(begin: Start, trap: Loopback) -> None:
    """Without both, these documents do fetch."""
    render_all(begin(altered("trusting"), "--network=shared"), trap.address)
    names = {Path(visited).stem for visited in trap.visitors}
    assert {"linked_picture", "odt_picture", "odt_object", "odt_background"} <= names


@pytest.mark.parametrize("kind", ["txt", "odt", "docx"])
def test_no_other_file_is_read(warm: Engine, tmp_path: Path, kind: str) -> None:
    """A text of this machine does not get into a document that links it."""
    secret = tmp_path / f"secret.{kind}"
    made_of = {"docx": word.template(HIDDEN), "odt": links.odt(f"<text:p>{HIDDEN}</text:p>")}
    secret.write_bytes(made_of.get(kind, HIDDEN.encode()))
    for form, make in LINKING:
        for address in (secret.as_uri(), str(secret)):
            try:
                pdf = made(warm, make(address), kind=form).body
            except RenderFailed:
                continue
            assert HIDDEN not in text_of(pdf), make.__name__


def test_no_macro_runs(warm: Engine, tmp_path: Path) -> None:
    """A document with a macro for its opening is laid out, and the macro does nothing."""
    written = tmp_path / "written"
    pdf = made(warm, links.odt_macro(written), kind="odt").body
    assert text_of(pdf).strip() == "x"
    assert not written.exists()


@pytest.mark.parametrize(("how", "allowed"), [("hardened", b"False"), ("trusting", b"True")])
def test_no_macro_may_run(tmp_path: Path, how: str, allowed: bytes) -> None:
    """LibreOffice itself says so; one that trusts would allow them to the same document."""
    odt = tmp_path / "macro.odt"
    odt.write_bytes(links.odt_macro(tmp_path / "written"))
    program: list[str | Path] = [PYTHON, "-I", MACRO_PROGRAM, how, tmp_path, odt]
    said = subprocess.run(program, env={"HOME": str(tmp_path)}, capture_output=True, check=True)
    assert said.stdout.strip() == allowed


@pytest.mark.parametrize(
    "broken",
    [b"", b"plain text", b"<html><body>x</body></html>", SMALL[:2000], bombs.cut_in_the_middle()],
    ids=["empty", "text", "html", "truncated", "cut"],
)
def test_what_is_no_document_fails(warm: Engine, broken: bytes) -> None:
    """The filter is named, so that nothing is guessed from the content; the engine lives on."""
    before = zygotes(warm)
    with pytest.raises(RenderFailed, match="NotLoaded"):
        made(warm, broken)
    assert made(warm, SMALL).body.startswith(b"%PDF-")
    assert zygotes(warm) == before


def test_a_document_without_its_frame_is_empty(warm: Engine) -> None:
    """LibreOffice does not notice: what is missing in a result must be noticed after it."""
    assert text_of(made(warm, bombs.wrong_root()).body).strip() == ""


def test_a_document_over_its_limit_is_given_up(warm: Engine) -> None:
    """A table of 60 000 rows is ended after its three seconds, and the next document is made."""
    before = zygotes(warm)
    began = time.monotonic()
    with pytest.raises(RendererUnavailable, match="over 3 s"):
        made(warm, bombs.large(60_000), limit=3)
    # The rest is for a machine that others use: so large a table takes more than 25 s.
    assert time.monotonic() - began < 8
    assert made(warm, SMALL).body.startswith(b"%PDF-")
    assert zygotes(warm) == before


def test_what_hangs_twice_is_not_tried_again(warm: Engine) -> None:
    """The third time it is refused at once, while others are served."""
    document = bombs.large(25_000)
    for _ in range(2):
        with pytest.raises(RendererUnavailable, match="timed_out"):
            made(warm, document, limit=0.5)
    with pytest.raises(RenderFailed, match="quarantined"):
        made(warm, document, limit=0.5)
    assert made(warm, SMALL).body.startswith(b"%PDF-")


@pytest.mark.parametrize(
    "bomb",
    [
        lambda: bombs.much_text(200),
        lambda: bombs.many_spaces(200),
        bombs.laughs,
        lambda: bombs.deep(3000),
        lambda: bombs.wide_picture(16_000),
    ],
    ids=["text", "spaces", "laughs", "depth", "picture"],
)
def test_bombs_do_no_harm(warm: Engine, bomb: Bomb) -> None:
    """Whatever becomes of it within its limits, zygote and memory are as before."""
    made(warm, SMALL)
    before, had = zygotes(warm), warm.status()["zygotes"][0]["private_kb"]
    with suppress(RenderFailed, RendererUnavailable):
        made(warm, bomb(), limit=3)
    for _ in range(16):
        assert made(warm, SMALL).body.startswith(b"%PDF-")
    assert zygotes(warm) == before
    assert warm.status()["zygotes"][0]["private_kb"] < had + 10_000
