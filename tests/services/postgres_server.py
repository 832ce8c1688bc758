"""A PostgreSQL of the tests' own, with a fresh database for each that asks."""

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.service.processes import alive, below
from tests.services.programs import await_answer, need, start

_DEBIAN = Path("/usr/lib/postgresql")
_TICK_SECONDS = 0.02
_UNSAFE_BUT_FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "32MB",
}


def _program(name: str) -> str:
    for directory in sorted(_DEBIAN.glob("*/bin"), reverse=True):
        if (directory / name).exists():
            return str(directory / name)
    return need(name)[0]


class PostgresServer:
    """One server on a Unix socket in its directory, which must have a short name."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.process: subprocess.Popen[bytes] | None = None
        self._data = directory / "data"
        self._log = directory / "postgres.log"
        self._privileges: tuple[str, ...] = ()

    def start(self) -> None:
        """Start, at first making the cluster; as root, under the user postgres, as it insists."""
        if os.getuid() == 0:
            self._privileges = ("--reuid=postgres", "--regid=postgres", "--clear-groups")
        if not self._data.exists():
            self._make_cluster()
        settings = [f"-c{name}={value}" for name, value in _UNSAFE_BUT_FAST.items()]
        self.process = start(
            [_program("postgres"), "-D", str(self._data), "-k", str(self.directory), *settings],
            log=self._log,
            privileges=self._privileges,
            signal="QUIT",
        )
        await_answer(self.process, answers=self.answers, log=self._log)

    def url(self, database: str) -> str:
        """Address for SQLAlchemy."""
        return f"postgresql://postgres@/{database}?host={self.directory}"

    def answers(self) -> bool:
        """Whether it takes connections."""
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def connect(self, database: str) -> psycopg.Connection:
        """A connection that may do everything; each statement is a transaction of its own."""
        return psycopg.connect(
            host=str(self.directory), user="postgres", dbname=database, autocommit=True
        )

    def create(self, database: str, *, template: str = "template0") -> str:
        """A new database, a copy of the template; its address."""
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
            sql.Identifier(database), sql.Identifier(template)
        )
        self._run(command)
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drop it, whoever is connected."""
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))

    def stop(self) -> None:
        """Stop without ceremony."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()
            self.process = None

    def kill(self) -> None:
        """SIGKILL of all its processes at once, as a power cut would."""
        if self.process is not None:
            # Frozen it starts nobody new; one left alive would keep the next server from starting.
            self.process.send_signal(signal.SIGSTOP)
            every = (self.process.pid, *below(self.process.pid))
            for pid in every:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait()
            self.process = None
            while alive(every):
                time.sleep(_TICK_SECONDS)

    def _make_cluster(self) -> None:
        if self._privileges:
            shutil.chown(self.directory, "postgres", "postgres")
        made = start(
            [_program("initdb"), "-D", str(self._data), "-U", "postgres",
             "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"],
            log=self._log,
            privileges=self._privileges,
        )  # fmt: skip
        assert made.wait() == 0, self._log.read_text()

    def asked(self, query: sql.Composed) -> list[tuple[Any, ...]]:
        """What the server's own database answers."""
        with self.connect("postgres") as connection:
            return connection.execute(query).fetchall()

    def _run(self, command: sql.Composed) -> None:
        with self.connect("postgres") as connection:
            connection.execute(command)
