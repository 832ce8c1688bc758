"""Which addresses may be told anything: those of the world, and none of our own network."""

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from docgen.domain.errors import FieldError, ValuesRejected, WebhookUnreachable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_PORTS: Final = {None, 443, 8443}
_LONGEST: Final = 2000
_TRANSLATED: Final = tuple(
    ipaddress.ip_network(each)
    for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::ffff:0:0/96")
)
"""IPv6 that leads to IPv4 behind it, our own included (RFC 6052, 8215, 3056, 4380, 4291)."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """One checked address to connect to, and the name by which the receiver is to be known."""

    url: SplitResult
    address: Address
    port: int

    @property
    def is_encrypted(self) -> bool:
        """Whether the way to it is TLS."""
        return self.url.scheme == "https"

    @property
    def host(self) -> str:
        """As in the address: for the certificate and the Host header."""
        return self.url.hostname or ""

    @property
    def path(self) -> str:
        """What is asked for there."""
        path = self.url.path or "/"
        return f"{path}?{self.url.query}" if self.url.query else path


@dataclass(frozen=True)
class Guard:
    """Admits https to the public internet; `allowed` networks, plain http included, besides.

    The name is resolved once and the checked address is connected to, so that a name which leads
    elsewhere a moment later leads nowhere (DNS rebinding).
    """

    allowed: tuple[Network, ...] = ()

    def require_allowed(self, url: str) -> None:
        """Raise ValuesRejected for what could never be told anything, as far as its text tells."""
        parsed = _parsed(url)
        if parsed is None:
            raise ValuesRejected((FieldError("/url", "not_an_address"),))
        literal = _literal(parsed.hostname or "")
        if literal is not None and not self._admits(literal, parsed):
            raise ValuesRejected((FieldError("/url", "address_not_allowed"),))
        if literal is None and not self.allowed and not _is_public(parsed):
            raise ValuesRejected((FieldError("/url", "address_not_allowed"),))

    def target(self, url: str) -> Target:
        """Where to connect; raises WebhookUnreachable (`address`, `name`) where that is nowhere."""
        parsed = _parsed(url)
        if parsed is None:
            raise WebhookUnreachable("address")
        port = parsed.port or (443 if parsed.scheme == "https" else 80)
        found = _resolved(parsed.hostname or "", port)
        # One bad address among good ones is a trap, not a mistake.
        if not all(self._admits(address, parsed) for address in found):
            raise WebhookUnreachable("address")
        return Target(url=parsed, address=found[0], port=port)

    def _admits(self, address: Address, url: SplitResult) -> bool:
        if any(address in network for network in self.allowed):
            return True
        if any(address in network for network in _TRANSLATED):
            return False
        return address.is_global and not address.is_multicast and _is_public(url)


def _parsed(url: str) -> SplitResult | None:
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parsed = urlsplit(url)
        port_is_sane = parsed.port is None or parsed.port > 0
    except ValueError:
        return None
    known = parsed.scheme in {"https", "http"} and bool(parsed.hostname) and port_is_sane
    plain = parsed.username is None and parsed.password is None and not parsed.fragment
    return parsed if known and plain else None


def _is_public(url: SplitResult) -> bool:
    return url.scheme == "https" and url.port in _PORTS


def _literal(host: str) -> Address | None:
    """The address itself, in any spelling that a resolver would take for one."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _resolved(host: str, port: int) -> Sequence[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise WebhookUnreachable("name") from error
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    if not addresses:
        raise WebhookUnreachable("name")
    return addresses
