"""An SMPP 3.4 message centre of the tests' own, which does as it is told."""

import json
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.services.programs import await_answer, need, start

PROGRAM = Path(__file__).with_name("smsc") / "centre.js"
SYSTEM_ID, PASSWORD = "qoltanba", "secret"
_SECONDS = 30


class MessageCentre:
    """One centre; `behave` says how it behaves, `got` is its own list of what it was given.

    It keeps its port when it is started again.
    """

    def __init__(self, directory: Path, *, tls: tuple[Path, Path] | None = None) -> None:
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._log = directory / "centre.log"
        self._tls = tls or ()

    def start(self) -> None:
        """Start it, with an empty list."""
        if not (PROGRAM.parent / "node_modules" / "smpp").is_dir():
            pytest.fail("run `make setup-tests`: the message centre's packages are not there")
        self._log.write_text("")
        words = [str(self.port), *map(str, self._tls)]
        self.process = start([*need("node"), str(PROGRAM), *words], log=self._log)
        await_answer(self.process, answers=self._answers, log=self._log)
        self.port = self._ports()[0]

    def stop(self) -> None:
        """As a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def behave(self, **how: Any) -> None:
        """From now on."""
        self._ask("/behave", how)

    def drop(self) -> None:
        """Cut all connections."""
        self._ask("/drop", {})

    def unbind(self) -> None:
        """Ask whoever is bound to let go."""
        self._ask("/unbind", {})

    def say(self, octets: bytes) -> None:
        """Send these octets to whoever is bound."""
        self._ask("/raw", {"hex": octets.hex()})

    def deliver(self, **what: Any) -> int | None:
        """Send a deliver_sm: a receipt of message `id`, or plain `fields`; its answer's status."""
        status = self._ask("/deliver", what)["status"]
        return None if status is None else int(status)

    @property
    def got(self) -> list[dict[str, Any]]:
        """Every submit_sm it was given, in order."""
        return list(self._ask("/state")["got"])

    @property
    def events(self) -> list[dict[str, Any]]:
        """Binds, enquiries, ends, and answers to receipts, in order."""
        return list(self._ask("/state")["events"])

    @property
    def bound(self) -> int:
        """How many are bound."""
        return int(self._ask("/state")["bound"])

    def named(self, event: str) -> list[dict[str, Any]]:
        """Events of that name."""
        return [each for each in self.events if each["event"] == event]

    def _answers(self) -> bool:
        return bool(self._ports())

    def _ports(self) -> list[int]:
        """SMPP's and HTTP's, once it listens at both."""
        said = self._log.read_text(encoding="utf-8")
        return [int(port) for port in said.split()[1:]] if said.endswith("\n") else []

    def _ask(self, path: str, asked: dict[str, Any] | None = None) -> dict[str, Any]:
        body = None if asked is None else json.dumps(asked).encode()
        url = f"http://127.0.0.1:{self._ports()[1]}{path}"
        with urllib.request.urlopen(url, data=body, timeout=_SECONDS) as answer:
            return dict(json.load(answer))
