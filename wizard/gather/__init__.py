"""Sources of facts: one module each, of one signature, imported only when it is turned to."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from wizard.facts import Fact
from wizard.gather.base import Desk, Gathered, Gatherer
from wizard.rulebase.model import Source

NAMES = ("logs", "earlier_mail")


def gatherers() -> dict[str, Gatherer]:
    """Every gatherer by the name that rules/facts/sources.yaml calls it."""
    return {name: _lazily(name) for name in NAMES}


def _lazily(name: str) -> Gatherer:
    def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
        gathered: Gathered = import_module(f"wizard.gather.{name}").gather(source, facts, desk)
        return gathered

    return gather
