"""A time-stamp authority that is a process of its own, and can be killed and started again.

Run as a program, it serves the authority in the folder that it is given until it dies.
"""

import signal
import subprocess
import sys
import threading
from pathlib import Path

from docgen.adapters.authority.certificates import KeyKind
from docgen.adapters.authority.demo import DemoAuthority
from docgen.adapters.clock import SystemClock
from tests.services.programs import await_answer, start

_ROOT = Path(__file__).parents[2]


class AuthorityProcess:
    """Keeps its port and its keys over all its lives."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._log = folder / "authority", folder / "authority.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()
        self.url = self._told()[-2]
        self.root = Path(self._told()[-1])

    def start(self) -> None:
        """Begin, and come back when it stamps."""
        before = len(self._told())
        words = ["env", "-C", str(_ROOT), f"PYTHONPATH={_ROOT}", sys.executable, "-m", __name__]
        self._process = start([*words, str(self._folder)], log=self._log)
        await_answer(self._process, answers=lambda: len(self._told()) > before, log=self._log)

    def kill(self) -> None:
        """SIGKILL: whoever asks finds nobody there."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def is_dead(self) -> bool:
        """Whether it has to be started again."""
        return self._process is None or self._process.poll() is not None

    def freeze(self) -> None:
        """It takes every call and answers none, until it is thawed."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Undo `freeze`."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _told(self) -> list[str]:
        return self._log.read_text(encoding="utf-8").split() if self._log.exists() else []


def main(folder: Path) -> None:
    """Serve, and say where."""
    with DemoAuthority.open(folder, clock=SystemClock(), kind=KeyKind.P_256) as authority:
        print(authority.tsa_url, authority.trust_root, flush=True)  # noqa: T201  # to its parent
        threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
