"""Which name servers are asked: `--resolver IP[:PORT]`, or those of the system."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple

from wizard.errors import InputError

DNS_PORT = 53

_WITH_PORT = re.compile(r"(?:\[(?P<bracketed>[^\]]*)\]|(?P<plain>[^:\[\]]*))(?::(?P<port>[0-9]{1,5}))?\Z")


class Server(NamedTuple):
    """A name server's address (IPv6 without brackets, with its zone index where it has one) and port."""

    host: str
    port: int = DNS_PORT

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_server(text: str) -> Server:
    """
    Raises InputError `bad-resolver` (value `resolver`) for anything but an address with an optional port.

    >>> parse_server("192.0.2.1"), parse_server("[2001:db8::1]:5353"), parse_server("2001:db8::1")
    (Server(host='192.0.2.1', port=53), Server(host='2001:db8::1', port=5353), Server(host='2001:db8::1', port=53))
    """
    stripped = text.strip()
    try:
        return Server(str(ipaddress.ip_address(stripped)))
    except ValueError:
        pass
    match = _WITH_PORT.match(stripped)
    if match:
        bracketed, plain, port = match["bracketed"], match["plain"], int(match["port"] or DNS_PORT)
        try:
            host = ipaddress.IPv6Address(bracketed) if bracketed is not None else ipaddress.IPv4Address(plain)
        except ValueError:
            host = None
        if host is not None and 0 < port < 65536:
            return Server(str(host), port)
    raise InputError("bad-resolver", resolver=text)


def system_servers() -> tuple[Server, ...]:
    """The servers of resolv.conf or of Windows' network settings; none where the system names none."""
    import dns.exception
    import dns.resolver

    try:
        system = dns.resolver.Resolver(configure=True)
    except (dns.exception.DNSException, OSError, ValueError):
        return ()
    return tuple(Server(host, system.port) for host in system.nameservers if isinstance(host, str) and "/" not in host)
