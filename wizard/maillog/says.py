"""A page on which facts are written down together with the lines that say so."""

from __future__ import annotations

from collections.abc import Iterable

from wizard.facts import Evidence, Fact, Value
from wizard.maillog.loglines import LogLine


class Says:
    """Facts of one attempt, by name. What the lines do not say the caller says as `none`, so nobody guesses."""

    def __init__(self) -> None:
        self.facts: dict[str, Fact] = {}

    def say(self, name: str, value: Value | None, *lines: LogLine | None, evidence: Iterable[Evidence] = ()) -> None:
        """Write a fact down with its lines; None says nothing (a text that the line does not have)."""
        if value is None or value == "":
            return
        known = [line for line in lines if line is not None]
        at = next((line.iso for line in known if line.time), None)
        self.facts[name] = Fact(name, value, "logs", at, (*(line.evidence for line in known), *evidence))
