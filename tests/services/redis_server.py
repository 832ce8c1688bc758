"""A Redis that tests may kill, freeze and start again."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from tests.services.programs import await_answer, need, start


class RedisServer:
    """One server over one directory, which must have a short name; append-only, always flushed."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.socket = directory / "redis.sock"
        self.url = f"unix://{self.socket}"
        self.process: subprocess.Popen[bytes] | None = None
        self._data, self._kept = directory / "appendonlydir", directory / "kept"

    def start(self) -> None:
        """Start, with whatever the append-only file holds."""
        log = self.directory / "redis.log"
        options = {
            "--port": "0",
            "--unixsocket": str(self.socket),
            "--dir": str(self.directory),
            "--appendonly": "yes",
            "--appendfsync": "always",
            "--save": "",
        }
        words = [word for option in options.items() for word in option]
        self.process = start([*need("redis-server"), *words], log=log)
        await_answer(self.process, answers=self.answers, log=log)

    def client(self) -> Redis:
        """A connection that does not wait."""
        retry = Retry(NoBackoff(), 0)
        return Redis(unix_socket_path=str(self.socket), decode_responses=True, retry=retry)

    def answers(self) -> bool:
        """Whether it answers a PING."""
        with self.client() as client:
            try:
                return bool(client.ping())
            except RedisError:
                return False

    def kill(self) -> None:
        """As a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def flush(self) -> None:
        """Empty it while it runs."""
        with self.client() as client:
            client.flushall()

    def restart(self) -> None:
        """Kill it, and start it with what it had written down."""
        self.kill()
        self.start()

    def restart_empty(self) -> None:
        """Kill it, and start it with nothing."""
        self.kill()
        self.lose_data()
        self.start()

    def lose_data(self) -> None:
        """Of a killed server: as a disk that was lost."""
        assert self.process is None
        shutil.rmtree(self._data, ignore_errors=True)

    def keep_data(self) -> None:
        """Of a running server: its data as they are now, for `restore_data`."""
        shutil.copytree(self._data, self._kept, dirs_exist_ok=True)

    def restore_data(self) -> None:
        """Of a killed server: as after a failover to a replica that had fallen behind."""
        self.lose_data()
        shutil.copytree(self._kept, self._data)

    def freeze(self) -> None:
        """Alive, connected, silent."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Undo `freeze`."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        os.kill(self.process.pid, number)
