"""What the sender's domain says of the connecting address: its SPF record, and its DMARC policy."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from wizard.facts import Fact, Value
from wizard.gather.base import Desk, Gathered
from wizard.gather.domains import domain_to_ask
from wizard.gather.search_log import known
from wizard.maillog.asked import bare, read_address
from wizard.resolve.dmarc import Dmarc, read_dmarc
from wizard.resolve.resolver import Resolver
from wizard.resolve.spf.check import Check, check_sender
from wizard.resolve.spf.policy import Policy, read_policy
from wizard.rulebase.model import Source

SHOWN = 12


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """The result for the envelope sender that the log has, else for the sender asked about."""
    del source
    mailbox = _sender(facts)
    domain, address = domain_to_ask(mailbox), read_address(known(facts, "log.address"))
    if domain is None or address is None:
        return Gathered()
    local_part = bare(mailbox).rpartition("@")[0] or "postmaster"
    resolver = desk.resolver()
    check, policy, dmarc = resolver.run(_look_up(resolver, domain, str(address), local_part))
    at = desk.at()
    spf_evidence = check.evidence[:SHOWN]
    dmarc_evidence = tuple(answer.evidence() for answer in dmarc.answers)[:SHOWN]
    told = [Fact(name, value, "dns", at, spf_evidence) for name, value in _told(check, policy).items()]
    return Gathered((*told, Fact("dmarc.policy", _policy(dmarc), "dns", at, dmarc_evidence)))


async def _look_up(resolver: Resolver, domain: str, address: str, local_part: str) -> tuple[Check, Policy, Dmarc]:
    return await asyncio.gather(
        check_sender(resolver, domain, address, local_part=local_part),
        read_policy(resolver, domain),
        read_dmarc(resolver, domain),
    )


def _sender(facts: Mapping[str, Fact]) -> str:
    logged = known(facts, "log.sender")
    return logged if logged and domain_to_ask(logged) else known(facts, "sender.mailbox") or ""


def _told(check: Check, policy: Policy) -> dict[str, Value]:
    told: dict[str, Value] = {"spf.result": check.result}
    because = check.term or check.because
    told |= {"spf.because": because} if because else {}
    return told if policy.state == "unknown" else {**told, "spf.reason": policy.reason or "none"}


def _policy(dmarc: Dmarc) -> str:
    if dmarc.state == "published":
        return dmarc.policy if dmarc.policy in {"none", "quarantine", "reject"} else "none"
    return "unpublished" if dmarc.state == "none" else "unknown"
