"""The rules that come with mailwhy, ready to fire."""

from __future__ import annotations

from functools import cache

from wizard.data import data_folder
from wizard.engine import Engine
from wizard.rulebase.load import load


@cache
def shipped_engine() -> Engine:
    """The engine of the rules that come with mailwhy, one for all runs in a process: a compiled rule is never freed."""
    return Engine(load(data_folder("rules")))
