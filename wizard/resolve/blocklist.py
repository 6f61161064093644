"""Whether an address is on a DNS blocklist (RFC 5782). Only when the user names one: they have terms of use."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Literal

from wizard.resolve.answers import Answer
from wizard.resolve.names import reverse_name
from wizard.resolve.resolver import Resolver

_LISTED = ip_network("127.0.0.0/8")
# Lists use these for "you may not ask" and "you ask too much", which is no verdict about the address.
_NO_VERDICT = ip_network("127.255.255.0/24")


@dataclass(frozen=True, slots=True)
class Listing:
    """`listed`: `yes`, `no`, or `unknown` where the list gave no verdict. `text` is the list's own explanation."""

    address: str
    zone: str
    listed: Literal["yes", "no", "unknown"]
    text: str
    answer: Answer


async def check_blocklist(resolver: Resolver, address: str, zone: str) -> Listing:
    """Ask the list `zone` (ASCII) about one address."""
    reversed_address = reverse_name(ip_address(address)).removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa")
    name = f"{reversed_address}.{zone}"
    answer = await resolver.look_up(name, "A")
    codes = [ip_address(value) for value in answer.values]
    if answer.missing:
        return Listing(address, zone, "no", "", answer)
    if not answer.known or any(code in _NO_VERDICT or code not in _LISTED for code in codes):
        return Listing(address, zone, "unknown", "", answer)
    reason = await resolver.look_up(name, "TXT")
    return Listing(address, zone, "yes", "; ".join(reason.values), answer)
