"""A domain's SPF record with everything that it includes, looked up level by level, all of a level side by side."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from wizard.idn import to_ascii
from wizard.resolve.answers import Answer
from wizard.resolve.names import Address, Network
from wizard.resolve.resolver import Resolver
from wizard.resolve.spf.hosts import MAX_MX_NAMES, HostAddresses, addresses_of, addresses_of_all, mail_exchangers
from wizard.resolve.spf.macros import Known, expand
from wizard.resolve.spf.record import Record, Term, is_spf, parse_record

MAX_TERMS_ASKING = 40
"""Terms that are looked up in all. More than RFC 7208 allows: a record over its limit still gives candidates."""
MAX_RECORDS = 4


@dataclass(slots=True)
class Step:
    """A term and what it led to. `name` is its domain with macros expanded, None if that takes the message."""

    term: Term
    name: str | None = None
    network: Network | None = None
    exchangers: Answer | None = None
    hosts: tuple[HostAddresses, ...] = ()
    child: Node | None = None
    loops: bool = False
    skipped: bool = False


@dataclass(slots=True)
class Node:
    """A domain in the tree of includes and redirects; `path` are the domains above it."""

    domain: str
    path: tuple[str, ...] = ()
    answer: Answer | None = None
    texts: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()
    steps: list[Step] = field(default_factory=list)


async def expand_domain(resolver: Resolver, domain: str) -> Node:
    """The tree under `domain` (ASCII). What could not be looked up stays in the tree as the answer it got."""
    root = Node(domain)
    known = Known(domain)
    level = [root]
    left = MAX_TERMS_ASKING
    while level:
        await asyncio.gather(*(_read(resolver, node) for node in level))
        asking = []
        for node in level:
            for step in _steps(node, known):
                node.steps.append(step)
                if step.term.asks_dns and step.name is not None and not step.loops:
                    step.skipped = left <= 0
                    left -= 1
                    if not step.skipped:
                        asking.append((node, step))
        await asyncio.gather(*(_follow(resolver, node, step) for node, step in asking))
        level = [step.child for _, step in asking if step.child is not None]
    return root


async def _read(resolver: Resolver, node: Node) -> None:
    node.answer = await resolver.look_up(node.domain, "TXT")
    node.texts = tuple(text for text in node.answer.values if is_spf(text))
    node.records = tuple(parse_record(text) for text in node.texts[:MAX_RECORDS])


def _steps(node: Node, known: Known) -> list[Step]:
    steps = []
    for record in node.records:
        for term in (*record.terms, *((record.redirect,) if record.redirect else ())):
            name = expand(term.target, node.domain, known) if term.target else node.domain
            step = Step(term, _normal(name), term.network)
            step.loops = term.name in {"include", "redirect"} and step.name in {*node.path, node.domain}
            steps.append(step)
    return steps


async def _follow(resolver: Resolver, node: Node, step: Step) -> None:
    assert step.name is not None
    if step.term.name in {"include", "redirect"}:
        step.child = Node(step.name, (*node.path, node.domain))
    elif step.term.name == "a":
        step.hosts = (await addresses_of(resolver, step.name),)
    elif step.term.name == "mx":
        step.exchangers = await resolver.look_up(step.name, "MX")
        names = [host for _, host in mail_exchangers(step.exchangers) if host != "."]
        step.hosts = tuple(await addresses_of_all(resolver, names[:MAX_MX_NAMES]))
    elif step.term.name == "exists":
        step.hosts = (await addresses_of(resolver, step.name, ("A",)),)


def network_around(address: Address, term: Term) -> Network:
    """The network that `a/24//64` or `mx/24//64` makes of a host's address."""
    from ipaddress import ip_network

    prefix = term.prefix_v4 if address.version == 4 else term.prefix_v6
    return ip_network((address, prefix), strict=False)


def _normal(name: str | None) -> str | None:
    try:
        return None if name is None else to_ascii(name)
    except ValueError:
        return name
