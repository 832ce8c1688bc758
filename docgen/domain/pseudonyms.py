"""What stands for people where they must not be named: the same for the same one, under a key."""

import hashlib
import hmac
from dataclasses import dataclass, field

from docgen.domain.subscriber import Iin, Phone


@dataclass(frozen=True)
class Pseudonyms:
    """HMAC-SHA-256 in hexadecimal under a key that never changes: a new one forgets who was who."""

    key: bytes = field(repr=False)

    def of_phone(self, phone: Phone) -> str:
        """What stands for a phone."""
        return self._of(phone.value)

    def of_person(self, iin: Iin) -> str:
        """What stands for a person."""
        return self._of(f"iin:{iin.value}")

    def of_employee(self, employee_id: str) -> str:
        """What stands for an employee."""
        return self._of(f"employee:{employee_id}")

    def of_client(self, client: str) -> str:
        """What stands for a program that calls."""
        return self._of(f"client:{client}")

    def _of(self, name: str) -> str:
        return hmac.digest(self.key, name.encode(), hashlib.sha256).hex()
