"""A program of its own: one LibreOffice, warm, that becomes a new process for every document.

Started as `zygote [OPTIONS] DIRECTORY` by Debian's Python, the only one that has `uno`, with a
socket to the supervisor as its stdin (the wire format is that of `frames`). DIRECTORY is private
and ours.

It says hello, and then for every job forks a child, waits and tells how the child ended. What
is in a document is read by the child alone, from an open file that came with the job: it dies
with the child, and so does whatever the document did to LibreOffice.
"""

import argparse
import gc
import os
import resource
import select
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Protocol

from docgen.adapters.rendering.engine.child import Child, freeze_clock
from docgen.adapters.rendering.engine.frames import (
    BEGUN,
    Header,
    close_files,
    read_frame,
    write_frame,
)
from docgen.adapters.rendering.engine.inside import PROGRAM, Inside
from docgen.adapters.rendering.engine.network import leave_network
from docgen.adapters.rendering.engine.pages import Footprints, keep_in_huge_pages
from docgen.adapters.rendering.engine.walls import (
    Orphaned,
    adopt_orphans,
    children,
    die_with,
    end_children,
    write_profile,
)

if TYPE_CHECKING:
    from docgen.adapters.rendering.engine.here import Here

_MEASURE_EVERY = 16
_PAUSE = 0.012
"""Seconds until a zygote that has nothing else to do buries a child and forks the next."""
_LONE_SECONDS = 5.0
_FOOTPRINT = "footprint"
_PROBE_SECONDS = 60.0


class Workshop(Protocol):
    """What a zygote can do: `Here`, with LibreOffice inside, or `There`, over a pipe."""

    def hello(self) -> Header:
        """The engine's name and how it is reached."""

    def prepare(self, work: Header) -> bool:
        """Before the fork: have ready what the work will need; whether that was not so before."""

    def carry_out(self, work: Header, request: int, answer: int, directory: Path) -> None:
        """In the child: read the request, write the answer."""

    def goes_on(self, *, well: bool) -> bool:
        """After the child, which ended well or not: whether another job may come."""


class Zygote:
    """Takes jobs from the supervisor, one at a time."""

    def __init__(self, control: socket.socket, directory: Path, workshop: Workshop) -> None:
        self._control = control
        self._directory = directory
        self._workshop = workshop
        self._forks = 0
        self._private = _private_kb()
        self._ready: Child | None = None
        self._footprints = Footprints()
        adopt_orphans()

    def serve(self) -> None:
        """Until the supervisor closes, or the workshop cannot go on."""
        goes_on = True
        with suppress(EOFError):
            while goes_on:
                if self._ready is None and _alone():
                    # a job that is there already takes no time to have anything ready for
                    waits, _, _ = select.select([self._control], [], [], 0)
                    self._ready = self._fork(hurried=bool(waits))
                header, files = read_frame(self._control)
                try:
                    if header["kind"] == "job":
                        write_frame(self._control, BEGUN)
                        goes_on = self._job(header, files)
                finally:
                    close_files(files)

    def _job(self, header: Header, files: tuple[int, ...]) -> bool:
        try:
            changed = self._workshop.prepare(header["work"])
        except Exception as error:  # noqa: BLE001  # whatever the template did, the zygote lives on
            self._report("died", f"{type(error).__name__} before the fork: {error}"[:300])
            return True
        child = self._fit(changed=changed)
        if child is None:
            self._report("died", "LibreOffice has threads that do not end", ends=True)
            return False
        child.begin(header, files)
        try:
            status = self._awaited(child, header["limit"])
            goes_on = self._workshop.goes_on(well=status == "done")
            if status == "done":
                self._report(status, "", child.cpu_ms, ends=not goes_on)
                # whoever waited for the document is at work with it now; the funeral can wait
                select.select([self._control], [], [], _PAUSE)
            code = child.end(done=status == "done")
            self._footprints.learn(_kind(header["work"]), self._place / _FOOTPRINT)
        finally:
            self._tidy()
        details = {"died": f"ended with {code}", "timed_out": f"over {header['limit']:g} s"}
        if status != "done":
            self._report(status, details.get(status, ""), child.cpu_ms, ends=not goes_on)
        return goes_on

    def _fit(self, *, changed: bool) -> Child | None:
        """The child that is ready, or one that knows what has been loaded since."""
        child, self._ready = self._ready, None
        if changed:
            self._footprints.forget()
        elif child is not None:
            return child
        if child is not None:
            child.end()
            self._tidy()
        return self._fork(hurried=True) if _alone() else None

    def _fork(self, *, hurried: bool) -> Child:
        self._place = self._directory / f"job-{self._forks}"
        self._place.mkdir()
        self._files, self._processes = self._temporary_files(), children()
        self._forks += 1
        place = self._place

        def work(job: Header, request: int, answer: int) -> None:
            self._workshop.carry_out(job["work"] | {"limit": job["limit"]}, request, answer, place)

        def first() -> None:
            if not hurried:
                self._footprints.have_ready()

        def last(job: Header) -> None:
            self._footprints.leave(_kind(job["work"]), place / _FOOTPRINT)

        return Child(work, first=first, last=last, closing=self._control)

    def _tidy(self) -> None:
        end_children(but=self._processes)
        shutil.rmtree(self._place, ignore_errors=True)
        self._remove_all_but(self._files)
        if self._forks % _MEASURE_EVERY == 0:
            self._private = _private_kb()

    def _temporary_files(self) -> set[Path]:
        # LibreOffice has named its folder before the fork, so that all children write there.
        return set(self._directory.glob("*.tmp/*"))

    def _remove_all_but(self, kept: set[Path]) -> None:
        for path in self._temporary_files() - kept:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)

    def _awaited(self, child: Child, limit: float) -> str:
        """How it went: `done`, `died`, or why it shall not go on."""
        deadline = time.monotonic() + limit
        said, ended = child.signs
        while True:
            left = max(0.0, deadline - time.monotonic())
            ready, _, _ = select.select([said, ended, self._control.fileno()], [], [], left)
            if said in ready or ended in ready:
                return "done" if child.is_done() else "died"
            if not ready:
                return "timed_out"
            if self._told_to_stop():
                return "cancelled"

    def _told_to_stop(self) -> bool:
        try:
            header, files = read_frame(self._control)
        except EOFError:
            os._exit(0)
        close_files(files)
        return bool(header["kind"] == "cancel")

    def _report(self, status: str, detail: str, cpu_ms: float = 0.0, *, ends: bool = False) -> None:
        write_frame(
            self._control,
            {
                "status": status,
                "detail": detail,
                "cpu_ms": round(cpu_ms, 1),
                "forks": self._forks,
                "private_kb": self._private,
                "ends": ends,
            },
        )


def _kind(work: Header) -> str:
    """Work of one kind takes the same memory."""
    return str(work.get("template", work.get("kind")))


def surroundings(network: str) -> Header:
    """What a zygote tells of the process it runs in."""
    maps = Path("/proc/self/maps").read_text()
    return {
        "pid": os.getpid(),
        "network": network,
        "clock": "frozen" if freeze_clock(None) else "running",
        "allocator": "jemalloc" if "jemalloc" in maps else "libc",
    }


def _alone() -> bool:
    """Whether ours is the only thread; one may be ending."""
    deadline = time.monotonic() + _LONE_SECONDS
    while len(os.listdir("/proc/self/task")) > 1:  # noqa: PTH208
        if time.monotonic() > deadline:
            return False
        time.sleep(0.002)
    return True


def _private_kb() -> int:
    # Not what is private by name: that falls while a child or another LibreOffice shares it.
    rollup = Path("/proc/self/smaps_rollup").read_text()
    return sum(int(line.split()[1]) for line in rollup.splitlines() if "Anonymous" in line)


def _proved(directory: Path, network: str) -> bool:
    """Whether LibreOffice can be run inside: a child tries all of it, and may crash at it."""
    zygote, child = os.getpid(), os.fork()
    if child == 0:
        try:
            die_with(zygote)
            os.putenv("TMPDIR", str(directory))
            _inside(directory, network, _tried_in_a_child)
        finally:
            os._exit(1)
    ended = os.pidfd_open(child)
    ready, _, _ = select.select([ended], [], [], _PROBE_SECONDS)
    os.close(ended)
    if not ready:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    shutil.rmtree(directory, ignore_errors=True)
    return status == 0


def _tried_in_a_child(here: "Here", directory: Path) -> None:
    """Do what every job will do: fork, and work in the child."""
    tester, child = os.getpid(), os.fork()
    if child == 0:
        try:
            die_with(tester)
            here.try_itself(directory)
            os._exit(0)
        finally:
            os._exit(1)
    if os.waitpid(child, 0)[1]:
        os._exit(1)


def _inside(directory: Path, network: str, serve: "Callable[[Here, Path], object]") -> NoReturn:
    directory.mkdir(exist_ok=True)
    write_profile(directory / "profile")
    office = Inside(directory / "profile")

    def work() -> None:
        # whatever imports uno before the context is there gets another one, and crashes
        context = office.context()
        keep_in_huge_pages()
        from docgen.adapters.rendering.engine.here import Here  # noqa: PLC0415

        here = Here(context, directory, network)
        here.try_itself(directory)
        serve(here, directory)

    office.run(work)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="One LibreOffice, and a child for every document.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--bridge", choices=["inside", "pipe"], default="inside")
    parser.add_argument("--network", choices=["none", "shared"], default="none")
    return parser.parse_args()


def main() -> None:
    """Start LibreOffice, say hello, serve."""
    try:
        die_with(os.getppid())
    except Orphaned:
        sys.exit("nobody waits for this zygote")
    if find_spec("uno") is None:
        sys.exit("this Python has no uno: install python3-uno and run it by /usr/bin/python3")
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    arguments = _arguments()
    directory: Path = arguments.directory
    directory.mkdir(parents=True, exist_ok=True)
    control = taken_from_stdin()
    network = leave_network() if arguments.network == "none" else "shared"

    def serve(workshop: Workshop, directory: Path) -> None:
        gc.collect()
        gc.freeze()
        hello = workshop.hello()
        if hello["bridge"] == "inside":
            proof.touch()
        write_frame(control, hello)
        Zygote(control, directory, workshop).serve()

    proof = _proof_in(directory.parent)
    if arguments.bridge == "inside" and (_taken(proof) or _proved(directory / "trial", network)):
        _inside(directory, network, serve)
    from docgen.adapters.rendering.engine.there import There  # noqa: PLC0415

    with There(directory, network) as there:
        serve(there, directory)
    os._exit(0)


def _proof_in(engine: Path) -> Path:
    """A file by which the first zygote of an engine spares the next ones its trial.

    It is gone while one starts: if that fails, the next one tries all of it again.
    """
    library = PROGRAM / "libmergedlo.so"
    return engine / f"proved-{library.stat().st_mtime_ns if library.exists() else 0}"


def _taken(proof: Path) -> bool:
    try:
        proof.unlink()
    except FileNotFoundError:
        return False
    return True


def taken_from_stdin() -> socket.socket:
    """The supervisor's socket, no more as stdin: no child shall speak in the zygote's name."""
    control = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return control


if __name__ == "__main__":
    main()
