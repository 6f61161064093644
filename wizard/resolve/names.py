"""Addresses and names as DNS has them: the reverse name, the zones above a name, what is inside a network."""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# By hand: Python's `is_private` holds the addresses for documentation too, which stand for public ones.
_INSIDE = tuple(
    ipaddress.ip_network(block)
    for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
                  "fc00::/7", "fe80::/10", "::1/128")
)  # fmt: skip


def reverse_name(address: Address) -> str:
    """
    >>> reverse_name(ipaddress.ip_address("192.0.2.5"))
    '5.2.0.192.in-addr.arpa'
    """
    return address.reverse_pointer


def is_inside(address: Address) -> bool:
    """Whether it is an address for use inside a network, which no host on the Internet is reached by."""
    return any(address.version == block.version and address in block for block in _INSIDE)


def parents(name: str) -> list[str]:
    """The name and every name above it, the root (`.`) left out, nearest the root first.

    >>> parents("2.0.192.in-addr.arpa")
    ['arpa', 'in-addr.arpa', '192.in-addr.arpa', '0.192.in-addr.arpa', '2.0.192.in-addr.arpa']
    """
    labels = name.split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1, -1, -1)]


def is_within(name: str, zone: str) -> bool:
    """
    >>> is_within("5.2.0.192.in-addr.arpa", "2.0.192.in-addr.arpa"), is_within("ab.test", "b.test")
    (True, False)
    """
    return zone in {"", "."} or name == zone or name.endswith("." + zone)
