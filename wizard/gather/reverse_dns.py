"""Does the reverse DNS of the sender's address hold, how long does it take, and whose fault is it if not (S13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wizard.facts import Evidence, Fact, Value
from wizard.gather.base import Desk, Gathered
from wizard.gather.search_log import known, listed
from wizard.maillog.asked import read_address
from wizard.resolve.reverse import Outcome, Reverse, check_reverse
from wizard.rulebase.model import Source

MOST = 256
"""Addresses that are looked up, all side by side."""
SHOWN = 12
UNSURE = {"spf", "mx"}
"""What these name are hosts that may send: of those that did not, nothing is to be said."""
SLOW_SECONDS = 2.0
"""From here on an answer counts as slow: a gateway asks for the names, too, and from further away."""
WORST_FIRST: tuple[Outcome, ...] = ("timeout", "failed", "missing", "mismatch", "unknown", "holds")


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """The outcome for the address that connected; where none did, the worst of those that were asked about."""
    del source
    addresses = _addresses(facts)
    if not addresses:
        return Gathered()
    resolver = desk.resolver()
    found = sorted(resolver.run(check_reverse(resolver, addresses)), key=_how_bad)
    evidence, at = _evidence(found), desk.at()
    return Gathered(tuple(Fact(name, value, "dns", at, evidence) for name, value in _told(found[0]).items()))


def _how_bad(found: Reverse) -> tuple[int, float]:
    """Sorts the worst first, and of those alike the slowest."""
    return WORST_FIRST.index(found.outcome), -found.seconds


def _addresses(facts: Mapping[str, Fact]) -> list[str]:
    connected = read_address(known(facts, "log.address"))
    if connected is not None:
        return [str(connected)]
    if known(facts, "sender.source") in UNSURE:
        return []
    asked = [read_address(text) for text in listed(facts, "sender.address")]
    return [str(address) for address in asked if address is not None][:MOST]


def _told(found: Reverse) -> dict[str, Value]:
    told: dict[str, Value] = {"reverse_dns": found.outcome}
    if found.outcome == "unknown":
        return told
    told["reverse_dns.address"] = found.address
    told["reverse_dns.seconds"] = found.seconds
    told["reverse_dns.blame"] = _blame(found)
    told["reverse_dns.generic"] = "yes" if any(check.generic for check in found.names) else "no"
    if found.outcome in {"timeout", "failed"}:
        told["reverse_dns.at_fault"] = found.at_fault or "unknown"
    given: dict[str, Value] = {
        "reverse_dns.names": tuple(check.name for check in found.names),
        "reverse_dns.zone": found.zone,
        "reverse_dns.server": found.server,
    }
    return told | {name: value for name, value in given.items() if value}


def _blame(found: Reverse) -> str:
    """What a late greeting would come from: a gateway waits for this look-up before it greets."""
    if found.outcome in {"timeout", "failed"}:
        return "none" if found.at_fault == "resolver" else "reverse-dns"
    return "reverse-dns" if found.seconds >= SLOW_SECONDS else "gateway"


def _evidence(found: Sequence[Reverse]) -> tuple[Evidence, ...]:
    """Everything of the worst, and of the others the look-up that decided, the bad ones first."""
    others = [one.decisive.answer.evidence() for one in found[1:]]
    return tuple(dict.fromkeys((*found[0].evidence(), *others)))[:SHOWN]
