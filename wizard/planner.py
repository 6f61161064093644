"""Which source of facts to turn to next, and why: the same computation for the guided run, `--auto` and `next`.

Wanted are the open facts that could change the conclusion (`wizard.rulebase.stakes`) and whatever must be known to get
them. A fact that no source can give any more is exhausted: it becomes `unavailable`, and rules are fired again, before
anything else is asked for its sake. Of the sources left the next is the least by cost class, then by the technote's
number. What is asked only to make a dearer source possible is put off until that class's turn. What would only explain
the conclusion is looked for as well, but nobody is asked for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from wizard.facts import UNAVAILABLE, Value
from wizard.rulebase.base import RuleBase
from wizard.rulebase.model import COSTS, Source
from wizard.rulebase.outlook import Also, Fire, Key, Outlook, Step, key_of
from wizard.rulebase.stakes import explaining

__all__ = ["Exhausted", "Gather", "Key", "Plan", "Settled", "attempt_key", "next_steps", "plan"]


class Settled(NamedTuple):
    """Nothing that is open could change the conclusion."""


class Gather(NamedTuple):
    """Try `source` next. `wanted` has the facts wanted of it, each with the findings that hang on it."""

    source: Source
    wanted: Mapping[str, tuple[str, ...]]


class Exhausted(NamedTuple):
    """No source can give these facts: they become `unavailable`."""

    facts: tuple[str, ...]


Plan: TypeAlias = Settled | Gather | Exhausted

ASKS_NOBODY = ("free", "outward")
"""The cost classes that an explanation is worth."""


def attempt_key(base: RuleBase, source: Source, facts: Mapping[str, Value]) -> Key:
    """Under which a source counts as tried: with other values of what it needs and uses it is worth another try."""
    return key_of(base, source, base.derive(facts))


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
    outlook = Outlook(base, fire, facts, tried, allowed, also)
    if lost := outlook.lost():
        return Exhausted(lost)
    steps = [*outlook.steps(), *_explanations(base, fire, facts, tried, allowed).steps()]
    if steps:
        return _merged(steps)[0]
    return Exhausted(tuple(sorted(outlook.wanted))) if outlook.wanted else Settled()


def next_steps(
    base: RuleBase, fire: Fire, facts: Mapping[str, Value], tried: Set[Key], also: Also = MappingProxyType({})
) -> list[Gather]:
    """All that could now be tried, of any cost class, to settle or change the conclusion, in the planner's order."""
    facts = dict(facts)
    while True:
        outlook = Outlook(base, fire, facts, tried, COSTS, also)
        lost = outlook.lost()
        if not lost:
            return _merged([*outlook.steps(), *_explanations(base, fire, facts, tried, COSTS).steps()])
        facts.update(dict.fromkeys(lost, UNAVAILABLE))


def _explanations(
    base: RuleBase, fire: Fire, facts: Mapping[str, Value], tried: Set[Key], allowed: Collection[str]
) -> Outlook:
    quiet = [cost for cost in allowed if cost in ASKS_NOBODY]
    return Outlook(base, fire, facts, tried, quiet, find=explaining)


def _merged(steps: Iterable[Step]) -> list[Gather]:
    """One step a source, the next one first, wanted for all that it is wanted for."""
    by_source: dict[str, list[Step]] = {}
    for step in steps:
        by_source.setdefault(step.source.name, []).append(step)
    ordered = sorted(by_source.values(), key=lambda same: min(step.order for step in same))
    return [Gather(same[0].source, _wanted(same)) for same in ordered]


def _wanted(steps: Sequence[Step]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for step in steps:
        for fact, findings in step.wanted.items():
            found[fact] = tuple(dict.fromkeys((*found.get(fact, ()), *findings)))
    return dict(sorted(found.items()))
