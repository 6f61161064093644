"""Facts and the evidence they rest on: the only thing that crosses from one room of the house to another."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import NamedTuple

Value = str | int | float | bool | tuple[str, ...]

UNAVAILABLE = "unavailable"
"""The value of a fact whose last source has failed: known to be unknowable for now, unlike an absent (open) fact."""


class Evidence(NamedTuple):
    """What a fact rests on: a log line, a DNS answer, a probe's transcript, an answer, a search that found nothing.

    `source` is a log file's name (then `line` is its 1-based number) or one of `dns`, `probe`, `answer`, `search`.
    `time` is ISO 8601, local with offset where known. `text` is raw: whoever shows it escapes it.
    """

    source: str
    text: str
    line: int | None = None
    time: str | None = None


class Fact(NamedTuple):
    """One thing known. `origin`: `logs`, `dns`, `probe`, `answer` or `option`; `at`: when it happened or was learnt."""

    name: str
    value: Value
    origin: str
    at: str | None = None
    evidence: tuple[Evidence, ...] = ()


class Facts(Mapping[str, Fact]):
    """Facts by name, each put together when it is asked for."""

    __slots__ = ()

    @abstractmethod
    def said(self) -> dict[str, Value]:
        """Their values, for which none has to be put together."""


class More(Facts):
    """Facts with some that were learnt later."""

    __slots__ = ("_facts", "_more")

    def __init__(self, facts: Mapping[str, Fact], more: Mapping[str, Fact]) -> None:
        self._facts = facts
        self._more = more

    def __len__(self) -> int:
        return len(self.said())

    def __iter__(self) -> Iterator[str]:
        return iter(self.said())

    def __getitem__(self, name: str) -> Fact:
        return self._more[name] if name in self._more else self._facts[name]

    def said(self) -> dict[str, Value]:
        return {**values_of(self._facts), **values_of(self._more)}


def values_of(facts: Mapping[str, Fact]) -> dict[str, Value]:
    """What facts say, without what they rest on."""
    return facts.said() if isinstance(facts, Facts) else {name: fact.value for name, fact in facts.items()}
