"""Reverse DNS of addresses: is there a name, does it lead back, how long does it take, and whose fault is it if not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal

from wizard.facts import Evidence
from wizard.resolve.answers import Answer
from wizard.resolve.delegation import Delegation, Tracer
from wizard.resolve.generic import looks_generic
from wizard.resolve.names import Address, reverse_name
from wizard.resolve.resolver import IN_TIME, Resolver

Outcome = Literal["holds", "missing", "mismatch", "timeout", "failed", "unknown"]

MAX_NAMES = 50
# An answer that took as long as allowed is in time, though measuring it adds a little.
TOLERANCE = 0.05
SUSPICIOUS = 3.0
"""Seconds of silence after which it is found out whether the resolver replies to anything."""
LIKELY_LATE = 4.5
"""Seconds of silence after which the delegation is followed, so that the fault is found soon after time is up."""


@dataclass(frozen=True, slots=True)
class Traced:
    """An answer and, where it failed or came late, what following the delegation found.

    `resolver_answers` tells whether the resolver had answered anything by then.
    """

    answer: Answer
    delegation: Delegation | None = None
    resolver_answers: bool = True

    @property
    def late(self) -> bool:
        silent = self.answer.kind == "timeout" or self.answer.seconds > IN_TIME + TOLERANCE
        failed = not self.answer.known and self.answer.kind not in {"budget", "network-error"}
        return silent or (failed and self.delegation is not None and self.delegation.all_silent())


@dataclass(frozen=True, slots=True)
class NameCheck:
    """A name of the address. `leads_back` is None where its own look-up got no answer."""

    name: str
    leads_back: bool | None
    generic: bool
    forward: Traced


@dataclass(frozen=True, slots=True)
class Reverse:
    """What reverse DNS says of one address.

    `outcome`: `holds`; `missing` (no PTR); `mismatch` (none of the names leads back); `timeout` (no answer in time,
    5 s or less being in time); `failed` (an error instead of an answer); `unknown` (the resolver answers nothing at
    all, or the run's time was spent: this says nothing about the zone). `decisive` is the look-up it rests on.
    """

    address: str
    outcome: Outcome
    pointer: Traced
    names: tuple[NameCheck, ...]
    decisive: Traced

    @property
    def seconds(self) -> float:
        """How long the decisive look-up took, or was waited for; to a tenth of a second."""
        return round(self.decisive.answer.seconds, 1)

    @property
    def at_fault(self) -> Literal["", "zone", "resolver"]:
        """Whose fault a `timeout` or `failed` is, empty where that could not be found out."""
        if self.outcome not in {"timeout", "failed"}:
            return ""
        delegation = self.decisive.delegation
        if delegation is not None:
            return "resolver" if delegation.is_sound else "zone"
        return "" if self.decisive.resolver_answers else "resolver"

    @property
    def zone(self) -> str:
        """The zone at fault; for a missing PTR the zone that would hold it. Empty where DNS does not tell."""
        if self.outcome == "missing":
            return self.pointer.answer.zone
        delegation = self.decisive.delegation
        return delegation.zone if self.at_fault == "zone" and delegation is not None else ""

    @property
    def server(self) -> str:
        """The name of the first server at fault; the resolver's address where it is at fault itself."""
        if self.at_fault == "resolver":
            return self.decisive.answer.server
        delegation = self.decisive.delegation
        if self.at_fault != "zone" or delegation is None or not delegation.guilty:
            return ""
        return delegation.guilty[0].name

    def evidence(self) -> tuple[Evidence, ...]:
        """Each question with its answer or failure, then the delegation where it was followed."""
        told = [self.pointer.answer.evidence(), *(check.forward.answer.evidence() for check in self.names)]
        if self.decisive.delegation is not None:
            told += self.decisive.delegation.evidence()
        return tuple(dict.fromkeys(told))


async def check_reverse(resolver: Resolver, addresses: Iterable[str]) -> list[Reverse]:
    """All addresses side by side, in their order; a delegation is followed only where a look-up failed or was late."""
    tracer = Tracer(resolver)
    return list(await asyncio.gather(*(_check(resolver, tracer, ip_address(text)) for text in addresses)))


async def _check(resolver: Resolver, tracer: Tracer, address: Address) -> Reverse:
    pointer = await _look_up_traced(resolver, tracer, reverse_name(address), "PTR")
    names = dict.fromkeys(pointer.answer.values[:MAX_NAMES])
    checks = tuple(await asyncio.gather(*(_check_name(resolver, tracer, name, address) for name in names)))
    outcome, decisive = _judge(pointer, checks, alive=await _is_alive(resolver, pointer))
    return Reverse(str(address), outcome, pointer, checks, decisive)


async def _check_name(resolver: Resolver, tracer: Tracer, name: str, address: Address) -> NameCheck:
    forward = await _look_up_traced(resolver, tracer, name, "A" if address.version == 4 else "AAAA")
    leads_back = address in {ip_address(value) for value in forward.answer.values} if forward.answer.known else None
    return NameCheck(name, leads_back, looks_generic(name, address), forward)


async def _is_alive(resolver: Resolver, pointer: Traced) -> bool:
    return pointer.answer.kind != "timeout" or await resolver.is_alive()


def _judge(pointer: Traced, checks: tuple[NameCheck, ...], *, alive: bool) -> tuple[Outcome, Traced]:
    unanswered = _unanswered(pointer, alive=alive)
    if unanswered is not None:
        return unanswered, pointer
    if pointer.answer.missing:
        return "missing", pointer
    leading_back = [check for check in checks if check.leads_back]
    if leading_back:
        quickest = min(leading_back, key=lambda check: check.forward.answer.seconds).forward
        return ("timeout", quickest) if quickest.late else ("holds", pointer)
    failures = [(_unanswered(check.forward, alive=True), check.forward) for check in checks]
    for outcome in ("timeout", "failed", "unknown"):
        for failure, forward in failures:
            if failure == outcome:
                return failure, forward
    return "mismatch", pointer


def _unanswered(traced: Traced, *, alive: bool) -> Outcome | None:
    """How a look-up got no answer, or none in time; None where it was answered."""
    if traced.answer.kind in {"budget", "network-error"} or not alive:
        return "unknown"
    if traced.late:
        return "timeout"
    return None if traced.answer.known else "failed"


async def _look_up_traced(resolver: Resolver, tracer: Tracer, name: str, record_type: str) -> Traced:
    looking_up = asyncio.ensure_future(resolver.look_up(name, record_type))
    if await _settles(looking_up, SUSPICIOUS):
        return Traced(looking_up.result())
    checking = None if looking_up.done() else asyncio.ensure_future(resolver.is_alive())
    if await _settles(looking_up, LIKELY_LATE - SUSPICIOUS):
        return Traced(looking_up.result())
    tracing = asyncio.ensure_future(_trace(tracer, name, record_type, checking))
    if not looking_up.done() and await _settles(looking_up, IN_TIME + TOLERANCE - LIKELY_LATE):
        tracing.cancel()
        return Traced(looking_up.result())
    alive, delegation = await tracing
    return Traced(await looking_up, delegation, resolver.answered or not alive)


async def _settles(looking_up: asyncio.Future[Answer], seconds: float) -> bool:
    """Whether an answer comes within that time that needs no tracing."""
    await asyncio.wait({looking_up}, timeout=seconds)
    if not looking_up.done():
        return False
    answer = looking_up.result()
    return answer.known or answer.kind in {"budget", "network-error"}


async def _trace(
    tracer: Tracer, name: str, record_type: str, checking: asyncio.Future[bool] | None
) -> tuple[bool, Delegation | None]:
    """Whether the resolver replies to anything at all, and if so whose fault it is that it has no answer."""
    if checking is not None and not await checking:
        return False, None
    return True, await tracer.trace(name, record_type)
