"""The warm LibreOffice: kept, watched, restarted, and gone when it should be."""

import http.server
import os
import select
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from docgen.adapters.rendering.office import Office
from docgen.domain.errors import RendererUnavailable, RenderFailed
from docgen.domain.language import Language
from tests.adapters.rendering import word

SMALL = word.template("Сәлем ₸")
IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"


def large(rows: int) -> bytes:
    """A document that takes LibreOffice a while."""
    row = "<w:tr>" + "<w:tc><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc>" * 6 + "</w:tr>"
    table = f"<w:tbl><w:tblPr/><w:tblGrid/>{row * rows}</w:tbl>"
    return word.replaced(word.template("x"), "word/document.xml", "<w:p>", f"{table}<w:p>")


def ended(pid: int) -> bool:
    """Whether the process ends within ten seconds."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 10)[0])
    finally:
        os.close(descriptor)


def at_work(pid: int, ticks: int) -> None:
    """Wait until the process has used that many ticks of CPU from now."""
    deadline, begin = time.monotonic() + 30, cpu(pid)
    while cpu(pid) < begin + ticks:
        assert time.monotonic() < deadline


def cpu(pid: int) -> int:
    """User and system time of a process in ticks (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Office]:
    """A LibreOffice that a test may ill-treat."""
    office = Office(scratch=tmp_path, time_limit=60)
    yield office
    office.close()


def test_it_stays_warm(office: Office) -> None:
    """The next document is made by the same process, and the engine says its name."""
    first = office.convert(SMALL)
    pid = office.pid
    assert office.convert(SMALL).engine == first.engine
    assert office.pid == pid is not None
    assert first.engine.startswith("LibreOffice ")


def test_threads_take_turns(office: Office) -> None:
    """Documents ordered at the same time are all made, by one process."""
    office.convert(SMALL)
    pid = office.pid
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(office.convert, [SMALL] * 6))
    assert {m.pdf[:5] for m in made} == {b"%PDF-"}
    assert office.pid == pid


@pytest.mark.parametrize("junk", [b"plain text", b"<html><body>x</body></html>", SMALL[:2000]])
def test_what_is_no_document_fails(office: Office, junk: bytes) -> None:
    """The filter is named, so that nothing is guessed from the content; the engine lives on."""
    with pytest.raises(RenderFailed, match="not_loaded"):
        office.convert(junk)
    assert office.convert(SMALL).pdf.startswith(b"%PDF-")


def test_a_killed_engine_is_replaced(own: Office) -> None:
    """Killed while idle or in the middle of a document: the document is made all the same."""
    own.convert(SMALL)
    first = own.pid or 0
    os.kill(first, signal.SIGKILL)
    assert own.convert(SMALL).pdf.startswith(b"%PDF-")
    second = own.pid or 0
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(own.convert, large(1500))
        at_work(second, 10)
        os.kill(second, signal.SIGKILL)
        assert answer.result().pdf.startswith(b"%PDF-")
    assert len({first, second, own.pid}) == 3


def test_a_document_over_the_time_limit_is_given_up(tmp_path: Path) -> None:
    """It fails as unavailable within the limit, its engine ends, and the next one is made."""
    office = Office(scratch=tmp_path, time_limit=2)
    try:
        office.convert(SMALL)
        pid = office.pid or 0
        began = time.monotonic()
        with pytest.raises(RendererUnavailable, match="2 s"):
            office.convert(large(30_000))
        assert time.monotonic() - began < 8
        assert ended(pid)
        assert office.convert(SMALL).pdf.startswith(b"%PDF-")
    finally:
        office.close()


def test_closing_leaves_nothing(own: Office, tmp_path: Path) -> None:
    """After closing there is no process, no file and no socket; the next document starts anew."""
    own.convert(SMALL)
    pid, names = own.pid or 0, [path.name for path in tmp_path.iterdir()]
    own.close()
    assert own.pid is None
    assert ended(pid)
    assert list(tmp_path.iterdir()) == []
    assert [p for name in names for p in Path("/tmp").glob(f"OSL_PIPE_*_{name}")] == []  # noqa: S108
    assert own.convert(SMALL).pdf.startswith(b"%PDF-")


def test_it_is_recycled(tmp_path: Path) -> None:
    """After so many documents another process takes over."""
    office = Office(scratch=tmp_path, recycle_after=2)
    try:
        pids = []
        for _ in range(3):
            office.convert(SMALL)
            pids.append(office.pid)
    finally:
        office.close()
    assert pids[0] == pids[1] != pids[2]


def test_it_ends_with_its_service(tmp_path: Path) -> None:
    """A service killed in the middle of a document leaves no LibreOffice behind."""
    program = (
        "import sys; from pathlib import Path\n"
        "from docgen.adapters.rendering.office import Office\n"
        "scratch, small, big = map(Path, sys.argv[1:]); office = Office(scratch=scratch)\n"
        "office.convert(small.read_bytes()); print(office.pid, flush=True)\n"
        "office.convert(big.read_bytes())"
    )
    small, big = tmp_path / "small.docx", tmp_path / "big.docx"
    small.write_bytes(SMALL)
    big.write_bytes(large(30_000))
    with subprocess.Popen(
        [sys.executable, "-c", program, tmp_path, small, big], stdout=subprocess.PIPE
    ) as service:
        assert service.stdout
        pid = int(service.stdout.readline())
        at_work(pid, 10)
        service.kill()
    assert ended(pid)


def test_a_python_without_uno_says_so() -> None:
    """The failure tells what to install."""
    office = Office(python=Path(sys.executable))
    with pytest.raises(RendererUnavailable, match="python3-uno"):
        office.convert(SMALL)


def test_an_absent_python_is_unavailable(tmp_path: Path) -> None:
    """An engine that cannot start is a part that is down, and nothing is left behind."""
    office = Office(python=Path("/no/such/python3"), scratch=tmp_path)
    with pytest.raises(RendererUnavailable):
        office.convert(SMALL)
    assert list(tmp_path.iterdir()) == []


class Trap(http.server.BaseHTTPRequestHandler):
    """Counts who comes."""

    visitors: list[str] = []  # noqa: RUF012

    def do_GET(self) -> None:
        """Someone came."""
        self.visitors.append(self.path)
        self.send_response(204)
        self.end_headers()

    do_OPTIONS = do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_linked_picture_is_not_fetched(office: Office) -> None:
    """Even a document that no check has seen makes no request, though the trap is open."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Trap) as server:
        threading.Thread(target=server.serve_forever).start()
        address = f"http://127.0.0.1:{server.server_port}"
        urllib.request.urlopen(f"{address}/control").close()  # noqa: S310
        office.convert(linking(f"{address}/linked.png"))
        server.shutdown()
    assert Trap.visitors == ["/control"]


def linking(address: str) -> bytes:
    """A document with a picture that is linked, not held."""
    docx = word.visit(Language.KK)
    held = 'r:embed="rId1"'
    docx = word.replaced(docx, "word/header1.xml", held, 'r:link="rId9"')
    link = f'<Relationship Id="rId9" Type="{IMAGE}" Target="{address}" TargetMode="External"/>'
    rels = "word/_rels/header1.xml.rels"
    return word.replaced(docx, rels, "</Relationships>", f"{link}</Relationships>")
