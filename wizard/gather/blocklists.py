"""Whether blocklists have the sender's address: only those that the user named, for they have terms of use."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from wizard.facts import Fact, Value
from wizard.gather.base import Desk, Gathered
from wizard.gather.search_log import known, listed
from wizard.maillog.asked import read_address
from wizard.resolve.blocklist import Listing, check_blocklist
from wizard.resolve.resolver import Resolver
from wizard.rulebase.model import Source

SHOWN = 12
MOST_TEXT = 500


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """The lists that have the address that connected, else the only one that was asked about."""
    del source
    address = _address(facts)
    if address is None:
        return Gathered()
    resolver = desk.resolver()
    found = resolver.run(_ask(resolver, address, listed(facts, "dnsbl.zones")))
    evidence, at = tuple(one.answer.evidence() for one in found)[:SHOWN], desk.at()
    return Gathered(tuple(Fact(name, value, "dns", at, evidence) for name, value in _told(found).items()))


async def _ask(resolver: Resolver, address: str, zones: Sequence[str]) -> list[Listing]:
    return list(await asyncio.gather(*(check_blocklist(resolver, address, zone) for zone in zones)))


def _address(facts: Mapping[str, Fact]) -> str | None:
    asked = listed(facts, "sender.address")
    alone = asked[0] if len(asked) == 1 else None
    address = read_address(known(facts, "log.address") or alone)
    return None if address is None else str(address)


def _told(found: Sequence[Listing]) -> dict[str, Value]:
    having = [one for one in found if one.listed == "yes"]
    if not having:
        return {"dnsbl.listed": "unknown" if any(one.listed == "unknown" for one in found) else "no"}
    told: dict[str, Value] = {"dnsbl.listed": "yes", "dnsbl.by": tuple(one.zone for one in having)}
    text = "; ".join(one.text for one in having if one.text)[:MOST_TEXT]
    return {**told, "dnsbl.text": text} if text else told
