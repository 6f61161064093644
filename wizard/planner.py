"""Which source of facts to turn to next, and why: the same computation for the guided run, `--auto` and `next`.

Wanted are the open facts that could change the conclusion (`wizard.rulebase.stakes`) and whatever must be known to get
them. A fact that no source can give any more is exhausted: it becomes `unavailable`, and rules are fired again, before
anything else is asked for its sake. Of the sources left the next is the least by cost class, then by the technote's
number. What is asked only to make a dearer source possible is put off until that class's turn.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from wizard.facts import UNAVAILABLE, Value
from wizard.rulebase.base import RuleBase
from wizard.rulebase.conditions import NONE
from wizard.rulebase.firing import Fired
from wizard.rulebase.model import COSTS, Source
from wizard.rulebase.stakes import wanted

Fire: TypeAlias = Callable[[Mapping[str, Value]], Sequence[Fired]]
Key: TypeAlias = tuple[str, tuple[Value | None, ...]]
"""A source and the values that it was tried with."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Nothing that is open could change the conclusion."""


@dataclass(frozen=True, slots=True)
class Gather:
    """Try `source` next. `wanted` has the facts wanted of it, each with the findings that hang on it."""

    source: Source
    wanted: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Exhausted:
    """No source can give these facts: they become `unavailable`."""

    facts: tuple[str, ...]


Plan: TypeAlias = Settled | Gather | Exhausted


def attempt_key(base: RuleBase, source: Source, facts: Mapping[str, Value]) -> Key:
    """Under which a source counts as tried: with other values of what it needs and uses it is worth another try."""
    return _key(base, source, base.derive(facts))


Also: TypeAlias = Mapping[str, frozenset[str]]
"""Facts that are wanted for a reason that no rule has, each with the findings that hang on it."""


def plan(
    base: RuleBase,
    fire: Fire,
    facts: Mapping[str, Value],
    tried: Set[Key],
    allowed: Collection[str] = COSTS,
    also: Also = MappingProxyType({}),
) -> Plan:
    """The next step. `fire` is the engine's; `tried` the keys of past attempts, also of those that failed; `allowed`
    the cost classes to draw on. A fact that is `unavailable` counts as open where a source could give it now.
    """
    outlook = _Outlook(base, fire, facts, tried, allowed, also)
    if not outlook.wanted:
        return Settled()
    if lost := outlook.lost():
        return Exhausted(lost)
    steps = outlook.steps()
    return steps[0] if steps else Exhausted(tuple(sorted(outlook.wanted)))


def next_steps(
    base: RuleBase, fire: Fire, facts: Mapping[str, Value], tried: Set[Key], also: Also = MappingProxyType({})
) -> list[Gather]:
    """All that could now be tried, of any cost class, to settle or change the conclusion, in the planner's order."""
    facts = dict(facts)
    while True:
        outlook = _Outlook(base, fire, facts, tried, COSTS, also)
        lost = outlook.lost()
        if not lost:
            return outlook.steps()
        facts.update(dict.fromkeys(lost, UNAVAILABLE))


def _key(base: RuleBase, source: Source, known: Mapping[str, Value]) -> Key:
    inputs = (*source.needs, *source.uses)
    return (source.name, tuple(known[fact] if _has_value(base, known, fact) else None for fact in inputs))


def _has_value(base: RuleBase, known: Mapping[str, Value], fact: str) -> bool:
    """Whether there is something to go by; `none` is that only where it is one of a fact's words."""
    value = known.get(fact, UNAVAILABLE)
    return value != UNAVAILABLE and (value != NONE or base.facts[fact].type == "words")


class _Outlook:
    """One state of the facts, with what is wanted in it and what could still be had."""

    def __init__(
        self,
        base: RuleBase,
        fire: Fire,
        facts: Mapping[str, Value],
        tried: Set[Key],
        allowed: Collection[str],
        also: Also,
    ) -> None:
        self.base = base
        self.known = base.derive({fact: value for fact, value in facts.items() if value != UNAVAILABLE})
        self.sources = {s.name: s for s in base.sources.values() if s.cost in allowed and self._untried(s, tried)}
        self.obtainable = self._obtainable()
        live = {fact: value for fact, value in facts.items() if value != UNAVAILABLE or fact not in self.obtainable}
        self.known = base.derive(live)
        self.wanted = {
            **wanted(base, fire(live), self.known),
            **{fact: findings for fact, findings in also.items() if fact not in self.known},
        }

    def _untried(self, source: Source, tried: Set[Key]) -> bool:
        return _key(self.base, source, self.known) not in tried

    def has(self, fact: str) -> bool:
        return _has_value(self.base, self.known, fact)

    def open(self, facts: Iterable[str]) -> list[str]:
        return [fact for fact in facts if fact not in self.known]

    def open_when(self, fact: str) -> list[str]:
        return self.open(condition.fact for condition in self.base.when_closed[fact])

    def _obtainable(self) -> frozenset[str]:
        """The open facts that some chain of sources could give: the least such set, so that circles add nothing."""
        found: set[str] = set()
        while True:
            more = {fact for fact in self.base.derived if self._derivable(fact, found)}
            for source in self.sources.values():
                if all(self.has(need) or need in found for need in source.needs):
                    more.update(self._could_give(source, found))
            if more <= found:
                return frozenset(found)
            found |= more

    def _could_give(self, source: Source, found: Set[str]) -> Iterator[str]:
        gives = self.base.given_by(source.name)
        for fact in self.open(gives):
            applies = self.base.applies(fact, self.known) is not False
            if applies and all(other in found or other in gives for other in self.open_when(fact)):
                yield fact

    def _derivable(self, fact: str, found: Set[str]) -> bool:
        derivation = self.base.facts[fact].derive
        if derivation is None or fact in self.known:
            return False
        enough = any if derivation.operator == "any_of" else all
        waiting = (self._waits(operand) for operand in derivation.operands)
        return enough(open_facts <= found for open_facts in waiting if open_facts)

    def _waits(self, operand: str) -> Set[str]:
        """What must be known before an operand has its value: itself, and whether it applies."""
        if self.base.applies(operand, self.known) is False:
            return set()
        return set(self.open((operand, *(condition.fact for condition in self.base.when_closed[operand]))))

    def operands(self, fact: str) -> list[str]:
        """The open facts that a derived one waits for; none for any other."""
        derivation = self.base.facts[fact].derive
        return sorted(set().union(*map(self._waits, derivation.operands))) if derivation else []

    def lost(self) -> tuple[str, ...]:
        """The facts wanted, or those that a derived one wanted comes from, that nothing can give."""
        facts = {given for fact in self.wanted for given in self._sourced(fact)}
        return tuple(sorted(facts - self.obtainable))

    def _sourced(self, fact: str) -> Iterator[str]:
        """The fact itself, or the open facts with sources that it is derived from."""
        if not self.base.facts[fact].derive:
            yield fact
        for operand in self.operands(fact):
            yield from self._sourced(operand)

    def steps(self) -> list[Gather]:
        """A step for each source that can be tried now and gives something wanted, the next one first."""
        pursuit = _Pursuit(self)
        for fact, findings in self.wanted.items():
            pursuit.pursue(fact, findings, 0)
        return pursuit.steps()


@dataclass(frozen=True, slots=True)
class _Reached:
    """Why a fact is pursued, and the dearest cost class that it is to serve (an index into COSTS)."""

    findings: frozenset[str]
    cost: int


class _Pursuit:
    """From the facts wanted back to the sources that can be tried now."""

    def __init__(self, outlook: _Outlook) -> None:
        self.outlook = outlook
        self.reached: dict[str, _Reached] = {}
        self.offers: dict[str, tuple[int, dict[str, frozenset[str]]]] = {}

    def pursue(self, fact: str, findings: frozenset[str], cost: int) -> None:
        """Offers what can give the fact, else pursues what must be known for that."""
        before = self.reached.get(fact)
        if before and findings <= before.findings and cost >= before.cost:
            return
        if before:
            findings, cost = findings | before.findings, min(cost, before.cost)
        self.reached[fact] = _Reached(findings, cost)
        outlook = self.outlook
        open_when = outlook.open_when(fact)
        for other in (*outlook.operands(fact), *open_when):
            self.pursue(other, findings, cost)
        for name in outlook.base.facts[fact].sources:
            source = outlook.sources.get(name)
            if source and set(open_when) <= set(outlook.base.given_by(name)):
                self._take(source, fact, findings, max(cost, COSTS.index(source.cost)))

    def _take(self, source: Source, fact: str, findings: frozenset[str], cost: int) -> None:
        missing = [need for need in source.needs if not self.outlook.has(need)]
        if not missing:
            dearest, facts = self.offers.get(source.name, (cost, {}))
            self.offers[source.name] = (min(dearest, cost), {**facts, fact: findings})
        elif all(need in self.outlook.obtainable for need in missing):
            for need in missing:
                self.pursue(need, findings, cost)

    def steps(self) -> list[Gather]:
        offered = sorted(self.offers, key=self._order)
        return [Gather(self.outlook.sources[name], self._why(name)) for name in offered]

    def _why(self, name: str) -> dict[str, tuple[str, ...]]:
        _, facts = self.offers[name]
        return {f: tuple(sorted(facts[f], key=self.outlook.base.rank)) for f in sorted(facts)}

    def _order(self, name: str) -> tuple[int, int, int, int, str]:
        source = self.outlook.sources[name]
        cost, facts = self.offers[name]
        preference = min(self.outlook.base.facts[fact].sources.index(name) for fact in facts)
        return (cost, COSTS.index(source.cost), source.step, preference, name)
