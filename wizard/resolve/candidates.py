"""From which addresses a domain may send, by DNS alone: its SPF record, and the hosts that receive its mail."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Literal

from wizard.facts import Evidence
from wizard.resolve.mail_hosts import MailHosts, mail_hosts
from wizard.resolve.names import Network
from wizard.resolve.resolver import Resolver
from wizard.resolve.shared import shared_service
from wizard.resolve.spf.policy import Policy, read_policy

MAX_CANDIDATES = 2000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A network that the domain may send from. `chain` are the names and terms that led there, the domain first.

    `service` names a shared sender (many domains in one network), empty where it is none that is known.
    """

    network: Network
    source: Literal["spf", "mx"]
    chain: tuple[str, ...]
    service: str = ""


@dataclass(frozen=True, slots=True)
class Candidates:
    """All candidates, SPF before MX, each network once per source; and what they were read from."""

    domain: str
    candidates: tuple[Candidate, ...]
    policy: Policy
    mail_hosts: MailHosts

    @property
    def unknown(self) -> bool:
        """Whether a question stayed without an answer, so that there may be more candidates."""
        hosts = self.mail_hosts
        unresolved = hosts.kind == "unknown" or any(host.state == "unknown" for host in hosts.hosts)
        return bool(self.policy.unanswered) or unresolved

    def evidence(self) -> tuple[Evidence, ...]:
        return tuple(dict.fromkeys((*self.policy.evidence(), *self.mail_hosts.evidence())))


async def find_candidates(resolver: Resolver, domain: str) -> Candidates:
    """`domain` in ASCII (see wizard.idn). SPF and MX are looked up side by side."""
    policy, hosts = await asyncio.gather(read_policy(resolver, domain), mail_hosts(resolver, domain))
    first: dict[tuple[Network, str], Candidate] = {}
    for candidate in _all(policy, hosts):
        first.setdefault((candidate.network, candidate.source), candidate)
    return Candidates(domain, tuple(first.values())[:MAX_CANDIDATES], policy, hosts)


def _all(policy: Policy, hosts: MailHosts) -> Iterator[Candidate]:
    for allowed in policy.allowed:
        names = tuple(term.partition(":")[2] or term.partition("=")[2] for term in allowed.chain)
        if allowed.network.prefixlen > 0:
            yield Candidate(allowed.network, "spf", allowed.chain, shared_service(names))
    for host in hosts.hosts:
        for address in host.addresses:
            yield Candidate(ip_network(address), "mx", (hosts.domain, host.name), shared_service((host.name,)))
