"""What hangs on the facts that are still open: which of them, once known, could change the conclusion.

A conclusion is settled when no answers to what is open could displace it, raise its confidence or select another
remedy. Each open rule that could is tried out: its open facts are given values that make it fire, everything else stays
open, and those facts are wanted without which the conclusion would be another one. If any way of completing the facts
changes the conclusion then one such rule alone does, so nothing is missed; and a rule that is overruled whenever it
fires asks for nothing. What only explains a conclusion, by its fate, is another matter: `explaining`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, product
from typing import NamedTuple

from wizard.facts import Value
from wizard.rulebase.base import RuleBase
from wizard.rulebase.firing import Fired, best
from wizard.rulebase.model import CONFIDENCES, NOTHING, OTHER, Finding, Rule, Symbol

TRIALS_A_RULE = 300
"""How many combinations of values a rule is tried with; what is undecided after that counts as wanted."""

Answers = Mapping[str, Symbol]
Asks = Mapping[str, frozenset[Symbol]]


class Conclusion(NamedTuple):
    """What must not change any more once the facts are settled."""

    finding: str
    confidence: str
    remedy: str


def conclusion(base: RuleBase, fired: Iterable[Fired], facts: Mapping[str, Value]) -> Conclusion | None:
    """What these findings conclude, on these facts."""
    one = best(base, fired)
    if one is None:
        return None
    finding = base.findings[one.finding]
    applies = finding.remedies_by is None or base.applies(finding.remedies_by, facts)
    return Conclusion(one.finding, one.confidence, finding.remedy_key(facts) if applies else OTHER)


def wanted(base: RuleBase, fired: Sequence[Fired], known: Mapping[str, Value]) -> dict[str, frozenset[str]]:
    """Open fact → the findings that hang on it, for the facts that could change the conclusion. Empty: it is settled.

    `known` has what is derived too, and a derived fact may be among those wanted.
    """
    trial = _Trial(base, fired, known)
    return _gathered((way, trial.decisive(way)) for way in trial.ways())


def explaining(base: RuleBase, fired: Sequence[Fired], known: Mapping[str, Value]) -> dict[str, frozenset[str]]:
    """Open fact → the findings that hang on it, for what would explain the conclusion without changing it."""
    trial = _Trial(base, fired, known)
    return _gathered((way, way.asks) for way in trial.explanations(best(base, fired)))


def _gathered(asked: Iterable[tuple[_Way, Iterable[str]]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for way, facts in asked:
        for fact in facts:
            found.setdefault(fact, set()).add(way.finding.id)
    return {fact: frozenset(found[fact]) for fact in sorted(found)}


class _Way(NamedTuple):
    """How the conclusion could change: what a rule still asks of the open facts. A remedy's way fires nothing."""

    finding: Finding
    confidence: str | None
    asks: Asks

    def fires(self, answers: Answers) -> bool:
        for fact, allowed in self.asks.items():  # noqa: SIM110 (asked some ten thousand times in a run)
            if answers.get(fact) not in allowed:
                return False
        return True


class _Trial:
    """One state of the facts, to which answers are added to see what would come of them."""

    def __init__(self, base: RuleBase, fired: Sequence[Fired], known: Mapping[str, Value]) -> None:
        self.base = base
        self.fired = {one.finding: one.confidence for one in fired}
        self.now = conclusion(base, fired, known)
        self.displaced = {other for name in self.fired for other in base.findings[name].instead_of}
        self.symbols = {fact: base.symbol(fact, value) for fact, value in known.items()}
        self._applies = {
            finding.id: base.allowed(base.when_closed[finding.remedies_by])
            for finding in base.findings.values()
            if finding.remedies_by
        }
        self._remedy_keys = {name: base.findings[name].remedy_keys for name in self._applies}
        self.open = [way for way in map(self._way, base.rules) if way is not None]
        self._open_by_first: dict[str, list[_Way]] = {}
        for way in self.open:
            self._open_by_first.setdefault(next(iter(way.asks)), []).append(way)

    def _way(self, rule: Rule) -> _Way | None:
        asks: dict[str, frozenset[Symbol]] = {}
        for fact, allowed in self.base.allowed_by(rule).items():
            if fact not in self.symbols:
                asks[fact] = allowed
            elif self.symbols[fact] not in allowed:
                return None
        return _Way(self.base.findings[rule.finding], rule.confidence, asks) if asks else None

    def ways(self) -> Iterator[_Way]:
        """The open rules that could change the conclusion by themselves, then the open choice of its remedy."""
        yield from filter(self._could_change, self.open)
        if self.now is not None:
            finding = self.base.findings[self.now.finding]
            asks = self._remedy_asks(finding)
            if asks:
                yield _Way(finding, None, asks)

    def explanations(self, concluded: Fired | None) -> Iterator[_Way]:
        """The open rules of findings that are worth looking for beside what is concluded."""
        fate = concluded.fate if concluded else NOTHING
        for way in self.open:
            known = self.fired.get(way.finding.id)
            if fate in way.finding.explains and _certainty(way.confidence) < _certainty(known):
                yield way

    def _remedy_asks(self, finding: Finding) -> Asks:
        """What is open of the fact that the finding's remedies hang on: its value, and whether it applies."""
        if finding.remedies_by is None:
            return {}
        applies = self._applies[finding.id]
        if any(self.symbols.get(fact) not in {None, *allowed} for fact, allowed in applies.items()):
            return {}
        asked = {**applies, finding.remedies_by: frozenset(self.base.domains[finding.remedies_by])}
        return {fact: allowed for fact, allowed in asked.items() if fact not in self.symbols}

    def _could_change(self, way: _Way) -> bool:
        finding = way.finding
        if self.now is None:
            return finding.role == "outcome" and finding.id not in self.displaced
        if self.now.finding in finding.instead_of:
            return True
        if finding.id == self.now.finding:
            return _certainty(way.confidence) < _certainty(self.now.confidence)
        earlier = self.base.rank(finding.id) < self.base.rank(self.now.finding)
        return finding.role == "outcome" and earlier and finding.id not in self.displaced

    def decisive(self, way: _Way) -> set[str]:
        """The facts that this way asks for and that the conclusion would hang on."""
        near = self._near(way)
        undecided = set(way.asks)
        choices = product(*(self._in_order(fact, allowed) for fact, allowed in way.asks.items()))
        for choice in islice(choices, TRIALS_A_RULE):
            answers = dict(zip(way.asks, choice, strict=True))
            firing = [other for other in near if other.fires(answers)]
            then = self._conclude(firing, answers)
            if then != self.now:
                undecided = {fact for fact in undecided if self._conclude(*_without(fact, firing, answers)) == then}
            if not undecided:
                break
        exhausted = next(choices, None) is None
        return set(way.asks) - undecided if exhausted or not undecided else set(way.asks)

    def _near(self, way: _Way) -> list[_Way]:
        """The open rules that ask for nothing else than this way does."""
        asked = way.asks.keys()
        able = (other for fact in asked for other in self._open_by_first.get(fact, ()))
        return [other for other in able if other.asks.keys() <= asked]

    def _in_order(self, fact: str, allowed: frozenset[Symbol]) -> list[Symbol]:
        return [symbol for symbol in self.base.domains[fact] if symbol in allowed]

    def _conclude(self, firing: Sequence[_Way], answers: Answers) -> Conclusion | None:
        """What would be concluded if these answers were added to what is known, on which these rules then fire."""
        fired = dict(self.fired)
        for way in firing:
            name = way.finding.id
            if way.confidence and _certainty(way.confidence) < _certainty(fired.get(name)):
                fired[name] = way.confidence
        displaced = self.displaced.union(*(way.finding.instead_of for way in firing))
        for name in self.base.order:
            if name in fired and name not in displaced:
                return Conclusion(name, fired[name], self._remedy(self.base.findings[name], answers))
        return None

    def _remedy(self, finding: Finding, answers: Answers) -> str:
        if finding.remedies_by is None:
            return OTHER
        symbol = self._symbol(finding.remedies_by, answers)
        if symbol not in self._remedy_keys[finding.id]:
            return OTHER
        applies = all(self._symbol(fact, answers) in allowed for fact, allowed in self._applies[finding.id].items())
        return str(symbol) if applies else OTHER

    def _symbol(self, fact: str, answers: Answers) -> Symbol | None:
        return answers.get(fact, self.symbols.get(fact))


def _certainty(confidence: str | None) -> int:
    return CONFIDENCES.index(confidence) if confidence else len(CONFIDENCES)


def _without(fact: str, firing: Sequence[_Way], answers: Answers) -> tuple[list[_Way], Answers]:
    """The rules that still fire where one of the answers is not given, and the others."""
    left = {other: symbol for other, symbol in answers.items() if other != fact}
    return [way for way in firing if fact not in way.asks], left
