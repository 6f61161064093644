"""Does the mail exchanger of the recipient's domain lead to this gateway?"""

from __future__ import annotations

from collections.abc import Mapping

from wizard.facts import Fact, Value
from wizard.gather.base import Desk, Gathered
from wizard.gather.search_log import known
from wizard.idn import to_ascii
from wizard.maillog.asked import domain_of
from wizard.resolve.receiving import check_receiving
from wizard.rulebase.model import Source


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """Where the domain's MX leads, compared with the addresses by which the log and the user know the gateway."""
    del source
    recipient = known(facts, "recipient.mailbox")
    if recipient is None:
        return Gathered()
    resolver = desk.resolver()
    found = resolver.run(check_receiving(resolver, to_ascii(domain_of(recipient)), _gateway(facts)))
    told: dict[str, Value] = {"receiving.leads_here": found.leads_here}
    hosts = tuple(host.name for host in found.mail_hosts.hosts)
    lists = {"receiving.hosts": hosts, "receiving.unresolvable": found.mail_hosts.unresolvable}
    told |= {name: value for name, value in lists.items() if value}
    return Gathered(tuple(Fact(name, value, "dns", desk.at(), found.evidence()) for name, value in told.items()))


def _gateway(facts: Mapping[str, Fact]) -> list[str]:
    found: list[str] = []
    for name in ("gateway.host", "log.interfaces"):
        fact = facts.get(name)
        if fact is not None:
            found += fact.value if isinstance(fact.value, tuple) else [str(fact.value)]
    return found
