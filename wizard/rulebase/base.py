"""The rule base as a whole: what rules tell apart, which facts apply, what follows from them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isnan
from typing import cast

from wizard.facts import UNAVAILABLE, Value
from wizard.rulebase.conditions import NONE, Condition, judge_all
from wizard.rulebase.model import GIVEN, NUMBERS, TEXTS, FactType, Finding, Rule, Source, Symbol
from wizard.words import Lang, words


@dataclass(frozen=True, eq=False)
class RuleBase:
    """The whole rule base, checked. `order` has all outcomes, the worst first."""

    facts: Mapping[str, FactType]
    sources: Mapping[str, Source]
    findings: Mapping[str, Finding]
    order: tuple[str, ...]

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(rule for name in sorted(self.findings, key=self.rank) for rule in self.findings[name].rules)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.order)}

    def rank(self, finding: str) -> tuple[int, str]:
        """Sorts findings: outcomes in catalogue order, then the others by name."""
        return (self._places.get(finding, len(self.order)), finding)

    @cached_property
    def _given_by(self) -> dict[str, tuple[str, ...]]:
        return {name: tuple(f.name for f in self.facts.values() if name in f.sources) for name in self.sources}

    def given_by(self, source: str) -> tuple[str, ...]:
        """The facts that a source may give."""
        return self._given_by[source]

    def applies(self, fact: str, facts: Mapping[str, Value]) -> bool | None:
        """Whether a fact's `when`, followed to its end, holds: yes, no, or None while that is open."""
        return judge_all(self.when_closed[fact], facts)

    @cached_property
    def when_closed(self) -> dict[str, tuple[Condition, ...]]:
        """Fact → its `when` with the `when` of that, to the end."""
        closed: dict[str, tuple[Condition, ...]] = {}
        for name in self.facts:
            close_when(name, self.facts, closed)
        return closed

    # How values are told apart

    @cached_property
    def _thresholds(self) -> dict[str, tuple[float, ...]]:
        found: dict[str, set[float]] = {name: set() for name, f in self.facts.items() if f.type in NUMBERS}
        conditions = [c for rule in self.rules for c in rule.closed] + [c for f in self.facts.values() for c in f.when]
        for condition in conditions:
            if condition.op in ("at least", "under"):
                found[condition.fact].add(condition.number)
        return {name: tuple(sorted(numbers)) for name, numbers in found.items()}

    def thresholds(self, fact: str) -> tuple[float, ...]:
        """The numbers that rules, and the `when` of facts, compare a numeric fact with, ascending."""
        return self._thresholds[fact]

    def interval(self, fact: str, value: float) -> int:
        """Between which thresholds a number lies: 0 below the first, 1 from the first on, and so forth."""
        return bisect_right(self._thresholds[fact], value)

    def symbol(self, fact: str, value: Value) -> Symbol:
        """A value as rules tell it apart. Raises ValueError for one that the vocabulary does not have."""
        kind = self.facts[fact]
        if value == UNAVAILABLE:
            return UNAVAILABLE
        if kind.type == "words":
            if value in kind.values:
                return str(value)
        elif value == NONE:
            return NONE
        elif kind.type in TEXTS:
            if isinstance(value, (str, tuple)):
                return GIVEN
        elif isinstance(value, (int, float)) and not isinstance(value, bool) and not isnan(value):
            return self.interval(fact, value)
        raise ValueError(f"{fact} cannot be {value!r}")

    @cached_property
    def domains(self) -> dict[str, tuple[Symbol, ...]]:
        """Fact → all that rules tell apart of it, `unavailable` last."""
        return {name: self._domain(kind) for name, kind in self.facts.items()}

    def _domain(self, kind: FactType) -> tuple[Symbol, ...]:
        if kind.type == "words":
            return (*kind.values, UNAVAILABLE)
        if kind.type in NUMBERS:
            return (*range(len(self._thresholds[kind.name]) + 1), NONE, UNAVAILABLE)
        return (GIVEN, NONE, UNAVAILABLE)

    def allowed(self, conditions: Iterable[Condition]) -> dict[str, frozenset[Symbol]]:
        """A conjunction as fact → the symbols that satisfy it; an empty set can never be satisfied."""
        found: dict[str, frozenset[Symbol]] = {}
        for condition in conditions:
            one = self._satisfying(condition)
            found[condition.fact] = found.get(condition.fact, one) & one
        return found

    @cached_property
    def _allowed_by(self) -> dict[tuple[str, int], dict[str, frozenset[Symbol]]]:
        return {(rule.finding, rule.index): self.allowed(rule.closed) for rule in self.rules}

    def allowed_by(self, rule: Rule) -> Mapping[str, frozenset[Symbol]]:
        """What a rule, with the `when` of its facts, asks: fact → the symbols that satisfy it."""
        return self._allowed_by[rule.finding, rule.index]

    def _satisfying(self, condition: Condition) -> frozenset[Symbol]:
        domain = frozenset(self.domains[condition.fact])
        if condition.op == "is":
            return domain & frozenset(condition.words)
        if condition.op == "not":
            return domain - frozenset((*condition.words, UNAVAILABLE))
        if condition.op == "given":
            return domain - {NONE, UNAVAILABLE}
        first = self._thresholds[condition.fact].index(condition.number) + 1
        numbers = [symbol for symbol in domain if isinstance(symbol, int)]
        return frozenset(n for n in numbers if (n >= first) == (condition.op == "at least"))

    def derive(self, facts: Mapping[str, Value]) -> dict[str, Value]:
        """These facts, and what is derived from them. An operand that does not apply counts as `none`; one of which
        that is open counts as open, lest a derived fact change its value.
        """
        known = dict(facts)
        for name in self.derived:
            derivation = self.facts[name].derive
            assert derivation is not None
            value = derivation.compute([self._operand(operand, known) for operand in derivation.operands])
            if value is None:
                known.pop(name, None)
            else:
                known[name] = value
        return known

    def _operand(self, fact: str, known: Mapping[str, Value]) -> Value | None:
        applies = self.applies(fact, known)
        if applies is None:
            return None
        return known.get(fact) if applies else NONE

    @cached_property
    def derived(self) -> tuple[str, ...]:
        """The derived facts, each after those it is derived from."""
        order: dict[str, None] = {}

        def visit(name: str) -> None:
            derivation = self.facts[name].derive
            if derivation is None or name in order:
                return
            for operand in derivation.operands:
                for needed in (operand, *(condition.fact for condition in self.when_closed[operand])):
                    visit(needed)
            order[name] = None

        for name in self.facts:
            visit(name)
        return tuple(order)

    def shown(self, fact: str, value: Value, language: str) -> str:
        """A value as texts show it: in the vocabulary's words where it has some, else as it is."""
        if isinstance(value, tuple):
            return ", ".join(value)
        if isinstance(value, float):
            return f"{value:g}" if value != int(value) else str(int(value))
        texts = self.facts[fact].words.get(str(value))
        if texts is None and value == NONE:
            return words("report", cast(Lang, language))["value.none"]
        return texts[language] if texts else str(value)

    def told_with(self, source: Source, facts: Mapping[str, Value], language: str) -> list[str]:
        """What is known of the facts that a source shows with its question: one line each."""
        return [
            f"{self.facts[name].label[language]}: {self.shown(name, facts[name], language)}"
            for name in source.shows
            if facts.get(name, NONE) not in (NONE, UNAVAILABLE)
        ]


def close_when(
    name: str, facts: Mapping[str, FactType], closed: dict[str, tuple[Condition, ...]]
) -> tuple[Condition, ...]:
    """The `when` of a fact with the `when` of its facts, to the end, kept in `closed`."""
    if name not in closed:
        conditions = facts[name].when
        further = [c for condition in conditions for c in close_when(condition.fact, facts, closed)]
        closed[name] = tuple(dict.fromkeys([*conditions, *further]))
    return closed[name]


def close_conditions(
    conditions: Iterable[Condition], when_closed: Mapping[str, tuple[Condition, ...]]
) -> tuple[Condition, ...]:
    """Conditions with the `when` of their facts: all of this must hold for them to hold."""
    conditions = tuple(conditions)
    return tuple(dict.fromkeys([*conditions, *(c for one in conditions for c in when_closed[one.fact])]))
