"""The sender's addresses from DNS: the domain's SPF record, and the hosts that receive its mail (S4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wizard.facts import Evidence, Fact, Value
from wizard.gather.base import Desk, Gathered
from wizard.gather.domains import domain_to_ask
from wizard.gather.search_log import known, listed
from wizard.maillog.asked import Network
from wizard.resolve.candidates import Candidates, find_candidates
from wizard.rulebase.model import Source

SHOWN = 12
"""Pieces of evidence kept for a fact: a wide SPF record has hundreds of look-ups."""
MOST_TEXT = 500
ABOUT = {
    "sender.spf": "spf",
    "sender.shared": "spf",
    "spf.reason": "spf",
    "spf.open_ended": "spf",
    "sender.mx": "mx",
}
"""Facts by the look-ups that they rest on; all others rest on both."""
ANYBODY = {4: 8, 6: 20}
"""Networks with a shorter prefix than this hold so many hosts that an address in them says nothing of the sender."""


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """Networks by SPF and by MX, added to the addresses known already; a broken SPF record with its reason.

    Where the user named the addresses nothing is added to them.
    """
    del source
    domain = domain_to_ask(known(facts, "sender.mailbox"))
    if domain is None:
        return Gathered()
    resolver = desk.resolver()
    found = resolver.run(find_candidates(resolver, domain))
    told = _told(found)
    if known(facts, "sender.source") != "option":
        told |= _addresses(found, listed(facts, "sender.address"))
    evidence, at = _evidence(found), desk.at()
    facts_told = (Fact(name, value, "dns", at, evidence[ABOUT.get(name, "both")]) for name, value in told.items())
    return Gathered(tuple(facts_told))


def _told(found: Candidates) -> dict[str, Value]:
    networks = {f"sender.{name}": _networks(found, name) for name in ("spf", "mx")}
    shared = _written(one.network for one in found.candidates if one.service or _is_anybody(one.network))
    lists = {**networks, "sender.shared": shared}
    told: dict[str, Value] = {name: value for name, value in lists.items() if value}
    told["sender.dns"] = _answered(found)
    if found.policy.state != "unknown":
        told["spf.reason"] = found.policy.reason or "none"
    if found.policy.open_ended:
        told["spf.open_ended"] = ", ".join(found.policy.open_ended)[:MOST_TEXT]
    return told


def _answered(found: Candidates) -> str:
    if found.candidates:
        return "partly" if found.unknown else "searched"
    if found.unknown:
        return "unanswered"
    return "no-domain" if found.mail_hosts.answer.kind == "nxdomain" else "none"


def _addresses(found: Candidates, earlier: tuple[str, ...]) -> dict[str, Value]:
    """All addresses together; who named them is said of the most trustworthy source, which asks first."""
    by_spf, by_mx = _networks(found, "spf"), _networks(found, "mx")
    if not by_spf and not by_mx:
        return {}
    everything: dict[str, Value] = {"sender.address": tuple(dict.fromkeys((*earlier, *by_spf, *by_mx)))}
    return everything if earlier else {**everything, "sender.source": "spf" if by_spf else "mx"}


def _networks(found: Candidates, name: str) -> tuple[str, ...]:
    return _written(one.network for one in found.candidates if one.source == name)


def _written(networks: Iterable[Network]) -> tuple[str, ...]:
    """Each once, an address without its prefix."""
    alone = ((one, one.prefixlen == one.max_prefixlen) for one in networks)
    return tuple(dict.fromkeys(str(one.network_address if is_alone else one) for one, is_alone in alone))


def _is_anybody(network: Network) -> bool:
    return network.prefixlen < ANYBODY[network.version]


def _evidence(found: Candidates) -> dict[str, tuple[Evidence, ...]]:
    """By what it is about. What is wrong or was not answered comes first: it is what must be seen."""
    policy = found.policy
    problems = [Evidence("dns", f"{problem.reason}: {problem.text}") for problem in policy.problems]
    unanswered = [answer.evidence() for answer in policy.unanswered]
    by_spf = [*problems, *unanswered, *policy.evidence()]
    by_mx = found.mail_hosts.evidence()
    both = [*unanswered, *policy.evidence()[:1], *by_mx]
    return {name: tuple(dict.fromkeys(told))[:SHOWN] for name, told in (("spf", by_spf), ("mx", by_mx), ("both", both))}
