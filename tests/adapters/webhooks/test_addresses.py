"""Which addresses are of the world: IANA's registries, range by range."""

from ipaddress import ip_network

import pytest

from docgen.adapters.webhooks.addresses import Guard
from docgen.domain.errors import ValuesRejected, WebhookUnreachable

WORLD = Guard()


@pytest.mark.parametrize(
    "network",
    [
        # IANA's IPv4 special-purpose addresses, and multicast.
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32",
        # IPv6: those, what is deprecated, and what was never given to anybody.
        "::/128", "::1/128", "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96",
        "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "200::/7", "400::/6", "800::/5",
        "1000::/4", "2001::/23", "2001::/32", "2001:2::/48", "2001:3::/32", "2001:4:112::/48",
        "2001:10::/28", "2001:20::/28", "2001:30::/28", "2001:db8::/32", "2002::/16",
        "2620:4f:8000::/48", "3fff::/20", "4000::/3", "5f00::/16", "6000::/3", "8000::/3",
        "a000::/3", "c000::/3", "e000::/4", "f000::/5", "f800::/6", "fc00::/7", "fe00::/9",
        "fe80::/10", "fec0::/10", "ff00::/8",
    ],
)  # fmt: skip
def test_an_address_of_no_place_in_the_world_is_never_told(network: str) -> None:
    """From its first address to its last, when it is set up and when a name has led there."""
    found = ip_network(network)
    for address in (found[0], found[found.num_addresses // 2], found[-1]):
        url = f"https://[{address}]/" if address.version == 6 else f"https://{address}/"

        with pytest.raises(ValuesRejected):
            WORLD.require_allowed(url)
        with pytest.raises(WebhookUnreachable):
            WORLD.address(WORLD.place(url).server)


@pytest.mark.parametrize(
    "host",
    [
        "8.8.8.8", "2.132.0.1", "192.0.1.1", "[2001:4860:4860::8888]", "[2001:200::1]",
        "[2606:4700::1111]", "[2a00:1450:4010::1]", "[3ffe:ffff::1]",
    ],
)  # fmt: skip
def test_addresses_of_the_world_are_allowed(host: str) -> None:
    """Also those next to special ones."""
    url = f"https://{host}/"

    WORLD.require_allowed(url)
    assert str(WORLD.address(WORLD.place(url).server)) == host.strip("[]")
