"""Does the reverse DNS of the sender's address hold, how long does it take, and whose fault is it if not (S13)."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.facts import Fact, Value
from wizard.gather.base import Desk, Gathered
from wizard.gather.search_log import known
from wizard.maillog.asked import read_address
from wizard.resolve.reverse import Reverse, check_reverse
from wizard.rulebase.model import Source


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """The outcome for one address: the one that connected, else the only one asked about."""
    del source
    address = _address(facts)
    if address is None:
        return Gathered()
    resolver = desk.resolver()
    (found,) = resolver.run(check_reverse(resolver, [address]))
    evidence = found.evidence()
    return Gathered(tuple(Fact(name, value, "dns", desk.at(), evidence) for name, value in _told(found).items()))


def _address(facts: Mapping[str, Fact]) -> str | None:
    connected = read_address(known(facts, "log.address"))
    if connected is not None:
        return str(connected)
    asked = facts.get("sender.address")
    texts = asked.value if asked is not None and isinstance(asked.value, tuple) else ()
    alone = read_address(texts[0]) if len(texts) == 1 else None
    return None if alone is None else str(alone)


def _told(found: Reverse) -> dict[str, Value]:
    told: dict[str, Value] = {"reverse_dns": found.outcome, "reverse_dns.seconds": found.seconds}
    told["reverse_dns.generic"] = "yes" if any(check.generic for check in found.names) else "no"
    told["reverse_dns.names"] = tuple(check.name for check in found.names)
    told["reverse_dns.zone"] = found.zone
    told["reverse_dns.server"] = found.server
    return {name: value for name, value in told.items() if value or name == "reverse_dns.seconds"}
