"""A program of its own: one warm LibreOffice that turns filled Word files into PDF/A-3b.

Run as `/usr/bin/python3 -I office_program.py DIRECTORY` by Debian's Python, the only one that
has `uno`; it needs nothing else but the standard library. DIRECTORY is private, empty and ours:
profile, document and PDF live there.

It speaks in frames on stdin and stdout: two big-endian 32-bit lengths, a JSON header, a body.
First it says hello: `{"engine", "pid", "network"}`, where network is `none` or `shared` (the
kernel did not let us leave it). Then, for every frame with a .docx as its body, one answer:
`{}` with the PDF as its body, or `{"error", "detail"}` with `not_loaded`, `not_exported`, or
`engine_lost`, after which it ends.

LibreOffice dies with this program (PDEATHSIG), and this program with its parent: it ends when
stdin closes or when it gets another parent. PDEATHSIG is not used for that, since it would fire
already when the *thread* that started the program ends.
"""

import contextlib
import ctypes
import hashlib
import json
import os
import resource
import select
import shutil
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any, NoReturn

try:
    import uno
    from com.sun.star.beans import PropertyValue
    from com.sun.star.connection import NoConnectException
    from com.sun.star.lang import DisposedException
    from com.sun.star.uno import Exception as UnoException
except ImportError:
    uno = None

SOFFICE = "/usr/lib/libreoffice/program/soffice.bin"
FIRST_RUN_EXIT = 81
"""LibreOffice made its profile and wants to be started again."""
START_SECONDS = 60
MAX_FILE = 256 * 1024 * 1024
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SCRIPTING = "/org.openoffice.Office.Common/Security/Scripting"
PRODUCT = "/org.openoffice.Setup/Product"
SETTINGS = (
    (SCRIPTING, "BlockUntrustedRefererLinks", "true"),
    (SCRIPTING, "MacroSecurityLevel", "3"),
    (SCRIPTING, "DisableMacrosExecution", "true"),
    (SCRIPTING, "DisableActiveContent", "true"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "0"),
)
EXPORT = {
    "SelectPdfVersion": 3,
    "UseTaggedPDF": True,
    "ExportBookmarks": True,
    "ExportBookmarksToPDFDestination": True,
    "ExportFormFields": False,
    "ExportNotes": False,
    "UseLosslessCompression": True,
    "ReduceImageResolution": False,
}


def read_frame(stream: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """One frame; raises EOFError when the other side has closed or died."""
    head = stream.read(8)
    if len(head) < 8:  # noqa: PLR2004
        raise EOFError
    header_size, body_size = struct.unpack(">II", head)
    header, body = stream.read(header_size), stream.read(body_size)
    if len(header) < header_size or len(body) < body_size:
        raise EOFError
    return json.loads(header), body


def write_frame(stream: IO[bytes], header: dict[str, Any], body: bytes = b"") -> None:
    """Send one frame."""
    packed = json.dumps(header).encode()
    stream.write(struct.pack(">II", len(packed), len(body)) + packed + body)
    stream.flush()


def leave_network() -> str:
    """Take ourselves, and so LibreOffice, out of every network, if the kernel lets us."""
    libc = ctypes.CDLL(None)
    if libc.unshare(CLONE_NEWNET) == 0:
        return "none"
    user, group = os.getuid(), os.getgid()
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        return "shared"
    with contextlib.suppress(OSError):
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    return "none"


def write_profile(directory: Path) -> None:
    """A fresh profile in which nothing runs and nothing is fetched."""
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, name, value in SETTINGS
    )
    user = directory / "user"
    user.mkdir(parents=True)
    (user / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><oor:items '
        f'xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>'
    )


def profile_of(directory: Path) -> Path:
    """Where the profile lives."""
    return directory / "profile"


def sockets_of(directory: Path) -> tuple[Path, Path]:
    """Where LibreOffice listens: our pipe, and the one by which it finds a running copy."""
    digest = hashlib.md5(profile_of(directory).as_uri().encode("utf-16-le"), usedforsecurity=False)
    single = "SingleOfficeIPC_" + "".join(f"{byte:x}" for byte in digest.digest())
    prefix = f"OSL_PIPE_{os.getuid()}_"
    return Path("/tmp", prefix + directory.name), Path("/tmp", prefix + single)  # noqa: S108


def wipe(directory: Path) -> None:
    """Leave nothing on disk of what ran in that directory."""
    for socket in sockets_of(directory):
        socket.unlink(missing_ok=True)
    shutil.rmtree(directory, ignore_errors=True)


class Engine:
    """One running LibreOffice, reached over a pipe that only our user may open."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._source = directory / "document.docx"
        self._target = directory / "document.pdf"
        self._ending = threading.Lock()
        write_profile(profile_of(directory))
        self.process = self._start()

    def connect(self) -> None:
        """Wait until it answers."""
        self._context = self._connected()
        services = self._context.ServiceManager
        self._desktop = services.createInstanceWithContext(
            "com.sun.star.frame.Desktop", self._context
        )

    def version(self) -> str:
        """What LibreOffice calls itself: `LibreOffice 7.4.7.2`."""
        provider = self._context.ServiceManager.createInstanceWithContext(
            "com.sun.star.configuration.ConfigurationProvider", self._context
        )
        product = provider.createInstanceWithArguments(
            "com.sun.star.configuration.ConfigurationAccess", properties({"nodepath": PRODUCT})
        )
        return f"{product.ooName} {product.ooSetupVersionAboutBox}"

    def convert(self, docx: bytes) -> tuple[dict[str, Any], bytes]:
        """The answer frame for one document."""
        self._source.write_bytes(docx)
        try:
            return self._converted()
        except DisposedException as error:
            return {"error": "engine_lost", "detail": type(error).__name__}, b""
        except UnoException as error:
            lost = self.process.poll() is not None
            name = "engine_lost" if lost else "not_exported"
            return {"error": name, "detail": f"{type(error).__name__} {error.Message}"}, b""
        finally:
            self._source.unlink(missing_ok=True)
            self._target.unlink(missing_ok=True)

    def end(self, message: str = "") -> NoReturn:
        """End it and ourselves at once, leaving nothing behind; whoever comes second waits."""
        with self._ending:
            self.process.kill()
            self.process.wait()
            wipe(self._directory)
            print(message, file=sys.stderr, flush=True)  # noqa: T201
            os._exit(1 if message else 0)

    def _converted(self) -> tuple[dict[str, Any], bytes]:
        loading = {
            # without a named filter LibreOffice guesses by content, and would fetch for HTML
            "FilterName": "MS Word 2007 XML",
            "Hidden": True,
            "ReadOnly": True,
            "MacroExecutionMode": 0,
            "UpdateDocMode": 0,
        }
        document = self._desktop.loadComponentFromURL(
            self._source.as_uri(), "_blank", 0, properties(loading)
        )
        if document is None:
            return {"error": "not_loaded", "detail": "LibreOffice could not read the document"}, b""
        try:
            data = uno.Any("[]com.sun.star.beans.PropertyValue", properties(EXPORT))
            saving = {"FilterName": "writer_pdf_Export", "FilterData": data}
            document.storeToURL(self._target.as_uri(), properties(saving))
        finally:
            with contextlib.suppress(DisposedException):
                document.close(True)  # noqa: FBT003
        return {}, self._target.read_bytes()

    def _start(self) -> subprocess.Popen[bytes]:
        command = ["/usr/bin/setpriv", "--pdeathsig", "KILL", SOFFICE]
        command += ["--headless", "--invisible", "--norestore", "--nologo", "--nodefault"]
        command += ["--nolockcheck", f"--accept=pipe,name={self._directory.name};urp;"]
        command += [f"-env:UserInstallation={profile_of(self._directory).as_uri()}"]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def _connected(self) -> Any:
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
        address = f"uno:pipe,name={self._directory.name};urp;StarOffice.ComponentContext"
        deadline = time.monotonic() + START_SECONDS
        while True:
            if time.monotonic() > deadline:
                self.end("LibreOffice did not answer in time")
            try:
                return resolver.resolve(address)
            except NoConnectException:
                time.sleep(0.05)
            if self.process.poll() == FIRST_RUN_EXIT:
                self.process = self._start()
            elif self.process.poll() is not None:
                self.end(f"LibreOffice ended with {self.process.returncode} while starting")


def properties(values: dict[str, Any]) -> tuple[Any, ...]:
    """UNO's way of naming arguments."""
    made = []
    for name, value in values.items():
        item = PropertyValue()
        item.Name, item.Value = name, value
        made.append(item)
    return tuple(made)


def end_with_parent(engine: Engine) -> None:
    """Watch stdin and our parent."""
    parent, poll = os.getppid(), select.poll()
    poll.register(0, 0)
    while not poll.poll(1000) and os.getppid() == parent:
        pass
    engine.end()


def serve(engine: Engine) -> None:
    """Answer until stdin closes or the engine is lost."""
    lost = False
    while not lost:
        _, docx = read_frame(sys.stdin.buffer)
        header, pdf = engine.convert(docx)
        write_frame(sys.stdout.buffer, header, pdf)
        lost = header.get("error") == "engine_lost"


def main() -> None:
    """Start, say hello, serve, and leave nothing behind."""
    if uno is None:
        sys.exit("this Python has no uno: install python3-uno and run it by /usr/bin/python3")
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE, MAX_FILE))
    network = leave_network()
    engine = Engine(Path(sys.argv[1]))
    threading.Thread(target=end_with_parent, args=(engine,), daemon=True).start()
    with contextlib.suppress(EOFError, BrokenPipeError):
        engine.connect()
        hello = {"engine": engine.version(), "pid": engine.process.pid, "network": network}
        write_frame(sys.stdout.buffer, hello)
        serve(engine)
    engine.end()


if __name__ == "__main__":
    main()
