"""Ways through the interview that the shipped rule base allows.

A walk answers each source that the planner turns to with one of its outcomes: what the rule base's own cases have of
the facts that the source gives, every combination of values that rules tell apart where these are few, and failure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from random import Random

from wizard.engine import Engine
from wizard.facts import UNAVAILABLE, Value
from wizard.planner import Exhausted, Gather, Key, Plan, Settled, attempt_key, plan
from wizard.rulebase.base import RuleBase
from wizard.rulebase.cases import RuleCase
from wizard.rulebase.model import COSTS, Source, Symbol

Facts = dict[str, Value]
QUESTIONS = ("user", "others")
FEW = 12
"""Combinations of values up to which all of them are tried."""
LONGEST = 60
KEY = "search.key"


@dataclass(frozen=True)
class Taken:
    """One step of a walk: the facts and what was tried before it, what the planner said, what came of it."""

    before: Mapping[str, Value]
    tried: frozenset[Key]
    gather: Gather
    outcome: Mapping[str, Value]


@dataclass
class Walk:
    """A walk from nothing known to its end."""

    steps: list[Taken] = field(default_factory=list)
    facts: Facts = field(default_factory=dict)
    tried: frozenset[Key] = frozenset()
    unanswered: frozenset[Key] = frozenset()
    settled: bool = False

    @property
    def questions(self) -> list[str]:
        return [one.gather.source.name for one in self.steps if one.gather.source.cost in QUESTIONS]


Choose = Callable[[Source, Sequence[Facts], Mapping[str, Value]], Facts]
"""Says what comes of a source: one of its outcomes, or something else, in a state of the facts."""


class Explorer:
    """Follows walks of one rule base."""

    def __init__(self, base: RuleBase, cases: Iterable[RuleCase]) -> None:
        self.base = base
        self.engine = Engine(base)
        self._cases = tuple(cases)
        self._planned: dict[object, Plan] = {}
        self._outcomes = {name: self._of(source) for name, source in base.sources.items()}

    def walk(self, choose: Choose, allowed: Sequence[str] = COSTS) -> Walk:
        """One walk; `choose` says what comes of each source."""
        walk = Walk()
        while True:
            assert len(walk.steps) < LONGEST, "a walk without end"
            step = self._plan(walk, allowed)
            if isinstance(step, Settled):
                walk.settled = True
                return walk
            if isinstance(step, Exhausted):
                if all(walk.facts.get(name) == UNAVAILABLE for name in step.facts):
                    return walk
                walk.facts.update(dict.fromkeys(step.facts, UNAVAILABLE))
                continue
            key = attempt_key(self.base, step.source, walk.facts)
            assert key not in walk.tried, f"{step.source.name} is tried twice with the same inputs"
            outcome = choose(step.source, list(self.outcomes(step.source, walk.facts)), walk.facts)
            walk.steps.append(Taken(dict(walk.facts), walk.tried, step, outcome))
            walk.facts.update(outcome)
            walk.tried |= {key}
            if not outcome and step.source.cost in QUESTIONS:
                walk.unanswered |= {key}

    def _plan(self, walk: Walk, allowed: Sequence[str]) -> Plan:
        """The planner's step, remembered by the state that it was planned in."""
        state = (frozenset(walk.facts.items()), walk.tried, tuple(allowed))
        if state not in self._planned:
            self._planned[state] = plan(self.base, self.engine.fire, walk.facts, walk.tried, allowed)
        return self._planned[state]

    def random(self, seed: object, success: float = 0.8) -> Walk:
        """A walk by chance: each source succeeds with this probability."""
        return self.on_row(Random(str(seed)).choice(self.rows()), seed, success, sure=())

    def on_row(
        self, row: Facts, seed: object, success: float, sure: Collection[str] = ("ask-sender", "ask-log")
    ) -> Walk:
        """A walk by chance on which the log says this, once it is searched, and some sources surely succeed."""
        random = Random(str(seed))

        def choose(source: Source, outcomes: Sequence[Facts], facts: Mapping[str, Value]) -> Facts:
            if source.gatherer == "logs":  # however it is called for, the search gives whole rows, and never nothing
                by_address = "sender.address" in facts and "log.connection" not in row
                return {**row, "log.connection": "none"} if by_address else row
            found = [one for one in outcomes if one]
            return random.choice(found) if found and (source.name in sure or random.random() < success) else {}

        return self.walk(choose)

    def outcomes(self, source: Source, facts: Mapping[str, Value]) -> Iterator[Facts]:
        """What may come of a source in a state: facts that are known keep their values, others must apply."""
        for outcome in self._outcomes[source.name]:
            told = {n: v for n, v in outcome.items() if facts.get(n, UNAVAILABLE) in (UNAVAILABLE, v)}
            known = self.base.derive({**facts, **told})
            applying = {name: value for name, value in told.items() if self.base.applies(name, known) is not False}
            if applying or not outcome:
                yield applying

    def rows(self) -> list[Facts]:
        """What the log may say, as the cases of the rule base have it."""
        return [row for row in self._outcomes["logs"] if row]

    def _of(self, source: Source) -> list[Facts]:
        given = [name for name in self.base.given_by(source.name) if not self.base.facts[name].derive]
        found: list[Facts] = [{}]
        found += [{n: v for n, v in case.facts.items() if n in given and v != UNAVAILABLE} for case in self._cases]
        choices = [[None, *self.values(name)] for name in given]
        size = 1
        for choice in choices:
            size *= len(choice)
        if size <= FEW:
            combinations = product(*choices)
            found += [{n: v for n, v in zip(given, one, strict=True) if v is not None} for one in combinations]
        elif source.cost in QUESTIONS:
            found.append({name: self.values(name)[0] for name in given})
        if KEY in given:  # whoever answers such a question gives something to search for
            found = [{**one, KEY: "given"} if one else {} for one in found]
        needed = {need for other in self.base.sources.values() for need in other.needs} & set(given)
        if needed and source.cost in QUESTIONS:  # an answer has what it is asked for
            found = [one for one in found if not one or needed & set(one)]
        return list(_distinct(found))

    def values(self, fact: str) -> list[Value]:
        """One value for each thing that rules tell apart of a fact, but for `unavailable`."""
        own = self.base.facts[fact].values
        told_apart = (one for one in self.base.domains[fact] if one in own or one not in (UNAVAILABLE, "none"))
        return [self.value(fact, one) for one in told_apart]

    def value(self, fact: str, symbol: Symbol) -> Value:
        """A value that rules read as this symbol."""
        kind = self.base.facts[fact]
        if isinstance(symbol, int):
            return (0.0, *self.base.thresholds(fact))[symbol]
        if kind.type == "addresses":
            return ("192.0.2.1",)
        return "192.0.2.1" if kind.type == "address" else str(symbol)


def _distinct(found: Iterable[Facts]) -> Iterator[Facts]:
    seen: set[frozenset[tuple[str, Value]]] = set()
    for one in found:
        key = frozenset(one.items())
        if key not in seen:
            seen.add(key)
            yield one
