"""A page on which facts are written down together with the lines that say so."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from sys import intern

from wizard.facts import Evidence, Fact, Facts, Value
from wizard.maillog.loglines import Lines, LogLine


class Says:
    """Facts of one attempt, by name. What the lines do not say the caller says as `none`, so nobody guesses."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[Value, Sequence[LogLine], Collection[Evidence]]] = {}

    def say(self, name: str, value: Value | None, *lines: LogLine | None, evidence: Collection[Evidence] = ()) -> None:
        """Write a fact down with its lines; None says nothing (a text that the line does not have)."""
        if value is None or value == "":
            return
        self._said[name] = value, [line for line in lines if line is not None], evidence

    def __contains__(self, name: str) -> bool:
        """Whether a fact was said."""
        return name in self._said

    @property
    def facts(self) -> dict[str, Fact]:
        """All that was said."""
        return {name: _fact(name, value, lines, more) for name, (value, lines, more) in self._said.items()}

    def page(self, lines: Lines) -> Page:
        """All that was said in lines of the log."""
        shape = _shape(tuple((name, len(said)) for name, (_, said, _) in self._said.items()))
        values = tuple(intern(value) if type(value) is str else value for value, _, _ in self._said.values())
        return Page(
            lines, shape, values, array("I", [line.order for _, said, _ in self._said.values() for line in said])
        )


_Shape = dict[str, tuple[int, int, int]]
"""By name of a fact: which of the values it has, and its lines' beginning and end."""


class Page(Facts):
    """What was said: thousands of attempts say dozens of things, of which few are shown with their lines."""

    __slots__ = ("_lines", "_orders", "_shape", "_values")

    def __init__(self, lines: Lines, shape: _Shape, values: tuple[Value, ...], orders: array[int]) -> None:
        self._lines = lines
        self._shape = shape
        self._values = values
        self._orders = orders

    def __len__(self) -> int:
        return len(self._shape)

    def __iter__(self) -> Iterator[str]:
        return iter(self._shape)

    def __getitem__(self, name: str) -> Fact:
        at, begin, end = self._shape[name]
        return _fact(name, self._values[at], list(self._lines.some(self._orders[begin:end])))

    def said(self) -> dict[str, Value]:
        return dict(zip(self._shape, self._values, strict=True))


@lru_cache(4096)
def _shape(counts: tuple[tuple[str, int], ...]) -> _Shape:
    """One for all pages that say the same things in as many lines."""
    shape: _Shape = {}
    begin = 0
    for at, (name, count) in enumerate(counts):
        shape[name] = at, begin, begin + count
        begin += count
    return shape


def _fact(name: str, value: Value, lines: Sequence[LogLine], evidence: Collection[Evidence] = ()) -> Fact:
    if not lines and not evidence:
        return Fact(name, value, "logs")
    at = next((line.iso for line in lines if line.time), None)
    return Fact(name, value, "logs", at, (*(line.evidence for line in lines), *evidence))
