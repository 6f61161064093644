"""A page on which facts are written down together with the lines that say so."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from wizard.facts import Evidence, Fact, Value
from wizard.maillog.loglines import LogLine


class Says:
    """Facts of one attempt, by name. What the lines do not say the caller says as `none`, so nobody guesses."""

    def __init__(self) -> None:
        self.facts: dict[str, Fact] = {}

    def say(self, name: str, value: Value | None, *lines: LogLine | None, evidence: Collection[Evidence] = ()) -> None:
        """Write a fact down with its lines; None says nothing (a text that the line does not have)."""
        if value is None or value == "":
            return
        told = [line.evidence for line in lines if line is not None]
        if not told and not evidence:
            self.facts[name] = _silent(name, value)
            return
        at = next((piece.time for piece in told if piece.time), None)
        self.facts[name] = Fact(name, value, "logs", at, (*told, *evidence))


@lru_cache(4096)
def _silent(name: str, value: Value) -> Fact:
    """A fact without a line, once for all attempts: most say of most things that there is none."""
    return Fact(name, value, "logs")
