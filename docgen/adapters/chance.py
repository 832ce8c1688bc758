"""The machine's randomness."""

import secrets
from dataclasses import dataclass

from docgen.ports import Clock

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TIME_CHARS, _RANDOM_BITS, _RANDOM_CHARS = 10, 80, 16
_TOKEN_BYTES = 16


@dataclass(frozen=True)
class SystemChance:
    """From the kernel's generator."""

    clock: Clock

    def identifier(self) -> str:
        """A ULID: 48 bits of milliseconds, then 80 random bits, in Crockford's base 32."""
        millis = int(self.clock.now().timestamp() * 1000)
        return _base32(millis, _TIME_CHARS) + _base32(secrets.randbits(_RANDOM_BITS), _RANDOM_CHARS)

    def token(self) -> str:
        """128 unguessable bits in URL-safe base 64."""
        return secrets.token_urlsafe(_TOKEN_BYTES)

    def code(self, digits: int) -> str:
        """Uniform over all codes of that length, leading zeros included."""
        return f"{secrets.randbelow(10**digits):0{digits}}"

    def roll(self) -> int:
        """Uniform in 0..9999."""
        return secrets.randbelow(10_000)


def _base32(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, rest = divmod(number, 32)
        digits.append(_CROCKFORD[rest])
    return "".join(reversed(digits))
