"""Whether a host that a sending server tried is our gateway, as far as addresses and names can tell."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

INSIDE = tuple(
    map(
        ipaddress.ip_network,
        (
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "fc00::/7",
            "fe80::/10",
            "::1/128",
        ),
    )
)
"""Addresses that mean something only inside one network (RFC 1918, 6598, 3927, 4193)."""


@lru_cache(4096)
def is_ours(host: str | None, ip: str | None, gateways: tuple[str, ...]) -> bool:
    """Whether a host with this name and address is one of `gateways` (addresses, networks, names), or may be one.

    It may be one where nothing can be compared: no gateway is known, or only by an address inside our network while the
    sender connected to a public one, which a firewall may have translated; or a name stands against an address.

    >>> is_ours("GW.corp.test.", None, ("gw.corp.test",)), is_ours("mx.else.test", None, ("gw.corp.test",))
    (True, False)
    >>> is_ours(None, "203.0.113.5", ("192.0.2.1",)), is_ours(None, "203.0.113.5", ("10.0.0.1",))
    (False, True)
    >>> is_ours(None, "10.9.9.9", ("10.0.0.1",)), is_ours(None, "203.0.113.5", ("gw.corp.test",))
    (False, True)
    """
    found = [_network(text) for text in (ip, host) if text]
    address = next((network for network in found if network is not None), None)
    name = _bare(host) if host and _network(host) is None else ""
    networks = [network for network in map(_network, gateways) if network is not None]
    names = {_bare(gateway) for gateway in gateways if _network(gateway) is None}
    if name in names or (address and any(_within(address, network) for network in networks)):
        return True
    by_name = bool(name and names)
    by_address = address is not None and bool(networks) and (_inside(address) or not all(map(_inside, networks)))
    return not (by_name or by_address)


def _within(address: _Network, network: _Network) -> bool:
    return address.version == network.version and address[0] in network


def _inside(network: _Network) -> bool:
    return any(_within(network, inside) for inside in INSIDE)


def _bare(name: str) -> str:
    return name.strip(" .").lower()


@lru_cache(1024)
def _network(text: str) -> _Network | None:
    """An address or network, None where the text is a name."""
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None
