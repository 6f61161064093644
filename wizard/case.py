"""A case: the ordered list of what was given, answered and gathered. Its state is replayed from it.

So undo, resume and "change this answer" are one mechanism: other steps, the same replay. `wizard.casefile` writes and
reads a case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from wizard.facts import Fact, Value
from wizard.rows import Row

OPTIONS = "options"
"""The step that holds what the command line gave."""


@dataclass(frozen=True, slots=True)
class Step:
    """One source tried with these inputs (its needs and uses at that time): what it gave, nothing where it failed.

    Facts of the scope `address` or `attempt` hold for `address` or `attempt` alone, where `attempt` is set. `coverage`
    describes the files that a log search read.
    """

    source: str
    inputs: tuple[Value | None, ...] = ()
    facts: tuple[Fact, ...] = ()
    rows: tuple[Row, ...] | None = None
    coverage: Mapping[str, Any] | None = None
    address: str | None = None
    attempt: str | None = None
    at: str = field(default_factory=lambda: datetime.now().astimezone().isoformat(timespec="seconds"))


@dataclass(frozen=True, slots=True)
class State:
    """What the steps amount to: what each told, the rows of the latest search, the sources tried."""

    steps: tuple[Step, ...]
    rows: tuple[Row, ...]
    coverage: Mapping[str, Any] | None
    tried: frozenset[tuple[str, tuple[Value | None, ...]]]

    def facts_of(self, row: Row, scope: Callable[[str], str]) -> dict[str, Fact]:
        """What the case knows that holds for a row, of each fact the latest. `scope` tells a fact's scope."""
        found: dict[str, Fact] = {}
        for step in self.steps:
            for fact in step.facts:
                where = scope(fact.name)
                if step.attempt is None or _holds(where, step, row):
                    found[fact.name] = fact
        return found

    def known(self, scope: Callable[[str], str]) -> Callable[[Row], Mapping[str, Fact]]:
        """The same of many rows: those that no step was about alone have it in common."""
        addresses = {step.address for step in self.steps}
        attempts = {step.attempt for step in self.steps}
        found: dict[tuple[object, ...], dict[str, Fact]] = {}

        def of(row: Row) -> Mapping[str, Fact]:
            ip, attempt = row.about.ip, row.attempt
            key = (ip in addresses, ip if ip in addresses else None, attempt if attempt in attempts else None)
            if key not in found:
                found[key] = self.facts_of(row, scope)
            return found[key]

        return of

    def has(self, *names: str) -> bool:
        """Whether any step told one of these facts."""
        return any(fact.name in names for step in self.steps for fact in step.facts)


def _holds(where: str, step: Step, row: Row) -> bool:
    """Whether what was learnt of one attempt holds for a row too; of several addresses it was learnt together."""
    if where == "address":
        return step.address == row.about.ip
    return where == "case" or step.attempt == row.attempt


def replay(steps: Iterable[Step]) -> State:
    """The state that steps lead to: of rows the latest search's, of coverage that with what else was read."""
    steps = tuple(steps)
    rows: tuple[Row, ...] = ()
    searched: Mapping[str, Any] | None = None
    beside: dict[str, Any] = {}
    for step in steps:
        rows = rows if step.rows is None else step.rows
        if step.rows is not None:
            searched = step.coverage or searched
        elif step.coverage:
            beside.update({file["path"]: file for file in step.coverage["files"]})
    tried = frozenset((step.source, step.inputs) for step in steps)
    return State(steps, rows, _together(searched, beside), tried)


def _together(searched: Mapping[str, Any] | None, beside: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The files that were searched and, after them, the other logs that were read; from and to are the search's."""
    if not beside:
        return searched
    coverage = searched or {"from": None, "to": None, "files": []}
    return {**coverage, "files": [*coverage["files"], *beside.values()]}
