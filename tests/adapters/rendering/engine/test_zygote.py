"""The real zygote: one LibreOffice, kept warm, and a process of its own for every document."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pypdfium2
import pytest

from docgen.adapters.rendering.engine.frames import read_frame
from docgen.adapters.rendering.engine.program import arguments_for
from docgen.adapters.rendering.engine_client import PYTHON, Engine
from docgen.domain.errors import RendererUnavailable, RenderFailed
from docgen.domain.language import Language
from tests.adapters.rendering import word
from tests.adapters.rendering.engine.bombs import large
from tests.adapters.rendering.engine.conftest import (
    SOCKETS,
    Start,
    alive,
    child_at_work,
    child_of,
    made,
    ready,
    until,
    zygotes,
)

NOBODY = 54_321
ROOT = Path(__file__).parents[4]
SMALL = word.template("Сәлем ₸")
YEAR_2001 = 1_000_000_000


def text_of(pdf: bytes) -> str:
    """All that can be read in it."""
    return "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf))


def cpu(pid: int) -> int:
    """Processor time of a process in ticks (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def dated() -> bytes:
    """A document that shows the day on which it is rendered."""
    document = word.blank()
    word.field(document.add_paragraph("Күні "), 'DATE \\@ "dd.MM.yyyy"')
    return word.saved(document)


def files_of(engine: Engine) -> set[Path]:
    """What documents may have left in the only zygote's directory."""
    (place,) = engine.directory.glob("zygote-*/")
    return {*place.glob("job-*/*"), *place.glob("*.tmp/*"), *place.glob("*.tmp")}


@pytest.mark.skipif(
    "[never]" in Path("/sys/kernel/mm/transparent_hugepage/enabled").read_text(),
    reason="the kernel has no huge pages",
)
def test_the_large_libraries_are_in_memory_of_its_own(warm: Engine) -> None:
    """In huge pages, which forks hand on as they are; what is written to stays where it was."""
    made(warm, SMALL)
    maps = Path(f"/proc/{zygotes(warm)[0]}/maps").read_text().splitlines()
    of_the_file = {line.split()[1] for line in maps if line.endswith("/libmergedlo.so")}
    assert of_the_file == {"rw-p"}


def test_it_tells_what_it_is(warm: Engine) -> None:
    """The engine's name, and that LibreOffice runs inside, with all that `make setup` prepares."""
    hello = warm.hello()
    assert hello["engine"].startswith("LibreOffice ")
    assert hello["bridge"] == "inside"
    assert hello["allocator"] == "jemalloc"
    assert hello["clock"] == "frozen"
    assert hello["network"] in {"none", "shared"}
    assert [hello["pid"]] == zygotes(warm)


def test_it_stays_warm(warm: Engine) -> None:
    """Every document is made by the same LibreOffice, in a process of its own."""
    first = made(warm, SMALL)
    forks = warm.status()["zygotes"][0]["forks"]
    second = made(warm, SMALL)
    assert first.engine == second.engine
    assert second.body.startswith(b"%PDF-")
    assert text_of(second.body).strip() == "Сәлем ₸"
    assert second.cpu_ms > 0
    assert warm.status()["zygotes"][0]["forks"] == forks + 1


def test_threads_take_turns(warm: Engine) -> None:
    """Documents ordered at the same time are all made, by one zygote."""
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: made(warm, SMALL), range(8)))
    assert {answer.body[:5] for answer in answers} == {b"%PDF-"}
    assert {answer.engine["pid"] for answer in answers} == set(zygotes(warm))


def test_word_becomes_an_open_document_and_that_a_pdf(warm: Engine) -> None:
    """The way by an .odt shows the same text."""
    odt = made(warm, word.visit(Language.KK), to="odt").body
    straight = made(warm, word.visit(Language.KK)).body
    around = made(warm, odt, kind="odt").body
    assert text_of(around) == text_of(straight)


@pytest.mark.parametrize("kind", ["docm", "html", "txt", ""])
def test_no_other_kind_is_read(warm: Engine, kind: str) -> None:
    """Only what the service makes itself is ever loaded."""
    with pytest.raises(RenderFailed, match="NotLoaded"):
        made(warm, SMALL, kind=kind)


def test_a_document_sees_the_clock_of_its_job(warm: Engine) -> None:
    """A field shows that day, and the same job twice is the same file, byte by byte."""
    first = made(warm, dated(), clock=YEAR_2001)
    again = made(warm, dated(), clock=YEAR_2001)
    later = made(warm, dated(), clock=YEAR_2001 + 86_400)
    assert "09.09.2001" in text_of(first.body)
    assert "10.09.2001" in text_of(later.body)
    assert first.body == again.body


def test_without_a_clock_time_goes_on(warm: Engine) -> None:
    """A job that freezes nothing has today's date, also after one that did."""
    made(warm, dated(), clock=YEAR_2001)
    assert "2001" not in text_of(made(warm, dated()).body)


def test_without_its_library_the_clock_runs(begin: Start, tmp_path: Path) -> None:
    """The engine works all the same, and says so."""
    engine = begin(clock_library=tmp_path / "none.so")
    assert engine.hello()["clock"] == "running"
    assert "2001" not in text_of(made(engine, dated(), clock=YEAR_2001).body)


def test_two_zygotes_make_the_same_bytes(begin: Start) -> None:
    """Whoever makes a document, now or after a restart: one input, one file."""
    engine = begin(zygotes=2)
    jobs = [word.visit(Language.KK), word.visit(Language.RU)] * 8
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda each: made(engine, each), jobs))
        until(ready(engine, 2), "two zygotes")
        answers = list(pool.map(lambda each: made(engine, each, clock=YEAR_2001), jobs))
    assert len({answer.engine["pid"] for answer in answers}) == 2
    assert len({answer.body for answer in answers}) == 2
    before = zygotes(engine)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    until(lambda: not set(before) & set(zygotes(engine)), "others")
    assert made(engine, jobs[0], clock=YEAR_2001).body == answers[0].body


def test_documents_leave_nothing(warm: Engine) -> None:
    """Neither what was made nor what failed or was killed has left a file with the zygote."""
    until(lambda: len(list(warm.directory.glob("zygote-*/"))) == 1, "its zygote")
    (place,) = warm.directory.glob("zygote-*/")
    made(warm, word.visit(Language.KK), to="odt")
    with pytest.raises(RenderFailed):
        made(warm, SMALL[:2000])
    with pytest.raises(RendererUnavailable, match="timed_out"):
        made(warm, large(20_000), limit=1)
    kept = files_of(warm)
    made(warm, SMALL)
    until(lambda: files_of(warm) <= kept, "the removal of its files")
    until(lambda: len(list(place.glob("job-*"))) <= 1, "the removal of its folders")
    assert len(kept) < 10


def test_a_client_that_goes_takes_its_document_along(warm: Engine) -> None:
    """The child is killed long before its limit, and the next document is made."""
    began = time.monotonic()
    caller = os.fork()
    if caller == 0:
        try:
            made(warm, large(60_000), limit=60)
        finally:
            os._exit(0)
    child = child_at_work(warm)
    os.kill(caller, signal.SIGKILL)
    os.waitpid(caller, 0)
    until(lambda: not alive(child), "the child's end")
    assert made(warm, SMALL).body.startswith(b"%PDF-")
    assert time.monotonic() - began < 20


def test_the_child_ends_with_its_zygote(begin: Start) -> None:
    """A zygote killed in the middle of a document leaves no child; the document is made anew."""
    engine = begin()
    zygote = engine.hello()["pid"]
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(made, engine, large(300))
        child = child_at_work(engine)
        os.kill(zygote, signal.SIGKILL)
        assert answer.result().body.startswith(b"%PDF-")
    assert not alive(child)


def test_it_is_swapped_when_it_is_old(begin: Start) -> None:
    """After so many forks another takes over, without a gap and with the same bytes."""
    engine = begin("--recycle-after=3")
    bodies, slowest = set(), 0.0
    first = made(engine, SMALL, clock=YEAR_2001).engine["pid"]
    while engine.status()["swaps"] < 1:
        began = time.monotonic()
        bodies.add(made(engine, SMALL, clock=YEAR_2001).body)
        slowest = max(slowest, time.monotonic() - began)
    assert first not in zygotes(engine)
    assert len(bodies) == 1
    assert slowest < 2
    assert engine.status()["deaths"] == 0


def test_it_tells_of_its_memory(warm: Engine) -> None:
    """How much it has for itself is measured every few documents, and children add nothing."""
    for _ in range(17):
        made(warm, SMALL)
    before = warm.status()["zygotes"][0]["private_kb"]
    for _ in range(17):
        made(warm, word.visit(Language.KK))
    after = warm.status()["zygotes"][0]["private_kb"]
    assert 10_000 < before < 200_000
    assert after < before + 5_000


def test_it_ends_with_its_service(tmp_path: Path) -> None:
    """A service killed in the middle of a document leaves no process and no file."""
    program = (
        "import sys; from pathlib import Path\n"
        "from docgen.adapters.rendering.engine_client import Engine\n"
        "from tests.adapters.rendering.engine.conftest import made\n"
        "from tests.adapters.rendering.engine.bombs import large\n"
        "engine = Engine(directory=Path(sys.argv[1]))\n"
        "print(engine.hello()['pid'], flush=True)\n"
        "made(engine, large(60_000), limit=60)"
    )
    place = tmp_path / "engine"
    with subprocess.Popen(
        [sys.executable, "-c", program, place], stdout=subprocess.PIPE, cwd=ROOT
    ) as service:
        assert service.stdout
        zygote = int(service.stdout.readline())
        until(lambda: (child := child_of(zygote)) and cpu(child) > 20, "work")
        child = child_of(zygote)
        service.kill()
    until(lambda: not alive(zygote) and not alive(child), "the end of its processes")
    until(lambda: not place.exists(), "the end of its files")


def test_a_python_without_uno_says_so(begin: Start) -> None:
    """The failure tells what is missing."""
    engine = begin(python=Path(sys.executable))
    with pytest.raises(RendererUnavailable, match="python3-uno"):
        made(engine, SMALL)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be another")
@pytest.mark.parametrize("bridge", ["inside", "pipe"])
def test_an_account_without_rights_or_name_can_run_it(bridge: str) -> None:
    """All that LibreOffice writes is in the zygote's own directory, but sockets, which go."""
    sockets = set(SOCKETS.glob("OSL_PIPE_*"))
    with tempfile.TemporaryDirectory() as home:
        os.chown(home, NOBODY, NOBODY)
        ours, theirs = socket.socketpair()
        command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        command += [str(PYTHON), *arguments_for("zygote"), f"--bridge={bridge}", f"{home}/zygote"]
        with (
            theirs,
            subprocess.Popen(
                command, stdin=theirs.fileno(), env={"HOME": home, "TMPDIR": home}, cwd="/"
            ),
            ours,
        ):
            ours.settimeout(60)
            assert read_frame(ours)[0]["bridge"] == bridge
    until(lambda: set(SOCKETS.glob("OSL_PIPE_*")) <= sockets, "no socket was left")
