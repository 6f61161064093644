"""Facts that follow from other facts, by a closed list of pure operators.

An open operand leaves the derived fact open. An operand that is `none` makes a relation `no` (nothing there is neither
equal nor later); one that is `unavailable`, or a time that is none, makes it `unavailable`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from wizard.facts import UNAVAILABLE, Value

RELATION_VALUES = ("yes", "no")
OPERATORS = ("any_of", "equal", "within", "later", "longer")


class Derivation(NamedTuple):
    """`any_of` takes the first known operand; `equal`, `within` (`number` seconds), `later` and `longer` relate two.

    >>> Derivation("within", ("a", "b"), 300).compute(["2024-05-01T10:00:00", "2024-05-01T10:04:00"])
    'yes'
    >>> Derivation("later", ("a", "b")).compute(["2024-05-01T10:00:00", None])
    >>> Derivation("any_of", ("a", "b")).compute([None, "192.0.2.1"])
    '192.0.2.1'
    """

    operator: str
    operands: tuple[str, ...]
    number: float = 0.0

    def compute(self, values: Sequence[Value | None]) -> Value | None:
        """The derived value for the operands' (None for an open one), or None while it is open."""
        if self.operator == "any_of":
            return _any_of(values)
        left, right = values
        if "none" in (left, right):
            return "no"
        if left is None or right is None:
            return None
        if UNAVAILABLE in (left, right):
            return UNAVAILABLE
        holds = self._relate(left, right)
        return UNAVAILABLE if holds is None else RELATION_VALUES[not holds]

    def _relate(self, left: Value, right: Value) -> bool | None:
        if self.operator == "equal":
            return _folded(left) == _folded(right)
        if self.operator == "longer":
            return _number(left) > _number(right)
        distance = _seconds_between(left, right)
        if distance is None:
            return None
        return abs(distance) <= self.number if self.operator == "within" else distance > 0


def _any_of(values: Sequence[Value | None]) -> Value | None:
    for value in values:
        if value not in (None, "none", UNAVAILABLE):
            return value
    if None in values:
        return None
    return UNAVAILABLE if UNAVAILABLE in values else "none"


def _folded(value: Value) -> Value:
    return value.casefold() if isinstance(value, str) else value


def _number(value: Value) -> float:
    if isinstance(value, (int, float)):
        return value
    raise ValueError(f"{value!r} is not a number")


def _seconds_between(left: Value, right: Value) -> float | None:
    """`left` minus `right`: numbers of seconds, or ISO times of which both or neither have an offset."""
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return float(left - right)
    try:
        return (_time(left) - _time(right)).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None


def _time(value: Value) -> datetime:
    text = str(value)
    return datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith(("Z", "z")) else text)
