"""The demo's phone: messages land in a file, codes in the clear."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docgen.domain.dispatch import Message, Taken
from docgen.domain.errors import SmsRefused
from docgen.ports import Chance, Clock

PROVIDER = "inbox"


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """Never for production: the codes lie there in the clear."""

    path: Path
    clock: Clock
    chance: Chance

    def send(self, message: Message) -> Taken:
        """Append the message as one JSON line; raises SmsRefused when the disk refuses."""
        message_id = self.chance.identifier()
        kept = {
            "id": message_id,
            "to": message.phone.value,
            "text": message.text,
            "reference": message.reference,
            "at": self.clock.now().isoformat(),
        }
        line = json.dumps(kept, ensure_ascii=False) + "\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(file, line.encode())
            finally:
                os.close(file)
        except OSError as error:
            raise SmsRefused("disk") from error
        return Taken(provider=PROVIDER, message_id=message_id)

    def messages(self) -> list[dict[str, Any]]:
        """All messages, oldest first."""
        if not self.path.exists():
            return []
        lines = self.path.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line]
