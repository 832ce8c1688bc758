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
_WORLD_6: Final = ipaddress.IPv6Network("2000::/3")
"""All IPv6 that has been given to anybody in the world (RFC 4291, section 2.4, and IANA).

What leads to IPv4 behind it, our own included, is outside: `::/96`, `::ffff:0:0/96` (RFC 4291),
`::ffff:0:0:0/96` (RFC 2765), `64:ff9b::/96` (RFC 6052), `64:ff9b:1::/48` (RFC 8215). So are
`100::/64` (RFC 6666), `5f00::/16` (RFC 9602), `fc00::/7` (RFC 4193), `fe80::/10` (RFC 4291) and
`fec0::/10`, site-local once and here and there still (RFC 3879).
"""
_SPECIAL: Final = tuple(
    ipaddress.ip_network(each)
    for each in (
        "192.0.0.0/24",  # protocols of the IETF, clouds' metadata among them (RFC 6890)
        "192.31.196.0/24",  # AS112, answered by whoever is near (RFC 7535)
        "192.52.193.0/24",  # AMT relays (RFC 7450)
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "192.175.48.0/24",  # AS112 (RFC 7534)
        "2001::/23",  # protocols of the IETF (RFC 2928), Teredo (RFC 4380) among them
        "2001:db8::/32",  # documentation (RFC 3849)
        "2002::/16",  # 6to4: IPv4 is behind it (RFC 3056)
        "2620:4f:8000::/48",  # AS112 (RFC 7534)
        "3fff::/20",  # documentation (RFC 9637)
    )
)
"""Of IANA's special-purpose addresses those that Python, old or new, takes for the world's."""


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
        return server.is_public and _is_of_the_world(address)


def _is_of_the_world(address: Address) -> bool:
    if address.version == 6 and address not in _WORLD_6:  # noqa: PLR2004
        return False
    is_special = any(address in network for network in _SPECIAL)
    return address.is_global and not address.is_multicast and not is_special


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
