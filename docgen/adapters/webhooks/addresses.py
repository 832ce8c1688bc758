"""Which addresses may be told anything: those of the world, and none of our own network."""

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from docgen.domain.errors import FieldError, ValuesRejected, WebhookUnreachable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_PORTS: Final = {443, 8443}
_USUAL: Final = {"https": 443, "http": 80}
_LONGEST: Final = 2000
_TRANSLATED: Final = tuple(
    ipaddress.ip_network(each)
    for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::ffff:0:0/96")
)
"""IPv6 that leads to IPv4 behind it, our own included (RFC 6052, 8215, 3056, 4380, 4291)."""


class Server(NamedTuple):
    """Whom an address on the web asks; it is said of a connection for as long as that lasts."""

    is_encrypted: bool
    """Whether the way to it is TLS."""
    host: str
    """As in the address: for the certificate and the Host header."""
    port: int

    @property
    def is_public(self) -> bool:
        """Whether the world is served there, encrypted."""
        return self.is_encrypted and self.port in _PORTS


class Place(NamedTuple):
    """What an address on the web says of where to go."""

    server: Server
    path: str
    """What is asked for there, with its query."""


@dataclass(frozen=True)
class Guard:
    """Admits https to the public internet; `allowed` networks, plain http included, besides."""

    allowed: tuple[Network, ...] = ()

    def require_allowed(self, url: str) -> None:
        """Raise ValuesRejected for what could never be told anything, as far as its text tells."""
        place = _place(url)
        if place is None:
            raise ValuesRejected((FieldError("/url", "not_an_address"),))
        literal = _literal(place.server.host)
        if literal is not None and not self._admits(literal, place.server):
            raise ValuesRejected((FieldError("/url", "address_not_allowed"),))
        if literal is None and not self.allowed and not place.server.is_public:
            raise ValuesRejected((FieldError("/url", "address_not_allowed"),))

    def place(self, url: str) -> Place:
        """Where that is; raises WebhookUnreachable (`address`) for what is no address."""
        place = _place(url)
        if place is None:
            raise WebhookUnreachable("address")
        return place

    def address(self, server: Server) -> Address:
        """What to connect to; raises WebhookUnreachable (`address`, `name`) where that is nothing.

        To be asked for each connection anew: a name leads where its owner wants.
        """
        found = _resolved(server.host, server.port)
        # One bad address among good ones is a trap, not a mistake.
        if not all(self._admits(address, server) for address in found):
            raise WebhookUnreachable("address")
        return found[0]

    def _admits(self, address: Address, server: Server) -> bool:
        if any(address in network for network in self.allowed):
            return True
        if any(address in network for network in _TRANSLATED):
            return False
        return address.is_global and not address.is_multicast and server.is_public


@lru_cache(maxsize=1024)
def _place(url: str) -> Place | None:
    """None for what is no address that could be posted to; the same few are asked for ever."""
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parsed = urlsplit(url)
        port = parsed.port
    except ValueError:
        return None
    secrets = parsed.username is not None or parsed.password is not None or parsed.fragment
    if parsed.scheme not in _USUAL or not parsed.hostname or port == 0 or secrets:
        return None
    path = parsed.path or "/"
    return Place(
        Server(parsed.scheme == "https", parsed.hostname, port or _USUAL[parsed.scheme]),
        f"{path}?{parsed.query}" if parsed.query else path,
    )


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
