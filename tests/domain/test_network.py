"""Networks that keys count in."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.domain.errors import InvalidValue
from docgen.domain.network import is_within, require_network


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("192.0.2.7", "192.0.2.7/32"),
        ("192.0.2.0/255.255.255.0", "192.0.2.0/24"),
        ("2001:DB8:0::/32", "2001:db8::/32"),
        ("::1", "::1/128"),
    ],
)
def test_a_network_is_kept_in_its_shortest_writing(written: str, kept: str) -> None:
    """A single address is a network of its own."""
    assert require_network(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "", "*", "localhost", "10.0.0.1/8", "10.0.0.0/33", "10.0.0", "10.0.0.0/8 ", "010.0.0.0/8",
        "::ffff:10.0.0.0/104", "fe80::1%eth0/128", "2001:db8::1/32", "10.0.0.0/8,192.0.2.0/24",
        "1" * 10_000,
    ],
    ids=lambda written: written[:20],
)  # fmt: skip
def test_what_is_no_network_is_refused(written: str) -> None:
    """Bits beside the prefix are slips of the pen, and names are asked of nobody."""
    with pytest.raises(InvalidValue):
        require_network(written)


@pytest.mark.parametrize(
    ("address", "within"),
    [
        ("10.255.0.1", True),
        ("::ffff:10.0.0.1", True),
        ("2001:db8::5", True),
        ("11.0.0.1", False),
        ("::ffff:11.0.0.1", False),
        ("2001:db9::5", False),
        ("::10.0.0.1", False),
    ],
)
def test_an_address_is_within_or_not(address: str, *, within: bool) -> None:
    """IPv4 is the same however a socket tells of it."""
    assert is_within(("10.0.0.0/8", "2001:db8::/32"), address) is within


@pytest.mark.parametrize(
    "address", ["", "unknown", "10.0.0.1:443", "[10.0.0.1]", "10.0.0.1, 10.0.0.1", "10.1", "_hid"]
)
def test_what_is_no_address_is_of_no_network(address: str) -> None:
    """Whoever cannot be placed is not let in, not even to a network that holds everybody."""
    assert not is_within(("0.0.0.0/0", "::/0"), address)


@given(st.ip_addresses(v=4), st.integers(0, 32), st.ip_addresses(v=4))
def test_a_network_holds_its_addresses_and_no_other(
    one: object, prefix: int, other: object
) -> None:
    """Whatever the prefix, an address is within where its first bits are the network's."""
    network = require_network(str(ip_network(f"{one}/{prefix}", strict=False)))

    same = int(ip_address(str(one))) >> (32 - prefix) == int(ip_address(str(other))) >> (
        32 - prefix
    )

    assert is_within((network,), str(one))
    assert is_within((network,), str(other)) is same
