"""Which zone, and which of its servers, keeps a question from being answered: the delegation followed from above.

The resolver says where zones begin, as far as it can; from there the servers themselves are asked, without recursion.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from wizard.facts import Evidence
from wizard.resolve.answers import Answer, Referral
from wizard.resolve.names import is_within, parents
from wizard.resolve.reading import ALIAS_LOOP
from wizard.resolve.resolver import IN_TIME, Resolver

State = Literal[
    "answers",  # as a server of this zone should
    "slow",  # so too, but not in time
    "silent",
    "refused",
    "servfail",
    "lame",  # it answers, but as a server that is not responsible for the zone
    "unreachable",  # nothing listens there, or no way leads there
    "nameless",  # its name has no address
    "error",
    "not-asked",  # not allowed, or the time was spent
]
AT_FAULT: frozenset[State] = frozenset(
    {"slow", "silent", "refused", "servfail", "lame", "unreachable", "nameless", "error"}
)
_FOR_EVERY_NAME: frozenset[State] = frozenset({"silent", "refused", "servfail", "lame", "unreachable"})
_FAILURES: dict[str, State] = {
    "servfail": "servfail",
    "refused": "refused",
    "error": "error",
    "timeout": "silent",
    "network-error": "unreachable",
    "budget": "not-asked",
}

_NO_SERVERS = {
    "": "the zone in which it fails",
    "dnssec": "the zone whose DNSSEC signatures do not hold",
    "alias-loop": "the zone whose aliases lead back to themselves",
}

MAX_SERVERS = 8
MAX_STEPS = 12
MAX_ALIASES = 4
# Enough for ip6.arpa down to a /64, below which nobody delegates.
MAX_ZONES = 18
WALK_FOR = 2.0


@dataclass(frozen=True, slots=True)
class NameServer:
    """A name server of a zone and how it answered: `address` is empty where its name has none."""

    name: str
    address: str
    state: State
    answer: Answer | None = None

    @property
    def at_fault(self) -> bool:
        return self.state in AT_FAULT


@dataclass(frozen=True, slots=True)
class Delegation:
    """Where the delegation of a name ends: the zone, its servers, and what was answered on the way.

    `proven` tells that servers above the zone answered this host directly, so that a silence below is theirs.
    `reason` is `dnssec` (the resolver answers once it is told not to validate), `alias-loop`, or empty.
    """

    zone: str
    servers: tuple[NameServer, ...]
    way: tuple[Answer, ...]
    proven: bool
    reason: Literal["", "dnssec", "alias-loop"] = ""

    @property
    def guilty(self) -> tuple[NameServer, ...]:
        return tuple(server for server in self.servers if server.at_fault)

    @property
    def is_sound(self) -> bool:
        """Whether the zone's servers answer this host as they should, so that the fault is not theirs."""
        return bool(self.servers) and not self.reason and all(server.state == "answers" for server in self.servers)

    def all_silent(self) -> bool:
        return bool(self.servers) and all(server.state in {"silent", "slow"} for server in self.servers)

    def evidence(self) -> tuple[Evidence, ...]:
        """The delegation, then what each server answered, with its name and the zone as DNS spells them."""
        told = [answer.evidence() for answer in self.way]
        names = ", ".join(dict.fromkeys(server.name for server in self.servers))
        told.append(
            Evidence("dns", f"{self.zone} NS: {names}" if names else f"{self.zone}: {_NO_SERVERS[self.reason]}")
        )
        for server in self.servers:
            said = f"{server.name} for {self.zone}: {server.state}"
            told.append(Evidence("dns", f"{said}; {server.answer}" if server.answer is not None else said))
        return tuple(told)


@dataclass(frozen=True, slots=True)
class _Cut:
    """The beginning of a zone: its servers' names, and addresses where the zone above gave them."""

    zone: str
    servers: tuple[str, ...]
    glue: tuple[tuple[str, str], ...] = ()


class Tracer:
    """Follows delegations. What a server of a zone failed to do for one name it is not asked to do for the next."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._first: dict[tuple[str, str], asyncio.Task[Answer]] = {}

    async def trace(self, name: str, record_type: str, aliases: tuple[Answer, ...] = ()) -> Delegation | None:
        """`aliases` are those that led to the name.

        None where the resolver answers nothing about any zone above the name: then no zone can be named.
        """
        zones = dict.fromkeys((*parents(name)[:MAX_ZONES], name))
        walk = {zone: asyncio.ensure_future(self._resolver.look_up(zone, "NS")) for zone in zones}
        # The zone that holds an alias answers for it, if it is asked for no more than that.
        alias = asyncio.ensure_future(self._resolver.look_up(name, "CNAME"))
        await asyncio.wait(walk.values(), timeout=WALK_FOR)
        followed = await self._descend(name, record_type, _cuts(walk)[-2:])
        if followed is None or not followed.proven:
            led_to = await alias
            if led_to.kind == "answer" and len(aliases) < MAX_ALIASES:
                followed = await self.trace(led_to.values[0], record_type, (*aliases, led_to))
                return followed and replace(followed, way=(led_to, *followed.way))
            await asyncio.wait(walk.values())
            return _as_the_resolver_sees_it(walk)
        if followed.is_sound:
            return await self._with_dnssec(walk, name, record_type) or followed
        return followed

    async def _descend(self, name: str, record_type: str, cuts: Sequence[_Cut]) -> Delegation | None:
        """From the last zone but one that the resolver knows, down to where there is no further referral."""
        if not cuts:
            return None
        waiting = list(cuts[1:])
        cut, proven, seen = cuts[0], False, {name}
        for _ in range(MAX_STEPS):
            servers = await self._ask_servers(cut, name, record_type)
            replies = [server.answer for server in servers if server.answer is not None]
            below = _referral(replies, cut.zone, name)
            alias = _alias(replies)
            # A server of the zone above that answers itself, or not at all: its word is not needed for the zone below.
            if below is None and waiting:
                proven = proven or any(server.state == "answers" for server in servers)
                cut = waiting.pop()
            elif below is not None:
                proven, waiting = True, []
                cut = _Cut(below.zone, below.servers, below.glue)
            elif alias in seen or any(reply.note == ALIAS_LOOP for reply in replies):
                return Delegation(cut.zone, servers, (), True, "alias-loop")
            elif alias and is_within(alias, cut.zone):
                seen.add(alias)
                name = alias
            else:
                return Delegation(cut.zone, servers, (), proven or any(s.state == "answers" for s in servers))
        return None

    async def _ask_servers(self, cut: _Cut, name: str, record_type: str) -> tuple[NameServer, ...]:
        pairs = await asyncio.gather(*(self._addresses(server, cut) for server in cut.servers[:MAX_SERVERS]))
        asked = [
            self._ask_server(cut.zone, server, address, name, record_type)
            for server, addresses in zip(cut.servers, pairs, strict=False)
            for address in addresses[:2]
        ]
        return tuple(await asyncio.gather(*asked[:MAX_SERVERS]))

    async def _addresses(self, server: str, cut: _Cut) -> Sequence[str]:
        """IPv6 only where there is nothing else: this host need not have it. One empty text where there is none."""
        given = [address for name, address in cut.glue if name == server and ":" not in address]
        if given:
            return given
        four = await self._resolver.look_up(server, "A")
        if four.kind == "answer":
            return four.values
        six = await self._resolver.look_up(server, "AAAA")
        if six.kind == "answer":
            return six.values
        return ("",) if four.missing and six.missing else ()

    async def _ask_server(self, zone: str, server: str, address: str, name: str, record_type: str) -> NameServer:
        if not address:
            return NameServer(server, "", "nameless")
        if not self._resolver.may_ask_directly(address):
            return NameServer(server, address, "not-asked")
        key = (zone, address)
        if key in self._first:
            answer = await asyncio.shield(self._first[key])
            if _state(answer, zone) in _FOR_EVERY_NAME:
                return NameServer(server, address, _state(answer, zone), answer)
        task = asyncio.ensure_future(self._resolver.ask_directly(address, name, record_type))
        self._first.setdefault(key, task)
        answer = await asyncio.shield(task)
        return NameServer(server, address, _state(answer, zone), answer)

    async def _with_dnssec(
        self, walk: dict[str, asyncio.Task[Answer]], name: str, record_type: str
    ) -> Delegation | None:
        """The zone whose signatures are broken, if the resolver has an answer that it keeps back for that reason."""
        checked = await self._resolver.look_up(name, record_type)
        if checked.kind != "servfail":
            return None
        unchecked = await self._resolver.look_up_unchecked(name, record_type)
        await asyncio.wait(walk.values())
        seen = _as_the_resolver_sees_it(walk)
        if not unchecked.known or seen is None:
            return None
        return Delegation(seen.zone, (), (*seen.way, checked, unchecked), proven=False, reason="dnssec")


def _cuts(walk: dict[str, asyncio.Task[Answer]]) -> list[_Cut]:
    """The zones on the way whose name servers the resolver knows, nearest the root first."""
    answers = {zone: task.result() for zone, task in walk.items() if task.done()}
    return [
        _Cut(zone, answer.values) for zone, answer in answers.items() if answer.kind == "answer" and not answer.aliases
    ]


def _as_the_resolver_sees_it(walk: dict[str, asyncio.Task[Answer]]) -> Delegation | None:
    """Where no server can be asked directly: the zone begins at the topmost name that the resolver cannot answer for.

    Any name between a zone that answers and that one would have been answered by the zone above it.
    """
    answers = {zone: task.result() for zone, task in walk.items()}
    cuts = _cuts(walk)
    if not cuts:
        return None
    below = [answer for zone, answer in answers.items() if zone != cuts[-1].zone and is_within(zone, cuts[-1].zone)]
    failing = next((answer for answer in below if not answer.known), None)
    way = (answers[cuts[-1].zone], *((failing,) if failing is not None else ()))
    if failing is not None and failing.question.name != next(reversed(answers)):
        return Delegation(failing.question.name, (), way, proven=False)
    return Delegation(cuts[-1].zone, (), way, proven=False)


def _state(answer: Answer, zone: str) -> State:
    if answer.known or answer.note == ALIAS_LOOP:
        if not answer.authoritative:
            return "lame"
        return "answers" if answer.seconds <= IN_TIME else "slow"
    if answer.referral is not None:
        return "answers" if answer.referral.zone != zone and is_within(answer.referral.zone, zone) else "lame"
    return _FAILURES[answer.kind]


def _referral(replies: Sequence[Answer], zone: str, name: str) -> Referral | None:
    """A referral further down, never sideways or back up."""
    for reply in replies:
        below = reply.referral
        if below is not None and below.zone != zone and is_within(below.zone, zone) and is_within(name, below.zone):
            return below
    return None


def _alias(replies: Sequence[Answer]) -> str:
    """The name that an authoritative server gives instead, without saying what becomes of it."""
    return next((reply.aliases[-1] for reply in replies if reply.authoritative and reply.aliases), "")
