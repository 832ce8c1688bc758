"""A turnstile that all web processes share."""

import hashlib
import hmac
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import Final

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from docgen.domain.errors import LimitReached, Unavailable

_LIMIT: Final = "uploads"
_SECONDS: Final = 0.3
_NETWORK: Final = 64
"""Bits of an IPv6 address that one household or company gets (RFC 6177)."""


class RedisTurnstile:
    """Implements ports.Turnstile; Redis sees HMAC-SHA-256 values of addresses only.

    At most `visits` are let in within `window`, counted from the first. A key is forgotten with its
    window, so that strangers cannot fill the memory for long.
    """

    def __init__(self, url: str, *, secret: bytes, visits: int, window: timedelta) -> None:
        self._secret = secret
        self._visits = visits
        self._window = window
        self._redis = Redis.from_url(
            url,
            decode_responses=True,
            socket_connect_timeout=_SECONDS,
            socket_timeout=_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        script = (Path(__file__).parent / "visit.lua").read_text(encoding="utf-8")
        self._visit = self._redis.register_script(script)

    def admit(self, address: str) -> None:
        """Count a visit; raises LimitReached (`uploads`), or Unavailable where nobody counts."""
        milliseconds = round(self._window.total_seconds() * 1000)
        try:
            count, left = self._visit(keys=[self._key(address)], args=[milliseconds])
        except RedisError as error:
            raise Unavailable("nobody counts visitors") from error
        if count > self._visits:
            raise LimitReached(_LIMIT, timedelta(milliseconds=left))

    def close(self) -> None:
        """Let go of the connections."""
        self._redis.close()

    def _key(self, address: str) -> str:
        counted = f"visitor:{neighbourhood(address)}".encode()
        return f"qoltanba:visits:{hmac.new(self._secret, counted, hashlib.sha256).hexdigest()}"


def neighbourhood(address: str) -> str:
    """What is counted as one visitor: an IPv4 address, or an IPv6 network of 64 bits."""
    try:
        read = ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if not isinstance(read, IPv6Address):
        return str(read)
    if read.ipv4_mapped is not None:
        return str(read.ipv4_mapped)
    return str(ip_network((int(read), _NETWORK), strict=False))
