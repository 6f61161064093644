"""Addresses picked out of any text that somebody pastes: a reputation page, a mail, headers, a list."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from wizard.resolve.names import Address, Network, is_inside

MAX_TEXT = 2_000_000
MAX_FOUND = 2000

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_DOT = r"(?:\.|\[\.\]|\(\.\))"
_BEFORE = r"(?<![A-Za-z0-9_.\-/:])"
_V4 = re.compile(
    rf"(?:{_BEFORE}|(?<=://)|(?<=ip4:))(?P<address>{_OCTET}(?:{_DOT}{_OCTET}){{3}})"
    rf"(?:/(?P<prefix>3[0-2]|[12]?[0-9])(?![0-9.])| ?[-–] ?(?P<last>{_OCTET}(?:{_DOT}{_OCTET}){{3}}))?"
    r"(?![A-Za-z0-9_]|[.\-][A-Za-z0-9]|\[\.\]|/[0-9])"
)
_V6 = re.compile(
    r"(?:(?<![A-Za-z0-9_.\-:])|(?<=[Ii][Pp][Vv]6:)|(?<=[Ii][Pp]6:))(?P<address>[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,43})"
    r"(?:/(?P<prefix>1[0-2][0-9]|[1-9]?[0-9])(?![0-9]))?(?P<last>)(?![A-Za-z0-9_])"
)
_VERSION = re.compile(
    r"(?:\b(?:version|ver|release|build|firmware|asyncos|hotfix)\b\.?[:\s]{0,3}|\bv)\Z", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Pasted:
    """An address (a network of one) or a network. `private` is one that no host on the Internet sends from."""

    network: Network
    private: bool


def addresses_in(text: str) -> list[Pasted]:
    """In the order of the text, each once; netmasks, version numbers and the like are left out. Never raises.

    >>> [str(found.network) for found in addresses_in("mx1 [192.0.2.10], 2001:db8::/48; v1.2.3.4, 1.2.3.4.5")]
    ['192.0.2.10/32', '2001:db8::/48']
    """
    found: dict[Network, tuple[int, bool]] = {}
    text = text[:MAX_TEXT]
    for pattern in (_V4, _V6):
        for match in pattern.finditer(text):
            if _VERSION.search(text, max(0, match.start() - 16), match.start()):
                continue
            for network in _networks(match):
                found.setdefault(network, (match.start(), is_inside(network.network_address)))
            if len(found) >= MAX_FOUND:
                break
    in_order = sorted(found.items(), key=lambda item: item[1][0])
    return [Pasted(network, private) for network, (_, private) in in_order]


def _networks(match: re.Match[str]) -> list[Network]:
    """One, or those that make up a range; none if it is no address after all."""
    first, last = _address(match["address"]), _address(match["last"] or match["address"])
    if first is None or last is None:
        return []
    if match["prefix"]:
        networks: list[Network] = [
            ipaddress.ip_network((first, min(int(match["prefix"]), first.max_prefixlen)), strict=False)
        ]
    elif isinstance(first, ipaddress.IPv4Address) and isinstance(last, ipaddress.IPv4Address) and first <= last:
        networks = list(ipaddress.summarize_address_range(first, last))
    else:
        networks = [ipaddress.ip_network(first)]
    return [network for network in networks if not _is_bogus(network)]


def _address(text: str) -> Address | None:
    written = re.sub(r"[\[\]()]", "", text).rstrip(".")
    if ":" in written and not written.endswith("::"):
        written = written.rstrip(":")
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_bogus(network: Network) -> bool:
    """What is no host's address: netmasks, "any", multicast, networks too wide to mean anything."""
    first = network.network_address
    if network.prefixlen < 8 or first.is_multicast or first.is_unspecified:
        return True
    if network.version == 6:
        return not (first.is_global or first.is_private or first.is_link_local)
    return int(first) >> 28 == 0xF or int(first) >> 24 == 0
