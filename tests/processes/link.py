"""`docgen smpp`, running."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

from docgen.adapters.sms.smpp import SmppGateway
from docgen.domain.errors import SmsRefused
from tests.processes.running import SECONDS
from tests.services.message_centre import PASSWORD, SYSTEM_ID, MessageCentre
from tests.services.programs import await_answer, start
from tests.visit.terminal import PROGRAM

SENDER = "TELECOM"


class LinkProcess:
    """The process over a register, bound to a centre; it may be killed and started again."""

    def __init__(
        self, folder: Path, centre: MessageCentre, database_url: str, **settings: str
    ) -> None:
        self.socket = folder / "var" / "smpp" / "link.sock"
        self.log = folder / "link.log"
        self.gateway = SmppGateway(socket=self.socket)
        self.process: subprocess.Popen[bytes] | None = None
        self.folder = folder
        given = {
            "HOST": "127.0.0.1",
            "PORT": str(centre.port),
            "SYSTEM_ID": SYSTEM_ID,
            "PASSWORD": PASSWORD,
            "SENDER": SENDER,
            "RATE": "500",
        } | settings
        self.settings = {f"DOCGEN_SMS__SMPP__{name}": value for name, value in given.items()} | {
            "DOCGEN_DATABASE_URL": database_url,
            "DOCGEN_VAR": str(folder / "var"),
        }

    def start(self, *, bound: bool = True) -> None:
        """Start it, and come back when it listens and, unless told otherwise, is bound."""
        surrounded = [f"{name}={value}" for name, value in self.settings.items()]
        words = ["env", "-C", str(self.folder), *surrounded, str(PROGRAM), "smpp"]
        self.process = start(words, log=self.log)
        await_answer(
            self.process,
            answers=lambda: self.is_bound() if bound else self.is_there(),
            log=self.log,
        )

    def is_there(self) -> bool:
        """Whether it listens."""
        try:
            return bool(self.gateway.status())
        except SmsRefused:
            return False

    def is_bound(self) -> bool:
        """Whether it is bound to the centre."""
        try:
            return bool(self.gateway.status()["bound"])
        except SmsRefused:
            return False

    def kill(self) -> None:
        """As a power cut would end it."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        """As an operator would; its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)

    def freeze(self) -> None:
        """Alive, listening, silent."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Undo `freeze`."""
        self._signal(signal.SIGCONT)

    def clear(self) -> None:
        """Kill it if it still runs."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def lines(self) -> list[dict[str, Any]]:
        """The log so far."""
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    def _signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        os.kill(self.process.pid, number)
