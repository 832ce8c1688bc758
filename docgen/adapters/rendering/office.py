"""The warm LibreOffice, seen from here: bytes in, bytes out, restarted when it must be."""

import logging
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from docgen.adapters.rendering import office_program
from docgen.domain.errors import RendererUnavailable, RenderFailed

_log = logging.getLogger(__name__)

PYTHON = Path("/usr/bin/python3")
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108
RECYCLE_AFTER = 200
"""LibreOffice's heap grows by a fifth over 200 documents and little after; start afresh there."""
START_SECONDS = 90.0
STOP_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Converted:
    """A PDF and the engine's own name, for example `LibreOffice 7.4.7.2`."""

    pdf: bytes
    engine: str


class _Lost(Exception):
    """The program ended, closed its pipe or lost its LibreOffice."""


class Office:
    """One LibreOffice, started on first use and kept; callers take turns.

    `time_limit` is seconds per document, waiting for a turn not counted. Below `scratch` (shared
    memory if there is any) it keeps a private directory while it runs. Make it after forking: a
    child must not share its parent's pipes.
    """

    def __init__(
        self,
        *,
        time_limit: float = 60.0,
        recycle_after: int = RECYCLE_AFTER,
        python: Path = PYTHON,
        scratch: Path | None = None,
    ) -> None:
        self._time_limit = time_limit
        self._recycle_after = recycle_after
        self._python = python
        self._scratch = scratch or (SHARED_MEMORY if SHARED_MEMORY.is_dir() else None)
        self._lock = threading.Lock()
        self._program: _Program | None = None

    @property
    def pid(self) -> int | None:
        """LibreOffice's process, if one is running."""
        return self._program.engine_pid if self._program else None

    def convert(self, docx: bytes) -> Converted:
        """The PDF/A-3b of a filled Word file.

        Raises RenderFailed when LibreOffice refuses the document, and RendererUnavailable when
        it cannot start, takes longer than the time limit, or dies twice on one document.
        """
        with self._lock:
            try:
                return self._once(docx)
            except _Lost as error:
                _log.warning("the rendering engine was lost, starting another: %s", error)
            try:
                return self._once(docx)
            except _Lost as error:
                raise RendererUnavailable("the engine died twice on one document") from error

    def close(self) -> None:
        """Stop LibreOffice; the next document would start another."""
        with self._lock:
            self._stop()

    def _once(self, docx: bytes) -> Converted:
        if self._program and self._program.served >= self._recycle_after:
            self._stop()
        if self._program is None:
            self._program = _Program(self._python, self._scratch)
        try:
            return self._program.convert(docx, self._time_limit)
        except (_Lost, RendererUnavailable):
            self._stop()
            raise

    def _stop(self) -> None:
        program, self._program = self._program, None
        if program:
            program.stop()


class _Program:
    """One run of `office_program` in a directory of its own."""

    def __init__(self, python: Path, scratch: Path | None) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="qoltanba-", dir=scratch))
        self.served = 0
        self.engine_pid: int | None = None
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        try:
            self._process = self._started(python)
        except OSError as error:
            self._errors.close()
            office_program.wipe(self.directory)
            raise RendererUnavailable(f"{python} does not start") from error
        try:
            hello, _ = self._answer(START_SECONDS)
        except (_Lost, RendererUnavailable) as error:
            detail = self.complaints()
            self.stop()
            raise RendererUnavailable(f"the engine does not start: {detail}") from error
        self.engine: str = hello["engine"]
        self.engine_pid = hello["pid"]
        _log.info("%s started, network %s", self.engine, hello["network"])

    def convert(self, docx: bytes, time_limit: float) -> Converted:
        """One document."""
        self.served += 1
        header, pdf = self._answer(time_limit, docx)
        if header.get("error") == "engine_lost":
            raise _Lost(header["detail"])
        if "error" in header:
            raise RenderFailed(f"{header['error']}: {header['detail']}")
        return Converted(pdf=pdf, engine=self.engine)

    def complaints(self) -> str:
        """The end of what it wrote to stderr."""
        self._errors.seek(0)
        return self._errors.read()[-500:].decode(errors="replace").strip()

    def stop(self) -> None:
        """Ask it to end by closing its stdin, then insist; leave nothing behind."""
        with suppress(BrokenPipeError):
            self._stdin.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._stdout.close()
        self._errors.close()
        office_program.wipe(self.directory)

    def _started(self, python: Path) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [python, "-I", office_program.__file__, self.directory],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={
                "PATH": "/usr/bin:/bin",
                "HOME": str(self.directory),
                "TMPDIR": str(self.directory),
                "LC_ALL": "C.UTF-8",
            },
            cwd="/",
            start_new_session=True,
        )
        self._stdin = cast("IO[bytes]", process.stdin)
        self._stdout = cast("IO[bytes]", process.stdout)
        return process

    def _answer(self, limit: float, docx: bytes | None = None) -> tuple[dict[str, Any], bytes]:
        with self._killed_after(limit) as timed_out:
            try:
                if docx is not None:
                    office_program.write_frame(self._stdin, {}, docx)
                answer = office_program.read_frame(self._stdout)
            except (EOFError, BrokenPipeError) as error:
                if timed_out.is_set():
                    raise RendererUnavailable(f"no answer within {limit} s") from error
                raise _Lost(type(error).__name__) from error
        if timed_out.is_set():
            raise RendererUnavailable(f"no answer within {limit} s")
        return answer

    def _kill(self) -> None:
        # The program buries its LibreOffice and ends; killed itself, it would leave a zombie.
        if self.engine_pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self.engine_pid, signal.SIGKILL)
        try:
            self._process.wait(STOP_SECONDS if self.engine_pid else 0)
        except subprocess.TimeoutExpired:
            self._process.kill()

    @contextmanager
    def _killed_after(self, limit: float) -> Iterator[threading.Event]:
        timed_out = threading.Event()

        def give_up() -> None:
            timed_out.set()
            self._kill()

        timer = threading.Timer(limit, give_up)
        timer.start()
        try:
            yield timed_out
        finally:
            timer.cancel()
