"""What a case file holds, as far as this program's vocabulary knows it: the file may be older, or anybody's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from wizard.case import Step
from wizard.facts import Fact
from wizard.rows import Row
from wizard.rulebase.base import RuleBase


def fitting(steps: Iterable[Step], base: RuleBase) -> list[Step]:
    """The steps without facts that are not in the vocabulary, and without those steps that gave a fact a value which it
    cannot have: what these told is open again.
    """
    known = [_known(step, base) for step in steps]
    return [step for step in known if all(_possible(fact, base) for fact in _facts(step))]


def _known(step: Step, base: RuleBase) -> Step:
    rows = None if step.rows is None else tuple(_known_row(row, base) for row in step.rows)
    return replace(step, facts=tuple(fact for fact in step.facts if fact.name in base.facts), rows=rows)


def _known_row(row: Row, base: RuleBase) -> Row:
    before = None if row.before is None else _in_vocabulary(row.before, base)
    return replace(row, facts=_in_vocabulary(row.facts, base), before=before)


def _in_vocabulary(facts: Mapping[str, Fact], base: RuleBase) -> dict[str, Fact]:
    return {name: fact for name, fact in facts.items() if name in base.facts and fact.name == name}


def _facts(step: Step) -> Iterable[Fact]:
    yield from step.facts
    for row in step.rows or ():
        yield from row.facts.values()
        yield from (row.before or {}).values()


def _possible(fact: Fact, base: RuleBase) -> bool:
    try:
        base.symbol(fact.name, fact.value)
    except (ValueError, TypeError, OverflowError):
        return False
    return base.facts[fact.name].derive is None
