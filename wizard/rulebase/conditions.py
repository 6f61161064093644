"""Conditions on facts, read three-valued: yes, no, or open while the fact is not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from wizard.facts import UNAVAILABLE, Value

NONE = "none"
"""The value of a fact that was looked for where it would have to be, and is not there."""


class Condition(NamedTuple):
    """One test of one fact: `is` and `not` against `words`, `at least` and `under` against `number`, `given`."""

    fact: str
    op: str
    words: tuple[str, ...] = ()
    number: float = 0.0

    def judge(self, facts: Mapping[str, Value]) -> bool | None:
        """Yes, no, or None while the fact is open. `unavailable` satisfies only an `is` that lists it, `given` is also
        not satisfied by `none`; whether the fact applies at all (its `when`) is for the rule to say.

        >>> [Condition("a", "not", ("x",)).judge(f) for f in ({}, {"a": "x"}, {"a": "y"}, {"a": "unavailable"})]
        [None, False, True, False]
        >>> Condition("n", "at least", number=20).judge({"n": 20})
        True
        """
        if self.fact not in facts:
            return None
        value = facts[self.fact]
        if self.op == "is":
            return value in self.words
        if value == UNAVAILABLE:
            return False
        if self.op == "not":
            return value not in self.words
        if value == NONE:
            return False
        if self.op == "given":
            return True
        if not isinstance(value, (int, float)):
            raise ValueError(f"{self.fact} must be a number, not {value!r}")
        return value >= self.number if self.op == "at least" else value < self.number


def judge_all(conditions: Iterable[Condition], facts: Mapping[str, Value]) -> bool | None:
    """A conjunction: no if any is no, else open if any is open, else yes."""
    answer: bool | None = True
    for condition in conditions:
        one = condition.judge(facts)
        if one is False:
            return False
        if one is None:
            answer = None
    return answer
