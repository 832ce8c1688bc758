"""Everything that an installation of production consists of, on this machine, to be killed."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from bench.chaos.disk import Disk
from bench.measured_worker import counted
from tests.pki.lab import serving
from tests.processes.link import SENDER, LinkProcess
from tests.processes.running import eventually
from tests.service import processes
from tests.service.authority import AuthorityProcess
from tests.service.installation import Ground, Installation
from tests.service.tables import Tables
from tests.services.message_centre import PASSWORD, SYSTEM_ID, MessageCentre
from tests.services.postgres_server import PostgresServer
from tests.services.receiver import Receiver, receiver
from tests.services.redis_server import RedisServer

DISK_MEGABYTES = 600
_LOOKS_SECONDS = 0.1
_ROUTES_SECONDS = 600.0


class Town(Installation):
    """Two web processes, two workers, the sealing process and the link, over real surroundings."""

    application = "api.wsgi:app"
    processes = 2
    has_second = True
    """Whether there is a second worker."""

    def __init__(
        self, ground: Ground, *, centre: MessageCentre, postgres: PostgresServer,
        authority: AuthorityProcess, disk: Disk, hears: Receiver, **more: str,
    ) -> None:  # fmt: skip
        super().__init__(
            ground,
            BLOBS=str(disk.folder),
            SMS__SMPP__HOST="127.0.0.1",
            SMS__SMPP__PORT=str(centre.port),
            SMS__SMPP__SYSTEM_ID=SYSTEM_ID,
            SMS__SMPP__PASSWORD=PASSWORD,
            SMS__SMPP__SENDER=SENDER,
            WEBHOOKS__PATIENCE="3",
            RENDERING__ZYGOTES="2",
            **more,
        )
        self.centre, self.postgres, self.authority = centre, postgres, authority
        self.disk, self.hears = disk, hears
        self.link = LinkProcess(ground.folder, centre, ground.database_url)
        self.inbox = Inbox(centre)
        self.second_log = ground.folder / "worker2.log"
        self.second: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """All of it, and the receiver told everything."""
        super().start()
        if self.has_second:
            self.second = self.another_worker(self.second_log)
        self.link.start()
        said = self.ask("POST", "/v1/webhooks", {"url": self.hears.url}, key="receiver")
        assert said.status == 201, said.body
        self.inbox.start()

    def make_whole(self) -> None:
        """Start again whatever does not run."""
        if self.postgres.process is None:
            self.postgres.start()
        if self.authority.is_dead():
            self.authority.start()
        self.authority.thaw()
        self.disk.empty()
        super().make_whole()
        if self.has_second and (self.second is None or self.second.poll() is not None):
            self.second = self.another_worker(self.second_log)
        if self.link.process is None or self.link.process.poll() is not None:
            self.link.start()
        assert eventually(self.link.is_bound)

    def clear(self) -> None:
        """Kill what still runs."""
        self.inbox.stop()
        super().clear()
        for process in (self.second, self.link.process):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()

    def kill_second(self) -> None:
        """SIGKILL of the other worker."""
        assert self.second is not None
        self.second.kill()
        self.second.wait()

    def gone(self) -> list[str]:
        """Those of our processes that do not run."""
        ours = {
            "web": self.web,
            "worker": self.worker,
            "second worker": self.second,
            "sealing process": self.sealer,
            "link": self.link.process,
        }
        return [name for name, each in ours.items() if each is not None and each.poll() is not None]

    def logs(self) -> Sequence[Path]:
        """Everything that our processes wrote."""
        own = (self.web_log, self.worker_log, self.second_log, self.sealer_log, self.link.log)
        return [log for log in own if log.exists()]

    def engine_processes(self) -> list[int]:
        """LibreOffice and what keeps it."""
        return processes.engine_in(self.engine)


class Inbox:
    """What the message centre has taken, looked at again and again by one for all."""

    def __init__(self, centre: MessageCentre) -> None:
        self._centre = centre
        self._got: list[dict[str, Any]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()

    def look(self) -> None:
        """Now."""
        self._got = self._centre.got

    def texts(self, phone: str) -> list[str]:
        """What was taken for that phone, in order."""
        number = phone.removeprefix("+")
        return [
            each["text"]
            for each in self._got
            if each["to"].removeprefix("+") == number and each["status"] == 0
        ]

    def _look(self) -> None:
        while not self._over.wait(_LOOKS_SECONDS):
            try:
                self.look()
            except OSError:
                continue


class MeasuredTown(Town):
    """As two cores do the most; its worker notes what it spends on rendering and sealing."""

    processes = 1
    has_second = False

    def worker_command(self, log: Path) -> Sequence[str]:
        """With the meter around it."""
        return (sys.executable, "-m", "bench.measured_worker", str(log.with_suffix(".spent")))

    def await_routes(self) -> None:
        """Until the worker tries templates no more, which a new one does once."""
        assert eventually(
            lambda: "every template was tried" in self.worker_log.read_text(),
            seconds=_ROUTES_SECONDS,
        )

    def counted(self) -> Mapping[str, float]:
        """Milliseconds of the worker, by what it did."""
        return counted(self.worker_log.with_suffix(".spent"))


Kind = TypeVar("Kind", bound=Town)


@contextmanager
def town(kind: type[Kind], **settings: str) -> Iterator[Kind]:
    """The town, at work within the block, under further settings."""
    folder = Path(tempfile.mkdtemp(prefix="qc-"))
    folder.chmod(0o755)
    try:
        with ExitStack() as stack:
            yield _built(stack, kind, folder, settings)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _built(stack: ExitStack, kind: type[Kind], folder: Path, settings: Mapping[str, str]) -> Kind:
    work, redis_at, postgres_at = (folder / name for name in ("w", "r", "p"))
    blobs = folder / "blobs"
    for each in (work, redis_at, postgres_at, blobs):
        each.mkdir()
    disk = Disk(folder=blobs, megabytes=DISK_MEGABYTES)
    disk.mount()
    stack.callback(disk.unmount)
    lab = stack.enter_context(serving(_made(folder / "lab")))
    authority = AuthorityProcess(_made(folder / "stamps"))
    stack.callback(authority.kill)
    postgres, redis, centre = (
        PostgresServer(postgres_at), RedisServer(redis_at), MessageCentre(folder),
    )  # fmt: skip
    for server in (postgres, redis, centre):
        server.start()
    stack.callback(postgres.kill)
    stack.callback(redis.kill)
    stack.callback(centre.stop)
    centre.behave(receipts="after", receipt_delay=200)
    url = postgres.create("town")
    # A server that is killed must not forget what it said was done.
    Tables(url).rows("ALTER DATABASE town SET synchronous_commit = on")
    roots = _made(folder / "roots")
    for name, root in (("seal.pem", lab.root), ("stamps.crt", authority.root)):
        (roots / name).write_bytes(root.read_bytes())
    ground = Ground(
        folder=work, database_url=url, redis=redis, lab=lab, stamps=authority, roots=roots
    )
    built = kind(
        ground, centre=centre, postgres=postgres, authority=authority, disk=disk,
        hears=stack.enter_context(receiver(keeps=True)), **settings,
    )  # fmt: skip
    stack.callback(built.clear)
    built.start()
    return built


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def kill(pid: int) -> int:
    """SIGKILL; how many it hit."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return 0
    return 1
