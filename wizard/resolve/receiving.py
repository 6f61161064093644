"""The receiving side: where mail for a domain is led, and whether that is the gateway asked about."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal

from wizard.facts import Evidence
from wizard.idn import to_ascii
from wizard.resolve.mail_hosts import MailHost, MailHosts, mail_hosts
from wizard.resolve.names import Address, is_inside
from wizard.resolve.resolver import Resolver
from wizard.resolve.spf.hosts import HostAddresses, addresses_of_all

LeadsHere = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class Receiving:
    """`leads_here`: whether mail for the domain may reach the gateway by MX.

    `yes`: one of the hosts is the gateway, by name or by address. `no`: none is, and all that was needed to say so was
    answered. `unknown`: questions without an answer, no address of the gateway known, or only addresses of an inner
    network, which the hosts' public addresses can lead to by way of a translation that DNS does not show.
    `elsewhere` are the hosts that are not this gateway, the preferred first; none where that cannot be told.
    """

    mail_hosts: MailHosts
    gateway: tuple[HostAddresses, ...]
    leads_here: LeadsHere
    elsewhere: tuple[str, ...] = ()

    def evidence(self) -> tuple[Evidence, ...]:
        named = [answer.evidence() for host in self.gateway for answer in host.answers if answer.kind == "answer"]
        return tuple(dict.fromkeys((*self.mail_hosts.evidence(), *named)))


async def check_receiving(resolver: Resolver, domain: str, gateway: Iterable[str] = ()) -> Receiving:
    """`domain` in ASCII; `gateway` are the names and addresses by which the gateway is known."""
    addresses, names = _sorted_out(gateway)
    hosts, named = await asyncio.gather(mail_hosts(resolver, domain), addresses_of_all(resolver, sorted(names)))
    known = {*addresses, *(address for host in named for address in host.addresses)}
    leads_here = _leads_here(hosts, names, known, named)
    elsewhere = {"no": hosts.hosts, "yes": _others(hosts, names, known), "unknown": ()}[leads_here]
    return Receiving(hosts, tuple(named), leads_here, tuple(host.name for host in elsewhere))


def _sorted_out(gateway: Iterable[str]) -> tuple[set[Address], set[str]]:
    addresses: set[Address] = set()
    names: set[str] = set()
    for text in gateway:
        try:
            addresses.add(ip_address(text))
        except ValueError:
            names.add(to_ascii(text))
    return addresses, names


def _leads_here(hosts: MailHosts, names: set[str], known: set[Address], named: list[HostAddresses]) -> LeadsHere:
    if any(host.name in names or not known.isdisjoint(host.addresses) for host in hosts.hosts):
        return "yes"
    if hosts.kind == "unknown" or any(host.state == "unknown" for host in hosts.hosts):
        return "unknown"
    if hosts.kind in {"null", "none"}:
        return "no"
    if any(host.unanswered for host in named) or not _comparable(hosts.hosts, known):
        return "unknown"
    return "no"


def _others(hosts: MailHosts, names: set[str], known: set[Address]) -> tuple[MailHost, ...]:
    """The hosts that are surely not the gateway, though another one is."""
    return tuple(
        host
        for host in hosts.hosts
        if host.state == "resolves"
        and host.name not in names
        and known.isdisjoint(host.addresses)
        and _comparable((host,), known)
    )


def _comparable(hosts: tuple[MailHost, ...], known: set[Address]) -> bool:
    """Whether unequal addresses mean unequal hosts: not where only one side is inside a network."""
    inside = all(is_inside(address) for address in known)
    return bool(known) and inside == all(is_inside(address) for host in hosts for address in host.addresses)
