"""Where a domain receives its mail: its MX hosts, or the domain itself where it has no MX, with their addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wizard.facts import Evidence
from wizard.resolve.answers import Answer
from wizard.resolve.names import Address
from wizard.resolve.resolver import Resolver
from wizard.resolve.spf.hosts import addresses_of_all, mail_exchangers

MAX_HOSTS = 50


@dataclass(frozen=True, slots=True)
class MailHost:
    """`state` is `unknown` where a question for its addresses got no answer and none was found."""

    name: str
    preference: int
    addresses: tuple[Address, ...]
    state: Literal["resolves", "missing", "unknown"]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class MailHosts:
    """`kind`: `mx`; `implicit` (no MX, but an address: RFC 5321, 5.1); `null` (the domain says it takes no mail,
    RFC 7505); `none` (neither MX nor address); `unknown` (no answer)."""

    domain: str
    kind: Literal["mx", "implicit", "null", "none", "unknown"]
    hosts: tuple[MailHost, ...]
    answer: Answer

    @property
    def unresolvable(self) -> tuple[str, ...]:
        """The hosts that DNS says have no address."""
        return tuple(host.name for host in self.hosts if host.state == "missing" and self.kind == "mx")

    def evidence(self) -> tuple[Evidence, ...]:
        """The MX question, then each host's questions: the answers, or the failures where nothing was found."""
        told = [self.answer]
        for host in self.hosts:
            told += [answer for answer in host.answers if (answer.kind == "answer") == (host.state == "resolves")]
        return tuple(answer.evidence() for answer in told)


async def mail_hosts(resolver: Resolver, domain: str) -> MailHosts:
    """Looks up MX of `domain` (ASCII), then A and AAAA of every host, the preferred first."""
    answer = await resolver.look_up(domain, "MX")
    if not answer.known:
        return MailHosts(domain, "unknown", (), answer)
    exchangers = mail_exchangers(answer)
    named = [(preference, name) for preference, name in exchangers if name != "."][:MAX_HOSTS]
    if exchangers and not named:
        return MailHosts(domain, "null", (), answer)
    hosts = await _resolved(resolver, named or [(0, domain)])
    if named:
        return MailHosts(domain, "mx", hosts, answer)
    kinds: dict[str, Literal["implicit", "none", "unknown"]]
    kinds = {"resolves": "implicit", "missing": "none", "unknown": "unknown"}
    return MailHosts(domain, kinds[hosts[0].state], hosts, answer)


async def _resolved(resolver: Resolver, named: list[tuple[int, str]]) -> tuple[MailHost, ...]:
    found = await addresses_of_all(resolver, [name for _, name in named])
    hosts = []
    for (preference, name), host in zip(named, found, strict=True):
        state: Literal["resolves", "missing", "unknown"] = "missing" if host.missing else "unknown"
        hosts.append(MailHost(name, preference, host.addresses, "resolves" if host.addresses else state, host.answers))
    return tuple(hosts)
