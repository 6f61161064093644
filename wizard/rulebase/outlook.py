"""One state of the facts: what is wanted in it, what could still be had, and the sources that could be tried for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from wizard.facts import UNAVAILABLE, Value
from wizard.rulebase.base import RuleBase
from wizard.rulebase.conditions import NONE
from wizard.rulebase.firing import Fired
from wizard.rulebase.model import COSTS, Source
from wizard.rulebase.stakes import wanted

Fire: TypeAlias = Callable[[Mapping[str, Value]], Sequence[Fired]]
Key: TypeAlias = tuple[str, tuple[Value | None, ...]]
"""A source and the values that it was tried with."""
Also: TypeAlias = Mapping[str, frozenset[str]]
"""Facts that are wanted for a reason that no rule has, each with the findings that hang on it."""
Find: TypeAlias = Callable[[RuleBase, Sequence[Fired], Mapping[str, Value]], Mapping[str, frozenset[str]]]
"""Which open facts are wanted, each with the findings that hang on it."""
Order: TypeAlias = tuple[int, int, int, int, str]
"""Cost class that is served, own cost class, the technote's number, preference, name."""


class Step(NamedTuple):
    """A source that could be tried, where it stands among others, and the facts wanted of it with their findings."""

    order: Order
    source: Source
    wanted: Mapping[str, tuple[str, ...]]


def key_of(base: RuleBase, source: Source, known: Mapping[str, Value]) -> Key:
    """Under which a source counts as tried, on facts with what is derived from them."""
    inputs = (*source.needs, *source.uses)
    return (source.name, tuple(known[fact] if _has_value(base, known, fact) else None for fact in inputs))


def _has_value(base: RuleBase, known: Mapping[str, Value], fact: str) -> bool:
    """Whether there is something to go by; `none` is that only where it is one of a fact's words."""
    value = known.get(fact, UNAVAILABLE)
    return value != UNAVAILABLE and (value != NONE or base.facts[fact].type == "words")


class Outlook:
    """One state of the facts, with what is wanted in it and what could still be had."""

    def __init__(
        self,
        base: RuleBase,
        fire: Fire,
        facts: Mapping[str, Value],
        tried: Set[Key],
        allowed: Collection[str],
        also: Also = MappingProxyType({}),
        find: Find = wanted,
    ) -> None:
        self.base = base
        self.known = base.derive({fact: value for fact, value in facts.items() if value != UNAVAILABLE})
        self.sources = {s.name: s for s in base.sources.values() if s.cost in allowed and self._untried(s, tried)}
        self.obtainable = self._obtainable()
        live = {fact: value for fact, value in facts.items() if value != UNAVAILABLE or fact not in self.obtainable}
        self.known = base.derive(live)
        self.wanted = {
            **find(base, fire(live), self.known),
            **{fact: findings for fact, findings in also.items() if fact not in self.known},
        }

    def _untried(self, source: Source, tried: Set[Key]) -> bool:
        return key_of(self.base, source, self.known) not in tried

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

    def steps(self) -> list[Step]:
        """A step for each source that can be tried now and gives something wanted."""
        pursuit = _Pursuit(self)
        for fact, findings in self.wanted.items():
            pursuit.pursue(fact, findings, 0)
        return pursuit.steps()


class _Reached(NamedTuple):
    """Why a fact is pursued, and the dearest cost class that it is to serve (an index into COSTS)."""

    findings: frozenset[str]
    cost: int


class _Pursuit:
    """From the facts wanted back to the sources that can be tried now."""

    def __init__(self, outlook: Outlook) -> None:
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

    def steps(self) -> list[Step]:
        return [Step(self._order(name), self.outlook.sources[name], self._why(name)) for name in self.offers]

    def _why(self, name: str) -> dict[str, tuple[str, ...]]:
        _, facts = self.offers[name]
        return {f: tuple(sorted(facts[f], key=self.outlook.base.rank)) for f in sorted(facts)}

    def _order(self, name: str) -> Order:
        source = self.outlook.sources[name]
        cost, facts = self.offers[name]
        preference = min(self.outlook.base.facts[fact].sources.index(name) for fact in facts)
        return (cost, COSTS.index(source.cost), source.step, preference, name)
