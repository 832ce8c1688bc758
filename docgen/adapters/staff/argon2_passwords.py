"""Passwords under Argon2id (RFC 9106)."""

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError


class Argon2Passwords:
    """Implements ports_of_staff.Passwords, with the parameters of RFC 9106, section 4."""

    def __init__(self, *, memory_kib: int = 64 * 1024, rounds: int = 3) -> None:
        self._hasher = PasswordHasher(time_cost=rounds, memory_cost=memory_kib, parallelism=4)
        self._nobodys = self._hasher.hash("of nobody")

    def hashed(self, secret: str) -> str:
        """With a salt and parameters of its own."""
        return self._hasher.hash(secret)

    def fits(self, secret: str, known: str | None) -> bool:
        """Whether it is the one; without a known one False, after the same work."""
        try:
            return self._hasher.verify(known or self._nobodys, secret) and known is not None
        except (Argon2Error, InvalidHashError):
            return False
