"""Work with a LibreOffice beside the zygote, reached over a pipe: slower, by promised ways only.

Every document has a child of its own here too, but LibreOffice is one for all of them. Whatever
kills a child may have broken it, so it is killed then, and the zygote ends with it.
"""

import hashlib
import os
import secrets
import select
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NoReturn, Self

import uno
from com.sun.star.connection import NoConnectException

from docgen.adapters.rendering.engine.documents import Desktop, NotExported, NotLoaded
from docgen.adapters.rendering.engine.frames import Header, put_frame, take_frame
from docgen.adapters.rendering.engine.walls import (
    die_with,
    extensions_in,
    limit_for_one_document,
    limit_sizes,
    write_profile,
)
from docgen.adapters.rendering.engine.zygote import surroundings

SOFFICE: Final = Path("/usr/lib/libreoffice/program/soffice.bin")
_ENV: Final = "/usr/bin/env"
_ARGUMENTS: Final = ("--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck")
_START_SECONDS = 60.0
_AGAIN_SECONDS = 0.05
_FIRST_RUN_EXIT = 81
"""LibreOffice made its profile and wants to be started again."""


class There:
    """The workshop of a zygote that has its LibreOffice beside it; it runs as long as the context.

    Nobody else knows the name of its pipe, and nobody else's processes may open it.
    """

    def __init__(self, directory: Path, network: str) -> None:
        self._network = network
        self._temporary = directory / "office"
        self._pipe = f"qoltanba{secrets.token_hex(16)}"
        # its path is in the name of a socket, which nobody else shall have either
        self._profile = directory / self._pipe
        self._sockets = _sockets(self._pipe, self._profile)

    def __enter__(self) -> Self:
        write_profile(self._profile)
        self._temporary.mkdir()
        _remove_after_us(self._sockets)
        self._office = self._started()
        self._version = self._told_version()
        if not self._version and self._ended_with() == _FIRST_RUN_EXIT:
            self._office = self._started()
            self._version = self._told_version()
        if not self._version:
            sys.exit("LibreOffice does not answer over its pipe")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._office, signal.SIGKILL)
        _remove(self._sockets)

    def hello(self) -> Header:
        """The engine's name and how it is reached."""
        told = surroundings(self._network) | {"engine": self._version, "bridge": "pipe"}
        # the clock that can be stopped is ours, not LibreOffice's
        return told | {"clock": "running"}

    def prepare(self, work: Header) -> bool:  # noqa: ARG002
        """Nothing: what is loaded over a pipe is no child's own."""
        return False

    def carry_out(self, work: Header, request: int, answer: int, directory: Path) -> None:
        """Read the request, write the answer."""
        limit_for_one_document(work["limit"])
        _, body = take_frame(request)
        if work["kind"] != "load":
            put_frame(answer, {"error": "NotPreloaded", "detail": "LibreOffice is not inside"})
            return
        source, target = directory / "source", directory / "target"
        source.write_bytes(body)
        desktop = Desktop(self._context())
        try:
            document = desktop.load(source, work["from"])
            desktop.export(document, target, work["to"])
        except (NotLoaded, NotExported) as error:
            put_frame(answer, {"error": type(error).__name__, "detail": str(error)[:300]})
            return
        document.close(True)  # noqa: FBT003
        put_frame(answer, {}, target.read_bytes())

    def goes_on(self, *, well: bool) -> bool:
        """Whether LibreOffice can be trusted with another document after that one."""
        return well

    def _started(self) -> int:
        zygote = os.getpid()
        office = os.fork()
        if office == 0:
            try:
                die_with(zygote)
                limit_sizes()
                self._become_office()
            finally:
                os._exit(1)
        return office

    def _become_office(self) -> NoReturn:
        arguments = [
            *_ARGUMENTS,
            f"--accept=pipe,name={self._pipe};urp;",
            f"-env:UserInstallation={self._profile.as_uri()}",
        ]
        # not the zygote's: what is new in that after a job is removed
        variables = [f"TMPDIR={self._temporary}", "=".join(extensions_in(self._profile))]
        os.execv(_ENV, ["env", *variables, str(SOFFICE), *arguments])  # noqa: S606

    def _told_version(self) -> str:
        """What it calls itself once it answers, or nothing if it has ended or never does.

        Asked for by a child: a connection makes threads, and a zygote must have none.
        """
        told = os.memfd_create("version")
        zygote, ended = os.getpid(), os.pidfd_open(self._office)
        child = os.fork()
        if child == 0:
            try:
                die_with(zygote)
                os.write(told, Desktop(self._context_of(ended)).version().encode())
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        version = os.pread(told, 1000, 0).decode()
        os.close(told)
        os.close(ended)
        return version

    def _context_of(self, ended: int) -> Any:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            with suppress(NoConnectException):
                return self._context()
            if select.select([ended], [], [], _AGAIN_SECONDS)[0]:
                break
        os._exit(1)

    def _context(self) -> Any:
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
        return resolver.resolve(f"uno:pipe,name={self._pipe};urp;StarOffice.ComponentContext")

    def _ended_with(self) -> int | None:
        pid, status = os.waitpid(self._office, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if pid else None


def _sockets(pipe: str, profile: Path) -> Sequence[str]:
    """How LibreOffice's sockets end: our pipe, and the one by which it finds a running copy."""
    digest = hashlib.md5(profile.as_uri().encode("utf-16-le"), usedforsecurity=False).digest()
    return pipe, "SingleOfficeIPC_" + "".join(f"{byte:x}" for byte in digest)


def _remove(sockets: Sequence[str]) -> None:
    # before that stands our number, or nothing for an account that the system does not know
    for name in sockets:
        for path in Path("/tmp").glob(f"OSL_PIPE_*{name}"):  # noqa: S108
            path.unlink(missing_ok=True)


def _remove_after_us(sockets: Sequence[str]) -> None:
    """Have them removed when this process ends, however it does."""
    ended = os.pidfd_open(os.getpid())
    if os.fork():
        os.close(ended)
        return
    try:
        # not in our group, with which it would be killed
        os.setsid()
        os.closerange(0, ended)
        os.closerange(ended + 1, os.sysconf("SC_OPEN_MAX"))
        select.select([ended], [], [])
        _remove(sockets)
    finally:
        os._exit(0)
