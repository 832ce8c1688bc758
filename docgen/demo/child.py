"""A command of ours as a child process that does not outlive us."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from docgen.domain.errors import Misconfigured

_PROGRAM = Path(sys.executable).with_name("docgen")


@dataclass(kw_only=True)
class Child:
    """`docgen WORD`, its output appended to the log."""

    word: str
    log: Path
    settings: Mapping[str, str]
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Begin, or begin anew. To be called in the main thread: the child dies with ours."""
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise Misconfigured("the embedded default needs setpriv")
        given = [f"{name}={value}" for name, value in self.settings.items()]
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - words of our own
                [setpriv, "--pdeathsig", "TERM", "env", *given, str(_PROGRAM), self.word],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # A Ctrl-C in the terminal is for us, who then end it in order.
                start_new_session=True,
            )

    @property
    def ended(self) -> int | None:
        """Its exit code, or minus the signal that killed it; None while it runs."""
        return None if self._process is None else self._process.poll()

    def ask_to_end(self) -> None:
        """SIGTERM: it finishes what it holds."""
        if self._process is not None and self.ended is None:
            self._process.terminate()

    def wait(self, seconds: float) -> bool:
        """Wait for its end so long; whether it has come."""
        if self._process is None:
            return True
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def end_by_force(self) -> None:
        """SIGKILL: what it holds is found again by the next sweep."""
        if self._process is not None and self.ended is None:
            self._process.kill()
            self._process.wait()
