"""Which facts a rule that fires has surely found, so that a text may show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wizard.facts import UNAVAILABLE
from wizard.rulebase.conditions import Condition
from wizard.rulebase.model import FactType
from wizard.rulebase.texts import placeholders
from wizard.rulebase.yaml_marks import Node, RuleError, suggestion, word


def guaranteed(conditions: Iterable[Condition], facts: Mapping[str, FactType]) -> frozenset[str]:
    """The facts that have a value to show wherever all these conditions hold."""
    found: set[str] = set()
    for condition in conditions:
        kind = facts[condition.fact]
        if _has_value(condition, kind):
            found.add(condition.fact)
            if kind.derive and kind.derive.operator != "any_of" and condition.words == ("yes",):
                found.update(kind.derive.operands)
    return frozenset(found)


def _has_value(condition: Condition, kind: FactType) -> bool:
    if condition.op == "is":
        return kind.type == "words" and UNAVAILABLE not in condition.words
    if condition.op == "not":
        return kind.type == "words"
    return True


def check_shown(texts: Iterable[Node], known: frozenset[str], facts: Mapping[str, FactType], name: str) -> None:
    """Raises RuleError where a text shows a fact that does not exist, or that need not be known when it is said."""
    for node in texts:
        text = word(node, f"a text of {name}")
        for fact in sorted(placeholders(text)):
            if fact not in facts:
                hint = suggestion(fact, facts)
                raise RuleError(text.at, f"a text of {name} shows {fact}: there is no such fact{hint}")
            if fact not in known:
                raise RuleError(text.at, f"a text of {name} shows {fact}, which not every rule of it guarantees")
