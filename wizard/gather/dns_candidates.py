"""The sender's addresses from DNS: the domain's SPF record, and the hosts that receive its mail (S4)."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.facts import Fact, Value
from wizard.gather.base import Desk, Gathered
from wizard.gather.search_log import known
from wizard.idn import to_ascii
from wizard.maillog.asked import domain_of
from wizard.resolve.candidates import Candidates, find_candidates
from wizard.rulebase.model import Source

SHOWN = 12
"""Pieces of evidence kept: a wide SPF record has hundreds of look-ups."""


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """Networks by SPF and by MX, added to the addresses known already; a broken SPF record with its reason."""
    del source
    sender = known(facts, "sender.mailbox")
    if sender is None:
        return Gathered()
    resolver = desk.resolver()
    found = resolver.run(find_candidates(resolver, to_ascii(domain_of(sender))))
    evidence = found.evidence()[:SHOWN]
    told: dict[str, Value] = {"spf.reason": found.policy.reason or "none"}
    by_source = {name: _networks(found, name) for name in ("spf", "mx")}
    told |= {f"sender.{name}": networks for name, networks in by_source.items() if networks}
    shared = tuple(dict.fromkeys(str(one.network) for one in found.candidates if one.service))
    told |= {"sender.shared": shared} if shared else {}
    named = (*by_source["spf"], *by_source["mx"])
    told["sender.dns"] = "searched" if named else "unanswered" if found.unknown else "none"
    if named:
        before = facts.get("sender.address")
        earlier = before.value if before is not None and isinstance(before.value, tuple) else ()
        told["sender.address"] = tuple(dict.fromkeys((*earlier, *named)))
        told |= {} if earlier else {"sender.source": "spf" if by_source["spf"] else "mx"}
    return Gathered(tuple(Fact(name, value, "dns", desk.at(), evidence) for name, value in told.items()))


def _networks(found: Candidates, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(one.network) for one in found.candidates if one.source == name))
