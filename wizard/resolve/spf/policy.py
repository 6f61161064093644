"""What an expanded SPF record allows, and why it could not be evaluated by a receiver that keeps to RFC 7208."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from wizard.facts import Evidence
from wizard.resolve.answers import Answer
from wizard.resolve.names import Network
from wizard.resolve.resolver import Resolver
from wizard.resolve.spf.expansion import Node, Step, expand_domain, network_around
from wizard.resolve.spf.hosts import MAX_MX_NAMES

MAX_LOOKUPS = 10
MAX_VOID_LOOKUPS = 2

Reason = Literal["loop", "lookups", "void-lookups", "several", "syntax"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the record cannot be evaluated; `text` names the domain and the term, as DNS spells them."""

    reason: Reason
    text: str


@dataclass(frozen=True, slots=True)
class Allowed:
    """A network that the record names with `+` or `?`. `chain` leads there: the domain, the terms, a host's name."""

    network: Network
    chain: tuple[str, ...]


@dataclass(slots=True)
class Policy:
    """A domain's SPF. `state` is `unknown` where the record itself could not be asked for.

    `problems` are in the order in which a receiver meets them. `lookups` counts the terms that ask DNS, as RFC 7208
    does. `open_ended` are the terms that name senders only together with a message (macros, `exists`, `ptr`) or
    anybody (`+all`). `unanswered` are the look-ups without an answer, so that what is missing may be more than nothing.
    """

    domain: str
    state: Literal["published", "none", "unknown"] = "none"
    record: str = ""
    allowed: list[Allowed] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    lookups: int = 0
    void_lookups: int = 0
    open_ended: list[str] = field(default_factory=list)
    included: list[str] = field(default_factory=list)
    unanswered: list[Answer] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    @property
    def reason(self) -> Reason | None:
        """The first thing that makes a receiver give up (a permanent error), None if nothing does."""
        return self.problems[0].reason if self.problems else None

    def evidence(self) -> tuple[Evidence, ...]:
        """The questions and answers, then each problem; an answer that allowed nothing is left out."""
        told = [answer.evidence() for answer in self.answers]
        return (*told, *(Evidence("dns", f"{problem.reason}: {problem.text}") for problem in self.problems))


async def read_policy(resolver: Resolver, domain: str) -> Policy:
    """The policy of `domain` (ASCII). Nothing about it raises: what is broken is in `problems` and `unanswered`."""
    root = await expand_domain(resolver, domain)
    policy = Policy(domain)
    assert root.answer is not None
    if root.texts:
        policy.state, policy.record = "published", root.texts[0]
    elif not root.answer.known:
        policy.state = "unknown"
    _walk(policy, root, (domain,), grants=True)
    return policy


def _walk(policy: Policy, node: Node, chain: tuple[str, ...], *, grants: bool) -> None:
    assert node.answer is not None
    policy.answers.append(node.answer)
    if not node.answer.known:
        policy.unanswered.append(node.answer)
    if len(node.texts) > 1:
        policy.problems.append(Problem("several", f"{node.domain} has {len(node.texts)} SPF records"))
    for record in node.records:
        for malformed in record.malformed:
            policy.problems.append(Problem("syntax", f"{node.domain}: {malformed}"))
    for step in node.steps:
        _take(policy, node, step, chain, grants=grants and step.term.qualifier in "+?")


def _take(policy: Policy, node: Node, step: Step, chain: tuple[str, ...], *, grants: bool) -> None:
    term = step.term
    at = f"{node.domain}: {term.text}"
    if term.asks_dns:
        policy.lookups += 1
        if policy.lookups == MAX_LOOKUPS + 1:
            policy.problems.append(Problem("lookups", f"{at} is look-up number {policy.lookups} of {MAX_LOOKUPS}"))
    if step.loops:
        policy.problems.append(Problem("loop", f"{at} leads back to {step.name}"))
    _count_hosts(policy, step, at)
    further = (*chain, term.text)
    if grants:
        policy.allowed += [Allowed(network, (*further, *name)) for network, *name in _networks(step)]
        if _is_open_ended(step):
            policy.open_ended.append(term.text)
    if step.child is not None:
        assert step.name is not None
        policy.included.append(step.name)
        _walk(policy, step.child, further, grants=grants)
        if step.child.answer is not None and step.child.answer.known and not step.child.texts:
            policy.problems.append(Problem("syntax", f"{at}: {step.name} has no SPF record"))


def _count_hosts(policy: Policy, step: Step, at: str) -> None:
    answers = [*([step.exchangers] if step.exchangers else []), *(a for host in step.hosts for a in host.answers)]
    policy.answers += [answer for answer in answers if answer.kind == "answer"]
    policy.unanswered += [answer for answer in answers if not answer.known]
    voids = sum(host.missing for host in step.hosts) + (step.exchangers is not None and step.exchangers.missing)
    if voids and policy.void_lookups <= MAX_VOID_LOOKUPS < policy.void_lookups + voids:
        text = f"{at} makes {policy.void_lookups + voids} look-ups without an answer, {MAX_VOID_LOOKUPS} are allowed"
        policy.problems.append(Problem("void-lookups", text))
    policy.void_lookups += voids
    if step.exchangers is not None and len(step.exchangers.values) > MAX_MX_NAMES:
        text = f"{at}: {step.name} has {len(step.exchangers.values)} MX, {MAX_MX_NAMES} are allowed"
        policy.problems.append(Problem("lookups", text))


def _networks(step: Step) -> Iterator[tuple[Network] | tuple[Network, str]]:
    if step.network is not None:
        yield (step.network,)
    if step.term.name in {"a", "mx"}:
        for host in step.hosts:
            for address in host.addresses:
                yield network_around(address, step.term), host.name


def _is_open_ended(step: Step) -> bool:
    return step.name is None or step.term.name in {"ptr", "exists"} or step.term.text.lower() in {"all", "+all"}
