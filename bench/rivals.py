"""What people use otherwise: docxtpl with a cold LibreOffice, and docxtpl with unoserver."""

import io
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from xmlrpc.client import Fault, ServerProxy

import segno
from docxtpl import DocxTemplate

from docgen.domain.rendering import RenderOrder

PYTHON = "/usr/bin/python3"
"""Debian's, which has uno."""
UNOSERVER = Path("var/bench/unoserver")
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - files go through memory, as fast as they can
_PDF_A_3 = 'pdf:writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"3"}}'
_OPTIONS = ["SelectPdfVersion=3"]
_START_SECONDS = 60.0
_STOP_SECONDS = 10.0
_BETWEEN_LOOKS = 0.2


class RivalLost(Exception):
    """A rival did not start, or made nothing."""


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder in memory."""
    with tempfile.TemporaryDirectory(prefix="rival-", dir=_SHARED_MEMORY) as folder:
        yield Path(folder)


def fill_by_docxtpl(order: RenderOrder, templates: Path, into: Path) -> None:
    """The Word file of an order in one language, as docxtpl's manual says."""
    ((language, context),) = order.contexts.items()
    word = DocxTemplate(templates / f"templates_{language}" / f"{order.template}.docx")
    picture = io.BytesIO()
    segno.make(order.qr or "", error="m", micro=False).save(picture, kind="png", scale=12, border=4)
    picture.seek(0)
    word.replace_pic("qr", picture)
    word.render(context, autoescape=True)
    word.save(into)


class Cold:
    """A LibreOffice for every document, with a profile that was used before."""

    name = "cold"

    def __init__(self, templates: Path, folder: Path) -> None:
        self._templates, self._folder = templates, folder
        self._program = shutil.which("soffice") or "soffice"

    def __call__(self, order: RenderOrder) -> bytes:
        """The PDF of an order in one language."""
        docx, pdf = self._folder / "cold.docx", self._folder / "cold.pdf"
        pdf.unlink(missing_ok=True)
        fill_by_docxtpl(order, self._templates, docx)
        profile = f"-env:UserInstallation={(self._folder / 'profile').as_uri()}"
        subprocess.run(
            [self._program, profile, "--headless", "--convert-to", _PDF_A_3,
             "--outdir", self._folder, docx],
            check=True, capture_output=True,
        )  # fmt: skip
        return pdf.read_bytes()


class Unoserver:
    """A warm unoserver, asked over a connection that is kept open, files by their paths."""

    name = "unoserver"

    def __init__(self, templates: Path, folder: Path, port: int) -> None:
        self._templates, self._folder = templates, folder
        self._server = ServerProxy(f"http://127.0.0.1:{port}", allow_none=True)

    def __call__(self, order: RenderOrder) -> bytes:
        """The PDF of an order in one language."""
        docx, pdf = self._folder / "uno.docx", self._folder / "uno.pdf"
        fill_by_docxtpl(order, self._templates, docx)
        update_index = False
        self._server.convert(
            str(docx), None, str(pdf), "pdf", "writer_pdf_Export", _OPTIONS, update_index
        )
        return pdf.read_bytes()


@contextmanager
def unoservers(count: int, folder: Path) -> Iterator[tuple[int, ...]]:
    """So many of them at work; their ports."""
    ports = _free_ports(2 * count)
    begun = [
        _begun(own, uno, folder / f"profile{own}")
        for own, uno in zip(ports[:count], ports[count:], strict=True)
    ]
    try:
        for port in ports[:count]:
            _await(port)
        yield ports[:count]
    finally:
        for process in begun:
            process.terminate()
        for process in begun:
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _begun(port: int, uno_port: int, profile: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [PYTHON, "-m", "unoserver.server", "--port", str(port), "--uno-port", str(uno_port),
         "--user-installation", profile.resolve(), "--quiet"],
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(UNOSERVER.resolve()),
            "HOME": str(profile.parent),
            "LC_ALL": "C.UTF-8",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _free_ports(count: int) -> tuple[int, ...]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = tuple(int(each.getsockname()[1]) for each in held)
    for each in held:
        each.close()
    return ports


def _await(port: int) -> None:
    server = ServerProxy(f"http://127.0.0.1:{port}", allow_none=True)
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        with suppress(OSError, Fault):
            server.info()
            return
        time.sleep(_BETWEEN_LOOKS)
    raise RivalLost("unoserver does not answer")


@cache
def unoserver_here(templates: Path, folder: Path, port: int) -> Unoserver:
    """The client of a port in this process, made once."""
    own = folder / f"client{os.getpid()}"
    own.mkdir()
    return Unoserver(templates, own, port)


def make_by_unoserver(order: RenderOrder, templates: Path, folder: Path, port: int) -> bytes:
    """For processes that do nothing else."""
    return unoserver_here(templates, folder, port)(order)
