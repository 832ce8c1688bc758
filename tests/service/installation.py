"""One installation: web processes, a worker, a sealing process and what they stand on.

Each process is told what it needs to know: the seal's key is known to the sealing process alone.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from docgen.adapters.db import migrate
from docgen.bootstrap.keys import keys
from docgen.serve import command
from docgen.settings import Settings
from docgen.usecases.issue_key import KeyRequest
from tests.pki.lab import PASSPHRASE, Lab
from tests.processes.running import eventually, free_port
from tests.service import processes
from tests.service.authority import AuthorityProcess
from tests.service.gateway import held_file, hold_file
from tests.service.line import Ask, Line, Said, together
from tests.service.stamps import Stamps
from tests.service.tables import Tables
from tests.services.programs import await_answer, start
from tests.services.redis_server import RedisServer
from tests.services.rendering import ROUTES

ROOT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).with_name("docgen")
PROCESSES, THREADS = 2, 16
_ENDING = 60
_MANY = 100_000


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What an installation stands on."""

    folder: Path
    database_url: str
    redis: RedisServer
    lab: Lab
    stamps: Stamps | AuthorityProcess
    roots: Path
    """File or folder."""
    national: Mapping[str, str] = field(default_factory=dict)
    """What the sealing process is told of a signer beside the file, if there is one."""


class Installation:
    """Starts with `start`; everything may be killed and started again."""

    application = "tests.service.launch:app"
    processes = PROCESSES
    """That answer."""

    def __init__(self, ground: Ground, **more: str) -> None:
        """`more` are further settings."""
        self.ground = ground
        self.redis = ground.redis
        self.port = free_port()
        self.engine = ground.folder / "engine"
        self.tables = Tables(ground.database_url)
        self.var = ground.folder / "var"
        self.web_log, self.worker_log = ground.folder / "web.log", ground.folder / "worker.log"
        self.sealer_log = ground.folder / "sealer.log"
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        self.sealer: subprocess.Popen[bytes] | None = None
        self.key = ""
        more = {"WEB__PROCESSES": str(self.processes)} | more
        self._settings = _settings(ground, self.var, self.port) | {
            f"DOCGEN_{name}": value for name, value in more.items()
        }

    def start(self) -> None:
        """Migrate, make a key, start the processes and wait until they answer."""
        migrate.upgrade(self.ground.database_url)
        self.key = self.new_key("portal")
        self.start_sealer()
        self.start_worker()
        self.start_web()

    @property
    def stamps(self) -> Stamps:
        """The authority that can be told to let its callers wait."""
        assert isinstance(self.ground.stamps, Stamps)
        return self.ground.stamps

    def new_key(self, client: str) -> str:
        """A key that may do everything."""
        with keys(Settings(database_url=SecretStr(self.ground.database_url))) as known:
            return known.issue(KeyRequest(client=client, owner="operator"), by="system").secret

    def start_web(self) -> None:
        """The web processes, all of them answering."""
        shared = Path(tempfile.mkdtemp(dir=self.ground.folder, prefix="shared-"))
        words = [*command(shared), self.application]
        self.web = start([*self.surrounded(), *words], log=self.web_log)
        await_answer(self.web, answers=self.answers, log=self.web_log)

    def start_sealer(self) -> None:
        """The sealing process, ready; only it is told of the key."""
        before = _count(self.sealer_log, "the seal is ready")
        words = [*self.surrounded(**_key(self.ground)), str(PROGRAM), "sealer"]
        self.sealer = start(words, log=self.sealer_log)
        await_answer(
            self.sealer,
            answers=lambda: _count(self.sealer_log, "the seal is ready") > before,
            log=self.sealer_log,
        )

    def start_worker(self) -> None:
        """The worker, at work."""
        self.worker = self.another_worker(self.worker_log)

    def another_worker(self, log: Path) -> subprocess.Popen[bytes]:
        """One more, at work."""
        before = _count(log, "the worker is at work")
        worker = start([*self.surrounded(), *self.worker_command(log)], log=log)
        await_answer(worker, answers=lambda: _count(log, "the worker is at work") > before, log=log)
        return worker

    def worker_command(self, _log: Path) -> Sequence[str]:
        """What a worker is started by; each has a log of its own."""
        return (str(PROGRAM), "worker")

    def make_whole(self) -> None:
        """Start again whatever does not run."""
        if not self.redis.answers():
            self.redis.start()
        if self.sealer is None or self.sealer.poll() is not None:
            self.start_sealer()
        if self.worker is None or self.worker.poll() is not None:
            self.start_worker()
        if self.web is None or self.web.poll() is not None:
            self.start_web()
        assert eventually(lambda: len(self.web_processes()) == self.processes and self.answers())

    def stop(self) -> tuple[int, int, int]:
        """End all as an operator would, the sealing process last; their exit codes."""
        assert self.web is not None
        assert self.worker is not None
        assert self.sealer is not None
        for process in (self.web, self.worker):
            process.terminate()
        web, worker = self.web.wait(_ENDING), self.worker.wait(_ENDING)
        self.sealer.terminate()
        return web, worker, self.sealer.wait(_ENDING)

    def clear(self) -> None:
        """Kill what still runs."""
        for process in (self.web, self.worker, self.sealer):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()

    def kill_worker(self) -> None:
        """SIGKILL of the worker; whatever it started must end by itself."""
        assert self.worker is not None
        engine = processes.engine_in(self.engine)
        self.worker.kill()
        self.worker.wait()
        processes.wake(engine)

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """A command of ours under the same settings, to its end."""
        command = [*self.surrounded(**more), str(PROGRAM), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    def kill_sealer(self) -> None:
        """SIGKILL of the sealing process."""
        assert self.sealer is not None
        self.sealer.kill()
        self.sealer.wait()

    def kill_web_processes(self) -> None:
        """SIGKILL of all processes that answer; their parent replaces them."""
        for pid in self.web_processes():
            os.kill(pid, signal.SIGKILL)

    def kill_web_master(self) -> None:
        """SIGKILL of their parent; they end by themselves, and nobody replaces them."""
        assert self.web is not None
        orphans = self.web_processes()
        self.web.kill()
        self.web.wait()
        assert eventually(lambda: not processes.alive(orphans))

    def web_processes(self) -> list[int]:
        """Those who answer."""
        assert self.web is not None
        return processes.children(self.web.pid)

    def answers(self) -> bool:
        """Whether the service can work."""
        try:
            return self.ask("GET", "/ready").status == 200
        except (OSError, HTTPException):
            return False

    def headers(self, **more: str) -> dict[str, str]:
        """Those of a caller with a key."""
        return {"Authorization": f"Bearer {self.key}"} | more

    def ask(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> Said:
        """One answer, over a connection of its own; `key` is the idempotency key."""
        once = {} if key is None else {"Idempotency-Key": key}
        with closing(Line(self.port, self.headers(**once))) as line:
            return line.ask(Ask(method=method, path=path, body=body))

    def ask_together(self, asks: Sequence[Ask], *, lines: int = 50) -> list[Said]:
        """Many answers."""
        return together(self.port, asks, headers=self.headers(), lines=lines)

    def messages(self, challenge_id: str | None = None) -> list[str]:
        """Texts that were sent, for a challenge or at all."""
        inbox = self.var / "inbox.jsonl"
        lines = inbox.read_text(encoding="utf-8").splitlines() if inbox.exists() else []
        sent = [json.loads(line) for line in lines]
        if challenge_id is None:
            return [each["text"] for each in sent]
        rows = self.tables.rows("SELECT id FROM sms_hops WHERE challenge_id = :id", id=challenge_id)
        hops = {str(row[0]) for row in rows}
        return [each["text"] for each in sent if each["reference"] in hops]

    @contextmanager
    def held_gateway(self, moment: str) -> Iterator[Path]:
        """Whoever sends waits within the block; the file appears when somebody does."""
        hold, held = hold_file(self.var, moment), held_file(self.var, moment)
        hold.touch()
        try:
            yield held
        finally:
            hold.unlink()
            held.unlink(missing_ok=True)

    def surrounded(self, **more: str) -> list[str]:
        """How a command begins that runs under our settings."""
        given = [f"{name}={value}" for name, value in (self._settings | more).items()]
        return ["env", "-C", str(self.ground.folder), *given]


def _settings(ground: Ground, var: Path, port: int) -> dict[str, str]:
    var.mkdir()
    settings = {
        "PROFILE": "production",
        "VAR": str(var),
        "DATABASE_URL": ground.database_url,
        "REDIS_URL": ground.redis.url,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TRUST_ROOTS": str(ground.roots),
        "TSA_URL": ground.stamps.url,
        "CODES__PEPPER": "5e" * 32,
        "CODES__SUBJECT_KEY": "a7" * 32,
        # All tests here are of one subscriber; what limits refuse, others see.
        "LIMITS__PHONE_HOUR": str(_MANY),
        "LIMITS__PHONE_DAY": str(_MANY),
        "LIMITS__CLIENT_MINUTE": str(_MANY),
        "LIMITS__WRONG_CODES_DAY": str(_MANY),
        "LIMITS__BUDGET": str(_MANY * _MANY),
        "LIMITS__CONVERSION_PERCENT": "0",
        "WEB__BIND": f"127.0.0.1:{port}",
        "WEB__THREADS": str(THREADS),
        "WEBHOOKS__ALLOW": '["127.0.0.0/8"]',
        "WORK__SWEEP_EVERY": "1",
        "WORK__PATIENCE": "3",
        "RENDERING__ENGINE": str(ground.folder / "engine"),
        "RENDERING__ROUTES": str(ROUTES),
    }
    return {f"DOCGEN_{name}": value for name, value in settings.items()} | {"PYTHONPATH": str(ROOT)}


def _key(ground: Ground) -> dict[str, str]:
    return {**ground.national} | {
        "DOCGEN_SEAL__PKCS12": str(ground.lab.pkcs12("ec")),
        "DOCGEN_SEAL__PASSPHRASE": PASSPHRASE,
    }


def _count(log: Path, words: str) -> int:
    return log.read_text(encoding="utf-8").count(words) if log.exists() else 0
