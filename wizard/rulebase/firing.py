"""Findings that have fired, and which of them stand and conclude."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from wizard.rulebase.base import RuleBase


class Fired(NamedTuple):
    """A finding that holds. `rules` are the indices of its rules that fired, the most confident first."""

    finding: str
    confidence: str
    rules: tuple[int, ...]
    fate: str | None


def standing(base: RuleBase, fired: Iterable[Fired]) -> tuple[Fired, ...]:
    """Those fired findings in whose stead no other fired one stands, in catalogue order.

    A finding that is itself displaced still displaces, so that what stands does not hang on an order.
    """
    fired = tuple(fired)
    displaced = {other for one in fired for other in base.findings[one.finding].instead_of}
    return tuple(sorted((f for f in fired if f.finding not in displaced), key=lambda f: base.rank(f.finding)))


def best(base: RuleBase, fired: Iterable[Fired]) -> Fired | None:
    """What these findings conclude: the standing outcome that comes first in the catalogue, if there is one."""
    outcomes = (f for f in standing(base, fired) if base.findings[f.finding].role == "outcome")
    return next(outcomes, None)
