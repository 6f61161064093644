"""What is wanted of a log, as texts to search for: each stands in every line that says it, and in some others."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from wizard.maillog.asked import NO_SENDER, Asked, Candidate, domain_of, spellings
from wizard.maillog.needles import Needle

SYSTEM = tuple(
    map(
        Needle,
        (
            b"Connection Error: ",
            b"Harvest Attack",
            b"resource conservation",
            b"suspended",
            b"maximum concurrency",
            b"TLS was required but could not",
        ),
    )
)
"""Lines that concern mail without naming a connection or message."""


def spelt(kind: str, number: int) -> Iterator[Needle]:
    """The spellings under which a number stands in a line, old and new, log, tracking details and bounce log."""
    if not number:
        return
    yield Needle(f"{kind} {number}".encode())
    yield Needle(f"{kind}: {number}".encode())
    if kind == "MID":
        yield Needle(f"message {number}".encode(), ignore_case=True)
        yield Needle(f"rewritten to {number}".encode())
        yield from (Needle(f"{word}: {number}:".encode()) for word in ("Bounced", "Delayed"))


def seeds(asked: Asked) -> Iterator[Needle]:
    """One of them stands in every line that says one of the things asked about."""
    for candidate in asked.candidates:
        yield from _address_needles(candidate)
    if asked.sender:
        domain = asked.sender_domain
        for text in (f"From: {NO_SENDER}",) if domain == NO_SENDER else spellings(domain):
            yield Needle(text.encode(), ignore_case=True)
    if asked.candidates or asked.sender:
        return
    if asked.message_id:
        yield Needle(asked.message_id.strip().strip("<>").encode())
    elif asked.recipient:
        local = asked.recipient.strip().strip("<>").rpartition("@")[:2]
        for spelling in spellings(domain_of(asked.recipient)):
            yield Needle("".join((*local, spelling)).encode(), ignore_case=True)
    elif asked.subject:
        yield Needle(b" Subject ")
        yield Needle(b"subject on injection")
        yield Needle(b"msg=")


def rows(asked: Asked) -> Iterator[Needle]:
    """Refusals (TCPREFUSE) name no address, but the row of the host access table that they matched may be a network
    that holds one asked about. Its text begins as the address does, but for networks so wide that nobody refuses them.
    """
    for candidate in asked.candidates:
        network = candidate.network
        separator, group = (".", 8) if network.version == 4 else (":", 16)
        first = str(network.network_address).partition(separator)[0]
        if network.prefixlen < group:
            yield Needle(b"TCPREFUSE")
        else:
            yield Needle(f" match {first}".encode(), ignore_case=separator == ":")


def _address_needles(candidate: Candidate) -> Iterator[Needle]:
    """Texts one of which stands in every line that names an address of this network, however it is spelt."""
    network = candidate.network
    if isinstance(network, ipaddress.IPv4Network):
        octets = str(network.network_address).split(".")
        whole = network.prefixlen // 8
        text = ".".join(octets[:whole]) + ("" if whole == 4 else ".")
        yield Needle(text.encode() if whole else b" address ")
        return
    groups = network.network_address.exploded.split(":")[: network.prefixlen // 16]
    longest = max((group.lstrip("0") for group in groups), key=len, default="")
    if len(longest) < 2:
        yield Needle(b" address ")
        return
    for zeros in range(5 - len(longest)):
        yield Needle(("0" * zeros + longest).encode(), ignore_case=True)
