"""One row judged by the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property

from wizard.engine import Engine
from wizard.facts import Fact, Value, values_of
from wizard.rows import Row, instant
from wizard.rulebase.firing import Fired, best

ARRIVED = "arrived"
"""The fate of mail that was handed on."""

FactsOf = Callable[[Row], Mapping[str, Fact]]
"""What the case knows that holds for a row, beside the row's own facts."""


class Judged:
    """A row, what the case knows of it, and what fired on both; `outcome` is the standing outcome, if any."""

    def __init__(self, row: Row, known: Mapping[str, Fact], fired: tuple[Fired, ...], outcome: Fired | None) -> None:
        self.row = row
        self.known = known
        self.fired = fired
        self.outcome = outcome

    @property
    def values(self) -> dict[str, Value]:
        """The values of all that is known of it."""
        return {**values_of(self.known), **values_of(self.row.facts)}

    @property
    def fate(self) -> str | None:
        """The outcome's fate, None without an outcome."""
        return self.outcome.fate if self.outcome else None

    @cached_property
    def began(self) -> datetime | None:
        """When the attempt began, in UTC where its log tells the zone."""
        return instant(self.row.began)


def judge(engine: Engine, row: Row, case: FactsOf) -> Judged:
    """What the rules say of one row."""
    known = case(row)
    fired = engine.fire({**values_of(known), **values_of(row.facts)})
    return Judged(row, known, fired, best(engine.base, fired))
