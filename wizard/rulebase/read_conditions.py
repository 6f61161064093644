"""The language of conditions: `word` · `not word` · `[a, b]` · `not [a, b]` · `at least N` · `under N` · `given`."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.facts import UNAVAILABLE
from wizard.rulebase.conditions import NONE, Condition
from wizard.rulebase.model import GIVEN, NUMBERS, FactType, number
from wizard.rulebase.yaml_marks import Node, Rows, RuleError, Word, one_of, suggestion, table, words

_COMPARISONS = ("at least ", "under ")


def read_conditions(node: Node, name: str, kinds: Mapping[str, FactType]) -> tuple[Condition, ...]:
    """The conditions of an `if` or `when`, a mapping fact → test. Raises RuleError."""
    found = table(node, name)
    if not found:
        raise RuleError(found.at, f"{name} has no condition")
    return tuple(_read(kinds[one_of(fact, kinds, "fact")], test) for fact, test in found.items())


def _read(kind: FactType, node: Node) -> Condition:
    if isinstance(node, Rows):
        return Condition(kind.name, "is", _members(kind, words(node, f"the test of {kind.name}")))
    if not isinstance(node, Word):
        raise RuleError(node.at, f"the test of {kind.name} must be a word or a list, not a mapping")
    if node == GIVEN:
        return Condition(kind.name, GIVEN)
    if node.startswith("not "):
        return _negation(kind, node)
    for comparison in _COMPARISONS:
        if node.startswith(comparison):
            return _comparison(kind, node, comparison)
    return Condition(kind.name, "is", _members(kind, (node,)))


def _negation(kind: FactType, node: Word) -> Condition:
    rest = node.removeprefix("not ").strip()
    listed = rest[1:-1].split(",") if rest.startswith("[") and rest.endswith("]") else [rest]
    members = []
    for member in listed:
        word = Word(member.strip())
        word.at = node.at
        members.append(word)
    if UNAVAILABLE in members:
        raise RuleError(node.at, f"'not' never matches {UNAVAILABLE}; leave it out (or write given)")
    return Condition(kind.name, "not", _members(kind, tuple(members)))


def _comparison(kind: FactType, node: Word, comparison: str) -> Condition:
    if kind.type not in NUMBERS:
        raise RuleError(node.at, f"{kind.name} is not a number and cannot be compared ({node})")
    try:
        bound = number(node.removeprefix(comparison).strip())
    except ValueError as error:
        raise RuleError(node.at, f"the test {node} of {kind.name} has no number ({error})") from error
    return Condition(kind.name, comparison.strip(), number=float(bound))


def _members(kind: FactType, members: tuple[Word, ...]) -> tuple[str, ...]:
    special = (UNAVAILABLE,) if kind.type == "words" else (NONE, UNAVAILABLE)
    known = (*kind.values, *special)
    for member in members:
        if member in known:
            continue
        if kind.type == "words":
            one_of(member, known, f"value of {kind.name}")
        tests = (GIVEN, *special, *(f"{c}N" for c in _COMPARISONS if kind.type in NUMBERS))
        hint = suggestion(member, tests) if kind.type in NUMBERS else ""
        raise RuleError(member.at, f"{kind.name} can only be tested with {', '.join(tests)}, not {member}{hint}")
    return tuple(str(member) for member in members)
