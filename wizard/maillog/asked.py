"""What was asked of the log: addresses, sender, recipient, subject, Message-ID, window; and whether a text fits it."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from wizard.idn import to_ascii, to_unicode

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
NO_SENDER = "<>"
"""The envelope sender of bounces and receipts, as SMTP and the log write it."""


class Candidate(NamedTuple):
    """A network that may be the sender's, and who named it: `option`, `earlier-mail`, `spf`, `mx`, `pasted`.

    Many domains send from a `shared` one: an address in it says nothing of the sender.
    """

    network: Network
    source: str
    shared: bool = False

    def holds(self, address: Address | None) -> bool:
        """Whether the address lies in this network; an unreadable address lies in none."""
        return address is not None and address.version == self.network.version and address in self.network


class Window(NamedTuple):
    """The time asked about: both ends belong to it, None is open. Times are naive, in the log's own zone."""

    since: datetime | None = None
    until: datetime | None = None

    def overlaps(self, start: datetime | None, end: datetime | None) -> bool:
        """Whether something that lasted from start to end lies at least partly in the window; an unknown time might."""
        start, end = start or end, end or start
        if start is None or end is None:
            return True
        return (self.until is None or start <= self.until) and (self.since is None or end >= self.since)


class Asked(NamedTuple):
    """Everything that an attempt has to fit; empty parts fit all. `candidates` with source `option` were asked for."""

    candidates: tuple[Candidate, ...] = ()
    sender: str | None = None
    recipient: str | None = None
    subject: str | None = None
    message_id: str | None = None
    window: Window = Window()

    @property
    def addresses_given(self) -> bool:
        """Whether the user named addresses: then no other source does."""
        return any(candidate.source == "option" for candidate in self.candidates)

    @property
    def anything(self) -> bool:
        """Whether more than a window was asked."""
        return bool(self.candidates or self.sender or self.recipient or self.subject or self.message_id)

    @property
    def sender_domain(self) -> str:
        """The domain of the sender asked for, `<>` for mail that has no sender; empty if none was asked for."""
        return (domain_of(self.sender) or NO_SENDER) if self.sender else ""

    def candidate(self, *texts: str | None) -> Candidate | None:
        """The first candidate, best source first, that holds one of these addresses."""
        addresses = [address for address in map(read_address, texts) if address is not None]
        return next((c for c in self.candidates for address in addresses if c.holds(address)), None)


@lru_cache(65_536)
def read_address(text: str | None) -> Address | None:
    """An IP address in any spelling, IPv4-mapped IPv6 as IPv4; None for what is none (masked, five octets, a name).

    >>> read_address("2001:DB8:0:0::1"), read_address("::ffff:192.0.2.1"), read_address("x.x.x.x")
    (IPv6Address('2001:db8::1'), IPv4Address('192.0.2.1'), None)
    """
    try:
        address = ipaddress.ip_address((text or "").strip("[] ").split("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped if isinstance(mapped, ipaddress.IPv4Address) else address


def read_network(text: str) -> Network:
    """An address or CIDR as a network; host bits may be set. Raises ValueError for anything else.

    >>> read_network("192.0.2.77/24")
    IPv4Network('192.0.2.0/24')
    """
    address = read_address(text)
    return ipaddress.ip_network(address if address is not None else text.strip(), strict=False)


def bare(mailbox: str) -> str:
    """An envelope address as it is compared: no brackets, no blanks, lower case, an international domain in ASCII.

    >>> bare("< Bob@Partner.EXAMPLE>"), bare("bob@müller.example")
    ('bob@partner.example', 'bob@xn--mller-kva.example')
    """
    mailbox = mailbox.strip().strip("<>").strip().lower()
    local, at, domain = mailbox.rpartition("@")
    if not domain.isascii():
        with contextlib.suppress(ValueError):
            domain = to_ascii(domain)
    return f"{local}{at}{domain.rstrip('.')}"


def domain_of(mailbox: str) -> str:
    """The domain of an address; a text without `@` is a domain already.

    >>> domain_of("<bob@partner.example>"), domain_of("partner.example")
    ('partner.example', 'partner.example')
    """
    return bare(mailbox).rpartition("@")[2]


def spellings(domain: str) -> tuple[str, ...]:
    """The domain as logs may have it: in ASCII and, where that stands for other letters, in those.

    >>> spellings("bücher.example"), spellings("partner.example")
    (('xn--bcher-kva.example', 'bücher.example'), ('partner.example',))
    """
    ascii_domain = bare(domain)
    return tuple(dict.fromkeys((ascii_domain, to_unicode(ascii_domain))))


def same_mailbox(asked: str, logged: str | None) -> bool:
    """Whether a logged address fits the one asked for: the whole address, or a domain with its subdomains.

    >>> same_mailbox("partner.example", "<bob@mail.partner.example>")
    True
    >>> same_mailbox("b@partner.example", "bb@partner.example")
    False

    Bounces and receipts have no sender; they are asked for as SMTP writes that.

    >>> same_mailbox("<>", ""), same_mailbox("<>", "bob@partner.example")
    (True, False)
    """
    if logged is None:
        return False
    if asked.strip() == NO_SENDER:
        return not bare(logged)
    if "@" in asked.strip().lstrip("@"):
        return bare(asked) == bare(logged)
    return in_domain(asked, domain_of(logged))


def in_domain(domain: str, host: str | None) -> bool:
    """Whether a host or domain is the domain itself or below it.

    >>> in_domain("partner.example", "mx1.Partner.example."), in_domain("partner.example", "notpartner.example")
    (True, False)
    """
    if not host:
        return False
    domain, host = bare(domain).lstrip("@"), bare(host)
    return host == domain or host.endswith("." + domain)


def same_message_id(asked: str, logged: str | None) -> bool:
    """Message-IDs are compared with or without their angle brackets."""
    return logged is not None and asked.strip().strip("<>") == logged.strip().strip("<>")


def as_candidates(networks: Iterable[Network], source: str) -> tuple[Candidate, ...]:
    """Networks of one source as candidates, in their order."""
    return tuple(Candidate(network, source) for network in networks)
