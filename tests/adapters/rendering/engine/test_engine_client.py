"""The client: one engine for many processes, in a directory that is ours alone."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from docgen.adapters.rendering.engine_client import Engine
from docgen.domain.errors import RendererUnavailable
from tests.adapters.rendering.engine.conftest import (
    Start,
    alive,
    asked,
    processes_of,
    supervisor_of,
    until,
    zygote_command,
)

ROOT = Path(__file__).parents[4]
OTHER = """
import sys
from pathlib import Path
from docgen.adapters.rendering.engine_client import Engine, Job
engine = Engine(directory=Path(sys.argv[1]), more_arguments=(sys.argv[2],))
job = Job(caller="o", batch=False, limit=20, document="o", template="t", work={"do": "echo"})
print(engine.run(job, {}, b"other").engine["pid"], flush=True)
sys.stdin.readline()
engine.run(job, {}, b"other")
engine.close()
"""


@pytest.fixture
def other(directory: Path) -> "subprocess.Popen[str]":
    """Another client process; it does a job, tells its zygote, waits for a line, does another."""
    return subprocess.Popen(
        [sys.executable, "-c", OTHER, str(directory), zygote_command()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def test_two_processes_share_one_engine(
    start: Start, directory: Path, other: "subprocess.Popen[str]"
) -> None:
    """Whoever starts it, both are served by it, and it outlives the one that started it."""
    with other:
        assert other.stdin
        assert other.stdout
        zygote = int(other.stdout.readline())
        engine = start()
        assert asked(engine).engine["pid"] == zygote
        other.stdin.write("\n")
        other.stdin.close()
        assert other.wait(10) == 0
    assert asked(engine).engine["pid"] == zygote
    assert supervisor_of(directory)


def test_a_killed_client_is_no_client(directory: Path, other: "subprocess.Popen[str]") -> None:
    """An engine whose only client was killed ends."""
    with other:
        assert other.stdout
        zygote = int(other.stdout.readline())
        assert alive(zygote)
        other.kill()
    until(lambda: not directory.exists(), "the engine's end")
    assert not processes_of(directory)


def test_the_supervisor_is_nobodys_zombie(start: Start, directory: Path) -> None:
    """It leaves no dead process with the client that started it."""
    engine = start()
    asked(engine)
    supervisor = supervisor_of(directory)
    os.kill(supervisor, signal.SIGKILL)
    asked(engine)
    for pid in (supervisor, supervisor_of(directory)):
        with pytest.raises(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def test_a_fork_begins_anew(start: Start, directory: Path) -> None:
    """A child of a client has a lease of its own, and its end takes nothing from the parent."""
    engine = start()
    asked(engine)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = 0 if asked(engine).body == b"body" else 1
            engine.close()
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    before = supervisor_of(directory)
    assert asked(engine).body == b"body"
    assert supervisor_of(directory) == before


def test_a_link_is_refused(start: Start, directory: Path, tmp_path: Path) -> None:
    """A directory that is only a link to one may be anybody's."""
    (tmp_path / "real").mkdir(mode=0o700)
    directory.symlink_to(tmp_path / "real")
    with pytest.raises(RendererUnavailable):
        asked(start())
    directory.unlink()


def test_a_directory_open_to_others_is_refused(start: Start, directory: Path) -> None:
    """Whoever else may write there could take our documents."""
    directory.mkdir()
    directory.chmod(0o770)
    with pytest.raises(RendererUnavailable, match="not ours alone"):
        asked(start())
    directory.rmdir()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a directory away")
def test_a_foreign_directory_is_refused(start: Start, directory: Path) -> None:
    """Somebody else made it first, with the right name and the right mode."""
    directory.mkdir(mode=0o700)
    os.chown(directory, 12345, 12345)
    with pytest.raises(RendererUnavailable, match="not ours"):
        asked(start())
    directory.rmdir()


def test_an_absent_python_is_unavailable(start: Start, directory: Path) -> None:
    """An engine that cannot start is a part that is down."""
    with pytest.raises(RendererUnavailable, match="does not start"):
        asked(start(python=Path("/no/such/python3")))
    directory.rmdir()


def test_another_version_never_shares_an_engine(tmp_path: Path) -> None:
    """The default directory is in memory, ours by name, and follows from the arguments."""
    names = {Engine(zygotes=n, clock_library=tmp_path).directory for n in (1, 2)}
    names.add(Engine(zygotes=1, queue_limit=99).directory)
    assert len(names) == 3
    assert Engine(zygotes=2).directory == Engine(zygotes=2).directory
    for name in names:
        assert name.name.startswith(f"qoltanba-{os.getuid()}-")
        assert name.parent in {Path("/dev/shm"), Path(tempfile.gettempdir())}  # noqa: S108
        assert not name.exists()


def test_the_client_costs_less_than_a_millisecond(start: Start) -> None:
    """What a job costs this process, in processor time."""
    engine = start()
    asked(engine)
    began = time.process_time()
    for _ in range(100):
        asked(engine)
    assert time.process_time() - began < 0.1
