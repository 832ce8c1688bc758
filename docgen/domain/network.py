"""Networks that an API key counts in, as CIDR writes them (RFC 4632; RFC 4291, 2.3)."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from docgen.domain.errors import InvalidValue

_LONGEST = 50


def require_network(value: str) -> str:
    """The network in its shortest writing, a single address as one of its own.

    Raises InvalidValue for what is none, for bits beside the prefix, which are slips of the pen,
    and for IPv4 in the clothes of IPv6, which no address here ever wears.
    """
    try:
        network = ip_network(value[:_LONGEST])
    except ValueError:
        raise InvalidValue("not a network") from None
    if isinstance(network, IPv6Network):
        first = network.network_address
        if first.ipv4_mapped is not None or first.scope_id is not None:
            raise InvalidValue("IPv4 is written as IPv4, and no network has a zone")
    return str(network)


def is_within(networks: Iterable[str], address: str) -> bool:
    """Whether the address is of one of them; what is no address is of none."""
    try:
        known = _plain(ip_address(address))
    except ValueError:
        return False
    return any(known in ip_network(each) for each in networks)


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """As a socket that takes both kinds tells of IPv4 (RFC 4291, 2.5.5.2)."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
