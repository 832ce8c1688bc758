"""Engines of scripted and of real zygotes, and what to ask of them."""

import hashlib
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from docgen.adapters.rendering.engine.directory import opened, socket_in
from docgen.adapters.rendering.engine.frames import write_frame
from docgen.adapters.rendering.engine_client import PYTHON, Answer, Engine, Job

SCRIPT = Path(__file__).with_name("scripted_zygote.py")
ALTERED = Path(__file__).with_name("altered_zygote.py")
SOCKETS = Path("/tmp")  # noqa: S108
Start = Callable[..., Engine]


def zygote_command(*options: str) -> str:
    """The supervisor's argument for scripted zygotes."""
    return f"--zygote-command={json.dumps([str(PYTHON), '-I', str(SCRIPT), *options])}"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Where the test's engine lives."""
    return tmp_path / "engine"


@pytest.fixture
def start(directory: Path) -> Iterator[Start]:
    """Make an `Engine` over scripted zygotes; it ends with the test and must leave nothing."""
    made: list[Engine] = []

    def start(*options: str, more: tuple[str, ...] = (), **arguments: Any) -> Engine:
        engine = Engine(
            directory=directory, more_arguments=(zygote_command(*options), *more), **arguments
        )
        made.append(engine)
        return engine

    yield start
    for engine in made:
        engine.close()
    until(lambda: not directory.exists(), "the engine ended and left nothing")


def altered(*how: str) -> str:
    """The supervisor's argument for zygotes that are altered in these ways."""
    return f"--zygote-command={json.dumps([str(PYTHON), '-I', str(ALTERED), ','.join(how)])}"


@pytest.fixture
def begin(directory: Path) -> Iterator[Start]:
    """Make an `Engine` with LibreOffice; it ends with the test and must leave nothing."""
    made: list[Engine] = []
    sockets = set(SOCKETS.glob("OSL_PIPE_*"))

    def begin(*more: str, **arguments: Any) -> Engine:
        engine = Engine(directory=directory, more_arguments=more, **arguments)
        made.append(engine)
        return engine

    yield begin
    for engine in made:
        engine.close()
    until(lambda: not directory.exists(), "the engine ended and left nothing")
    until(lambda: set(SOCKETS.glob("OSL_PIPE_*")) <= sockets, "no socket was left")


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine with one LibreOffice inside, for tests that leave it as it is."""
    engine = Engine(directory=tmp_path_factory.mktemp("warm") / "engine")
    yield engine
    engine.close()


def made(
    engine: Engine,
    document: bytes,
    *,
    kind: str = "docx",
    to: str = "pdf",
    limit: float = 20.0,
    clock: int | None = None,
    caller: str = "a",
) -> Answer:
    """A document loaded and exported."""
    digest = hashlib.sha256(document).hexdigest()
    asked_for = {"kind": "load", "from": kind, "to": to, "clock": clock}
    whole = Job(
        caller=caller, batch=False, limit=limit, document=digest, template=digest, work=asked_for
    )
    return engine.run(whole, {}, document)


def child_at_work(engine: Engine) -> int:
    """The process of the document on which the only zygote works, once it does."""
    until(lambda: any(each["busy"] for each in engine.status()["zygotes"]), "a document")
    (zygote,) = zygotes(engine)
    return child_of(zygote)


def child_of(pid: int) -> int:
    """A process that has it as its parent, once there is one."""
    found: list[int] = []

    def look() -> bool:
        numbers = [int(e.name) for e in Path("/proc").iterdir() if e.name.isdigit()]
        found[:] = [number for number in numbers if parent_of(number) == pid]
        return bool(found)

    until(look, f"a child of {pid}")
    return found[0]


def parent_of(pid: int) -> int:
    """Its parent's number, or 0."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def job(do: str = "echo", **more: Any) -> Job:
    """A job whose work says what to do; `caller`, `batch`, `limit` and digests may be given."""
    named: dict[str, Any] = {
        "caller": "a",
        "batch": False,
        "limit": 20.0,
        "document": "d",
        "template": "t",
    }
    named |= {name: more.pop(name) for name in list(named) if name in more}
    return Job(**named, work={"do": do} | more)


def asked(engine: Engine, do: str = "echo", **more: Any) -> Answer:
    """The answer to such a job."""
    return engine.run(job(do, **more), {"n": 1}, b"body")


def until(condition: Callable[[], object], what: str, seconds: float = 30.0) -> None:
    """Wait for it, and fail by naming it."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.01)


def alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and is not yet buried does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def processes_of(directory: Path) -> dict[str, int]:
    """The engine's processes that have the directory in their command line, by kind and number."""
    found: dict[str, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes().decode()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if str(directory) in command and alive(int(entry.name)):
            kind = "supervisor" if "supervisor import main" in command else "zygote"
            found[f"{kind}-{entry.name}"] = int(entry.name)
    return found


def supervisor_of(directory: Path) -> int:
    """The supervisor's number."""
    (pid,) = (pid for kind, pid in processes_of(directory).items() if kind.startswith("super"))
    return pid


def pid_in(path: Path) -> int:
    """The number that a child has left there, once it has."""
    until(path.exists, f"a child that writes {path.name}")
    return int(path.read_text())


def open_files(pid: int | None = None) -> int:
    """How many a process has."""
    return sum(1 for _ in Path(f"/proc/{pid or 'self'}/fd").iterdir())


def ready(engine: Engine, zygotes: int) -> Callable[[], bool]:
    """A condition: that many zygotes have said hello."""
    return lambda: sum(each["ready"] for each in engine.status()["zygotes"]) >= zygotes


def both(engine: Engine) -> None:
    """Make a lazy engine of two open its second place, and wait for it."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: asked(engine, "sleep", seconds=0.05), range(4)))
    until(ready(engine, 2), "two zygotes")


def zygotes(engine: Engine) -> list[int]:
    """Their numbers."""
    return [each["pid"] for each in engine.status()["zygotes"]]


def log_of(directory: Path) -> list[dict[str, Any]]:
    """What the engine has logged."""
    lines = (directory / "engine.log").read_text().splitlines()
    return [json.loads(line) for line in lines]


def raw(directory: Path) -> socket.socket:
    """A connection to the engine as another program would make it."""
    connection = socket.socket(socket.AF_UNIX)
    with opened(directory) as descriptor:
        connection.connect(socket_in(descriptor))
    connection.settimeout(10)
    return connection


def told(connection: socket.socket, **header: Any) -> None:
    """Send a job's frame with two fresh files."""
    files = (os.memfd_create("request"), os.memfd_create("answer"))
    frame = {"kind": "job", "caller": "raw", "batch": False, "limit": 20, "document": "r"}
    write_frame(connection, frame | {"template": "t"} | header, files)
    for file in files:
        os.close(file)
