"""The machine's randomness."""

import secrets
from dataclasses import dataclass

from docgen.ports import Clock

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_OF_A_BYTE = (_CROCKFORD * 8).encode()
"""For each byte the character of its last five bits: random bytes make random characters."""
_TIME_SHIFTS, _RANDOM_CHARS = range(45, -1, -5), 16
_TOKEN_BYTES = 16


@dataclass(frozen=True)
class SystemChance:
    """From the kernel's generator."""

    clock: Clock

    def identifier(self) -> str:
        """A ULID: 48 bits of milliseconds, then 80 random bits, in Crockford's base 32."""
        millis = int(self.clock.now().timestamp() * 1000)
        time = "".join([_CROCKFORD[millis >> shift & 31] for shift in _TIME_SHIFTS])
        return time + secrets.token_bytes(_RANDOM_CHARS).translate(_OF_A_BYTE).decode()

    def token(self) -> str:
        """128 unguessable bits in URL-safe base 64."""
        return secrets.token_urlsafe(_TOKEN_BYTES)

    def code(self, digits: int) -> str:
        """Uniform over all codes of that length, leading zeros included."""
        return f"{secrets.randbelow(10**digits):0{digits}}"

    def roll(self) -> int:
        """Uniform in 0..9999."""
        return secrets.randbelow(10_000)
