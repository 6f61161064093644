"""The receiving side: where mail for the recipient's domain is led, and whether that is this gateway (S4)."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.facts import Fact, Value
from wizard.gather.base import Desk, Gathered
from wizard.gather.domains import domain_to_ask
from wizard.gather.search_log import known, listed
from wizard.resolve.receiving import Receiving, check_receiving
from wizard.rulebase.model import Source

GATEWAY = ("gateway.host", "log.interfaces", "log.interface_address")
"""Facts that name the gateway: by what the user calls it, and by what the log does."""
SHOWN = 12


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """Where the domain's MX leads, compared with the addresses by which the log and the user know the gateway."""
    del source
    domain = domain_to_ask(known(facts, "recipient.mailbox"))
    if domain is None:
        return Gathered()
    resolver = desk.resolver()
    gateway = [text for name in GATEWAY for text in listed(facts, name)]
    found = resolver.run(check_receiving(resolver, domain, gateway))
    evidence, at = found.evidence()[:SHOWN], desk.at()
    return Gathered(tuple(Fact(name, value, "dns", at, evidence) for name, value in _told(found).items()))


def _told(found: Receiving) -> dict[str, Value]:
    hosts = found.mail_hosts
    told: dict[str, Value] = {"receiving.leads_here": found.leads_here, "receiving.mx": hosts.kind}
    lists = {
        "receiving.hosts": tuple(host.name for host in hosts.hosts) if hosts.kind in {"mx", "implicit"} else (),
        "receiving.unresolvable": hosts.unresolvable,
        "receiving.unanswered": tuple(host.name for host in hosts.hosts if host.state == "unknown"),
        "receiving.elsewhere": found.elsewhere,
    }
    return told | {name: value for name, value in lists.items() if value}
